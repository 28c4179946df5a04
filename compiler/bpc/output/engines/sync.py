"""What tells Flux to take the manifests out of a repository, wave by wave.

Source: Flux documentation, GitRepository (v1), OCIRepository (v1), Kustomization (v1), and the objects that its command
line's `flux bootstrap` writes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bpc.addon import Manifest
from bpc.kit.naming import object_name
from bpc.output.engines.flux import SOURCES, made
from bpc.output.waves import FIRST
from bpc.plan.shapes import Plan

if TYPE_CHECKING:
    from bpc.model import Gitops

Files = dict[str, list[Manifest]]


def files(plan: Plan, gitops: Gitops, waves: list[str]) -> Files:
    """The objects by file: where the manifests are, and what is applied."""
    name, environment = object_name(plan.name), plan.blueprint.environment
    # By this one the others come, and it itself changes with the repository.
    root = kustomization(name, gitops, gitops.folder(plan.name, "gitops", environment))
    steps, before = [root], ""
    for wave in waves:
        own = (wave,) if len(waves) > 1 else ()
        path = gitops.folder(plan.name, "kubernetes", "overlays", environment, *own)
        # Also where there is one alone: under another name, it would begin by taking away what is there.
        title = f"{name}-{wave}"
        step = kustomization(name, gitops, path, title)
        # A definition takes all objects of its kind along, a namespace all that is in it: that is for somebody to say.
        step["spec"]["prune"] = wave != FIRST
        step["spec"] |= {"wait": True, "timeout": "10m"}
        if before:
            step["spec"]["dependsOn"] = [{"name": before}]
        steps.append(step)
        before = title
    return {"source.yaml": [source(name, gitops)], "sync.yaml": steps}


def source(name: str, gitops: Gitops) -> Manifest:
    spec: dict[str, Any] = {
        "interval": _time(gitops.interval_seconds or 60),
        "url": gitops.repository,
        "ref": _reference(gitops),
    }
    if gitops.secret_ref:
        spec["secretRef"] = {"name": gitops.secret_ref.name}
    elif gitops.is_artifact and re.search(r"\.dkr\.ecr\.[a-z0-9-]+\.", gitops.repository or ""):
        # Amazon ECR lets in whom IAM knows.
        spec["provider"] = "aws"
    return made(SOURCES, _kind(gitops), name, gitops.home, spec)


def _kind(gitops: Gitops) -> str:
    return "OCIRepository" if gitops.is_artifact else "GitRepository"


def _time(seconds: int) -> str:
    """As Flux writes it, in minutes where that comes out even."""
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"


def _reference(gitops: Gitops) -> dict[str, str]:
    revision = gitops.wanted_revision
    if gitops.is_artifact:
        return {"digest" if revision.startswith("sha256:") else "tag": revision}
    if re.fullmatch("[0-9a-f]{40}", revision):
        return {"commit": revision}
    return {"name" if revision.startswith("refs/") else "branch": revision}


def kustomization(source: str, gitops: Gitops, path: str, name: str = "") -> Manifest:
    spec: dict[str, Any] = {
        "interval": "10m",
        "retryInterval": "1m",
        "path": f"./{path}",
        "prune": True,
        "sourceRef": {"kind": _kind(gitops), "name": source},
    }
    return made("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name or source, gitops.home, spec)
