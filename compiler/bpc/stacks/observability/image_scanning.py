"""How the registry is scanned, and what is found in images.

Sources: Amazon ECR User Guide, Scan images for software vulnerabilities (filters without a wildcard match every name
that they are part of), Amazon ECR events and EventBridge (a basic scan that is completed, with numbers by severity),
EventBridge events sent for enhanced scanning; Amazon Inspector User Guide, EventBridge event schema (findings, each an
event of its own); Amazon EventBridge User Guide, Comparison operators for use in event patterns (wildcard, $or).
"""

from __future__ import annotations

from typing import Any

from troposphere import ecr, events

from bpc.kit.sheet import Sheet
from bpc.model.findings import LEVELS, ImageScanning
from bpc.stacks.observability.events import targets


def fill(wanted: ImageScanning, sheet: Sheet, told: list[Any]) -> None:
    if wanted.is_made:
        sheet.add(_registry(wanted), wanted.at)
    if not told:
        return
    rule = events.Rule(
        "ImageScanRule",
        Description=f"An image in Amazon ECR has vulnerabilities of severity {wanted.severity} or above.",
        EventPattern=pattern(wanted),
        Targets=targets(told),
    )
    sheet.add(rule, (*wanted.at, "severity"))


def _registry(wanted: ImageScanning) -> ecr.RegistryScanningConfiguration:
    filters = [ecr.RepositoryFilter(Filter=one, FilterType="WILDCARD") for one in wanted.repository_filters]
    scanned = ecr.ScanningRule(ScanFrequency=wanted.frequency, RepositoryFilters=filters)
    return ecr.RegistryScanningConfiguration("RegistryScanning", ScanType=wanted.scan_type, Rules=[scanned])


def pattern(wanted: ImageScanning) -> dict[str, Any]:
    """What Amazon Inspector says of each finding, or Amazon ECR of an image as a whole."""
    levels = [one.upper() for one in LEVELS[LEVELS.index(wanted.severity) :]]
    names = [{"wildcard": _matching(one)} for one in wanted.repository_filters]
    everything = "*" in wanted.repository_filters
    if wanted.is_enhanced:
        details = {} if everything else {"details": {"awsEcrContainerImage": {"repositoryName": names}}}
        image = {"type": ["AWS_ECR_CONTAINER_IMAGE"], **details}
        detail: dict[str, Any] = {"status": ["ACTIVE"], "severity": levels, "resources": image}
        return {"source": ["aws.inspector2"], "detail-type": ["Inspector2 Finding"], "detail": detail}
    some = [{"finding-severity-counts": {one: [{"numeric": [">", 0]}]}} for one in levels]
    # Of one alone EventBridge makes no choice.
    detail = ({} if everything else {"repository-name": names}) | ({"$or": some} if some[1:] else some[0])
    return {"source": ["aws.ecr"], "detail-type": ["ECR Image Scan"], "detail": detail}


def _matching(name: str) -> str:
    """A filter of Amazon ECR as EventBridge has wildcards, which never stand side by side."""
    wild = name if "*" in name else f"*{name}*"
    while "**" in wild:
        wild = wild.replace("**", "*")
    return wild
