"""What the README says of GuardDuty: whose detector it is, and what it does beyond this cluster."""

from __future__ import annotations

from bpc.environments import DEFAULT
from bpc.model import GuardDuty
from bpc.output.stacks import Stacks
from bpc.plan import watched


def add(sections: dict[str, str], stacks: Stacks, described: bool) -> None:
    """The section of the described environment, and of one that has it in another way."""
    wanted = stacks.plan.blueprint.observability and stacks.plan.blueprint.observability.guard_duty
    assert wanted
    if described or wanted.detector not in sections:
        sections[wanted.detector] = said(stacks, wanted)


def said(stacks: Stacks, wanted: GuardDuty) -> str:
    environment = stacks.plan.blueprint.environment
    parts = [_made(stacks, wanted) if wanted.is_made else _existing(stacks)]
    if wanted.is_made and wanted.watches_runtime and watched.guard_duty_manages(stacks.plan, wanted):
        parts.append(
            "GuardDuty brings its agent into **every** EKS cluster of the account in the Region, and into their VPCs "
            "an endpoint with a security group. Whoever deletes a VPC waits until these have gone with the detector. A "
            "cluster with the tag `GuardDutyManaged: false` is left alone."
        )
    if watched.has_guard_duty_agent(stacks.plan):
        parts.append(
            f"The agent in this cluster is an EKS add-on of the stack `{stacks.name('addons')}`. The cluster's tag "
            "`GuardDutyManaged: false` keeps GuardDuty from bringing another."
        )
    if stacks.plan.blueprint.observability and stacks.plan.blueprint.observability.notify:
        parts.append(
            f"Findings of severity {wanted.severity} and above are told, of the cluster and of machines that carry its "
            "tags; all of them are in the console of GuardDuty."
        )
    return "\n\n".join([f"## GuardDuty{'' if environment == DEFAULT else f' in {environment}'}", *parts])


def _made(stacks: Stacks, wanted: GuardDuty) -> str:
    region = stacks.plan.region
    return (
        f"The stack `{stacks.name('observability')}` makes the detector of the account in {region}. There can be one "
        "alone: where there is one already, of another platform or of your organization, creating the stack fails. "
        f"`aws guardduty list-detectors --region {region}` says whether there is, and `detector: existing` in "
        "`observability.guardDuty` leaves it to whoever has made it. Deleting the stack switches GuardDuty off in the "
        "Region, and its findings go.\n\n"
        f"Switched on: {', '.join(wanted.plans) or 'nothing beyond the foundational data sources'}. GuardDuty itself "
        "begins with its protection of S3, RDS and Lambda switched on; its console switches them off."
    )


def _existing(stacks: Stacks) -> str:
    return (
        f"The detector of the account in {stacks.plan.region} is not of these stacks. Somebody has to have made it, "
        "with EKS Protection and Runtime Monitoring switched on; without them there is nothing to tell."
    )
