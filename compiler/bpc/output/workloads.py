"""What the README says of workloads: what their owners still have to do."""

from __future__ import annotations

from bpc.output.stacks import Stacks


def said(stacks: Stacks) -> str:
    """Nothing where everything is done."""
    accounts = stacks.plan.service_accounts
    made = {name for team in stacks.plan.blueprint.teams if team.create_namespaces for name in team.namespaces}
    namespaces = sorted({one.account.namespace for one in accounts if one.account.create} - made)
    annotated = [one for one in accounts if one.identity == "irsa" and not one.account.create]
    parts = []
    if namespaces:
        shown = ", ".join(f"`{one}`" for one in namespaces)
        parts.append(f"The manifests hold ServiceAccounts for {shown}; the namespaces must be there before.")
    if annotated:
        stack = stacks.name("workloads")
        parts.append(
            f"These service accounts say their role themselves, in the annotation `eks.amazonaws.com/role-arn`. Its "
            f"value is an output of the stack `{stack}`:\n\n| service account | output |\n|---|---|\n"
            + "\n".join(f"| `{one.account.namespace}/{one.account.name}` | `{one.id}RoleArn` |" for one in annotated)
        )
    return "\n\n".join(["## Workloads", *parts]) if parts else ""
