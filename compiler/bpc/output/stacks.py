"""The stacks of one environment: finished templates, and the only place that names stacks and their files."""

from __future__ import annotations

from typing import Any

from bpc import catalogue
from bpc.diagnostics import Path
from bpc.kit.naming import stack_set_name
from bpc.kit.record import Record
from bpc.overrides import Patched
from bpc.plan.shapes import Plan

# The stack that is made of parts of the others, and its place in the order.
IAM, IAM_NUMBER = "iam", "05"


class Stacks(Record):
    """All that is written from: the plan, by stack its template and where each resource comes from, and the patches."""

    plan: Plan
    templates: dict[str, dict[str, Any]]
    origins: dict[str, dict[str, Path]]
    patched: tuple[Patched, ...] = ()

    # It is no other's equal, so that what is made of it need be made once.
    __hash__ = object.__hash__

    @property
    def environment(self) -> str:
        return self.plan.blueprint.environment

    @property
    def is_single(self) -> bool:
        """Whether all stacks are one."""
        return self.plan.blueprint.cloudformation.layout == "single"

    @property
    def stack_set(self) -> str:
        """The name of the stack set that deploys them, where one does."""
        return stack_set_name(self.plan.name, self.environment)

    @property
    def manifests(self) -> bool:
        """Whether anything comes as Kubernetes manifests."""
        storage, auto_mode = self.plan.blueprint.storage, self.plan.blueprint.cluster.auto_mode
        return (
            any(one.source != "eks" for one in self.plan.addons)
            or any(one.account.create for one in self.plan.service_accounts)
            or bool(storage and storage.has_manifests)
            or bool(auto_mode and auto_mode.has_manifests)
            or any(one.has_manifests for one in self.plan.blueprint.teams)
            or bool(self.plan.apps)
        )

    def name(self, stack: str) -> str:
        """What CloudFormation knows the stack by; one template holds all that would be stacks of their own."""
        if self.plan.blueprint.cloudformation.stack_sets:
            # StackSets ends the name with an id of its own.
            return f"StackSet-{self.stack_set}-ID"
        if self.is_single:
            return self.plan.name
        return self.plan.stack_name(stack)

    def file(self, stack: str) -> str:
        """A template's path below the output folder: its environment, its place in the order, and its stack."""
        if self.is_single:
            return f"cloudformation/{self.environment}/10-{stack}.{self.plan.blueprint.cloudformation.format}"
        number = next((f"{one.number}" for one in catalogue.stacks() if one.name == stack), IAM_NUMBER)
        return f"cloudformation/{self.environment}/{number}-{stack}.{self.plan.blueprint.cloudformation.format}"


def filled(planned: Plan) -> Stacks:
    """The stacks that the plan wants, in the order in which they are deployed."""
    wanted = [stack for stack in catalogue.stacks() if stack.wanted(planned)]
    from bpc.kit.sheet import Sheet

    templates, origins = {}, {}
    for stack in wanted:
        sheet = Sheet(planned.name, stack.name, (stack.__doc__ or "").strip(), planned.blueprint.metadata.tags)
        stack.fill(planned, sheet)
        templates[stack.name] = sheet.finished()
        origins[stack.name] = sheet.origins
    made = Stacks(planned, templates, origins)
    if not planned.blueprint.cloudformation.iam_stack:
        return made
    from bpc.output import iam_stack

    return iam_stack.separated(made)
