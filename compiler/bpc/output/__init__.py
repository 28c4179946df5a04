"""What a blueprint becomes on disk: one writer for each kind of file.

A new kind of file is a module here with a `Writer`, and a line in `writers`. Where only some blueprints ask for it,
the line imports it only for those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bpc import __version__
from bpc.diagnostics import Diagnostic
from bpc.output.stacks import Stacks

if TYPE_CHECKING:
    # A Protocol takes its time to define, and nothing asks for it at run time.
    from typing import Protocol

    from bpc.output.writer import Writer

    class Sink(Protocol):
        """Takes the output as it is made: a '/'-separated path below the output folder, and the content."""

        def write(self, path: str, content: bytes) -> None: ...


def writers(stacks: Stacks) -> Iterator[type[Writer]]:
    """The kinds of files that an environment needs."""
    from bpc.output import cloudformation, inventory, policy, readme

    yield cloudformation.Templates
    yield policy.Policies
    yield inventory.Inventory
    yield readme.Readme
    if stacks.plan.blueprint.cloudformation.git_sync:
        from bpc.output import git_sync

        yield git_sync.Deployments
    if stacks.plan.blueprint.cloudformation.stack_sets:
        from bpc.output import stack_sets

        yield stack_sets.Administration
    if stacks.plan.blueprint.cloudformation.pipeline:
        from bpc.output import delivery

        yield delivery.Delivery
    if stacks.manifests:
        from bpc.output import kubernetes

        yield kubernetes.Manifests
    if stacks.plan.blueprint.gitops and stacks.plan.blueprint.gitops.repository:
        from bpc.output import gitops

        yield gitops.Roots
    if stacks.plan.apps or any(one.source != "eks" for one in stacks.plan.addons):
        from bpc.output import images

        yield images.Images


class Output:
    """Hands one environment after the other to the writers, and their files to the sink."""

    def __init__(self, file: str, name: str, sink: Callable[[str], Sink]) -> None:
        self.header = f"{file}: made by bpc {__version__}. Do not edit; change the blueprint and compile it again."
        self.name = name
        self.sink = sink(name)
        self.writers: dict[type[Writer], Writer] = {}

    @property
    def about(self) -> dict[str, Any]:
        """What the inventory says of the output, beside the list of files."""
        said: dict[str, Any] = {"name": self.name}
        for writer in self.writers.values():
            said |= writer.about
        return said

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        """Write what belongs to one environment alone."""
        found = []
        for kind in writers(stacks):
            if kind not in self.writers:
                self.writers[kind] = kind(self.name, self.header, self.sink.write)
            found += self.writers[kind].add(stacks)
        return found

    def finish(self) -> None:
        """Write what environments have in common."""
        for writer in self.writers.values():
            writer.finish()
