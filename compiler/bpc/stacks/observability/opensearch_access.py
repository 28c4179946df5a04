"""Who reaches the search domain, and who gets as far as its fine-grained access control.

Sources: Amazon OpenSearch Service Developer Guide, Identity and Access Management (the access policy comes first,
fine-grained access control after it; Dashboards, too, is an API that requests are signed for). The rules that name the
cluster's security group or the bastion host's go with the stack, whatever stays, for nobody could delete a group that
others name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from awacs.aws import PolicyDocument, Principal, Statement
from troposphere import GetAtt, Sub, ec2

from bpc import home
from bpc.kit import iam, search
from bpc.kit.sheet import Sheet
from bpc.model.opensearch import OpenSearch
from bpc.plan import searched
from bpc.plan.shapes import Plan

GROUP = "SearchDomainSecurityGroup"
EVERYTHING = tuple(f"es:ESHttp{one}" for one in ("Delete", "Get", "Head", "Patch", "Post", "Put"))
# A search is a POST with a body.
READ = tuple(f"es:ESHttp{one}" for one in ("Get", "Head", "Post"))


def group_id() -> GetAtt:
    return GetAtt(GROUP, "GroupId")


def fill(wanted: OpenSearch, plan: Plan, sheet: Sheet) -> None:
    """The group, which stays with the domain, and the rules that let somebody in."""
    # A domain answers and never calls; the rule is EC2's own way to say: nothing out.
    egress = ec2.SecurityGroupRule(
        IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
    )
    made = ec2.SecurityGroup(
        GROUP,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        GroupDescription="The search domain, for the nodes of the cluster",
        VpcId=home.vpc(plan, sheet),
        SecurityGroupEgress=[egress],
        Tags=sheet.tags(GROUP),
    )
    sheet.add(made, wanted.at)
    # The nodes have the cluster's own security group, and so do pods on Fargate.
    sheet.add(
        _https("Nodes", "the nodes of the cluster", sheet.imported("cluster", "ClusterSecurityGroupId")), wanted.at
    )
    if plan.blueprint.bastion:
        sheet.add(_https("Bastion", "the bastion host", sheet.imported("bastion", "SecurityGroupId")), wanted.at)


def _https(title: str, who: str, group: Any) -> ec2.SecurityGroupIngress:
    return ec2.SecurityGroupIngress(
        f"SearchDomainFrom{title}",
        GroupId=group_id(),
        SourceSecurityGroupId=group,
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        Description=f"HTTPS from {who}",
    )


def policy(wanted: OpenSearch, plan: Plan, sheet: Sheet) -> PolicyDocument:
    """What each of them finds there, fine-grained access control says."""
    whole = search.resource(wanted.domain_name)
    statements = [_may("TheMasterUserMayDoEverything", [wanted.master_user_arn], EVERYTHING, whole)]
    if wanted.reader_arns:
        statements.append(_may("ReadersSearch", list(wanted.reader_arns), READ, whole))
    if writers := list(_writers(plan, sheet)):
        statements.append(_may("LogsAreWritten", writers, (search.WRITE,), search.bulk(wanted.domain_name)))
    return PolicyDocument(Version=iam.VERSION, Statement=statements)


def _may(sid: str, who: list[Any], actions: tuple[str, ...], where: Sub) -> Statement:
    return Statement(
        Sid=sid, Effect="Allow", Principal=Principal("AWS", who), Action=iam.actions(*actions), Resource=[where]
    )


def _writers(plan: Plan, sheet: Sheet) -> Iterator[Any]:
    for one in searched.writers(plan):
        if one.has_role:
            yield sheet.imported("addons", searched.role_output(one))
        elif one.given_role:
            yield one.given_role
