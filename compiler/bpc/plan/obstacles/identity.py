"""Roles that nobody would get, and ways to them that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.addons import GIVEN
from bpc.plan.shapes import Plan, PlannedAddOn

WHOSE_ROLE = rule(
    "BPC788",
    "role-for-nobody",
    why="The settings are for the role of the add-on's own service account: bpc must know which that is, the role must "
    "have permissions, and an association for the same service account would take its place.",
    cure="Add serviceAccount and one of policyArns, policy and wellKnownPolicies where they are missing, or use "
    "podIdentityAssociations alone.",
)
NO_AGENT = rule(
    "BPC789",
    "pod-identity-without-agent",
    why="Pods get these roles from the EKS Pod Identity Agent on their node (Amazon EKS User Guide, EKS Pod Identity "
    "Agent setup).",
    cure="Leave the add-on eks-pod-identity-agent in, and have a node group.",
)

AGENT = "eks-pod-identity-agent"


def _addons(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        options, at = addon.request.options, addon.request.at
        said = [key for key in ("serviceAccount", *GIVEN) if options.get(key)]
        if said and (message := _missing(addon)):
            yield WHOSE_ROLE.at((*at, said[0]), f"{said[0]} does nothing: {message}", key=True)


def _missing(addon: PlannedAddOn) -> str:
    if not addon.service_account:
        return "no serviceAccount is named"
    if addon.service_account in {one.service_account for one in addon.associations}:
        return f"podIdentityAssociations has another role for {addon.service_account}"
    return "" if addon.has_role else f"{addon.service_account} gets no permissions"


def _agent(plan: Plan) -> Iterator[Diagnostic]:
    # Auto Mode's own nodes have the agent built in.
    if plan.blueprint.cluster.auto_mode or any(addon.entry.name == AGENT for addon in plan.addons):
        return
    places = [one.account.at for one in plan.service_accounts]
    places += [one.at for addon in plan.addons for one in addon.associations]
    for at in places:
        yield NO_AGENT.at(at, f"this role comes by {AGENT}, which is not there", f"add `{AGENT}: {{}}` to addons")


OBSTACLES = (_addons, _agent)
