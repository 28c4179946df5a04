"""What EKS runs for the cluster: settings that a role of the user's own would make void, and roles without limit."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

NO_POOLS = rule(
    "BPC742",
    "node-role-without-pools",
    why="The role is for the node pools that EKS brings along, and for nodeClasses without a roleArn of their own "
    "(Amazon EKS User Guide, Create a Node Class).",
    cure="Take iam away, or name a node pool or a node class. A role for a NodeClass that is not in the blueprint "
    "needs an entry of the type ec2 in access.",
)
UNKNOWN_ROLE = rule(
    "BPC743",
    "auto-mode-with-given-role",
    why="EKS Auto Mode makes nodes, volumes and load balancers with the cluster's role (Amazon EKS User Guide, EKS "
    "Auto Mode cluster IAM role); a role that is given must have those permissions, and trust sts:TagSession.",
    cure="See that it does; the page names four managed policies.",
    severity="warning",
)


def _auto_mode(blueprint: Blueprint) -> Iterator[Diagnostic]:
    auto = blueprint.cluster.auto_mode
    if auto and auto.iam and not auto.needs_role:
        yield NO_POOLS.at(auto.iam.at, "there is no node pool and no node class that has this role", key=True)
    if auto and blueprint.cluster.role_arn:
        at = (*blueprint.cluster.at, "iam", "roleArn")
        yield UNKNOWN_ROLE.at(at, "this role has to let EKS Auto Mode work", "see that it has the four policies")


CHECKS = (_auto_mode,)
