"""Vendor real upstream charts, and tell how each fares.

The charts come from checkouts of their repositories, which you fetch; nothing of them is kept here. Each is packed
with the charts that it depends on, as far as they are among the checkouts, served from this machine as a repository,
and vendored alone by `bpc vendor` and compiled.

    python bench/charts.py CHECKOUTS [CHART...] [--helm PATH]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bpc.cli import main  # noqa: E402
from bpc.vendored import objects  # noqa: E402
from parts import charts, kubectl  # noqa: E402

# What a chart cannot do without, or what makes it the same each time.
VALUES: dict[str, dict[str, Any]] = {
    "aws-gateway-controller-chart": {"webhookTLS": {"caCert": "YQ==", "cert": "YQ==", "key": "YQ=="}},
    "aws-load-balancer-controller": {"clusterName": "shop", "enableCertManager": True},
    "appmesh-controller": {"enableCertManager": True},
    "cluster-autoscaler": {"autoDiscovery": {"clusterName": "shop"}},
    "external-dns": {"policy": "upsert-only"},
    "karpenter": {"settings": {"clusterName": "shop"}},
    "kube-prometheus-stack": {"grafana": {"admin": {"existingSecret": "grafana"}}},
    "flux2-sync": {"gitRepository": {"spec": {"url": "https://github.com/example/platform"}}},
    "litmus": {"mongodb": {"auth": {"existingSecret": "mongodb"}}},
    "prometheus-postgres-exporter": {
        "config": {"datasource": {"passwordSecret": {"name": "postgres", "key": "password"}}}
    },
    "spinnaker": {"minio": {"enabled": False}, "redis": {"enabled": False}, "s3": {"enabled": True, "bucket": "shop"}},
    "velero": {"credentials": {"useSecret": False}, "configuration": {"backupStorageLocation": []}},
}


def found(checkouts: Path) -> dict[str, Path]:
    """The charts in a folder by name; those inside of others are not charts of their own."""
    made: dict[str, Path] = {}
    for path in sorted(checkouts.rglob("Chart.yaml")):
        folder = path.parent
        if any((above / "Chart.yaml").exists() for above in folder.parents if above.is_relative_to(checkouts)):
            continue
        try:
            made.setdefault(str(yaml.safe_load(path.read_text())["name"]), folder)
        except (yaml.YAMLError, TypeError, KeyError, UnicodeDecodeError):
            continue
    return made


def packed(name: str, folder: Path, known: dict[str, Path], helm: str) -> tuple[bytes, list[str]]:
    """The archive of a chart, as Helm packs it, and the charts that it lacks."""
    lacking: list[str] = []
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home, name)
        about = _copied(folder, copy, known, lacking)
        # A version of a checkout may be a placeholder of the release's script.
        version = about["version"] if re.fullmatch(r"v?\d+\.\d+\.\d+.*", about["version"]) else "0.0.0"
        for one in lacking:
            # Helm would refuse to pack it; bpc is to be told so by `helm template`.
            (copy / "charts" / one).mkdir(parents=True)
            (copy / "charts" / one / "Chart.yaml").write_text(f"apiVersion: v2\nname: {one}\nversion: 0.0.0\n")
        command = [helm, "package", str(copy), "--destination", home, "--version", version]
        subprocess.run(command, check=True, capture_output=True, env={"HOME": home})
        (made,) = Path(home).glob("*.tgz")
        return made.read_bytes(), lacking


def _copied(folder: Path, copy: Path, known: dict[str, Path], lacking: list[str]) -> dict[str, str]:
    shutil.copytree(folder, copy, ignore_dangling_symlinks=True)
    (copy / "Chart.lock").unlink(missing_ok=True)
    about: dict[str, Any] = yaml.safe_load((copy / "Chart.yaml").read_text())
    for one in about.get("dependencies") or []:
        inner = copy / "charts" / one["name"]
        if inner.exists():
            continue
        if one["name"] in known:
            _copied(known[one["name"]], inner, known, lacking)
        elif one["name"] not in lacking:
            lacking.append(one["name"])
    return about


def vendored(name: str, archive: bytes, repository: charts.Repository, helm: str) -> tuple[bool, str]:
    """Whether it could be done, and what came of it."""
    version = repository.entries[name][-1]["version"]
    source = {"repository": repository.url, "name": name, "version": version}
    blueprint = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "shop", "region": "eu-west-1"},
        "nodeGroups": [{"name": "workers"}],
        "addons": {"one": {"chart": source, "namespace": "one", "values": VALUES.get(name, {})}},
    }
    Path("blueprint.yaml").write_text(json.dumps(blueprint))
    code, said = _run("vendor", "--helm", helm)
    if code == 0:
        code, more = _run("compile", "blueprint.yaml")
        said += more
    if code:
        return False, (said.partition(": error ")[2] or said[-200:]).partition("\n")[0]
    lock = json.loads(Path("blueprint.lock").read_text())["files"]["default/one"]
    kinds = Counter(
        one["kind"]
        for path in lock["sha256"]
        for one in objects.trusted(Path("vendor/shop/default/one", path).read_text())
    )
    hooks = Counter(what.partition(" ")[0].rstrip(":") for what in lock["hooks"].values())
    parts = [f"{kinds.total()} objects", f"{kinds['CustomResourceDefinition']} CRDs"]
    parts += [f"hooks: {', '.join(f'{count} {what}' for what, count in sorted(hooks.items()))}"] if hooks else []
    parts += ["a Secret with something in it"] if "BPC550" in said else []
    return True, ", ".join(parts)


def _run(*arguments: str) -> tuple[int, str]:
    said, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaints):
        code = main([*arguments])
    return code, said.getvalue() + complaints.getvalue()


def run() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", type=Path, help="a folder with checkouts of charts' repositories")
    parser.add_argument("charts", nargs="*", help="only these charts")
    parser.add_argument("--helm", default="", help="the Helm that renders (default: the tests' own)")
    options = parser.parse_args()
    known = found(options.checkouts.resolve())
    helm = options.helm or kubectl.helm()
    results = []
    with tempfile.TemporaryDirectory() as home:
        certificate = charts.certificate(Path(home))
        os.environ |= {"SSL_CERT_FILE": str(certificate[0]), "XDG_CACHE_HOME": f"{home}/cache"}
        with charts.serving(certificate) as repository:
            for name in options.charts or sorted(known):
                archive, lacking = packed(name, known[name], known, helm)
                repository.add(archive)
                os.makedirs(f"{home}/{name}")
                os.chdir(f"{home}/{name}")
                started = time.monotonic()
                fine, said = vendored(name, archive, repository, helm)
                seconds = time.monotonic() - started
                results.append(fine)
                said += f" (not among the checkouts: {', '.join(lacking)})" if lacking else ""
                sys.stdout.write(f"{'fine' if fine else 'no':4} {name} {seconds:.1f} s: {said}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{sum(results)} of {len(results)} charts are vendored and compile\n")
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(run())
