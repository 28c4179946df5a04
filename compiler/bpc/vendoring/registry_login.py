"""Who asks a registry of images that wants a user: who `helm registry login` or `docker login` have logged in.

Both keep the same kind of file: users with their passwords, or the name of a program that has them (Docker
documentation, docker login: Credential stores). Helm's is looked into first. Nothing here is printed or written.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Mapping
from typing import Any

from bpc.kit.image_name import HUB
from bpc.vendoring import login

HUB_KEY = "https://index.docker.io/v1/"
SECONDS = 30


def files() -> list[str]:
    """Where a login may stand."""
    helms = os.environ.get("HELM_REGISTRY_CONFIG") or os.path.join(login.home(), "registry", "config.json")
    folder = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")
    return [helms, os.path.join(folder, "config.json")]


def of(registry: str) -> str:
    """What a request says of itself to a registry, or to who makes tokens for it; "" where nobody has logged in."""
    for path in files():
        said = _read(path)
        if who := _kept(said, registry) or _asked(said, registry):
            return f"Basic {base64.b64encode(who.encode()).decode()}"
    return ""


def _read(path: str) -> Mapping[str, Any]:
    """Many have a file that says nothing to us, and images that are for everybody, so that is no error."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _kept(said: Mapping[str, Any], registry: str) -> str:
    """User and password out of the file itself."""
    entries = said.get("auths")
    for key in _keys(registry):
        entry = entries.get(key) if isinstance(entries, dict) else None
        if not isinstance(entry, dict) or entry.get("identitytoken"):
            continue
        if entry.get("username"):
            return f"{entry['username']}:{entry.get('password') or ''}"
        try:
            who = base64.b64decode(str(entry.get("auth") or ""), validate=True).decode().rstrip("\0")
        except ValueError:
            continue
        if ":" in who:
            return who
    return ""


def _asked(said: Mapping[str, Any], registry: str) -> str:
    """User and password from the program that keeps them."""
    helpers = said.get("credHelpers")
    own = [helpers.get(key) for key in _keys(registry)] if isinstance(helpers, dict) else []
    name = next((one for one in own if one), said.get("credsStore"))
    if not isinstance(name, str) or not re.fullmatch(r"[\w.-]+", name):
        return ""
    try:
        command, asked = [f"docker-credential-{name}", "get"], _keys(registry)[0]
        run = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=SECONDS)
        found = json.loads(run.stdout) if run.returncode == 0 else {}
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    user = found.get("Username") if isinstance(found, dict) else ""
    # A token for another exchange than that for a password.
    return f"{user}:{found.get('Secret') or ''}" if user and user != "<token>" else ""


def _keys(registry: str) -> list[str]:
    """What a registry is called in these files, its most usual name first."""
    if registry == HUB:
        return [HUB_KEY, HUB, f"index.{HUB}", f"registry-1.{HUB}"]
    return [
        registry,
        f"https://{registry}",
        f"https://{registry}/",
        f"https://{registry}/v1/",
        f"https://{registry}/v2/",
    ]
