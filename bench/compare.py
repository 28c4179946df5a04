"""Times `bpc compile` of the study against a bare troposphere script, as whole processes in turn.

The bare script (bare.py) builds the same templates with no YAML to read, nothing to validate and no manifests, and
writes them as JSON. Absolute times mean little on a shared machine, so the figure to read is the ratio of the medians
of CPU time (user and system, as the kernel counts it for the finished process).

Both run in an environment made for it, with bpc installed as users have it: an editable install puts an import hook
before everything, which alone takes as long as an unchanged compile.

    python bench/compare.py [ROUNDS]
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SPEC = ROOT / "specs" / "study.yaml"
LIMITS = {"compile": 1.0, "unchanged": 0.15}


def installed(home: Path) -> Path:
    """The folder of commands of a new environment, with bpc from a wheel and the libraries of this one."""
    venv.create(home, symlinks=True)
    site = next(home.glob("lib/python*/site-packages"))
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("".join(f"{path}\n" for path in libraries), encoding="utf-8")
    python = home / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--ignore-installed",
    ]
    subprocess.run([*pip, "--no-build-isolation", str(ROOT)], check=True, capture_output=True)
    return python.parent


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """Seconds of CPU that one process took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(rounds: int, scratch: Path) -> dict[str, list[float]]:
    """CPU seconds of each program, one after the other in every round."""
    commands = installed(scratch / "venv")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["XDG_CACHE_HOME"] = str(scratch / "cache")
    out, bare = scratch / "out", scratch / "bare"
    compile_study = [str(commands / "bpc"), "compile", str(SPEC), "-o", str(out)]
    programs: dict[str, tuple[list[str], Callable[[], None]]] = {
        "bare": ([str(commands / "python"), str(HERE / "bare.py"), str(bare)], lambda: _gone(bare)),
        "compile": (compile_study, lambda: _gone(out)),
        "unchanged": (compile_study, lambda: None),
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds + 1):
        for name, (command, prepare) in programs.items():
            prepare()
            took = cpu(command, environment)
            if number:
                times[name].append(took)
    return times


def _gone(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as scratch:
        medians = {name: statistics.median(took) for name, took in measure(rounds, Path(scratch)).items()}
    print(f"{'program':<12}{'CPU ms':>8}{'ratio':>8}{'limit':>8}   (medians of {rounds} rounds)")
    worst = 0
    for name, median in medians.items():
        ratio, limit = median / medians["bare"], LIMITS.get(name)
        print(f"{name:<12}{median * 1000:8.1f}{ratio:8.2f}{limit if limit else '':>8}")
        worst |= bool(limit and ratio > limit)
    return worst


if __name__ == "__main__":
    sys.exit(main())
