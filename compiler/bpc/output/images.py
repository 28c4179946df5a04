"""The list of an environment's images, for people and scripts, and the same as a bill of materials (SBOM)."""

from __future__ import annotations

from bpc.diagnostics import Diagnostic
from bpc.output import sbom
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer
from bpc.plan import images

EKS = "Not here are the images of EKS add-ons: EKS chooses them, from a registry of its own in the Region."
UNKNOWN = "Not here are the images of these charts, which bpc does not know: {}."
FROM = "Nodes pull them from {}/ followed by the line."


class Images(Writer):
    """Writes images/<environment>.txt and images/<environment>.cdx.json."""

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        used = images.listed(stacks.plan)
        unknown = [one.entry.name for one in images.unknown(stacks.plan)]
        if used or unknown:
            folder = f"images/{stacks.environment}"
            lines = sorted({str(one.known) for one in used})
            comments = [self.header, *_said(stacks, unknown)]
            text = [*(f"# {one}" for one in comments), *lines]
            self.write(f"{folder}.txt", ("\n".join(text) + "\n").encode())
            self.write(f"{folder}.cdx.json", sbom.text(stacks, used, self.header))
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
