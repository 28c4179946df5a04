"""Instance types, wherever they are named: they exist, they run Linux, they are sold in the Region."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint

MOST_GUESSES = 20  # looking for the nearest word takes a millisecond, and a file may hold many words

UNKNOWN_TYPE = rule(
    "BPC360",
    "unknown-instance-type",
    why="EC2 has no such instance type, as far as bpc knows (Amazon EC2 Instance Types Guide).",
    cure="Use one that exists, such as m7g.large.",
)
NOT_LINUX = rule(
    "BPC361",
    "instance-type-not-linux",
    why="Mac instances are whole machines that run macOS alone (Amazon EC2 User Guide, Mac instances).",
    cure="Use another family, such as m7g.",
)
NOT_SOLD_HERE = rule(
    "BPC362",
    "instance-type-not-in-region",
    why="The family, or this size of it, is not on the price list of the Region that bpc knows; the list lags behind "
    "new offers.",
    cure="Check with `aws ec2 describe-instance-type-offerings`, or use another family.",
    severity="warning",
)


def architectures(types: tuple[str, ...]) -> dict[str, list[str]]:
    """The known types by what they run, each once."""
    found: dict[str, list[str]] = {}
    for one in dict.fromkeys(types):
        architecture = facts.architecture(one)
        if architecture:
            found.setdefault(architecture, []).append(one)
    return found


def mixture(types: tuple[str, ...]) -> str:
    """Which types are of which architecture, said when there is more than one."""
    found = architectures(types)
    return "; ".join(f"{', '.join(found[key])}: {key}" for key in sorted(found)) if len(found) > 1 else ""


def _types(blueprint: Blueprint) -> Iterator[Diagnostic]:
    region = blueprint.metadata.region
    sold = facts.offered(region)
    unknown = 0
    for at, one in _named(blueprint):
        name, _, size = one.partition(".")
        family = facts.family(one)
        if family is None:
            unknown += 1
            help = _instead(one) if unknown <= MOST_GUESSES else ""
            yield UNKNOWN_TYPE.at(at, f"there is no instance type {one}", help)
        elif family.os != "linux":
            yield NOT_LINUX.at(at, f"{one} runs macOS, not Linux", "use another family, such as m7g")
        elif sold and (name not in sold or size in sold[name]):
            what = one if name in sold else name
            yield NOT_SOLD_HERE.at(at, f"{what} is not on the price list of {region}", "see that it is sold there")


def _named(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    """Every instance type in the blueprint, with its place."""
    bastion = blueprint.bastion
    if bastion:
        yield (*bastion.at, "instanceType"), bastion.instance_type
        for index, one in enumerate(bastion.instance_types):
            yield (*bastion.at, "instanceTypes", index), one
    for group in blueprint.node_groups:
        for index, one in enumerate(group.instance_types):
            yield (*group.at, "instanceTypes", index), one


def _instead(instance_type: str) -> str:
    """The nearest size of the family; where the family is unknown too, the nearest type of all."""
    from bpc.checks.nearest import meant

    families = facts.instance_types()
    name, _, size = instance_type.partition(".")
    if name in families:
        sizes = [f"{name}.{one}" for one in families[name].sizes]
        return meant(instance_type, sizes) or f"{name} has {', '.join(families[name].sizes)}"
    return meant(instance_type, [f"{one}.{size}" for one in families if size in families[one].sizes])


CHECKS = (_types,)
