"""What the main job costs: wall time and peak memory of `python -m tf_linkage.run`, whole process.

    python benchmarks/rehearsal.py [--preset demo] [--runs 3]

Run it on an idle machine. The budget is 60 s for `demo` on two cores, after installation.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUDGET = {"demo": 60.0}


def main() -> None:
    """Run the job a few times, each in a data folder of its own, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    walls = []
    for run in range(chosen.runs):
        with tempfile.TemporaryDirectory() as folder:
            walls.append(timed(chosen.preset, Path(folder)))
        print(f"run {run + 1}: {walls[-1]:.1f} s", file=sys.stderr)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    budget = f"{BUDGET[chosen.preset]:.0f} s" if chosen.preset in BUDGET else "none"
    print("| preset | runs | wall, median (least to most) | budget | peak memory | cores |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {chosen.preset} | {chosen.runs} | {statistics.median(walls):.1f} s "
        f"({min(walls):.1f} to {max(walls):.1f}) | {budget} | {peak:,.0f} MiB | {os.cpu_count()} |"
    )


def timed(preset: str, folder: Path) -> float:
    """Seconds of one run, from process start to process end."""
    home = folder / "home"
    home.mkdir()
    variables = {
        "TF_LINKAGE_PRESET": preset,
        "TF_LINKAGE_DATA": str(folder / "data"),
        "DAGSTER_HOME": str(home),
    }
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "tf_linkage.run"], env=os.environ | variables, check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - began


if __name__ == "__main__":
    main()
