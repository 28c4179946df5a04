"""What an add-on puts into a template: its role, the EKS add-on or the Pod Identity association, its resources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, eks

from bpc.kit import iam
from bpc.kit.sheet import Sheet, literal
from bpc.plan.shapes import Plan, PlannedAddOn


def contribute(addon: PlannedAddOn, plan: Plan, sheet: Sheet, cluster: Any) -> None:
    """Everything of one add-on; `cluster` is the cluster's name, by Ref or by import."""
    at, entry = addon.request.at, addon.entry
    role = _role(addon, plan, sheet) if entry.has_permissions() else None
    for resource in entry.resources(addon.context):
        if "Tags" in resource.props:
            resource.Tags = sheet.tags(resource.title)
        sheet.add(resource, at)
    if addon.source == "eks":
        sheet.add(_eks_addon(addon, plan, sheet, cluster, role), at)
    elif role:
        sheet.add(_association(addon, sheet, cluster, role), at)


def _role(addon: PlannedAddOn, plan: Plan, sheet: Sheet) -> Any:
    entry = addon.entry
    role = iam.role(
        f"{addon.id}Role",
        iam.trusts_pods(plan.name, entry.namespace, entry.service_account or ""),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags(f"{addon.id}Role"),
        managed_policies=entry.managed_policies,
        statements=entry.policy(addon.context),
        policy_name=entry.name,
    )
    sheet.add(role, addon.request.at)
    return GetAtt(role, "Arn")


def _eks_addon(addon: PlannedAddOn, plan: Plan, sheet: Sheet, cluster: Any, role: Any) -> eks.Addon:
    options = addon.request.options
    properties: dict[str, Any] = {}
    if "version" in options:
        properties["AddonVersion"] = options["version"]
    if values := _configuration(addon, plan, sheet):
        properties["ConfigurationValues"] = values
    if role:
        properties["PodIdentityAssociations"] = [
            eks.PodIdentityAssociationProperty(ServiceAccount=addon.entry.service_account, RoleArn=role)
        ]
    return eks.Addon(
        f"{addon.id}AddOn",
        ClusterName=cluster,
        AddonName=addon.entry.name,
        ResolveConflicts=options["resolveConflicts"].upper(),
        Tags=sheet.tags(),
        **properties,
    )


def _configuration(addon: PlannedAddOn, plan: Plan, sheet: Sheet) -> Any:
    values = merged(addon.entry.values(addon.context), addon.request.options["values"])
    if addon.entry.places_pods and plan.blueprint.network.has_pod_subnets:
        from bpc import pod_networking

        more = pod_networking.escaped(values)
        return pod_networking.configuration(plan, sheet, lambda own: merged(own, more))
    return literal(json.dumps(values, sort_keys=True)) if values else None


def _association(addon: PlannedAddOn, sheet: Sheet, cluster: Any, role: Any) -> eks.PodIdentityAssociation:
    return eks.PodIdentityAssociation(
        f"{addon.id}PodIdentityAssociation",
        ClusterName=cluster,
        Namespace=addon.entry.namespace,
        ServiceAccount=addon.entry.service_account,
        RoleArn=role,
        Tags=sheet.tags(),
    )


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below`, mapping by mapping."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result
