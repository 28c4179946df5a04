"""How a GitOps engine is told to install a Helm chart: one module an engine, each with `release` and `shared`."""

from __future__ import annotations

from importlib import import_module

from bpc.addon import Manifest
from bpc.kit.naming import object_name
from bpc.output.engines.told import Told
from bpc.output.waves import Part
from bpc.plan import releases
from bpc.plan.shapes import Plan, PlannedAddOn

ENGINES = {"argocd": "bpc.output.engines.argocd", "flux": "bpc.output.engines.flux"}


def objects(plan: Plan, addon: PlannedAddOn) -> list[Manifest]:
    """The engine's objects for the charts of one add-on, in their order."""
    gitops = plan.blueprint.gitops
    assert gitops, "the plan has no chart that nothing installs"
    engine = import_module(ENGINES[gitops.engine])
    told = Told(gitops, object_name(plan.name), sources(plan), _required(plan, addon))
    made: list[Manifest] = []
    charts = releases.planned(addon)
    for one in charts:
        if one is charts[-1] and addon.request.options.get("patches"):
            from bpc.plan import patching

            told = told.replace(patches=patching.divided(plan, addon)[1])
        made += [new for new in engine.release(one, told) if new not in made]
        told = told.replace(after=(one.name,))
    return made


def shared(plan: Plan) -> list[Part]:
    """What several add-ons have in common."""
    gitops, common = plan.blueprint.gitops, sources(plan)
    if not common or not gitops or gitops.engine != "flux":
        return []
    from bpc.output.engines import flux

    return [Part("sources", [flux.repository(name, url, gitops.home) for url, name in common.items()], at=gitops.at)]


def sources(plan: Plan) -> dict[str, str]:
    """The chart repositories that more than one release is from, each with a name. A registry has one a chart."""
    found: dict[str, int] = {}
    for one in (one for addon in plan.addons for one in releases.planned(addon)):
        found[one.chart.repository] = found.get(one.chart.repository, 0) + 1
    several = sorted(url for url, users in found.items() if users > 1 and not url.startswith("oci://"))
    return {url: object_name(url.partition("://")[2]) for url in several}


def _required(plan: Plan, addon: PlannedAddOn) -> tuple[str, ...]:
    """The last release of each chart that the add-on requires."""
    there = {one.entry.name: releases.planned(one) for one in plan.addons}
    return tuple(there[name][-1].name for name in addon.entry.requires if there.get(name))
