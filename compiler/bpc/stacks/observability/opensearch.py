"""A domain of Amazon OpenSearch Service in the VPC, for logs: encrypted, and with fine-grained access control.

Sources: Amazon OpenSearch Service Developer Guide, Launching your Amazon OpenSearch Service domains within a VPC (one
subnet in each zone), Fine-grained access control (it wants HTTPS and both kinds of encryption).
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import GetAtt, Sub, encode_to_dict
from troposphere import opensearchservice as search

from bpc.kit import search as access
from bpc.kit.sheet import Sheet, referred
from bpc.model.opensearch import OpenSearch
from bpc.plan import searched
from bpc.plan.shapes import Plan
from bpc.stacks.observability import opensearch_access, opensearch_logs

TITLE = "SearchDomain"
TLS = "Policy-Min-TLS-1-2-PFS-2023-10"


def fill(wanted: OpenSearch, plan: Plan, sheet: Sheet) -> None:
    opensearch_access.fill(wanted, plan, sheet)
    opensearch_logs.fill(wanted, sheet)
    sheet.add(search.Domain(TITLE, **_properties(wanted, plan, sheet)), wanted.at)
    endpoint = GetAtt(TITLE, "DomainEndpoint")
    sheet.output("SearchEndpoint", endpoint, "The address of the search domain, inside the VPC.")
    dashboards = Sub(f"https://${{{TITLE}.DomainEndpoint}}/_dashboards")
    sheet.output("SearchDashboardsUrl", dashboards, "OpenSearch Dashboards, for who signs requests.")
    if patterns := [f"{index}-*" for index in searched.indices(plan)]:
        policy = json.dumps(_index_policy(patterns, wanted.index_retention_days), separators=(",", ":"))
        sheet.output("SearchIndexPolicy", policy, "For the domain: the policy that deletes indices in time.")
    for one in searched.writers(plan):
        made = access.config_map(one.entry.name, one.namespace, f"${{{TITLE}.DomainEndpoint}}")
        text = Sub(json.dumps(made, separators=(",", ":")))
        sheet.output(f"{one.id}SearchConfigMap", text, f"For kubectl apply: where {one.entry.name} finds the domain.")


def _index_policy(patterns: list[str], days: int) -> dict[str, Any]:
    """OpenSearch documentation, Index State Management, Policies."""
    old = {"state_name": "old", "conditions": {"min_index_age": f"{days}d"}}
    states = [
        {"name": "kept", "actions": [], "transitions": [old]},
        {"name": "old", "actions": [{"delete": {}}], "transitions": []},
    ]
    indices = [{"index_patterns": patterns, "priority": 100}]
    said = f"Deletes logs after {days} days"
    return {"policy": {"description": said, "default_state": "kept", "states": states, "ism_template": indices}}


def _properties(wanted: OpenSearch, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    key = {"KmsKeyId": wanted.key_arn} if wanted.key_arn else {}
    made: dict[str, Any] = {
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "DomainName": wanted.domain_name,
        "EngineVersion": wanted.engine_version,
        "ClusterConfig": _cluster(wanted),
        "EBSOptions": _volumes(wanted),
        "VPCOptions": search.VPCOptions(
            SecurityGroupIds=[opensearch_access.group_id()], SubnetIds=_subnets(wanted, plan, sheet)
        ),
        "EncryptionAtRestOptions": search.EncryptionAtRestOptions(Enabled=True, **key),
        "NodeToNodeEncryptionOptions": search.NodeToNodeEncryptionOptions(Enabled=True),
        "DomainEndpointOptions": search.DomainEndpointOptions(EnforceHTTPS=True, TLSSecurityPolicy=TLS),
        "AdvancedSecurityOptions": search.AdvancedSecurityOptionsInput(
            Enabled=True,
            InternalUserDatabaseEnabled=False,
            MasterUserOptions=search.MasterUserOptions(MasterUserARN=wanted.master_user_arn),
        ),
        "AccessPolicies": encode_to_dict(opensearch_access.policy(wanted, plan, sheet)),
        "SoftwareUpdateOptions": search.SoftwareUpdateOptions(AutoSoftwareUpdateEnabled=wanted.auto_software_update),
        "Tags": sheet.tags(TITLE),
    }
    if wanted.off_peak_window_start:
        made["OffPeakWindowOptions"] = _off_peak(wanted.off_peak_window_start)
    if wanted.logging.types:
        made["DependsOn"] = opensearch_logs.POLICY
        made["LogPublishingOptions"] = opensearch_logs.published(wanted)
    return made


def _cluster(wanted: OpenSearch) -> search.ClusterConfig:
    zones = wanted.availability_zone_count
    made: dict[str, Any] = {"InstanceType": wanted.instance_type, "InstanceCount": wanted.instance_count}
    made["ZoneAwarenessEnabled"] = zones > 1
    if zones > 1:
        made["ZoneAwarenessConfig"] = search.ZoneAwarenessConfig(AvailabilityZoneCount=zones)
    made["DedicatedMasterEnabled"] = wanted.dedicated_master is not None
    if master := wanted.dedicated_master:
        made |= {"DedicatedMasterType": master.instance_type, "DedicatedMasterCount": master.instance_count}
    return search.ClusterConfig(**made)


def _volumes(wanted: OpenSearch) -> search.EBSOptions:
    if wanted.volume_size is None:
        return search.EBSOptions(EBSEnabled=False)
    return search.EBSOptions(EBSEnabled=True, VolumeType="gp3", VolumeSize=wanted.volume_size)


def _off_peak(start: str) -> search.OffPeakWindowOptions:
    hours, _, minutes = start.partition(":")
    time = search.WindowStartTime(Hours=int(hours), Minutes=int(minutes))
    return search.OffPeakWindowOptions(Enabled=True, OffPeakWindow=search.OffPeakWindow(WindowStartTime=time))


def _subnets(wanted: OpenSearch, plan: Plan, sheet: Sheet) -> list[Any]:
    if wanted.subnets:
        return [referred(one) for one in wanted.subnets]
    own = plan.first_in_zones(plan.blueprint.network.kinds[-1])
    return [sheet.imported("network", f"{one.id}Id") for one in own[: wanted.availability_zone_count]]
