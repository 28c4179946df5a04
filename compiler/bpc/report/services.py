"""The services that watch a platform, with the settings that a reader asks for first, as the templates have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.output.stacks import Stacks
from bpc.report.markup import Html, Text, code, element, items, table
from bpc.report.values import listed, said

# By resource type what it is called and where its settings are: names from above to below, joined by dots.
KINDS = {
    "AWS::APS::Scraper": ("Managed Prometheus, collector", "Alias Source.EksConfiguration.ClusterArn"),
    "AWS::APS::Workspace": (
        "Managed Prometheus",
        "Alias WorkspaceConfiguration.RetentionPeriodInDays KmsKeyArn LoggingConfiguration.LogGroupArn",
    ),
    "AWS::APS::RuleGroupsNamespace": ("Managed Prometheus, rules", "Name"),
    "AWS::ECR::RegistryScanningConfiguration": ("Scanning of images", "ScanType Rules.ScanFrequency"),
    "AWS::Grafana::Workspace": (
        "Managed Grafana",
        "Name GrafanaVersion AuthenticationProviders PermissionType AccountAccessType DataSources",
    ),
    "AWS::GuardDuty::Detector": ("GuardDuty", "FindingPublishingFrequency Features.Name"),
    "AWS::OpenSearchService::Domain": (
        "OpenSearch",
        "DomainName EngineVersion ClusterConfig.InstanceType ClusterConfig.InstanceCount EBSOptions.VolumeSize "
        "AdvancedSecurityOptions.Enabled EncryptionAtRestOptions.Enabled NodeToNodeEncryptionOptions.Enabled",
    ),
}


def services(stacks: Stacks) -> Html:
    """One row for each."""
    rows = [[name, code(title), items(settings) or "as it is by default"] for name, title, settings in _made(stacks)]
    if not rows:
        return element("p", "There are none.")
    return table("Services that watch", ("Service", "Resource", "Settings"), rows)


def wanted(stacks: Stacks) -> bool:
    """Whether there is one."""
    return any(True for _ in _made(stacks))


def _made(stacks: Stacks) -> Iterator[tuple[str, str, list[Text]]]:
    for template in stacks.templates.values():
        for title, one in template["Resources"].items():
            if one["Type"] in KINDS:
                name, paths = KINDS[one["Type"]]
                yield name, title, [*_settings(one.get("Properties", {}), paths.split())]


def _settings(properties: Any, paths: list[str]) -> Iterator[Text]:
    for path in paths:
        found = [*_at(properties, path.split("."))]
        if found:
            yield f"{path}: {', '.join(dict.fromkeys(found))}"


def _at(value: Any, path: list[str]) -> Iterator[str]:
    """What is below a path; of a list, below each of it."""
    if isinstance(value, list):
        for one in value:
            yield from _at(one, path)
    elif not path:
        yield said(value)
    elif isinstance(value, dict) and path[0] in value:
        below = value[path[0]]
        yield from map(said, listed(below)) if len(path) == 1 else _at(below, path[1:])
