"""What the README says of the queries on the audit log."""

from __future__ import annotations

from bpc.kit import audit_queries
from bpc.output.stacks import Stacks


def said(stacks: Stacks) -> str:
    wanted = stacks.plan.blueprint.observability
    assert wanted
    rows = [f"| `{one}` | {audit_queries.reason(one)} |" for one in wanted.asked_of_audit]
    table = "\n".join(["| query | what it is good for |", "|---|---|", *rows])
    return (
        f"## Audit log\n\nIn the console of CloudWatch Logs Insights, the folder `{stacks.plan.name}/audit` has these "
        f"queries on the audit log of the Kubernetes API:\n\n{table}\n\nWho changes access entries is in AWS "
        "CloudTrail, since that goes through the API of EKS."
    )
