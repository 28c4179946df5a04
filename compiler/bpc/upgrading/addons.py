"""Which versions of EKS add-ons go with a Kubernetes version, as far as a dated table knows.

Amazon EKS User Guide, "Manage CoreDNS", "Manage kube-proxy" and "Amazon VPC CNI versions"; EKS Blueprints for CDK.
Where nothing is known, `aws eks describe-addon-versions` has to be asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bpc import facts
from bpc.kit.record import Record
from bpc.output.stacks import Stacks
from bpc.upgrading.shapes import AddOn

# In this order (Amazon EKS User Guide, "Update existing cluster to new Kubernetes version").
NETWORKING = ("vpc-cni", "kube-proxy", "coredns")
WORDS = {"guide": "the latest", "eksctl": "the newest", "blueprints": "the default"}


class Known(Record):
    """A version that somebody says goes with a Kubernetes version, and when."""

    version: str
    said: str


def known(name: str, kubernetes: str) -> list[Known]:
    """What is known of an EKS add-on, the newest version first."""
    sources = facts.addon_sources()
    every = facts.entry("eks-addons.json", name) or {}
    found = [
        Known(one[kubernetes], f"{WORDS[source]} {sources[source][0]} on {sources[source][1]}")
        for source, one in every.items()
        if kubernetes in one
    ]
    return sorted(found, key=lambda one: number(one.version), reverse=True)


def number(version: str) -> tuple[int, ...]:
    """A version such as v1.14.3-eksbuild.16 as it is compared; empty for one that is of no such form."""
    release, _, build = version.removeprefix("v").partition("-eksbuild.")
    parts = (*release.split("."), build or "0")
    return tuple(int(one) for one in parts) if all(one.isdecimal() for one in parts) else ()


def asked(name: str, kubernetes: str) -> str:
    """The command that lists all versions."""
    return f"aws eks describe-addon-versions --addon-name {name} --kubernetes-version {kubernetes}"


def pinned(name: str, version: str, kubernetes: str) -> str:
    """What is to be done about a version that the blueprint says; nothing where it is known to go with Kubernetes."""
    found, own = known(name, kubernetes), number(version)
    if any(one.version == version for one in found):
        return ""
    if not found or not own:
        return f"take one that `{asked(name, kubernetes)}` lists"
    best = f"take {found[0].version} ({found[0].said})"
    if name == "kube-proxy" and ".".join(map(str, own[:2])) != kubernetes:
        return f"it is of Kubernetes {own[0]}.{own[1]}, not of {kubernetes}: {best}"
    if own < number(found[-1].version):
        return f"older than what is known to go with Kubernetes {kubernetes}: {best}"
    if own > number(found[0].version):
        where = f"newer than {found[0].version}, {found[0].said}"
        return f"{where}: see that `{asked(name, kubernetes)}` lists it"
    return f"see that `{asked(name, kubernetes)}` lists it, or {best}"


def rows(environments: Sequence[Stacks], kubernetes: str) -> Iterator[AddOn]:
    """The EKS add-ons of all environments, networking first."""
    every = {addon.entry.name: addon for one in environments for addon in one.plan.addons if addon.source == "eks"}
    order = [*(one for one in NETWORKING if one in every), *(one for one in every if one not in NETWORKING)]
    for name in order:
        entry, said = every[name].entry, every[name].request.options.get("version", "")
        found = known(entry.eks_name or name, kubernetes)
        yield AddOn(
            name, entry.eks_name or name, str(said), *((found[0].version, found[0].said) if found else ("", ""))
        )
