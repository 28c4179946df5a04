"""How pods prove to AWS who they are: EKS Pod Identity, or IRSA where that cannot work or is asked for.

Pod Identity needs an agent on the node, which Fargate and Windows nodes do not have (Amazon EKS User Guide, EKS Pod
Identity restrictions); IAM roles for service accounts (IRSA) work everywhere, by tokens that IAM itself verifies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.kit.naming import logical_id
from bpc.model import Blueprint
from bpc.plan.shapes import PlannedAddOn, PlannedServiceAccount

if TYPE_CHECKING:
    from bpc.model import FargateProfile, ServiceAccount

POD_IDENTITY, IRSA = "pod-identity", "irsa"


def of_namespace(blueprint: Blueprint, namespace: str) -> str:
    """What pods of a namespace use where nothing else is said."""
    irsa = blueprint.cluster.identity == IRSA or on_fargate(blueprint, namespace)
    return IRSA if irsa else POD_IDENTITY


def on_fargate(blueprint: Blueprint, namespace: str) -> bool:
    """Whether a namespace's pods run on Fargate: there is nothing else, or a profile takes all of them."""
    if not blueprint.has_nodes:
        return True
    return any(_takes(profile, namespace) for profile in blueprint.fargate_profiles)


def addon_on_fargate(planned: PlannedAddOn, blueprint: Blueprint) -> bool:
    """The same of the pods that have an add-on's role; those of a DaemonSet are never on Fargate."""
    on_nodes = planned.entry.role_on_nodes and blueprint.has_nodes
    return not on_nodes and on_fargate(blueprint, planned.namespace)


def _takes(profile: FargateProfile, namespace: str) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(namespace, one.namespace) for one in profile.selectors if not one.labels)


def addon(planned: PlannedAddOn, blueprint: Blueprint, partition: str) -> PlannedAddOn:
    """An add-on with its kind of identity decided, and its role's name where a manifest says the role's ARN."""
    on_windows = planned.entry.role_on_windows and planned.context.has_windows
    given = planned.given_role
    by_token = blueprint.cluster.identity == IRSA or planned.entry.by_token or bool(given and planned.source == "eks")
    if not by_token and not on_windows and not addon_on_fargate(planned, blueprint):
        return planned
    if given and planned.source != "eks":
        return planned.replace(identity=IRSA, role_arn=given, context=planned.context.replace(role_arn=given))
    if planned.source == "eks" or not planned.has_role:
        return planned.replace(identity=IRSA)
    said = planned.iam.role_name if planned.iam else None
    name = said or role_name(blueprint, planned.entry.name)
    arn = role_arn(blueprint, partition, name)
    return planned.replace(identity=IRSA, role_name=name, role_arn=arn, context=planned.context.replace(role_arn=arn))


def service_account(account: ServiceAccount, blueprint: Blueprint, partition: str) -> PlannedServiceAccount:
    """A service account with its kind of identity decided, and what its manifest says of its role."""
    usual = IRSA if account.os == "windows" else of_namespace(blueprint, account.namespace)
    identity = account.identity or usual
    annotated = identity == IRSA and account.create
    said = account.iam.role_name if account.iam else None
    name = said or (role_name(blueprint, account.namespace, account.name) if annotated else None)
    arn = account.role_arn or role_arn(blueprint, partition, name or "")
    id = logical_id(account.namespace, account.name)
    return PlannedServiceAccount(account, id, identity, name, arn if annotated else "")


def role_name(blueprint: Blueprint, *words: str) -> str:
    """A name that is the role's alone in the account, for a role whose ARN must be known before it is made."""
    return "-".join((blueprint.metadata.name, blueprint.metadata.region, *words))


def role_arn(blueprint: Blueprint, partition: str, name: str) -> str:
    """The ARN of a role by its name; nothing where the blueprint does not say the account."""
    return f"arn:{partition}:iam::{blueprint.account}:role/{name}" if blueprint.account else ""
