"""What `.bpc.json` says of the platform: its environments, and where each resource comes from."""

from __future__ import annotations

from typing import Any

from bpc.diagnostics import Diagnostic, Path
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer


class Inventory(Writer):
    """Writes no file of its own: `publish` adds the list of files to it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.environments: dict[str, dict[str, str]] = {}
        self.trace: dict[str, dict[str, str]] = {}

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        plan = stacks.plan
        version = plan.blueprint.cluster.version
        said = {"kubernetes": version, "name": plan.name, "region": plan.region}
        # The roles whose ARNs the blueprint itself says, and manifests may therefore hold (IRSA).
        roles = {one.role_arn for one in plan.addons} | {one.annotation for one in plan.service_accounts}
        if known := " ".join(sorted(roles - {""})):
            said["roles"] = known
        gitops = plan.blueprint.gitops
        if gitops and gitops.is_artifact:
            # The address of a registry may say its account.
            said["artifact"] = str(gitops.repository)
        if own := {registry for app in plan.apps for registry in app.registries}:
            said["registries"] = " ".join(sorted(own))
        if plan.blueprint.images:
            from bpc.plan import images

            # And the registry whose account it says.
            if mirror := images.address(plan):
                said["mirror"] = mirror
        self.environments[stacks.environment] = said
        for stack, template in stacks.templates.items():
            # What a patch has taken away is not there to be traced.
            origins = stacks.origins[stack]
            self._remember(stacks.environment, stack, {title: origins[title] for title in template["Resources"]})
        return []

    def _remember(self, environment: str, stack: str, origins: dict[str, Path]) -> None:
        """Which path of the blueprint each resource comes from; said again only where an environment differs."""
        for title, path in origins.items():
            dotted = ".".join(str(part) for part in path)
            known = self.trace.setdefault(stack, {})
            if known.setdefault(title, dotted) != dotted:
                self.trace.setdefault(f"{environment}/{stack}", {})[title] = dotted

    @property
    def about(self) -> dict[str, Any]:
        return {"environments": self.environments, "trace": self.trace}
