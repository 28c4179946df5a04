"""Compiles one blueprint for very many environments in one process: CPU for each, and whether memory stays flat.

Absolute times mean little on a shared machine: the figure to read is the ratio to the bare troposphere script
(bare.py), which runs before and after in the same surroundings.

    python bench/fleet.py [ENVIRONMENTS]
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
RUNS = 4  # of the bare script, before and after each
REGIONS = ("ap-northeast-2", "eu-west-1", "eu-central-1", "us-west-2", "us-east-1")
HEAD = """\
apiVersion: bpc/v1
kind: Blueprint
metadata: {name: fleet, region: eu-west-1, tags: {team: platform}}
bastion: {tools: [kubectl, k9s]}
nodeGroups:
  - {name: workers, instanceTypes: [m7g.large], scaling: {min: 2, max: 6}}
addons:
  aws-ebs-csi-driver: {}
  cluster-autoscaler: {}
  metrics-server: {source: manifests}
environments:
"""
CHILD = """
import resource, sys
from bpc.cli import main
code = main(["compile", sys.argv[1], "-o", sys.argv[2]])
used = resource.getrusage(resource.RUSAGE_SELF)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def blueprint(count: int) -> str:
    """A blueprint with `count` environments that differ as real ones do: account, Region, size."""
    return HEAD + "".join(
        f'  env-{number:04}: {{account: "{100000000000 + number}", region: {REGIONS[number % len(REGIONS)]}, '
        f"with: {{nodeGroups: [{{name: workers, scaling: {{max: {6 + number % 20}}}}}]}}}}\n"
        for number in range(count)
    )


class Figures(NamedTuple):
    """CPU milliseconds for each environment, what they are of the bare script's, and the peak memory in MiB."""

    each: float
    ratio: float
    memory: float


def measure(count: int) -> Figures:
    """What a fleet of `count` environments takes."""
    with tempfile.TemporaryDirectory() as scratch:
        spec = Path(scratch) / "fleet.yaml"
        spec.write_text(blueprint(count), encoding="utf-8")
        command = [sys.executable, "-c", CHILD, str(spec), f"{scratch}/out"]
        bare = [_bare(f"{scratch}/bare") for _ in range(RUNS)]
        last = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
        bare += [_bare(f"{scratch}/bare") for _ in range(RUNS)]
        code, seconds, memory = last.split()
        if code != "0":
            raise SystemExit(f"the compiler answered {code}")
        each = float(seconds) / count
        return Figures(each * 1000, each / statistics.median(bare), float(memory))


def _bare(folder: str) -> float:
    """CPU seconds of the bare script."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, str(HERE / "bare.py"), folder], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"{'environments':>12}{'CPU ms each':>14}{'of the bare script':>20}{'peak MiB':>10}")
    for count in sorted({10, max(1, most // 10), most}):
        each, ratio, memory = measure(count)
        print(f"{count:>12}{each:14.1f}{ratio:20.2f}{memory:10.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
