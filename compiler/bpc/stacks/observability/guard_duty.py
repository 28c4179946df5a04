"""The detector of GuardDuty, and what it finds in this cluster.

Sources: Amazon GuardDuty API Reference, CreateDetector (one for an account in a Region; what is not named is switched
on, but for Runtime Monitoring); Amazon GuardDuty User Guide, How Runtime Monitoring works with Amazon EKS clusters,
Severity levels of GuardDuty findings, and Finding details (EKS clusters, and instances with their tags); Amazon
EventBridge User Guide, Comparison operators for use in event patterns (numeric, $or); Amazon EKS User Guide, Managed
node groups, and Tag subnets for Auto Mode (the tags of instances).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import events, guardduty

from bpc.kit.sheet import Sheet
from bpc.model.findings import MALWARE, PLANS, RUNTIME, GuardDuty
from bpc.plan import watched
from bpc.plan.shapes import Plan
from bpc.stacks.observability.events import targets

# The least value of each level.
LEAST = {"low": 1, "medium": 4, "high": 7, "critical": 9}


def fill(wanted: GuardDuty, plan: Plan, sheet: Sheet, told: list[Any]) -> None:
    if wanted.is_made:
        sheet.add(_detector(wanted, plan, sheet), wanted.at)
    if not told:
        return
    rule = events.Rule(
        "GuardDutyRule",
        Description=f"GuardDuty finds something of severity {wanted.severity} or above in the cluster {plan.name}.",
        EventPattern=pattern(plan.name, wanted.severity),
        Targets=targets(told),
    )
    sheet.add(rule, (*wanted.at, "severity"))


def pattern(cluster: str, severity: str) -> dict[str, Any]:
    """Findings about the cluster, and about machines that carry its tags: these do not name the cluster itself."""
    tags: tuple[Mapping[str, Any], ...] = (
        {"key": [f"kubernetes.io/cluster/{cluster}"]},
        {"key": ["eks:cluster-name", "eks:eks-cluster-name"], "value": [cluster]},
    )
    ours: list[Mapping[str, Any]] = [{"resource": {"eksClusterDetails": {"name": [cluster]}}}]
    ours += [{"resource": {"instanceDetails": {"tags": dict(one)}}} for one in tags]
    return {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": [">=", LEAST[severity]]}], "$or": ours},
    }


def _detector(wanted: GuardDuty, plan: Plan, sheet: Sheet) -> guardduty.Detector:
    often = wanted.finding_publishing_frequency
    tags = sheet.tag_map(f"{plan.name}-guardduty")
    return guardduty.Detector(
        "GuardDutyDetector",
        Enable=True,
        Features=[_feature(one, wanted, plan) for one in PLANS if _speaks_of(one, wanted, plan)],
        Tags=[guardduty.TagItem(Key=key, Value=value) for key, value in tags.items()],
        **({"FindingPublishingFrequency": often} if often else {}),
    )


def _speaks_of(feature: str, wanted: GuardDuty, plan: Plan) -> bool:
    """Whether it is switched on or off. What not every partition has is not switched off where it may not exist."""
    return feature in wanted.plans or feature != MALWARE or plan.partition == "aws"


def _feature(name: str, wanted: GuardDuty, plan: Plan) -> guardduty.CFNFeatureConfiguration:
    enabled = name in wanted.plans
    manages = watched.guard_duty_manages(plan, wanted)
    agents = guardduty.CFNFeatureAdditionalConfiguration(Name="EKS_ADDON_MANAGEMENT", Status=_status(manages))
    more = {"AdditionalConfiguration": [agents]} if name == RUNTIME and enabled else {}
    return guardduty.CFNFeatureConfiguration(Name=name, Status=_status(enabled), **more)


def _status(enabled: bool) -> str:
    return "ENABLED" if enabled else "DISABLED"
