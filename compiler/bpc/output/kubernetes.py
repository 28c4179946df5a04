"""The manifests of all environments, as kustomize has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc.addon import Manifest
from bpc.diagnostics import Diagnostic
from bpc.kit import k8s
from bpc.kustomize import Overlays
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer

if TYPE_CHECKING:
    from bpc.model import ServiceAccount


class Manifests(Writer):
    """Gathers manifests until it is known what environments have in common."""

    overlays: Overlays | None = None

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        self.overlays = self.overlays or Overlays()
        for addon in stacks.plan.addons:
            if addon.source == "manifests":
                self.overlays.add(stacks.environment, addon.entry.name, addon.entry.manifests(addon.context))
        accounts = [_service_account(one.account) for one in stacks.plan.service_accounts if one.account.create]
        self.overlays.add(stacks.environment, "service-accounts", accounts)
        return []

    def finish(self) -> None:
        for path, content in self.overlays.artifacts(self.header) if self.overlays else ():
            self.write(path, content)


def _service_account(account: ServiceAccount) -> Manifest:
    """A workload's ServiceAccount. Its namespace is the workload's to make."""
    made = k8s.labelled(k8s.service_account(account.name, account.namespace), account.labels)
    return k8s.annotated(made, account.annotations) if account.annotations else made
