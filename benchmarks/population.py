"""How fast the population is, next to pseudopeople and faker on the same machine in the same run.

    python benchmarks/population.py [--people 1000000] [--large 0]

Prints people per second, the ratio to the slowest, the distance to the physical limit, wall time, CPU time of the
whole program and peak memory (both of all its processes together).
The other generators run in an environment of their own, made on the first run under .benchmarks/, because
pseudopeople needs older libraries than this project.

Not like for like, and said so: faker makes one independent person (name, address, NINO, date of birth);
pseudopeople makes noised rows of its bundled sample (its larger populations need a data-access request); ours makes
people with families, lives over eight years and all registers with their histories, and writes them to Parquet.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / ".benchmarks"
OTHERS = ("pseudopeople==1.3.1", "faker==40.54.0")

LIMIT_PEOPLE_PER_SECOND = 10_000_000 / 3.5
"""10 million people cost .6-2.1 s of draws and 2.9 s of Parquet at the rates measured on two cores; half of both on
two cores, about 3.5 s in the middle without sharing. A toy of the same shape reaches a third of it."""

OURS = """
import json, resource, sys, tempfile, time
from pathlib import Path
from tf_linkage.bodies.world import write_world
from tf_linkage.population import Settings
people = int(sys.argv[1])
settings = Settings(
    seed=1, families=max(people // 80, 20), population=people,
    councils=("E09000012", "E08000003", "E06000010", "E08000032", "E10000016"),
)
with tempfile.TemporaryDirectory() as folder:
    start = time.perf_counter()
    rows = write_world(settings, Path(folder) / "world")
    took = time.perf_counter() - start
# Both processes at their own peaks, whether or not those fell together.
used = [resource.getrusage(process) for process in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
cpu, peak = sum(u.ru_utime + u.ru_stime for u in used), sum(u.ru_maxrss for u in used) / 1e6
count = rows["truth_people"]
print(json.dumps({"people": count, "rows": sum(rows.values()), "seconds": took, "cpu": cpu, "peak": peak}))
"""

FAKER = """
import json, resource, time
from faker import Faker
fake = Faker("en_GB")
Faker.seed(1)
count = 5_000
start = time.perf_counter()
for _ in range(count):
    fake.name(), fake.address(), fake.ssn(), fake.date_of_birth()
took = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_SELF)
cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6
print(json.dumps({"people": count, "rows": count, "seconds": took, "cpu": cpu, "peak": peak}))
"""

PSEUDOPEOPLE = """
import json, resource, time, warnings
warnings.simplefilter("ignore")
import pseudopeople
names = ("decennial_census", "social_security", "taxes_w2_and_1099")
makers = [getattr(pseudopeople, f"generate_{name}") for name in names]
makers[0](seed=1)  # the first call loads the sample
start = time.perf_counter()
frames = [maker(seed=2) for maker in makers]
took = time.perf_counter() - start
people = frames[0]["simulant_id"].nunique()
used = resource.getrusage(resource.RUSAGE_SELF)
cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6
print(json.dumps({"people": people, "rows": sum(map(len, frames)), "seconds": took, "cpu": cpu, "peak": peak}))
"""


def main() -> int:
    """Run the three and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000_000, help="people of the first run of ours")
    parser.add_argument("--large", type=int, default=0, help="people of a second run, such as 10000000")
    asked = parser.parse_args()
    python = other_python()
    rows = {
        "faker en_GB, one person each": run(python, FAKER),
        "pseudopeople, three datasets of its sample": run(python, PSEUDOPEOPLE),
        f"tf_linkage, {asked.people:,} people, all registers": run(Path(sys.executable), OURS, str(asked.people)),
    }
    if asked.large:
        rows[f"tf_linkage, {asked.large:,} people, all registers"] = run(
            Path(sys.executable), OURS, str(asked.large)
        )
    print_table(rows)
    return 0


def other_python() -> Path:
    """The interpreter of the other generators' environment, made if missing."""
    home = HERE / "population"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *OTHERS], check=True)
        (home / "ready").write_text("\n".join(OTHERS) + "\n")
    return python


def run(python: Path, code: str, *arguments: str) -> dict[str, float]:
    """What one generator reports of itself."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-c", code, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise SystemExit(f"{python} failed")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def print_table(rows: dict[str, dict[str, float]]) -> None:
    """One line per generator."""
    slowest = min(row["people"] / row["seconds"] for row in rows.values())
    titles = f"{'people/s':>12}{'ratio':>8}{'of limit':>10}{'rows/s':>12}{'seconds':>9}{'CPU s':>8}{'peak GB':>9}"
    print(f"{'generator':<50}{titles}")
    for name, row in rows.items():
        speed = row["people"] / row["seconds"]
        print(
            f"{name:<50}{speed:>12,.0f}{speed / slowest:>8.1f}{speed / LIMIT_PEOPLE_PER_SECOND:>10.1%}"
            f"{row['rows'] / row['seconds']:>12,.0f}{row['seconds']:>9.2f}{row['cpu']:>8.1f}{row['peak']:>9.2f}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
