"""What Helm and the engines make of a chart's release: its name, and the ServiceAccount that its role is for.

Sources: Helm documentation, `helm install` (names of releases); Kubernetes documentation, Object Names and IDs; Argo CD
documentation, Cluster bootstrapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, rule
from bpc.kit.naming import object_name
from bpc.plan import releases
from bpc.plan.shapes import Plan, PlannedAddOn

NO_NAME = rule(
    "BPC483",
    "chart-release-name",
    why="A chart of your own is installed under the add-on's name, and the engine's objects are called like it: small "
    "letters, digits and hyphens, 53 of them at most.",
    cure="Call the add-on otherwise.",
)
TWICE = rule(
    "BPC484",
    "chart-release-twice",
    why="Each release is an object of the engine, in one namespace with all others: of two with one name the second "
    "takes the place of the first, and kustomize refuses both.",
    cure="Call the add-on otherwise.",
)
OTHER_ACCOUNT = rule(
    "BPC485",
    "chart-other-service-account",
    why="The role is for the ServiceAccount by its name. Under another name, or none, the pods get no permissions, and "
    "nothing says so before they need them.",
    cure="Leave the name of the ServiceAccount out of the values; or take the add-on as a chart of your own, which has "
    "`serviceAccount`.",
)
TWO_DEFAULTS = rule(
    "BPC471",
    "default-ingress-class-twice",
    why="Of two default IngressClasses Kubernetes refuses Ingresses that name none (Kubernetes documentation, Ingress, "
    "Default IngressClass).",
    cure="Leave one of them the default, and name the other class in its Ingresses.",
)
_OURS = "-(root|[0-9]{2}-(crds-and-namespaces|controllers|configs))"


def _names(plan: Plan) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for addon in _charts(plan):
        for one in releases.planned(addon):
            if not re.fullmatch("[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?", one.name):
                yield NO_NAME.at(addon.request.at, f"{one.name} cannot be the name of a release", key=True)
            elif not plan.vendors and (other := seen.get(one.name) or _of_engine(plan, one.name)):
                yield TWICE.at(addon.request.at, f"{other} {one.name} already", key=True)
            seen.setdefault(one.name, f"{addon.entry.name} has a release")


def _of_engine(plan: Plan, name: str) -> str:
    """Who has an object of that name and kind beside the charts: Argo CD has Applications for the repository."""
    gitops = plan.blueprint.gitops
    if not gitops or not gitops.has_bridge:
        return ""
    return "gitops has an Application" if re.fullmatch(f"{re.escape(object_name(plan.name))}{_OURS}", name) else ""


def _accounts(plan: Plan) -> Iterator[Diagnostic]:
    for addon in _charts(plan):
        account = addon.service_account
        for one in releases.planned(addon) if account else ():
            for path in _said(addon.entry.chart_values(addon.context, one.chart.name), account):
                found = _at(one.values, path)
                if found != account:
                    said = f"its role is for {account}, and {'.'.join(path)} is {found or 'nothing'}"
                    yield OTHER_ACCOUNT.at((*addon.request.at, "values"), said, key=True)


def _ingresses(plan: Plan) -> Iterator[Diagnostic]:
    first = ""
    for addon in _charts(plan):
        path = tuple(addon.entry.default_ingress.split("."))
        if not any(_at(one.values, path) is True for one in releases.planned(addon)):
            continue
        if first:
            said = f"the IngressClass of {addon.entry.name} is a default one, as that of {first}"
            yield TWO_DEFAULTS.at(addon.request.at, said, key=True)
        first = first or addon.entry.name


def _charts(plan: Plan) -> list[PlannedAddOn]:
    return [addon for addon in plan.addons if addon.source == "chart" and addon.namespace]


def _said(values: Mapping[str, Any], account: str | None) -> Iterator[tuple[str, ...]]:
    """Where values name the account as theirs."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from ((key, *below) for below in _said(value, account))
        elif key == "name" and value == account:
            yield (key,)


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


OBSTACLES = (_names, _accounts, _ingresses)
