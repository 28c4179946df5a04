"""A workspace of Amazon Managed Grafana, and the role with which it reads what it shows.

Sources: Amazon Managed Grafana User Guide, Permissions and policies for AWS data sources (of the customer-managed
permissions, for the service manages none for a workspace that CloudFormation makes), Use SAML with your workspace,
Connect to data sources or notification channels in Amazon VPC, and Cross-service confused deputy prevention; Amazon
Managed Grafana API Reference, NetworkAccessConfiguration (both lists are there, one of them may be empty).
"""

from __future__ import annotations

from typing import Any

from awacs.aws import ArnLike, Condition, Statement, StringEquals
from troposphere import AccountId, GetAtt, Sub, ec2, grafana

from bpc import home
from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.model import ManagedGrafana
from bpc.plan.shapes import Plan
from bpc.stacks.observability.prometheus import WORKSPACE

TITLE, ROLE, GROUP = "GrafanaWorkspace", "GrafanaWorkspaceRole", "GrafanaSecurityGroup"
MOST_SUBNETS = 6
QUERY = ("DescribeWorkspace", "GetLabels", "GetMetricMetadata", "GetSeries", "QueryMetrics")
ALERTS = (
    "GetAlertManagerStatus",
    "ListAlertManagerAlertGroups",
    "ListAlertManagerAlerts",
    "ListAlertManagerSilences",
    "ListAlerts",
    "ListRules",
)
METRICS = (
    "cloudwatch:DescribeAlarmsForMetric",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "ec2:DescribeInstances",
    "ec2:DescribeRegions",
    "ec2:DescribeTags",
    "logs:DescribeLogGroups",
    "logs:StopQuery",
    "tag:GetResources",
)
TRACES = (
    "BatchGetTraces",
    "GetGroups",
    "GetInsight",
    "GetInsightSummaries",
    "GetServiceGraph",
    "GetTimeSeriesServiceStatistics",
    "GetTraceGraph",
    "GetTraceSummaries",
)


def fill(wanted: ManagedGrafana, plan: Plan, sheet: Sheet) -> None:
    role = _role(wanted, plan, sheet)
    optional: dict[str, Any] = {
        "GrafanaVersion": wanted.version,
        "NetworkAccessControl": _access(wanted),
        "SamlConfiguration": _saml(wanted),
        "VpcConfiguration": _inside(wanted, plan, sheet) if wanted.in_vpc else None,
    }
    named = sheet.tag_map(f"{plan.name}-{TITLE}")
    workspace = grafana.Workspace(
        TITLE,
        Name=plan.name,
        Description=f"The platform {plan.name}",
        AccountAccessType="CURRENT_ACCOUNT",
        AuthenticationProviders=[one.upper().replace("-", "_") for one in sorted(wanted.authentication)],
        PermissionType="CUSTOMER_MANAGED",
        RoleArn=GetAtt(role, "Arn"),
        DataSources=[one.upper() for one in sorted(wanted.data_sources)],
        PluginAdminEnabled=wanted.plugin_admin,
        Tags=[grafana.TagsItems(Key=key, Value=value) for key, value in named.items()],
        **{key: value for key, value in optional.items() if value},
    )
    sheet.add(workspace, wanted.at)
    sheet.output("GrafanaUrl", Sub(f"https://${{{TITLE}.Endpoint}}"), "Where people sign in to Grafana.")
    sheet.output("GrafanaWorkspaceId", GetAtt(workspace, "Id"), "The workspace of Grafana, for `aws grafana`.")


def _role(wanted: ManagedGrafana, plan: Plan, sheet: Sheet) -> Any:
    ours = Condition(
        [
            StringEquals({"aws:SourceAccount": AccountId}),
            ArnLike({"aws:SourceArn": iam.arn("grafana:/workspaces/*")}),
        ]
    )
    role = iam.role(
        ROLE,
        iam.trusts("grafana.amazonaws.com", where=ours),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags(ROLE),
        statements=_reads(wanted, plan),
        policy_name="ReadWhatIsShown",
    )
    return sheet.add(role, (*wanted.at, "dataSources"))


