"""The manifests of all environments, as kustomize has them."""

from __future__ import annotations

from bpc.diagnostics import Diagnostic
from bpc.kustomize import Overlays
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer


class Manifests(Writer):
    """Gathers manifests until it is known what environments have in common."""

    overlays: Overlays | None = None

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        self.overlays = self.overlays or Overlays()
        for addon in stacks.manifests:
            self.overlays.add(stacks.environment, addon.entry.name, addon.entry.manifests(addon.context))
        return []

    def finish(self) -> None:
        for path, content in self.overlays.artifacts(self.header) if self.overlays else ():
            self.write(path, content)
