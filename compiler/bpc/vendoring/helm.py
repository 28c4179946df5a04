"""Helm's command line, which renders charts. Helm 3 since 3.17 and Helm 4 give the same objects, as a test says.

It runs with folders of its own, so that neither plugins nor repositories of the user's have a say.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bpc.addon import Chart
from bpc.diagnostics import rule
from bpc.kit.record import Record
from bpc.vendoring.failed import Failed
from bpc.vendoring.login import WANTED
from bpc.vendoring.web import NOT_FOUND, UNREACHABLE

OLDEST, NEWEST = (3, 17), 4
SECONDS = 120
# Nothing listens there: a chart that asks somebody while it is rendered is not the same tomorrow.
NOWHERE = "http://127.0.0.1:9"
LOOPBACK = ("localhost", "127.0.0.1", "::1")

MISSING = rule(
    "BPC540",
    "helm-missing",
    why="Charts are Go templates, and only Helm renders them as Helm does. bpc looks for `helm` on the PATH.",
    cure="Install Helm 3.17 or later, or 4 (helm.sh, Installing Helm), or name it with --helm. It is for `bpc vendor` "
    "alone: nothing else needs it, nor does who compiles what you have vendored.",
)
UNSUPPORTED = rule(
    "BPC541",
    "helm-unsupported",
    why="bpc is tested with Helm 3.17 and later and with Helm 4; others lack options or render otherwise.",
    cure="Install Helm 3.17 or later, or 4, or name it with --helm.",
)
REFUSED = rule(
    "BPC546",
    "chart-not-rendered",
    why="Helm could not render the chart with these values for this version of Kubernetes.",
    cure="Helm's own words say why: mostly a value that the chart wants and that is not set.",
)


class Helm(Record):
    """A Helm that may be used."""

    path: str
    version: str


def find(given: str) -> Helm:
    """The Helm on the PATH, or the one that was named."""
    from shutil import which

    path = which(given or "helm")
    if not path:
        said = f"there is no Helm at {given}" if given else "Helm is not on the PATH"
        raise Failed(MISSING, said, "install Helm 3.17 or later, or 4, or name it with --helm")
    try:
        run = subprocess.run(
            [path, "version", "--template", "{{.Version}}"], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(MISSING, f"{path} cannot be run: {error}") from error
    number = re.match(r"v?(\d+)\.(\d+)\.", run.stdout.strip())
    if run.returncode or not number:
        raise Failed(UNSUPPORTED, f"{path} does not say its version, so it is no Helm that bpc knows")
    if (version := (int(number[1]), int(number[2]))) < OLDEST or version[0] > NEWEST:
        raise Failed(UNSUPPORTED, f"{path} is Helm {run.stdout.strip()}; bpc works with 3.17 and later, and with 4")
    return Helm(path, run.stdout.strip())


def template(
    helm: Helm, home: str, archive: str, values: str, release: str, inputs: Mapping[str, str], zone: str
) -> str:
    """The text that a chart's archive renders to; `zone` is the time zone that its templates see."""
    command = [helm.path, "template", release, archive, "--values", values, "--namespace", inputs["namespace"]]
    # What a schema refers to may be anywhere on the web, so bpc checks values itself.
    command += ["--kube-version", f"{inputs['kubernetes']}.0", "--include-crds", "--skip-schema-validation"]
    for one in inputs["apiVersions"].split():
        command += ["--api-versions", one]
    extra = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "TZ": zone}
    run = _run(command, home, _environment(home) | extra, SECONDS)
    if run.returncode:
        raise Failed(REFUSED, f"Helm refuses the chart: {_said(run.stderr)}", _help(run.stderr))
    return run.stdout


def pull(helm: Helm, home: str, chart: Chart, seconds: float) -> bytes:
    """The archive of a chart in an OCI registry, by the registries that the user has logged in to."""
    address = f"{chart.repository}/{chart.name}"
    command = [helm.path, "pull", address, "--version", chart.version, "--destination", home]
    # As Docker does it.
    if urlsplit(address).hostname in LOOPBACK:
        command.append("--plain-http")
    caches = {key: value for key, value in _environment(home).items() if key == "HELM_CACHE_HOME"}
    try:
        run = _run(command, home, dict(os.environ) | caches, seconds)
    except subprocess.TimeoutExpired as error:
        said = f"{address} did not answer within {seconds:g} seconds"
        raise Failed(UNREACHABLE, said, "--timeout SECONDS gives it longer") from error
    if run.returncode:
        if re.search(r"\b401\b|unauthorized|basic credential not found", run.stderr, re.IGNORECASE):
            said = f"{address} asks who you are: {_said(run.stderr)}"
            raise Failed(WANTED, said, f"`helm registry login {urlsplit(address).netloc}`")
        missing = re.search(r"not found|manifest unknown|NAME_UNKNOWN|MANIFEST_UNKNOWN", run.stderr)
        said = f"{address} {chart.version} is not there" if missing else f"cannot pull {address}"
        raise Failed(NOT_FOUND if missing else UNREACHABLE, f"{said}: {_said(run.stderr)}")
    (found,) = [one for one in os.listdir(home) if one.endswith(".tgz")]
    with open(os.path.join(home, found), "rb") as file:
        return file.read()


def _run(
    command: Sequence[str], home: str, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=home,
            env=environment,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        if command[1] == "pull":
            raise
        raise Failed(REFUSED, f"Helm was not done with the chart within {seconds:g} seconds") from error


def _environment(home: str) -> dict[str, str]:
    kinds = ("CACHE", "CONFIG", "DATA")
    return {f"HELM_{one}_HOME": os.path.join(home, one.lower()) for one in kinds} | {
        "HOME": home,
        "PATH": os.environ.get("PATH", ""),
    }


def _said(stderr: str) -> str:
    """What Helm complains of, without what it only mentions."""
    lines = [one.strip() for one in stderr.splitlines() if one.strip() and "level=" not in one]
    start = next((place for place, one in enumerate(lines) if one.startswith("Error:")), 0)
    text = " ".join(lines[start : start + 6]).removeprefix("Error:").strip()
    return text[:600] or "it does not say why"


def _help(stderr: str) -> str:
    if "missing in charts/" in stderr:
        return "the archive lacks charts that it depends on; its publisher has to mend that"
    if "incompatible with Kubernetes" in stderr or "kubeVersion" in stderr:
        return "choose a version of the chart that is for the cluster's version"
    return ""
