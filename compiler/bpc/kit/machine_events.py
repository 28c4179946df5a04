"""What EventBridge says of machines that EC2 takes away, stops or looks after, by the words of the node termination
handler.

Sources: Amazon EC2 User Guide, Spot Instance interruption notices, EC2 instance rebalance recommendations, State change
events for your instances; Amazon EC2 Auto Scaling User Guide, Amazon EC2 Auto Scaling event reference; AWS Health User
Guide, Monitoring events with Amazon EventBridge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EC2, HEALTH = "aws.ec2", {"source": ["aws.health"], "detail-type": ["AWS Health Event"]}


def _said(source: str, what: str) -> Mapping[str, Any]:
    return {"source": [source], "detail-type": [what]}


# Patterns by the event's name.
PATTERNS: Mapping[str, Mapping[str, Any]] = {
    "capacity-reservation-interruption": _said(EC2, "EC2 Capacity Reservation Instance Interruption Warning"),
    "health": HEALTH,
    "instance-state-change": _said(EC2, "EC2 Instance State-change Notification"),
    "instance-termination": _said("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action"),
    "rebalance-recommendation": _said(EC2, "EC2 Instance Rebalance Recommendation"),
    "scheduled-change": HEALTH | {"detail": {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]}},
    "spot-interruption": _said(EC2, "EC2 Spot Instance Interruption Warning"),
}
