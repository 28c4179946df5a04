"""How alerts of Prometheus get to the topics that alarms are told to.

Sources: Amazon Managed Service for Prometheus User Guide, Configure alert manager to send messages to your Amazon SNS
topic (each receiver says its Region), and SNS receiver message validation and truncation rules (a subject has 100
characters at most); Prometheus documentation, Alerting, Configuration.
"""

from __future__ import annotations

from typing import Any

from troposphere import Ref, Sub

from bpc import render
from bpc.model import Prometheus
from bpc.plan.shapes import Plan

RECEIVER = "topics"


def definition(wanted: Prometheus, plan: Plan, told: list[Any]) -> Any:
    """The alert manager's file: one receiver with all topics."""
    topics = [_topic(one, plan) for one in told]
    route = {
        "receiver": RECEIVER,
        "group_by": ["alertname", "namespace"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": f"{wanted.repeat_hours}h",
    }
    own = {"route": route, "receivers": [{"name": RECEIVER, "sns_configs": topics}]}
    text = render.manifests([{"alertmanager_config": render.manifests([own], "").decode()}], "").decode()
    return Sub(text) if "${" in text else text


def _topic(topic: Any, plan: Plan) -> dict[str, Any]:
    if isinstance(topic, Ref):
        arn, region = f"${{{topic.data['Ref']}}}", "${AWS::Region}"
    else:
        _, _, service, region, rest = str(topic).split(":", 4)
        arn = f"arn:${{AWS::Partition}}:{service}:{region}:{rest}"
    return {
        "topic_arn": arn,
        "sigv4": {"region": region},
        "subject": f"{{{{ .Status }}}}: {{{{ .CommonLabels.alertname }}}} in {plan.name}",
        "send_resolved": True,
    }
