"""Registries that a Region's nodes mostly cannot pull from."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.plan import images
from bpc.plan.shapes import Plan

ABROAD = rule(
    "BPC553",
    "registry-abroad",
    why="In the Regions of China, registries elsewhere in the world often cannot be reached, or answer so slowly that "
    "pods wait for their images (Amazon Web Services in China, Getting Started Guide: the Regions are apart from all "
    "others, and their traffic abroad passes the border).",
    cure="Copy the images that `images.txt` lists to a registry inside, such as Amazon ECR in the same Region, and "
    "name it as `images.mirror`.",
    severity="warning",
)
# Those that AWS runs itself.
NEAR = ("public.ecr.aws",)


def _abroad(plan: Plan) -> Iterator[Diagnostic]:
    wanted = plan.blueprint.images
    if wanted and wanted.mirrored:
        return
    found: dict[tuple[str, Path], set[str]] = {}
    for one in images.moved(plan):
        if one.known.registry not in NEAR:
            found.setdefault((one.owner, one.at), set()).add(one.known.registry)
    for (owner, at), registries in found.items():
        said = f"{owner} pulls from {' and '.join(sorted(registries))}, which {plan.region} may not reach"
        yield ABROAD.at(at, said, "copy the images inside and say `images.mirror`", key=True)


OBSTACLES = (_abroad,)
