"""Helm's hooks, for who has no Helm: what runs when something is installed stays, as ordinary objects, the rest goes.

A GitOps engine or `kubectl apply` knows no install, upgrade or delete, only objects that should be there. So

- what runs before or after an install (`pre-install`, `post-install`) stays: it makes what the rest needs, such as
  the certificate of a webhook. It runs beside the others, which wait for what they lack, as pods do. Argo CD starts
  what comes after the install when the rest is healthy, one weight after the other (sync waves).
- what runs only for an upgrade, a rollback or a delete goes, for there is no such moment; so do tests.

A Job cannot be changed once it is there. Argo CD and Flux are told to replace it instead, and a time after which it
would vanish is taken out of it, for then they would make it again and again. Sources: Helm documentation, Chart
Hooks; Argo CD documentation, Sync Phases and Waves, Sync Options; Flux documentation, Kustomization, Force.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpc.kit.record import Record
from bpc.vendored.objects import Object

HOOK, WEIGHT, POLICY = "helm.sh/hook", "helm.sh/hook-weight", "helm.sh/hook-delete-policy"
OURS = (HOOK, WEIGHT, POLICY, "helm.sh/hook-output-log-policy")
KEPT = ("pre-install", "post-install", "crd-install")
# Why the others go, by the first word that says it.
REASONS = {
    "test": "a test, for `helm test`",
    "upgrade": "it is for upgrades alone, and what applies manifests knows no upgrade",
    "rollback": "it is for rollbacks by Helm",
    "delete": "it is for deletes by Helm",
}
RUNS = ("Job", "Pod")
# So that an engine replaces a Job that has changed.
REPLACED = {
    "argocd": {"argocd.argoproj.io/sync-options": "Force=true,Replace=true"},
    "flux": {"kustomize.toolkit.fluxcd.io/force": "enabled"},
}
WAVE = "argocd.argoproj.io/sync-wave"


class Settled(Record):
    """The objects that stay, and by `Kind/name` what became of each hook."""

    objects: tuple[Object, ...]
    said: dict[str, str]


def settled(objects: Sequence[Object], engine: str) -> Settled:
    """The objects without hooks among them."""
    weights = sorted({_weight(one) for one in objects if "post-install" in _phases(one)})
    kept, said = [], {}
    for one in objects:
        if not (phases := _phases(one)):
            kept.append(one)
            continue
        title = f"{one['kind']}/{one['metadata']['name']}"
        if not stays(one):
            said[title] = f"dropped: {_reason(phases)}"
            continue
        wave = weights.index(_weight(one)) + 1 if "post-install" in phases and "pre-install" not in phases else 0
        kept.append(_ordinary(one, engine, wave))
        said[title] = f"kept as an ordinary object: {', '.join(phases)}"
    return Settled(tuple(kept), said)


def stays(one: Object) -> bool:
    """Whether an object is no hook, or one that is kept."""
    phases = _phases(one)
    return not phases or bool(set(phases) & {*KEPT})


def _phases(one: Object) -> list[str]:
    text = (one["metadata"].get("annotations") or {}).get(HOOK, "")
    return [part.strip() for part in str(text).split(",") if part.strip()]


def _weight(one: Object) -> int:
    try:
        return int((one["metadata"].get("annotations") or {}).get(WEIGHT, 0))
    except (TypeError, ValueError):
        return 0


def _reason(phases: Sequence[str]) -> str:
    first = phases[0]
    why = next((why for word, why in REASONS.items() if word in first), "Helm alone knows when it is to run")
    return f"{', '.join(phases)}: {why}"


def _ordinary(one: Object, engine: str, wave: int) -> Object:
    metadata = one["metadata"]
    notes: dict[str, Any] = {key: value for key, value in metadata["annotations"].items() if key not in OURS}
    if one["kind"] in RUNS:
        notes |= REPLACED.get(engine, {})
    if engine == "argocd" and wave:
        notes[WAVE] = str(wave)
    metadata = {key: value for key, value in metadata.items() if key != "annotations"}
    made = one | {"metadata": metadata | ({"annotations": notes} if notes else {})}
    if one["kind"] == "Job":
        made["spec"] = {key: value for key, value in made["spec"].items() if key != "ttlSecondsAfterFinished"}
    return made
