"""`make test-seeds`: the main job at `demo` on ten seeds, at `study` on two, and at `tiny` with every choice.

A run is a process of its own in a temporary folder, which is thrown away: `data/` is never touched. All checks of
all runs must be green.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl
from sail import served

from tf_linkage import progress
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import TfLinkageError
from tf_linkage.study import Confounding
from tf_linkage.workspace.store import Store

RATES = ("precision", "recall")
INSTANCE = Path(__file__).parents[1] / ".dagster_home" / "dagster.yaml"


@dataclass(frozen=True)
class Run:
    """One run of the main job.

    Attributes:
        choices: as `make run` takes them, such as `{"PRESET": "tiny"}`.
        exports: whether the simulated bodies' extracts are written into the incoming folder first.

    A choice of SPARK stands for a cluster that is started for the run, at an address of its own.
    """

    choices: Mapping[str, str]
    exports: bool = False

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.choices.items())


DEMO = tuple(Run({"PRESET": "demo", "SEED": str(seed)}) for seed in (*range(1, 10), 2015))
STUDY = tuple(Run({"PRESET": "study", "SEED": str(seed)}) for seed in (2015, 7))
CHOICES = (
    Run({"PRESET": "tiny"}),
    Run({"PRESET": "tiny", "SEED": "7"}),
    Run({"PRESET": "tiny", "NOISE": "clean"}),
    Run({"PRESET": "tiny", "NOISE": "realistic", "NOISE_MULTIPLIER": "1.5"}),
    Run({"PRESET": "tiny", "NOISE": "hard"}),
    Run({"PRESET": "tiny", "FAMILIES": "300", "POPULATION": "20000"}),
    Run({"PRESET": "tiny", "MOVES_TOGETHER": "0.5", "CLERK_ERROR": "0.2"}),
    *(Run({"PRESET": "tiny", "CONFOUNDING": one.value, "CONFOUNDING_STRENGTH": "0.3"}) for one in Confounding),
    Run({"PRESET": "tiny", "MEMORY_GB": "1", "THREADS": "1", "MOST_PAIRS": "5000000"}),
    Run({"PRESET": "tiny", "LINK_THRESHOLD": "0.6", "REVIEW_THRESHOLD": "0.2"}),
    Run({"PRESET": "tiny", "COUNCILS": "E09000012,E10000016"}),
    Run({"PRESET": "tiny", "ENGINE": "duckdb"}),
    Run({"PRESET": "tiny", "ENGINE": "recordlinkage"}),
    Run({"PRESET": "tiny", "ENGINE": "spark", "SPARK": "sc://127.0.0.1"}),
    Run({"PRESET": "tiny", "DWP_LINKAGE_ON": "hashes", "MOJ_LINKAGE_ON": "matchkeys",
         "DFE_LINKAGE_ON": "hashes+bloom"}),
    Run({"PRESET": "tiny", "SOURCE": "files"}, exports=True),
    Run({"PRESET": "tiny", "SOURCE": "files", "DWP_LINKAGE_ON": "clear", "MOJ_LINKAGE_ON": "hashes+bloom",
         "DFE_LINKAGE_ON": "matchkeys"}, exports=True),
    Run({"PRESET": "tiny", "SOURCE": "simulation", "DWP_SOURCE": "register", "MOJ_SOURCE": "register",
         "DFE_SOURCE": "register"}, exports=True),
)  # fmt: skip
"""Every choice that docs/running.md offers is made at least once; a test holds the list to page and Makefile."""

GROUPS = {"choices": CHOICES, "demo": DEMO, "study": STUDY}


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        run: the run.
        code: exit code of the command.
        seconds: from process start to process end.
        peak_gb: peak memory of the process in GB (10^9 bytes).
        checks: checks evaluated; None if the command never came to count them.
        failed: ERROR checks that failed; None likewise.
        rates: precision and recall by department, between 0 and 1; empty where no truth is known.
        said: what the command wrote to standard error.
    """

    run: Run
    code: int
    seconds: float
    peak_gb: float
    checks: int | None
    failed: int | None
    rates: Mapping[tuple[str, str], float] = field(default_factory=dict)
    said: str = ""


def what_is_wrong(outcome: Outcome) -> list[str]:
    """Why a run is not green; empty if it is."""
    wrong = []
    if outcome.code:
        wrong.append(f"exit code {outcome.code}")
    if outcome.failed:
        wrong.append(f"{outcome.failed} checks failed")
    if not outcome.checks:
        wrong.append("no check was evaluated")
    return wrong


