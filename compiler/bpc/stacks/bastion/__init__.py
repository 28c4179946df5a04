"""The bastion host: one instance in the VPC to work from, by Session Manager, an Instance Connect Endpoint or SSH.

CloudFormation replaces the host for a new image, subnet, key pair or private address, and starts the new one
first: a fixed private address must be given up before. New user data restarts the host and is not run again
(AWS CloudFormation Template Reference, AWS::EC2::Instance).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troposphere import GetAtt, Ref, Sub, ec2
from troposphere.iam import InstanceProfile

from bpc import roles
from bpc.diagnostics import Path
from bpc.kit import cidr, https_egress, iam
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awacs.aws import Statement

    from bpc.model import Bastion as Settings

AT: Path = ("bastion",)


class Bastion(Stack):
    """a host inside the VPC to work from"""

    name = "bastion"
    number = 20

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return plan.blueprint.bastion is not None

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        from bpc.stacks.bastion import host

        bastion = plan.blueprint.bastion
        if bastion is None:
            return
        kind = bastion.kind_of_subnet(plan.blueprint.network)
        if bastion.access == "ssh":
            host.key(bastion, sheet)  # first, so that the console asks for it first
        _security_group(bastion, plan, sheet)
        if bastion.access == "instance-connect-endpoint":
            from bpc.stacks.bastion import connect_endpoint

            connect_endpoint.fill(kind, plan, sheet)
        if bastion.session_log:
            from bpc.stacks.bastion import session_log

            session_log.fill(bastion.session_log, plan, sheet)
        role = _role(bastion, plan, sheet)
        host.add(bastion, kind, plan, sheet)
        _outputs(bastion, role, kind, plan, sheet)


def _security_group(bastion: Settings, plan: Plan, sheet: Sheet) -> None:
    https_egress.group(
        "BastionSecurityGroup",
        "The bastion host",
        "HTTPS to AWS, to the Kubernetes API and to the publishers of the tools",
        plan,
        sheet,
        (*AT, "access"),
        ingress=_ingress(bastion, sheet),
        tag="HOST-SG",
    )


def _ingress(bastion: Settings, sheet: Sheet) -> list[ec2.SecurityGroupRule]:
    """A rule for each range, whose parameter can be changed when the stack is created."""
    if bastion.access != "ssh":
        return []
    several = len(bastion.allowed_cidrs) > 1
    return [
        ec2.SecurityGroupRule(
            IpProtocol="tcp",
            FromPort=22,
            ToPort=22,
            CidrIp=sheet.parameter(
                f"SgIngressSshCidr{index if several else ''}",
                "Bastion host",
                "A range of addresses that may reach the bastion host by SSH.",
                Default=one,
                **cidr.PARAMETER,
            ),
            Description="SSH from a range that the blueprint allows",
        )
        for index, one in enumerate(bastion.allowed_cidrs, 1)
    ]


def _role(bastion: Settings, plan: Plan, sheet: Sheet) -> GetAtt | str:
    cluster = iam.arn(f"eks:cluster/{plan.name}")
    describe = iam.allow("eks:DescribeCluster", on=[cluster], sid="WriteKubeconfig")
    managed = [iam.SESSION_POLICY] if bastion.access == "ssm" else []
    known = roles.Known(managed, [describe, *_more_statements(bastion, plan)], "DescribeCluster")
    arn = roles.add("BastionRole", iam.trusts(iam.ec2(plan.partition)), bastion.iam, plan, sheet, AT, known)
    name = arn.rpartition("/")[2] if isinstance(arn, str) else Ref("BastionRole")
    sheet.add(InstanceProfile("BastionInstanceProfile", Roles=[name]), AT)
    return arn


def _more_statements(bastion: Settings, plan: Plan) -> Iterator[Statement]:
    if bastion.session_log:
        from bpc.stacks.bastion import session_log

        yield from session_log.statements(bastion.session_log, plan)
    if bastion.bootstrap:
        urls = [one.url for one in bastion.bootstrap.downloads]
        objects = [url.removeprefix("s3://") for url in urls if url.startswith("s3://")]
        if objects:
            arns = [Sub(f"arn:${{AWS::Partition}}:s3:::{one}") for one in dict.fromkeys(objects)]
            yield iam.allow("s3:GetObject", on=arns, sid="ReadWhatTheClusterIsSetUpWith")


def _outputs(bastion: Settings, role: GetAtt | str, kind: str, plan: Plan, sheet: Sheet) -> None:
    group = GetAtt("BastionSecurityGroup", "GroupId")
    sheet.export("SecurityGroupId", group, "The host's security group.")
    sheet.export("RoleArn", role, "The host's role; bastion.clusterAccess says what it may do in the cluster.")
    sheet.output("Connect", _connect(bastion, kind), "How to reach the host; bash -l has its settings.")
    kubeconfig = f"aws eks update-kubeconfig --region ${{AWS::Region}} --name {plan.name}"
    if bastion.bootstrap:
        status = "systemctl status cluster-bootstrap"
        sheet.output("Bootstrap", status, "To be run on the host: how the setting up of the cluster stands.")
    sheet.output("Kubeconfig", Sub(kubeconfig), "To be run on the host, before kubectl.")


def _connect(bastion: Settings, kind: str) -> Sub:
    if bastion.access == "ssm":
        document = " --document-name ${SessionDocument}" if bastion.session_log else ""
        return Sub("aws ssm start-session --region ${AWS::Region} --target ${BastionHost}" + document)
    if bastion.access == "instance-connect-endpoint":
        ssh = "aws ec2-instance-connect ssh --region ${AWS::Region}"
        return Sub(f"{ssh} --connection-type eice --instance-id ${{BastionHost}}")
    address = "PublicIp" if kind == "public" else "PrivateIp"
    return Sub(f"ssh ec2-user@${{BastionHost.{address}}}")
