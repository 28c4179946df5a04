"""What EventBridge tells the topics (Amazon EC2 User Guide, Spot Instance interruption notices and EC2 instance
rebalance recommendations; AWS Health User Guide, Monitoring events with Amazon EventBridge)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import events

from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan

EVENTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "spot-interruption": (
        "EC2 takes a Spot instance back in two minutes",
        {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]},
    ),
    "rebalance-recommendation": (
        "A Spot instance is likely to be taken back",
        {"source": ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"]},
    ),
    "scheduled-change": (
        "AWS has planned maintenance of an instance",
        {
            "source": ["aws.health"],
            "detail-type": ["AWS Health Event"],
            "detail": {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]},
        },
    ),
}


def fill(plan: Plan, sheet: Sheet, told: list[Any]) -> None:
    wanted = plan.blueprint.observability
    assert wanted
    for one in sorted(wanted.events):
        said, pattern = EVENTS[one]
        rule = events.Rule(
            logical_id(one, "Rule"),
            Description=f"{said}, wherever in the Region it runs.",
            EventPattern=dict(pattern),
            Targets=targets(told),
        )
        sheet.add(rule, (*wanted.at, "events"))


def targets(told: list[Any]) -> list[events.Target]:
    """The topics, as a rule names what it tells."""
    return [events.Target(Id=f"Topic{number}", Arn=arn) for number, arn in enumerate(told, 1)]
