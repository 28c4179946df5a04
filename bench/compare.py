"""Times `bpc compile` of the study against a bare troposphere script, as whole processes in turn.

The bare script (bare.py) builds the same templates with no YAML to read, nothing to validate and no manifests, and
writes them as JSON. Absolute times mean little on a shared machine, so the figure to read is the ratio of the medians
of CPU time (user and system, as the kernel counts it for the finished process).

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
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEC = HERE.parent / "specs" / "study.yaml"
BPC = Path(sys.executable).parent / "bpc"
LIMITS = {"compile": 1.0, "unchanged": 0.15}


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """Seconds of CPU that one process took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each program, one after the other in every round."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "XDG_CACHE_HOME": f"{scratch}/cache"}
        out = Path(scratch) / "out"
        bare = [sys.executable, str(HERE / "bare.py"), f"{scratch}/bare"]
        compile_study = [str(BPC), "compile", str(SPEC), "-o", str(out)]

        def first() -> None:
            shutil.rmtree(out, ignore_errors=True)

        programs: dict[str, tuple[list[str], Callable[[], None]]] = {
            "bare": (bare, lambda: None),
            "compile": (compile_study, first),
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


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    medians = {name: statistics.median(took) for name, took in measure(rounds).items()}
    print(f"{'program':<12}{'CPU ms':>8}{'ratio':>8}{'limit':>8}   (medians of {rounds} rounds)")
    worst = 0
    for name, median in medians.items():
        ratio, limit = median / medians["bare"], LIMITS.get(name)
        print(f"{name:<12}{median * 1000:8.1f}{ratio:8.2f}{limit if limit else '':>8}")
        worst |= bool(limit and ratio > limit)
    return worst


if __name__ == "__main__":
    sys.exit(main())
