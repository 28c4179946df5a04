"""A security group for what calls others by HTTPS and is called by nobody, unless the blueprint says so.

DNS and time come from the VPC itself, past all rules (Amazon VPC User Guide, Security groups).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import ec2

from bpc import home
from bpc.diagnostics import Path
from bpc.kit.sheet import Sheet
from bpc.model import Blueprint
from bpc.plan.shapes import Plan

HTTPS = 443


def group(
    title: str,
    said: str,
    called: str,
    plan: Plan,
    sheet: Sheet,
    at: Path,
    *,
    ingress: Sequence[ec2.SecurityGroupRule] = (),
    tag: str = "",
) -> ec2.SecurityGroup:
    """`said` is whose group it is, and `called` whom it calls; `tag` its Name, where that is not the title."""
    made = ec2.SecurityGroup(
        title,
        GroupDescription=said,
        VpcId=home.vpc(plan, sheet),
        **({"SecurityGroupIngress": list(ingress)} if ingress else {}),
        SecurityGroupEgress=[_to("0.0.0.0/0", HTTPS, called), *_to_proxy(plan.blueprint)],
        Tags=sheet.tags(tag or title),
    )
    return sheet.add(made, at)


def _to_proxy(blueprint: Blueprint) -> Iterator[ec2.SecurityGroupRule]:
    """The ports of the HTTP proxy, which few have at that of HTTPS; where it is, its name does not tell."""
    proxy = blueprint.network.proxy
    if proxy is None:
        return
    for url in dict.fromkeys((proxy.https_proxy, proxy.http_proxy or proxy.https_proxy)):
        host, _, port = url.rpartition("/")[2].rpartition(":")
        where = f"{host}/32" if host.replace(".", "").isdigit() else "0.0.0.0/0"
        if int(port) != HTTPS:
            yield _to(where, int(port), "The HTTP proxy")


def _to(where: str, port: int, said: str) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp=where, Description=said)
