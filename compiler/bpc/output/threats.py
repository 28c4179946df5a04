"""What the README says of GuardDuty and of scanned images: whose they are, and what they do beyond this cluster."""

from __future__ import annotations

from bpc.environments import DEFAULT
from bpc.model import GuardDuty, ImageScanning
from bpc.model.findings import ON_PUSH
from bpc.output.stacks import Stacks
from bpc.plan import watched


def add(sections: dict[str, str], stacks: Stacks, described: bool) -> None:
    """The sections of the described environment, and of one that has them in another way."""
    wanted = stacks.plan.blueprint.observability
    assert wanted
    guard, images = wanted.guard_duty, wanted.image_scanning
    if guard and (described or guard.detector not in sections):
        sections[guard.detector] = said(stacks, guard)
    if images and (described or f"{images.registry} {images.scan_type}" not in sections):
        sections[f"{images.registry} {images.scan_type}"] = scanned(stacks, images)


def _heading(title: str, stacks: Stacks) -> str:
    environment = stacks.plan.blueprint.environment
    return f"## {title}" + ("" if environment == DEFAULT else f" in {environment}")


def said(stacks: Stacks, wanted: GuardDuty) -> str:
    parts = [_made(stacks, wanted) if wanted.is_made else _existing(stacks)]
    if wanted.is_made and wanted.watches_runtime and watched.guard_duty_manages(stacks.plan, wanted):
        parts.append(
            "GuardDuty brings its agent into **every** EKS cluster of the account in the Region, and into their VPCs "
            "an endpoint with a security group. Whoever deletes a VPC waits until these have gone with the detector. A "
            "cluster with the tag `GuardDutyManaged: false` is left alone."
        )
    blueprint = stacks.plan.blueprint
    if (wanted.watches_runtime or not wanted.is_made) and (
        blueprint.fargate_profiles or blueprint.cluster.remote_network
    ):
        parts.append("Runtime Monitoring sees neither pods on Fargate nor hybrid nodes.")
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
    return "\n\n".join([_heading("GuardDuty", stacks), *parts])


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


def scanned(stacks: Stacks, wanted: ImageScanning) -> str:
    names = ", ".join(f"`{one}`" for one in wanted.repository_filters)
    whole = "every repository" if "*" in wanted.repository_filters else f"the repositories {names}"
    if wanted.is_made:
        often = "and again when something new is known" if wanted.frequency != ON_PUSH else "and not again"
        others = "" if "*" in wanted.repository_filters else " Other repositories are not scanned by themselves."
        parts = [
            f"The stack `{stacks.name('observability')}` sets how the account's registry is scanned in "
            f"{stacks.plan.region}, **in place of what was set before**: {whole} by {wanted.scan_type} scans, when an "
            f"image is pushed {often}.{others} Deleting the stack resets the "
            "registry to basic scans."
        ]
        if wanted.is_enhanced:
            parts.append("Enhanced scans are Amazon Inspector's, which is switched on with them and has its price.")
    else:
        parts = [f"How the registry is scanned in {stacks.plan.region} is not of these stacks."]
    if stacks.plan.blueprint.observability and stacks.plan.blueprint.observability.notify:
        each = "Each vulnerability" if wanted.is_enhanced else "An image with vulnerabilities"
        parts.append(f"{each} of severity {wanted.severity} and above in {whole} is told.")
    return "\n\n".join([_heading("Scanned images", stacks), *parts])
