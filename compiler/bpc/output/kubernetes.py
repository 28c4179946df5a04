"""The manifests of all environments, as kustomize has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bpc.addon import Manifest
from bpc.diagnostics import Diagnostic
from bpc.kit import k8s
from bpc.kustomize import Overlays
from bpc.output import namespaces
from bpc.output.stacks import Stacks
from bpc.output.waves import Part, placed
from bpc.output.writer import Writer

if TYPE_CHECKING:
    from bpc.plan.shapes import PlannedAddOn, PlannedServiceAccount

ROLE = "eks.amazonaws.com/role-arn"


class Manifests(Writer):
    """Gathers manifests until it is known what environments have in common."""

    overlays: Overlays | None = None

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        self.overlays = self.overlays or Overlays()
        found: Sequence[Part] = parts(stacks)
        if stacks.plan.digests:
            from bpc.output import pinned

            found = pinned.parts(found, stacks.plan)
        if stacks.plan.blueprint.images and stacks.plan.blueprint.images.mirrored:
            from bpc.output import mirrored
            from bpc.plan import images

            found = mirrored.parts(found, stacks.plan)
            self.overlays.rename(stacks.environment, images.renamed(stacks.plan))
        for wave, part in placed(found):
            self.overlays.add(stacks.environment, part.component, part.objects, wave, part.patches)
        return []

    def finish(self) -> None:
        for path, content in self.overlays.artifacts(self.header) if self.overlays else ():
            self.write(path, content)


@lru_cache(maxsize=1)
def parts(stacks: Stacks) -> tuple[Part, ...]:
    """The objects of an environment by component; the README asks for them too."""
    found = []
    for addon in stacks.plan.addons:
        if addon.source != "eks":
            found.append(Part(addon.entry.name, _objects(addon, stacks), addon, _patches(addon, stacks)))
    accounts = {one.account.at: _service_account(one) for one in stacks.plan.service_accounts if one.account.create}
    own = [made for at, made in accounts.items() if at[0] == "serviceAccounts"]
    found.append(Part("service-accounts", own, at=("serviceAccounts",)))
    if storage := stacks.plan.blueprint.storage:
        from bpc.kit import storage_class

        found.append(Part(storage_class.COMPONENT, storage_class.manifests(storage), at=storage.at))
    auto_mode = stacks.plan.blueprint.cluster.auto_mode
    if auto_mode and auto_mode.has_manifests:
        from bpc.output import auto_mode as objects

        found.append(Part(objects.COMPONENT, objects.manifests(stacks.plan, auto_mode), at=auto_mode.at))
    if stacks.plan.blueprint.teams:
        from bpc.output import teams

        found += teams.parts(stacks.plan, accounts)
    if stacks.plan.apps:
        from bpc.output import apps

        found += apps.parts(stacks.plan)
    if not stacks.plan.vendors and any(one.source == "chart" for one in stacks.plan.addons):
        from bpc.output import engines

        found += engines.shared(stacks.plan)
    return tuple(namespaces.once(found))


def _objects(addon: PlannedAddOn, stacks: Stacks) -> list[Manifest]:
    """The objects of an add-on, wherever they come from."""
    if addon.source == "manifests":
        return _of_addon(addon)
    if addon.entry.name in stacks.plan.brought:
        return _of_files(addon, stacks.plan.brought[addon.entry.name])
    return _of_charts(addon, stacks)


def _patches(addon: PlannedAddOn, stacks: Stacks) -> tuple[Mapping[str, Any], ...]:
    """The blueprint's patches of objects that are here; those of what is in a chart are its engine's."""
    if not addon.request.options.get("patches"):
        return ()
    from bpc.plan import patching

    return patching.divided(stacks.plan, addon)[0]


def _of_addon(addon: PlannedAddOn) -> list[Manifest]:
    """The manifests of an add-on, their namespace first."""
    return _with_role(addon, [*_namespace(addon), *addon.entry.manifests(addon.context)])


def _with_role(addon: PlannedAddOn, made: list[Manifest]) -> list[Manifest]:
    if not addon.role_arn:
        return made
    named = ("ServiceAccount", addon.service_account)
    return [_annotated(one, addon.role_arn) if (one["kind"], one["metadata"]["name"]) == named else one for one in made]


def _annotated(one: Manifest, role: str) -> Manifest:
    return k8s.annotated(one, (one["metadata"].get("annotations") or {}) | {ROLE: role})


def _of_charts(addon: PlannedAddOn, stacks: Stacks) -> list[Manifest]:
    """What tells the engine to install the charts of an add-on, their namespace first and what uses them last."""
    from bpc.output import engines

    return [*_namespace(addon), *engines.objects(stacks.plan, addon), *addon.entry.custom_resources(addon.context)]


def _of_files(addon: PlannedAddOn, brought: Sequence[Manifest]) -> list[Manifest]:
    """The objects of an add-on out of files beside the blueprint, in a namespace of its own."""
    namespace = _namespace(addon)
    there = {one["metadata"]["name"] for one in namespace}
    rest = [one for one in brought if one["kind"] != "Namespace" or one["metadata"]["name"] not in there]
    return [*namespace, *_with_role(addon, rest), *addon.entry.custom_resources(addon.context)]


def _namespace(addon: PlannedAddOn) -> list[Manifest]:
    """The add-on's namespace, where it is not one that every cluster has."""
    if addon.namespace in ("", "kube-system", "default"):
        return []
    return [k8s.namespace(addon.namespace, addon.entry.pod_security)]


def _service_account(planned: PlannedServiceAccount) -> Manifest:
    """A workload's ServiceAccount. Its namespace is the workload's to make."""
    account = planned.account
    made = k8s.labelled(k8s.service_account(account.name, account.namespace), account.labels)
    annotations = dict(account.annotations) | ({ROLE: planned.annotation} if planned.annotation else {})
    return k8s.annotated(made, annotations) if annotations else made
