"""`blueprint.lock`: which chart was rendered from which bytes, with what, into which files.

It is JSON, an entry a line, for reviews. `bpc vendor` writes it, and compiling believes nothing that it does not say:

    charts        repository, chart and version -> SHA-256 of the archive
    renders       environment, add-on, release -> what was rendered, and the folder that holds it
    files         folder -> SHA-256 of each file in it, and what became of Helm's hooks
    images        image, by the name that nodes pull it by -> digest, where `bpc vendor --images` has asked

Environments for which a chart gives the same share a folder, the first one's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bpc.beside import lock_of
from bpc.kit.digest import digest
from bpc.kit.record import Record
from bpc.plan.releases import Release
from bpc.plan.shapes import Plan

FORMAT = 1
FOLDER = "vendor"
ABOUT = "Written by `bpc vendor`. Commit it, and the folder `vendor`, beside the blueprint; change neither."
# The inputs in which a render may differ, as a message names them.
WORDS = {
    "repository": "the repository",
    "chart": "the chart",
    "version": "the version",
    "namespace": "the namespace",
    "kubernetes": "the cluster's version",
    "engine": "the engine",
    "apiVersions": "the APIs of other add-ons",
    "values": "values",
}


class Broken(Exception):
    """It is no lock that this bpc reads."""


class Lock(Record):
    """What the file says; all empty where there is none."""

    charts: Mapping[str, Mapping[str, str]] = {}
    renders: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]] = {}
    files: Mapping[str, Mapping[str, Any]] = {}
    images: Mapping[str, str] = {}

    def render(self, environment: str, addon: str, release: str) -> Mapping[str, Any] | None:
        """What was rendered, by its inputs."""
        return self.renders.get(environment, {}).get(addon, {}).get(release)


def name(file: str) -> str:
    """The lock of a blueprint, by its file's name."""
    return lock_of(file)


def folder(blueprint: str) -> str:
    """Where the rendered files of a blueprint stand, by the name in its metadata."""
    return f"{FOLDER}/{blueprint}"


def key(repository: str, chart: str, version: str) -> str:
    """What a chart is called in the lock."""
    return f"{repository}/{chart} {version}"


def inputs(plan: Plan, release: Release) -> dict[str, Any]:
    """All that the result of rendering depends on, but for the archive's bytes."""
    gitops = plan.blueprint.gitops
    return {
        "repository": release.chart.repository,
        "chart": release.chart.name,
        "version": release.chart.version,
        "namespace": release.namespace,
        "kubernetes": plan.blueprint.cluster.version,
        "engine": gitops.engine if gitops else "kustomize",
        "apiVersions": " ".join(api_versions(plan)),
        "values": digest(json.dumps(release.values, sort_keys=True).encode()),
    }


# The version at which an API group's objects are served, for charts that ask whether they may use them.
SERVED = {
    "cert-manager.io": "v1",
    "gateway.networking.k8s.io": "v1",
    "karpenter.sh": "v1",
    "keda.sh": "v1alpha1",
    "monitoring.coreos.com": "v1",
    "snapshot.storage.k8s.io": "v1",
}


def api_versions(plan: Plan) -> list[str]:
    """The APIs that add-ons of the plan bring, which Helm would see in the cluster."""
    groups = {crd.partition(".")[2] for addon in plan.addons for crd in addon.entry.crds}
    return [f"{group}/{SERVED[group]}" for group in sorted(groups) if group in SERVED]


def changed(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The inputs that are not as the lock has them, in words."""
    found = []
    for one, words in WORDS.items():
        if known.get(one) != wanted[one]:
            old = known.get(one) or "nothing"
            shown = one not in ("values", "apiVersions")
            found.append(f"{words}: {old} is now {wanted[one]}" if shown else words)
    return found


def parse(raw: bytes) -> Lock:
    """The lock in a file's bytes."""
    try:
        data = json.loads(raw)
        known = data["format"]
        made = Lock(data["charts"], data["renders"], data["files"], data.get("images", {}))
        if known != FORMAT:
            raise Broken(f"it is of format {known}, and this bpc reads {FORMAT}")
        _typed(made)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Broken("it is not what `bpc vendor` writes") from error
    return made


def _typed(made: Lock) -> None:
    """So that nothing that reads it has to ask."""
    renders = (one for addons in made.renders.values() for releases in addons.values() for one in releases.values())
    texts = [value for one in (*made.charts.values(), *renders) for value in one.values()]
    texts += [value for one in made.files.values() for part in one.values() for value in part.values()]
    if not all(isinstance(one, str) for one in texts):
        raise TypeError
    if not all(
        one["files"] in made.files for kind in made.renders.values() for a in kind.values() for one in a.values()
    ):
        raise LookupError
    if not all({"sha256", "hooks"} == {*one} for one in made.files.values()):
        raise LookupError
    if not all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in made.images.values()):
        raise ValueError


def text(made: Lock) -> bytes:
    """The bytes of a lock."""
    data = {"about": ABOUT, "format": FORMAT, **vars(made)}
    if not made.images:
        del data["images"]
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def ordered(names: Sequence[str]) -> list[str]:
    """Names of files, with what has to be there first in front."""
    return sorted(names, key=lambda one: (one != "crds.yaml", one != "namespace.yaml", one))
