"""What the README says of an environment, gathered from its stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpc.kit.record import Record
from bpc.output import kept
from bpc.output.stacks import Stacks
from bpc.output.storage_classes import storage_classes

if TYPE_CHECKING:
    from bpc.model import StackSets


class Row(Record):
    """A stack to create; `asked` are the parameters that have no default."""

    stack: str
    file: str
    capability: str
    asked: tuple[str, ...]


class Place(Record):
    """What the page says of an environment; `cluster`, `bastion` and `network` are names of stacks."""

    environment: str
    name: str
    region: str
    account: str | None
    stacks: tuple[Row, ...]
    cluster: str
    bastion: str
    protected: bool
    private: bool
    creator: bool
    access: str
    synced: str
    cluster_access: str
    leaves: tuple[tuple[str, str], ...]
    network: str
    kept: tuple[kept.Kept, ...]
    beforehand: tuple[str, ...]
    sizes: tuple[str, ...]
    classes: str
    auto_mode: str
    sets: StackSets | None
    format: str


# A resource of IAM with a name of its own, which only a patch can have given it.
NAMES = {"RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"}


def capability(template: dict[str, Any]) -> str:
    """What CloudFormation wants to be told (CloudFormation API Reference, CreateStack, Capabilities)."""
    iam = [one for one in template["Resources"].values() if one["Type"].startswith("AWS::IAM::")]
    named = any(NAMES & set(one.get("Properties", {})) for one in iam)
    return "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM" if iam else ""


def described(stacks: Stacks) -> Place:
    """What there is to say of an environment."""
    blueprint = stacks.plan.blueprint
    return Place(
        environment=stacks.environment,
        name=stacks.plan.name,
        region=stacks.plan.region,
        account=blueprint.account,
        stacks=tuple(
            Row(stacks.name(stack), stacks.file(stack), capability(template), _asked(template))
            for stack, template in stacks.templates.items()
        ),
        cluster=stacks.name("cluster"),
        bastion=stacks.name("bastion"),
        protected=blueprint.cluster.deletion_protection,
        private=not blueprint.cluster.endpoint.is_public,
        creator=blueprint.cluster.bootstrap_cluster_creator_admin_permissions,
        access=blueprint.bastion.access if blueprint.bastion else "",
        synced=blueprint.cloudformation.git_sync.folder if blueprint.cloudformation.git_sync else "",
        cluster_access=blueprint.bastion.cluster_access if blueprint.bastion else "",
        beforehand=tuple(command for one in stacks.plan.addons for command in one.entry.beforehand(one.context)),
        leaves=tuple(one.entry.leaves for one in stacks.plan.addons if one.entry.leaves[0]),
        network="" if blueprint.network.existing else stacks.name("network"),
        kept=kept.of(stacks),
        classes=storage_classes(stacks),
        auto_mode=_auto_mode(stacks),
        sizes=tuple(one for template in stacks.templates.values() for one in _sizes(template)),
        sets=blueprint.cloudformation.stack_sets,
        format=blueprint.cloudformation.format,
    )


def _auto_mode(stacks: Stacks) -> str:
    if not stacks.plan.blueprint.cluster.auto_mode:
        return ""
    from bpc.output import auto_mode

    return auto_mode.said(stacks.plan, stacks.plan.blueprint.cluster.auto_mode)


def _asked(template: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, one in template.get("Parameters", {}).items() if "Default" not in one)


def _sizes(template: dict[str, Any]) -> list[str]:
    """The parameters that say how large a node group is when it is made, and may be emptied afterwards."""
    conditions = template.get("Conditions", {})
    size, given = "DesiredSize", "HasDesiredSize"
    names = [name.removesuffix(given) for name in conditions if name.endswith(given)]
    return [f"{name}{size}" for name in names]
