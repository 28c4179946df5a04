"""What the README says of managed Grafana: who lets people in, and what is made in the workspace by hand."""

from __future__ import annotations

from bpc.model import ManagedGrafana
from bpc.output.stacks import Stacks

NAMES = {"cloudwatch": "CloudWatch", "prometheus": "Amazon Managed Service for Prometheus", "xray": "X-Ray"}


def said(stacks: Stacks, wanted: ManagedGrafana) -> str:
    """Signing in, data sources, dashboards."""
    stack = f"`{stacks.name('observability')}`"
    parts = [f"The address of the workspace is an output of the stack {stack}: `GrafanaUrl`."]
    if "aws-sso" in wanted.authentication:
        parts.append(
            "IAM Identity Center has to be switched on before the stack is created. Nobody is in the workspace at "
            "first: assign users and groups, and who of them administers it, in the console of Amazon Managed Grafana "
            "or with `aws grafana update-permissions`."
        )
    if "saml" in wanted.authentication:
        parts.append(
            "The identity provider has to know the workspace: its entity ID is `<GrafanaUrl>/saml/metadata`, and "
            "assertions go to `<GrafanaUrl>/saml/acs`."
        )
    sources = ", ".join(NAMES[one] for one in sorted(wanted.data_sources))
    parts.append(
        f"CloudFormation has no types for what is inside: add the data sources ({sources}) in the workspace, by its "
        "menu of AWS data sources, and import or draw dashboards there. The workspace's role reads these sources and "
        "nothing else, and of logs the platform's own."
    )
    if wanted.in_vpc:
        parts.append(
            "Data sources in the VPC have to let its security group in: `GrafanaSecurityGroupId`. It asks AWS services "
            "through the VPC too, so that a network without a way to the internet needs VPC endpoints for them."
        )
    return "\n\n".join(["## Grafana", *parts])
