"""Quotas and limits of teams, as Kubernetes would take them.

Sources: Kubernetes documentation, Resource Quotas, Limit Ranges, and Resource Management for Pods and Containers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bpc.checks.nearest import meant
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint, Limit, Team
from bpc.model.teams import Quantities, QuotaScope, ScopedQuota

AMOUNT = rule(
    "BPC649",
    "quantity",
    why="Kubernetes writes amounts as a number with a unit: m for thousandths, k, M, G, T for thousands, Ki, Mi, Gi, "
    "Ti for powers of 1024. Memory in thousandths of a byte, or half a pod, is taken and never meant.",
    cure="Write for example 500m of cpu, 64Gi of memory, 100 pods.",
)
NO_RESOURCE = rule(
    "BPC650",
    "quota-resource",
    why="Nothing is counted under this name, so the quota would limit nothing (Kubernetes documentation, Resource "
    "Quotas).",
    cure="Use one of the names that the page lists; anything else that can be counted is count/ and the resource, with "
    "a dot and its API group.",
)
REFUSED = rule(
    "BPC651",
    "limits-refused",
    why="The API server refuses such a LimitRange (Kubernetes documentation, Limit Ranges).",
    cure="Do what the message says.",
)
NO_DEFAULTS = rule(
    "BPC652",
    "quota-without-defaults",
    why="Where a quota counts cpu or memory, a pod is refused if one of its containers does not say how much it wants "
    "(Kubernetes documentation, Resource Quotas).",
    cure="Give limits of the type Container a defaultRequest, or a default for what a quota of limits counts; or "
    "expect every container to say it.",
    severity="warning",
)

NO_SCOPE = rule(
    "BPC897",
    "quota-scope",
    why="The API server refuses such a scope, or no pod would ever be in it (Kubernetes documentation, Resource "
    "Quotas, Quota scopes).",
    cure="Do what the message says.",
)

UNITS = {"": 0, "n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
POWERS: dict[str, int] = {unit: 1024**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}
FORM = re.compile(r"([0-9]+(?:\.[0-9]+)?)([numkMGTPE]|[KMGTPE]i|[eE][0-9]+)?\Z")
COMPUTE = ("cpu", "memory", "ephemeral-storage")
COUNTED = (
    "pods", "services", "services.loadbalancers", "services.nodeports", "configmaps", "secrets",
    "persistentvolumeclaims", "replicationcontrollers", "resourcequotas",
)  # fmt: skip
KNOWN = (
    *COMPUTE,
    *(f"{kind}.{one}" for kind in ("requests", "limits") for one in COMPUTE),
    "requests.storage",
    *COUNTED,
)
OF_CLASS = (".storageclass.storage.k8s.io/requests.storage", ".storageclass.storage.k8s.io/persistentvolumeclaims")


def amount(text: str | int) -> Decimal | None:
    """What a quantity is in its base unit, or nothing where it is none."""
    found = FORM.match(str(text))
    if not found:
        return None
    number, unit = Decimal(found[1]), found[2] or ""
    if unit in POWERS:
        return number * Decimal(POWERS[unit])
    return number.scaleb(int(unit[1:]) if unit[:1] in ("e", "E") and unit[1:] else UNITS[unit])


def _quotas(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        for name, value in (team.quota or {}).items():
            at = (*team.at, "quota", name)
            if not _is_known(name):
                yield NO_RESOURCE.at(at, f"no quota counts {name}", meant(name, KNOWN), key=True)
            else:
                yield from _amount(at, name, value)
        yield from _defaults(team)


def _scopes(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        names: set[str] = set()
        for one in team.scoped_quotas:
            if one.name in names:
                yield NO_SCOPE.at(
                    (*one.at, "name"), f"{team.name} has a quota {one.name} already", "rename one of the two"
                )
            names.add(one.name)
            for name, value in one.hard.items():
                yield from _amount((*one.at, "hard", name), name, value)
            for scope in one.scope_selector:
                yield from _scope(scope)
            yield from _together(one)


def _scope(one: QuotaScope) -> Iterator[Diagnostic]:
    if one.wanted in ("In", "NotIn") and not one.values:
        yield NO_SCOPE.at(one.at, f"{one.wanted} needs the names of PriorityClasses", "add values")
    if one.values and one.wanted in ("Exists", "DoesNotExist"):
        yield NO_SCOPE.at((*one.at, "values"), f"{one.wanted} asks for no values", "take them away", key=True)
    elif one.scope_name != "PriorityClass" and one.wanted != "Exists":
        key = "operator" if one.operator else "values"
        yield NO_SCOPE.at((*one.at, key), f"{one.scope_name} knows Exists alone", "say scopeName and no more", key=True)


def _together(one: ScopedQuota) -> Iterator[Diagnostic]:
    """Scopes that exclude each other, and what a pod that asks for nothing cannot be counted by."""
    names = {it.scope_name for it in one.scope_selector}
    for name in sorted(names):
        if f"Not{name}" in names:
            yield NO_SCOPE.at(one.at, f"no pod is both {name} and Not{name}", "make two quotas of it")
    if "BestEffort" in names and {*one.hard} != {"pods"}:
        yield NO_SCOPE.at((*one.at, "hard"), "of pods that ask for nothing only their number counts", "keep pods alone")


def _is_known(name: str) -> bool:
    extended = name.startswith("requests.") and "/" in name
    return name in KNOWN or extended or name.endswith(OF_CLASS) or name.startswith(("count/", "requests.hugepages-"))


def _amount(at: Path, name: str, value: str | int) -> Iterator[Diagnostic]:
    found = amount(value)
    if found is None:
        text = str(value)
        help = f"write {text.removesuffix('B')}i" if re.fullmatch(r"[0-9.]+[KMGTPE]B", text) else ""
        yield AMOUNT.at(at, f"{value} is no amount", help)
        return
    kind = name.rpartition(".")[2].rpartition("/")[2]
    if kind in ("memory", "ephemeral-storage", "storage"):
        if found != int(found):
            yield AMOUNT.at(at, f"{value} of {name} is less than a whole byte", "write Mi or Gi")
    elif kind == "cpu":
        if found > 1_000_000:
            yield AMOUNT.at(at, f"{value} of {name} is {int(found):,} cores")
    elif found != int(found):
        yield AMOUNT.at(at, f"{value} of {name} is no whole number")


def _defaults(team: Team) -> Iterator[Diagnostic]:
    """What a pod of this namespace has to say by itself."""
    given = [one for one in team.limits or () if one.type == "Container"]
    for name in team.quota or {}:
        kind, _, resource = name.rpartition(".")
        if resource not in ("cpu", "memory") or kind not in ("", "requests", "limits"):
            continue
        # Kubernetes takes a limit for a request, and the most for a limit, where nothing else is said.
        fields = [one.default for one in given] + [one.max for one in given]
        fields += [one.default_request for one in given] if kind != "limits" else []
        if not any(resource in one for one in fields if one):
            said = f"a container of {team.name} that does not say its {resource} is refused"
            yield NO_DEFAULTS.at((*team.at, "quota", name), said, "say what it gets in limits", key=True)


def _limits(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        types: set[str] = set()
        for one in team.limits or ():
            if one.type in types:
                yield REFUSED.at(one.at, f"there are limits of the type {one.type} already", "make one of the two")
            types.add(one.type)
            yield from _limit(one)


def _limit(one: Limit) -> Iterator[Diagnostic]:
    if not one.said:
        yield REFUSED.at(one.at, "these limits say nothing", "add default, defaultRequest, max or min")
    for key, values in one.said.items():
        at = (*one.at, key)
        if one.type != "Container" and key.startswith("default"):
            yield REFUSED.at(at, f"a {one.type} has no {key}", "it is for the type Container", key=True)
        for name, value in values.items():
            if (name == "storage") != (one.type == "PersistentVolumeClaim"):
                yield REFUSED.at((*at, name), f"a {one.type} has no {name}", key=True)
            else:
                yield from _amount((*at, name), "cpu" if key == "maxLimitRequestRatio" else name, value)
    if one.type == "PersistentVolumeClaim" and one.said and not (one.max or one.min):
        yield REFUSED.at(one.at, "limits of volume claims have a max or a min", "add one of storage")
    yield from _order(one)


def _order(one: Limit) -> Iterator[Diagnostic]:
    """No value above another that may not be smaller."""
    rising: list[tuple[str, Quantities | None]] = [
        ("min", one.min), ("defaultRequest", one.default_request), ("default", one.default), ("max", one.max)
    ]  # fmt: skip
    for name in (*COMPUTE, "storage"):
        before = ("", Decimal(0))
        for key, values in rising:
            found = amount(values[name]) if values and name in values else None
            if found is None:
                continue
            if found < before[1]:
                yield REFUSED.at((*one.at, key, name), f"{key} of {name} is less than its {before[0]}")
            before = (key, found)
        ratio = amount((one.max_limit_request_ratio or {}).get(name, 1))
        if ratio is not None and ratio < 1:
            yield REFUSED.at((*one.at, "maxLimitRequestRatio", name), "a limit is never less than its request")


CHECKS = (_quotas, _scopes, _limits)
