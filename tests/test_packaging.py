"""setup.cfg lists every package, every data file ships, and wheel, sdist and editable installs all work."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def listed() -> set[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return set(parser["options"]["packages"].split())


def test_every_package_is_listed() -> None:
    folders = {path.parent for path in (ROOT / "compiler").rglob("__init__.py")}
    found = {".".join(folder.relative_to(ROOT / "compiler").parts) for folder in folders}
    assert listed() == found | {"bpc.schemas"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel and an sdist, built as pip builds them."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    return folder


def data_files() -> set[str]:
    facts = {
        f"bpc/facts/{path.name}" for path in (ROOT / "compiler/bpc/facts").iterdir() if path.suffix in (".json", ".txt")
    }
    return facts | {f"bpc/schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")} | {"bpc/py.typed"}


def test_the_wheel_holds_code_and_data(built: Path) -> None:
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    code = {str(path.relative_to(ROOT / "compiler")) for path in (ROOT / "compiler").rglob("*.py")}
    assert code | data_files() <= names


def test_the_sdist_holds_what_the_tests_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"setup.cfg", "LICENSE", "tests/conftest.py", "specs/study.yaml", "schemas/root.json"} <= names


@pytest.mark.parametrize("how", ["wheel", "sdist", "editable"])
def test_an_installed_bpc_compiles(how: str, built: Path, tmp_path: Path) -> None:
    """In an environment of its own, away from the checkout, with the libraries of this one."""
    source = {"wheel": next(built.glob("*.whl")), "sdist": next(built.glob("*.tar.gz")), "editable": ROOT}[how]
    venv.create(tmp_path / "venv", system_site_packages=False, with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = next((tmp_path / "venv").glob("lib/python*/site-packages"))
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("".join(f"{path}\n" for path in libraries))
    flags = [
        "--no-deps",
        "--no-build-isolation",
        "--force-reinstall",
        "--quiet",
        *(["-e"] if how == "editable" else []),
    ]
    subprocess.run([python, "-m", "pip", "install", *flags, source], check=True, capture_output=True)
    spec = tmp_path / "blueprint.yaml"
    spec.write_text((ROOT / "specs/minimal.yaml").read_text())
    script = tmp_path / "venv" / "bin" / "bpc"
    subprocess.run([script, "compile", spec, "-o", tmp_path / "out"], check=True, capture_output=True, cwd=tmp_path)
    assert (tmp_path / "out/minimal/cloudformation/default/30-cluster.yaml").exists()