def _reads(wanted: ManagedGrafana, plan: Plan) -> list[Statement]:
    """What each data source asks; metrics and traces IAM cannot tell apart."""
    anywhere: list[str] = []
    found: list[Statement] = []
    if "cloudwatch" in wanted.data_sources:
        anywhere += METRICS
        found += _of_the_platform(plan)
    if "prometheus" in wanted.data_sources:
        anywhere.append("aps:ListWorkspaces")
        asked = [f"aps:{one}" for one in (*ALERTS, *QUERY)]
        found.append(iam.allow(*sorted(asked), on=[GetAtt(WORKSPACE, "Arn")], sid="AskTheWorkspace"))
    if "xray" in wanted.data_sources:
        anywhere += [f"xray:{one}" for one in TRACES]
    return [iam.allow_anywhere(*sorted(anywhere)), *found]


def _of_the_platform(plan: Plan) -> list[Statement]:
    """Its own logs, and alarms."""
    names = (f"/aws/eks/{plan.name}/*", f"/aws/containerinsights/{plan.name}/*", f"/aws/vendedlogs/*/{plan.name}")
    groups = [iam.arn(f"logs:log-group:{name}:*") for name in names]
    read = ("GetLogEvents", "GetLogGroupFields", "GetQueryResults", "StartQuery")
    look = ("DescribeAlarmHistory", "DescribeAlarms")
    return [
        iam.allow(*(f"cloudwatch:{one}" for one in look), on=[iam.arn("cloudwatch:alarm:*")], sid="LookAtAlarms"),
        iam.allow(*(f"logs:{one}" for one in read), on=groups, sid="ReadThePlatformsLogs"),
    ]


def _access(wanted: ManagedGrafana) -> grafana.NetworkAccessControl | None:
    if wanted.access is None:
        return None
    return grafana.NetworkAccessControl(
        PrefixListIds=wanted.access.get("prefixListIds", []), VpceIds=wanted.access.get("vpcEndpointIds", [])
    )


def _saml(wanted: ManagedGrafana) -> grafana.SamlConfiguration | None:
    if wanted.saml is None:
        return None
    said = wanted.saml
    editors = {"Editor": said["editorRoles"]} if said["editorRoles"] else {}
    return grafana.SamlConfiguration(
        IdpMetadata=grafana.IdpMetadata(Url=said["metadataUrl"]),
        AssertionAttributes=grafana.AssertionAttributes(Role=said["roleAttribute"]),
        RoleValues=grafana.RoleValues(Admin=said["adminRoles"], **editors),
        LoginValidityDuration=said["loginMinutes"],
    )


def _inside(wanted: ManagedGrafana, plan: Plan, sheet: Sheet) -> grafana.VpcConfiguration:
    """A way into the VPC, and none back; data sources there let its group in themselves."""
    at = (*wanted.at, "inVpc")
    group = ec2.SecurityGroup(
        GROUP,
        GroupDescription="What Grafana asks inside the VPC",
        VpcId=home.vpc(plan, sheet),
        SecurityGroupEgress=[
            ec2.SecurityGroupRule(
                IpProtocol="tcp",
                FromPort=0,
                ToPort=65535,
                CidrIp="0.0.0.0/0",
                Description="Data sources in the VPC, and AWS services",
            )
        ],
        Tags=sheet.tags(GROUP),
    )
    sheet.add(group, at)
    sheet.output("GrafanaSecurityGroupId", GetAtt(group, "GroupId"), "What data sources in the VPC have to let in.")
    subnets = home.subnets("private", plan, sheet)
    return grafana.VpcConfiguration(
        SecurityGroupIds=[GetAtt(group, "GroupId")],
        SubnetIds=subnets[:MOST_SUBNETS] if isinstance(subnets, list) else subnets,
    )