def verdict(outcomes: Sequence[Outcome]) -> int:
    """Exit code of all runs: 1 if any is not green, or none was made."""
    return int(not outcomes or any(what_is_wrong(outcome) for outcome in outcomes))


def carried_out(run: Run, folder: Path) -> Outcome:
    """Carry a run out in an empty folder."""
    home = folder / "home"
    home.mkdir()
    shutil.copy(INSTANCE, home)
    incoming = folder / "incoming"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_LINKAGE_")}
    chosen = {f"TF_LINKAGE_{name}": value for name, value in run.choices.items()}
    environment = inherited | chosen | {
        "TF_LINKAGE_DATA": str(folder / "data"), "TF_LINKAGE_INCOMING": str(incoming),
        "DAGSTER_HOME": str(home), "PYTHONHASHSEED": "0",
    }  # fmt: skip
    if run.exports:
        command = [sys.executable, "-m", "tf_linkage", "export-extracts", str(incoming)]
        command += ["--preset", run.choices["PRESET"]]
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    out, err = folder / "out", folder / "err"
    began = time.monotonic()
    cluster = served() if "SPARK" in run.choices else nullcontext("")
    with out.open("w") as printed, err.open("w") as said, cluster as address:
        environment |= {"TF_LINKAGE_SPARK": address} if address else {}
        command = [sys.executable, "-m", "tf_linkage.run"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=printed, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    checks, failed = counted(out.read_text())
    return Outcome(
        run,
        process.returncode,
        seconds,
        used.ru_maxrss * 1024 / 1e9,
        checks,
        failed,
        rates_in(folder / "data"),
        err.read_text(),
    )


def counted(printed: str) -> tuple[int | None, int | None]:
    """Checks evaluated and failed, as the command's last line tells them."""
    found = re.search(r"^(\d+) checks: .*\b(\d+) failed\.", printed, flags=re.MULTILINE)
    return (int(found[1]), int(found[2])) if found else (None, None)


def rates_in(data: Path) -> dict[tuple[str, str], float]:
    """Precision and recall of each department, as stored; empty if nothing is."""
    try:
        figures = Store(data, simulated=True, rehearsal=True).read(["quality", "linkage_quality"])
    except TfLinkageError:
        return {}
    assert isinstance(figures, pl.LazyFrame)
    overall = figures.filter(pl.col("breakdown") == "all", pl.col("value").is_not_null()).collect()
    return {
        (str(row["department"]), str(row["measure"])): row["value"]
        for row in overall.iter_rows(named=True)
        if str(row["measure"]) in RATES
    }


def head() -> str:
    """The first two lines of the table that is printed."""
    names = ["run", "seconds", "peak GB", "checks", "failed"]
    names += [f"{department} {rate}" for department in DEPARTMENTS for rate in RATES]
    return "\n".join(("| " + " | ".join(names) + " |", "|---" * len(names) + "|"))


def row(outcome: Outcome) -> str:
    """A run's line of it."""
    cells = [str(outcome.run), f"{outcome.seconds:.0f}", f"{outcome.peak_gb:.1f}"]
    cells += ["-" if number is None else str(number) for number in (outcome.checks, outcome.failed)]
    rates = [outcome.rates.get((department, rate)) for department in DEPARTMENTS for rate in RATES]
    cells += ["-" if rate is None else f"{rate:.4f}" for rate in rates]
    return "| " + " | ".join(cells) + " |"


def runs_of(groups: Iterable[str]) -> list[Run]:
    """The runs of these groups, in order."""
    return [run for group in groups for run in GROUPS[group]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the runs one after another, print the table, say what is wrong.

    Returns:
        0 when every check of every run is green, else 1.
    """
    parser = argparse.ArgumentParser(prog="python tf_linkage_tests/seeds.py", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="which runs (default: all)")
    outcomes = []
    runs = runs_of(parser.parse_args(arguments).only)
    print(head(), flush=True)
    for run in progress.counted(runs, "runs made", partial(print, file=sys.stderr, flush=True)):
        with tempfile.TemporaryDirectory(prefix="tf_linkage_") as folder:
            outcomes.append(carried_out(run, Path(folder)))
        print(row(outcomes[-1]), flush=True)
        if wrong := what_is_wrong(outcomes[-1]):
            print(f"NOT GREEN  {run}: {'; '.join(wrong)}\n{outcomes[-1].said}", file=sys.stderr, flush=True)
    green = sum(not what_is_wrong(outcome) for outcome in outcomes)
    print(f"\n{green} of {len(outcomes)} runs are green.")
    return verdict(outcomes)


if __name__ == "__main__":
    sys.exit(main())
