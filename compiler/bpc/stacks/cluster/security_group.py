"""Rules of the blueprint on the security group that EKS makes for the cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from troposphere import GetAtt

from bpc.kit import security_group_rules

if TYPE_CHECKING:
    from bpc.kit.sheet import Sheet
    from bpc.model import SecurityGroupRule


def fill(rules: Iterable[SecurityGroupRule], sheet: Sheet) -> None:
    for rule in rules:
        group = GetAtt("Cluster", "ClusterSecurityGroupId")
        sheet.add(security_group_rules.resource(rule, "Cluster", group), rule.at)
