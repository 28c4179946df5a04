"""Imports every ClusterConfig of a folder, compiles what comes of it and lints the templates; prints what does not.

python bench/imports.py FOLDER [--out FOLDER]

FOLDER is, say, `examples/` of a clone of eksctl's repository. Nothing of it belongs in this one.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from bpc.cli import main as bpc
from bpc.cli.verify import has_tools
from bpc.verify import outputs, templates

LONG = 160  # characters of a complaint; cfn-lint lists every instance type there is
COMPLAINT = re.compile(r"^[^:]+:\d+:\d+: error (?P<code>BPC\d+): (?P<message>.*) \[")


def run(*command: str) -> tuple[int, str, str]:
    """One command of bpc's: its exit code and what it said."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = bpc(list(command))
    return code, said.getvalue(), complained.getvalue()


def reasons(complained: str) -> list[str]:
    return [
        f"{found['code']} {found['message']}" for line in complained.splitlines() if (found := COMPLAINT.match(line))
    ]


def lint(folder: Path) -> list[str]:
    """What cfn-lint says of the templates below a folder."""
    jobs = [
        templates.Job(output.folder, file, output.environments[file.split("/")[1]]["region"])
        for output in outputs(str(folder))
        for file in output.template_files()
    ]
    return [f"{job.file}: {one.diagnostic.message[:LONG]}" for job, found in templates.check(jobs) for one in found]


def one(source: Path, out: Path) -> tuple[str, int, list[str]]:
    """How far a file gets, how many of its fields are lost, and why it gets no further."""
    blueprint = out / source.name
    code, _, complained = run("import", "eksctl", str(source), "-o", str(blueprint), "--force")
    if code or not blueprint.exists():
        return "refused", 0, reasons(complained) or complained.splitlines()
    lost = int(re.search(r"carried over, (\d+) not", complained)[1])  # type: ignore[index]
    folder = out / source.stem
    code, _, complained = run("compile", str(blueprint), "-o", str(folder))
    if code:
        return "imports", lost, reasons(complained) or complained.splitlines()
    found = lint(folder)
    return ("compiles" if found else "clean"), lost, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="keep the blueprints and the output here")
    options = parser.parse_args()
    if not has_tools():
        raise SystemExit("the templates are linted by cfn-lint: pip install 'eks-blueprint-compiler[verify]'")
    files = sorted([*options.folder.glob("*.yaml"), *options.folder.glob("*.yml")])
    if not files:
        raise SystemExit(f"no YAML files in {options.folder}")
    with tempfile.TemporaryDirectory() as scratch:
        out = options.out or Path(scratch)
        out.mkdir(parents=True, exist_ok=True)
        return report(files, out)


def report(files: list[Path], out: Path) -> int:
    """A line for each file, with the reasons below it, and the sums."""
    count = dict.fromkeys(("refused", "imports", "compiles", "clean"), 0)
    whole = 0
    for file in files:
        state, lost, why = one(file, out)
        count[state] += 1
        whole += state != "refused" and not lost
        print(f"{state:9}{lost:4} lost  {file.name}")
        for line in dict.fromkeys(why):
            print(f"               {line}")
    compiled = count["compiles"] + count["clean"]
    print(f"\n{len(files)} files: {len(files) - count['refused']} import ({whole} without a loss), {compiled} compile,")
    print(f"{count['clean']} lint clean.")
    return 1 if count["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
