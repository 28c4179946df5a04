"""The list of an environment's images, for people and scripts, and the same as a bill of materials (SBOM)."""

from __future__ import annotations

from collections.abc import Sequence

from bpc.diagnostics import Diagnostic
from bpc.output import sbom
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer
from bpc.plan import images
from bpc.plan.images import Use

EKS = "Not here are the images of EKS add-ons: EKS chooses them, from a registry of its own in the Region."
UNKNOWN = "Not here are the images of these charts, which bpc does not know: {}."
UNASKED = "`bpc vendor --images` asks the registries for the digests of lines that have none, and keeps them."
INSTALLED = "An engine installs the charts of {}, by tags; the digests are what `bpc vendor --images` saw."
NAMED = "Settings, flags or custom resources name these by their tags: {}."
FROM = "Nodes pull them from {}/ followed by the line."


class Images(Writer):
    """Writes images/<environment>.txt and images/<environment>.cdx.json."""

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        used = images.listed(stacks.plan)
        unknown = [one.entry.name for one in images.unknown(stacks.plan)]
        if used or unknown:
            folder = f"images/{stacks.environment}"
            lines = sorted({str(one.known) for one in used})
            loose = _by_tag(stacks, used)
            comments = [self.header, *_said(stacks, unknown), *_unsure(stacks, used, loose)]
            text = [*(f"# {one}" for one in comments), *lines]
            self.write(f"{folder}.txt", ("\n".join(text) + "\n").encode())
            self.write(f"{folder}.cdx.json", sbom.text(stacks, used, self.header, {str(one.known) for one in loose}))
        return []


def _said(stacks: Stacks, unknown: list[str]) -> list[str]:
    """What has to be known of the list."""
    said = [EKS]
    if unknown:
        said.append(UNKNOWN.format(", ".join(unknown)))
    if mirror := images.address(stacks.plan):
        from bpc.output import pulling

        said.append(FROM.format(mirror))
        if pulling.needs_help(stacks):
            said.append(pulling.FIRST)
    return said


def _by_tag(stacks: Stacks, used: Sequence[Use]) -> list[Use]:
    """Where the lock has digests, the images that are pulled by their tags all the same."""
    if not stacks.plan.digests:
        return []
    from bpc.output import kubernetes, pinned

    return pinned.by_tag(used, kubernetes.parts(stacks))


def _unsure(stacks: Stacks, used: Sequence[Use], loose: Sequence[Use]) -> list[str]:
    """What has to be known of tags."""
    said = [UNASKED] if any(not one.known.digest for one in used) else []
    installed = [one for one in loose if one.addon and images.is_installed(one.addon, stacks.plan)]
    named = [one for one in loose if one not in installed]
    if installed:
        said.append(INSTALLED.format(", ".join(sorted({one.owner for one in installed}))))
    if named:
        said.append(NAMED.format(", ".join(sorted({one.said for one in named}))))
    return said
