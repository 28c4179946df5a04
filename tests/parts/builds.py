"""Runs the scripts of a project of AWS CodeBuild in a folder of one's own, with stand-ins for what is not here.

git and kubectl are real. kustomize is where it is installed; else a stand-in knows `edit set image` as kustomize's own
documentation has it. docker and aws write down what they are told, and know the images that were pushed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bpc.stacks.pipeline import scripts

from .kubectl import kubectl

KUSTOMIZE = f"""#!{sys.executable}
import sys, yaml
assert sys.argv[1:4] == ["edit", "set", "image"], sys.argv
with open("kustomization.yaml") as file:
    data = yaml.safe_load(file)
known = {{one["name"]: one for one in data.setdefault("images", [])}}
for argument in sys.argv[4:]:
    name, _, image = argument.partition("=")
    repository, _, tag = image.rpartition(":")
    known[name] = {{"name": name, "newName": repository, "newTag": tag}}
data["images"] = [known[name] for name in sorted(known)]
with open("kustomization.yaml", "w") as file:
    yaml.safe_dump(data, file, sort_keys=False)
"""
AWS = """#!/bin/bash
case "$1 $2" in
  "ecr describe-images") exec grep -qxF "$4:${6#imageTag=}" "$PUSHED" ;;
esac
"""
DOCKER = """#!/bin/bash
echo "$*" >> "$SAID"
case "$1 $2" in
  push*) echo "${2#*/}" >> "$PUSHED" ;;
  "manifest push") echo "${3#*/}" >> "$PUSHED" ;;
esac
"""


class Machine:
    """A machine with the programs of a build image, and a registry."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.home = folder / "bin", folder
        self.pushed, self.said = folder / "pushed", folder / "said"
        self.bin.mkdir(parents=True)
        self.pushed.touch()
        self.said.touch()
        (self.bin / "kubectl").symlink_to(kubectl())
        self._program("aws", AWS)
        self._program("docker", DOCKER)
        if not shutil.which("kustomize"):
            self._program("kustomize", KUSTOMIZE)

    def _program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text, encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def run(self, project: Mapping[str, Any], folder: Path, **variables: str) -> str:
        """The build phase; the programs that it would fetch are there already."""
        spec = yaml.safe_load(project["Source"]["BuildSpec"])
        (command,) = spec["phases"]["build"]["commands"]
        given = {one["Name"]: one["Value"] for one in project["Environment"]["EnvironmentVariables"]}
        given["REGISTRY"] = "registry.example.com"
        place = {"PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1"}
        noted = {"PUSHED": str(self.pushed), "SAID": str(self.said)}
        run = subprocess.run(
            ["bash", "-c", fetching_nothing(command)],
            cwd=folder,
            env={**place, **noted, **given, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout


def fetching_nothing(command: str) -> str:
    """Without the lines that fetch programs."""
    lines = scripts.fetched([scripts.KUSTOMIZE]).splitlines()
    for version in ("1.36", "1.35", "1.34", "1.33", "1.32", "1.31"):
        lines += scripts.fetched([scripts.kubectl(version)]).splitlines()
    return "\n".join(one for one in command.splitlines() if one not in lines)


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    person = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    run = subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return run.stdout.strip()
