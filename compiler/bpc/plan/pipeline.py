"""What the pipeline has to do with the rest: where it deploys from, and who hears that it waits for an approval."""

from __future__ import annotations

from bpc.plan.shapes import Plan

OWN = "own"


def is_inside(plan: Plan) -> bool:
    """Whether the Kubernetes API can only be reached from inside the VPC."""
    wanted = plan.blueprint.pipeline
    return bool(wanted and wanted.applies and not plan.blueprint.cluster.endpoint.is_open)


def told(plan: Plan) -> str:
    """The topic that is told of approvals: the platform's own, or the ARN of the first that is given, or none."""
    wanted, watched = plan.blueprint.pipeline, plan.blueprint.observability
    if not wanted or not wanted.approval or not watched:
        return ""
    if watched.subscribers:
        return OWN
    return next((one.topic_arn for one in watched.notify if one.topic_arn), "")
