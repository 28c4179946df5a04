"""What an add-on puts into a template: its role, the EKS add-on or the Pod Identity association, its resources."""

from __future__ import annotations

import json
from typing import Any

from troposphere import Tags, eks

from bpc import roles
from bpc.kit import iam
from bpc.kit.merging import merged
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet, literal
from bpc.plan.shapes import Plan, PlannedAddOn


def contribute(addon: PlannedAddOn, plan: Plan, sheet: Sheet, cluster: Any) -> None:
    """Everything of one add-on; `cluster` is the cluster's name, by Ref or by import."""
    at, entry = addon.request.at, addon.entry
    role = _role(addon, plan, sheet) if addon.has_role else addon.given_role
    for resource in entry.resources(addon.context):
        _fit(resource, plan, sheet, cluster)
        sheet.add(resource, at)
    if addon.source == "eks":
        sheet.add(_eks_addon(addon, plan, sheet, cluster, role), at)
    elif role and addon.identity == "pod-identity":
        sheet.add(_association(addon, sheet, cluster, role), at)


def _fit(resource: Any, plan: Plan, sheet: Sheet, cluster: Any) -> None:
    """Give a resource of an add-on's own what only the platform knows."""
    if "Tags" in resource.props:
        resource.Tags = sheet.tags(resource.title)
    if "ClusterName" in resource.props:
        resource.ClusterName = cluster
    if resource.resource_type == "AWS::EC2::SecurityGroupIngress":
        resource.GroupId = sheet.imported("cluster", "ClusterSecurityGroupId")
    boundary = plan.blueprint.cloudformation.permissions_boundary
    if boundary and resource.resource_type == "AWS::IAM::Role":
        resource.PermissionsBoundary = boundary


def _role(addon: PlannedAddOn, plan: Plan, sheet: Sheet) -> Any:
    entry = addon.entry
    known = roles.Known(tuple(entry.managed(addon.context)), entry.policy(addon.context), entry.name, addon.role_name)
    trust: Any = iam.trusts_pods(plan.name, addon.namespace, addon.service_account)
    if addon.identity == "irsa":
        from bpc.kit import web_identity

        subject = web_identity.subject(addon.namespace, addon.service_account)
        trust = roles.web_identity(sheet, subject, alike=not addon.namespace)
    return roles.add(f"{addon.id}Role", trust, addon.iam, plan, sheet, addon.request.at, known)


def _eks_addon(addon: PlannedAddOn, plan: Plan, sheet: Sheet, cluster: Any, role: Any) -> eks.Addon:
    options = addon.request.options
    properties: dict[str, Any] = {}
    if "version" in options:
        properties["AddonVersion"] = options["version"]
    if values := _configuration(addon, plan, sheet):
        properties["ConfigurationValues"] = values
    if "namespace" in options:
        properties["NamespaceConfig"] = eks.NamespaceConfig(Namespace=options["namespace"])
    if options["preserveOnDelete"]:
        properties["PreserveOnDelete"] = True
    associated = {addon.service_account: role} if role and addon.identity == "pod-identity" else {}
    if role and addon.identity == "irsa":
        properties["ServiceAccountRoleArn"] = role
    if addon.given_role and sheet.stack == "cluster":
        properties["DependsOn"] = "OidcProvider"
    if before := _before(addon, plan):
        properties["DependsOn"] = before
    if associated | (given := _given(addon, plan, sheet)):
        properties["PodIdentityAssociations"] = [
            eks.PodIdentityAssociationProperty(ServiceAccount=account, RoleArn=arn)
            for account, arn in (associated | given).items()
        ]
    return eks.Addon(
        f"{addon.id}AddOn",
        ClusterName=cluster,
        AddonName=addon.entry.eks_name or addon.entry.name,
        ResolveConflicts=options["resolveConflicts"].upper(),
        Tags=Tags(**sheet.tag_map() | dict(sorted(options["tags"].items()))),
        **properties,
    )


def _before(addon: PlannedAddOn, plan: Plan) -> list[str]:
    """The EKS add-ons of the same stack that it does not start without, and what it would make itself."""
    needed = [one for one in plan.addons if one.entry.name in addon.entry.requires and not one.entry.before_nodes]
    own = [str(one.title) for one in addon.entry.resources(addon.context)]
    return [*own, *(f"{one.id}AddOn" for one in needed if one.source == "eks")]


def _configuration(addon: PlannedAddOn, plan: Plan, sheet: Sheet) -> Any:
    values = merged(addon.entry.values(addon.context), addon.request.options["values"])
    if addon.entry.places_pods and plan.blueprint.network.has_pod_subnets:
        from bpc import pod_networking

        more = pod_networking.escaped(values)
        return pod_networking.configuration(plan, sheet, lambda own: merged(own, more))
    return literal(json.dumps(values, sort_keys=True)) if values else None


def _given(addon: PlannedAddOn, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """The roles that the blueprint names for the add-on's service accounts, or has made for them."""
    made = {}
    for one in addon.associations:
        trust = iam.trusts_pods(plan.name, addon.namespace, one.service_account)
        title = f"{addon.id}{logical_id(one.service_account)}Role"
        made[one.service_account] = roles.add(title, trust, one.iam, plan, sheet, one.at, tags=one.tags)
    return made


def _association(addon: PlannedAddOn, sheet: Sheet, cluster: Any, role: Any) -> eks.PodIdentityAssociation:
    return eks.PodIdentityAssociation(
        f"{addon.id}PodIdentityAssociation",
        ClusterName=cluster,
        Namespace=addon.namespace,
        ServiceAccount=addon.service_account,
        RoleArn=role,
        Tags=sheet.tags(),
    )
