"""How a GitOps engine is told to install a Helm chart: one module an engine, each with `release`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from bpc.addon import Manifest
from bpc.plan.releases import Release

ENGINES = {"argocd": "bpc.output.engines.argocd", "flux": "bpc.output.engines.flux"}


def objects(engine: str, releases: Sequence[Release]) -> list[Manifest]:
    """The engine's objects for the charts of one add-on, in their order."""
    chosen = import_module(ENGINES[engine])
    made: list[Manifest] = []
    for index, release in enumerate(releases):
        made += chosen.release(release, releases[index - 1] if index else None)
    return made
