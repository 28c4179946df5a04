"""What the README says of alarms: what those who hear of them still have to do."""

from __future__ import annotations

from bpc.model import Observability
from bpc.output.stacks import Stacks


def said(stacks: Stacks) -> str:
    """Where the alarms go, and who has to agree to it."""
    wanted = stacks.plan.blueprint.observability
    assert wanted
    addresses = [f"`{one.email or one.https}`" for one in wanted.notify if one.email or one.https]
    parts = []
    if addresses:
        parts.append(
            f"Amazon SNS asks {', '.join(addresses)} whether they want to hear of alarms: nothing is told before they "
            "have confirmed it."
        )
    if any(one.slack for one in wanted.notify):
        parts.append(
            "Slack: authorize the workspace in the console of Amazon Q Developer in chat applications once before the "
            f"stack `{stacks.name('observability')}` is created, and invite `@Amazon Q` to a private channel."
        )
    if topics := [f"`{one.topic_arn}`" for one in wanted.notify if one.topic_arn]:
        services = ["cloudwatch", *(["events"] if wanted.by_events else []), *(["aps"] if wanted.prometheus else [])]
        named = " and ".join(f"`{one}.amazonaws.com`" for one in services)
        parts.append(f"The policy of {', '.join(topics)} has to let {named} publish.")
    if not wanted.notify and wanted.alarms:
        parts.append("Nobody is told of the alarms: `observability.notify` says who is.")
    if wanted.dashboard:
        parts.append(f"The dashboard is an output of the stack `{stacks.name('observability')}`: `DashboardUrl`.")
    alarms = "\n\n".join(["## Alarms", *parts]) if parts else ""
    return "\n\n".join(one for one in (alarms, *_managed(stacks, wanted), _searched(stacks, wanted)) if one)


def _managed(stacks: Stacks, wanted: Observability) -> list[str]:
    """What is there besides: questions to the audit log, and what AWS keeps and shows besides CloudWatch."""
    found = []
    if wanted.audit_queries:
        from bpc.output import asked

        found.append(asked.said(stacks))
    if wanted.prometheus:
        from bpc.output import metrics

        found.append(metrics.said(stacks, wanted, wanted.prometheus))
    if wanted.grafana:
        from bpc.output import grafana

        found.append(grafana.said(stacks, wanted.grafana))
    return found


def _searched(stacks: Stacks, wanted: Observability) -> str:
    if not wanted.open_search:
        return ""
    from bpc.output import searching

    return searching.said(stacks)
