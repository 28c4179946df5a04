"""A folder with a blueprint, and a chart repository and a registry on this machine: where `bpc vendor` is tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from bpc.cli import main

from . import charts, kubectl
from .charts import Repository, files, packed

HEAD = "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: shop, region: eu-west-1}\nnodeGroups: [{name: workers}]\n"
WEB = packed(files("web"))


class World(NamedTuple):
    """A folder with a blueprint, a repository and a registry that have the chart `web`, and what bpc says."""

    folder: Path
    repository: Repository
    registry: Repository
    capsys: pytest.CaptureFixture[str]

    def write(self, addons: str = "", more: str = "") -> None:
        """A blueprint with these add-ons, or with `web`."""
        (self.folder / "blueprint.yaml").write_text(f"{HEAD}{more}addons:\n{addons or self.one()}")

    def one(self, name: str = "web", chart: str = "web", version: str = "1.2.3", values: str = "{}") -> str:
        source = f"chart: {{repository: {self.repository.url}, name: {chart}, version: {version}}}"
        return f"  {name}:\n    namespace: shop\n    {source}\n    values: {values}\n"

    def vendor(self, *options: str, helm: str | None = None) -> tuple[int, str]:
        """The exit code of `bpc vendor`, and all that it says."""
        code = main(["vendor", "--helm", helm or kubectl.helm(), *options])
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out + said.err

    def compile(self) -> tuple[int, str]:
        code = main(["compile", "blueprint.yaml"])
        said = self.capsys.readouterr()
        return code, said.out + said.err

    def objects(self, environment: str = "default", addon: str = "web") -> dict[str, Any]:
        """What was vendored, by kind and name."""
        found = {}
        for path in sorted((self.folder / "vendor/shop" / environment / addon).glob("*.yaml")):
            for one in yaml.load_all(path.read_text(), yaml.BaseLoader):
                found[f"{one['kind']}/{one['metadata']['name']}"] = one
        return found

    def lock(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "blueprint.lock").read_text())
        return found

    def tree(self) -> dict[str, bytes]:
        """The lock and all that was vendored, and nothing else that may have been left beside them."""
        paths = [one for one in self.folder.rglob("*") if one.is_file() and not one.is_relative_to(self.folder / "x")]
        return {str(one.relative_to(self.folder)): one.read_bytes() for one in paths if one.name != "blueprint.yaml"}


@contextmanager
def world(
    folder: Path,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[World]:
    """One in an empty folder, which it becomes the current one in; nothing of the user's has a say."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.setenv("HELM_REPOSITORY_CONFIG", str(folder / "repositories.yaml"))
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(folder / "registries.json"))
    monkeypatch.setenv("NETRC", str(folder / "netrc"))
    (folder / "here").mkdir()
    monkeypatch.chdir(folder / "here")
    with charts.serving(certificate) as repository, charts.serving() as registry:
        repository.add(WEB)
        made = World(folder / "here", repository, registry, capsys)
        made.write()
        yield made
