"""What EventBridge tells the topics of machines."""

from __future__ import annotations

from typing import Any

from troposphere import events

from bpc.kit.machine_events import PATTERNS
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan

EVENTS = {
    "spot-interruption": "EC2 takes a Spot instance back in two minutes",
    "rebalance-recommendation": "A Spot instance is likely to be taken back",
    "scheduled-change": "AWS has planned maintenance of an instance",
}


def fill(plan: Plan, sheet: Sheet, told: list[Any]) -> None:
    wanted = plan.blueprint.observability
    assert wanted
    for one in sorted(wanted.events):
        rule = events.Rule(
            logical_id(one, "Rule"),
            Description=f"{EVENTS[one]}, wherever in the Region it runs.",
            EventPattern=dict(PATTERNS[one]),
            Targets=targets(told),
        )
        sheet.add(rule, (*wanted.at, "events"))


def targets(told: list[Any]) -> list[events.Target]:
    """The topics, as a rule names what it tells."""
    return [events.Target(Id=f"Topic{number}", Arn=arn) for number, arn in enumerate(told, 1)]
