"""`gitops/<environment>/`: what is applied once, by hand, so that the engine takes all else out of the repository."""

from __future__ import annotations

from bpc import render
from bpc.diagnostics import Diagnostic
from bpc.kustomize import kustomization
from bpc.output import kubernetes
from bpc.output.stacks import Stacks
from bpc.output.waves import placed
from bpc.output.writer import Writer


class Roots(Writer):
    """Writes a folder for each environment.

    Also for one without manifests: an engine that finds its own path gone says so and leaves all as it is. One that
    finds it empty of others takes away what it has brought.
    """

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        parts = kubernetes.parts(stacks)
        gitops = stacks.plan.blueprint.gitops
        assert gitops, "there is a repository"
        waves = sorted({wave for wave, _ in placed(parts)})
        if gitops.engine == "flux":
            from bpc.output.engines import sync

            files = sync.files(stacks.plan, gitops, waves)
        else:
            from bpc.output.engines import project

            files = project.files(stacks.plan, gitops, waves, parts)
        folder = f"gitops/{stacks.environment}"
        self.write(f"{folder}/kustomization.yaml", kustomization({"resources": list(files)}, self.header))
        for name, objects in files.items():
            self.write(f"{folder}/{name}", render.manifests(objects, self.header))
        return []

    def finish(self) -> None:
        """Environments have nothing in common here."""
