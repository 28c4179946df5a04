"""A bill of materials in CycloneDX 1.6 (ECMA-424): the images of an environment, each with the add-ons and
applications that pull it.

The same blueprint gives the same bytes, so there is no time stamp and no serial number in it. A package URL names an
image by its digest and its place (purl specification, oci).
"""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from typing import Any

from bpc import __version__
from bpc.kit.image_name import ImageName
from bpc.output.stacks import Stacks
from bpc.plan import images
from bpc.plan.images import Use

ENCODER = json.JSONEncoder(ensure_ascii=False, indent=2)


def text(stacks: Stacks, used: Sequence[Use], header: str, loose: Container[str] = ()) -> bytes:
    """The whole document; `loose` are images that are pulled by their tags, though a digest is known."""
    mirror = images.address(stacks.plan)
    users: dict[str, list[tuple[str, str]]] = {}
    known = {str(one.known): one.known for one in used}
    for one in used:
        users.setdefault(str(one.known), []).append(("bpc:addon" if one.addon else "bpc:app", one.owner))
    platform = {"type": "platform", "bom-ref": stacks.plan.name, "name": stacks.plan.name}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "bpc", "version": __version__}]},
            "component": platform,
            "properties": [
                {"name": "bpc:generated", "value": header},
                {"name": "bpc:environment", "value": stacks.environment},
            ],
        },
        "components": [_component(known[name], sorted(users[name]), mirror, name in loose) for name in sorted(known)],
    }
    return (ENCODER.encode(document) + "\n").encode()


def _component(image: ImageName, users: Sequence[tuple[str, str]], mirror: str, loose: bool) -> dict[str, Any]:
    said = [*users]
    if mirror:
        said.append(("bpc:mirror", f"{mirror}/{image}"))
    if loose:
        said.append(("bpc:pulled-by", "tag"))
    return {
        "type": "container",
        "bom-ref": str(image),
        "name": image.name,
        "version": image.tag or image.digest,
        **({"hashes": [{"alg": "SHA-256", "content": image.digest.partition(":")[2]}]} if image.digest else {}),
        "purl": purl(image),
        "properties": [{"name": key, "value": value} for key, value in said],
    }


def purl(image: ImageName) -> str:
    """The package URL of an image; without a digest it has no version."""
    digest = f"@{image.digest.replace(':', '%3A')}" if image.digest else ""
    qualifiers = [f"repository_url={image.name.replace(':', '%3A')}", *([f"tag={image.tag}"] if image.tag else [])]
    return f"pkg:oci/{image.repository.rpartition('/')[2].lower()}{digest}?{'&'.join(qualifiers)}"
