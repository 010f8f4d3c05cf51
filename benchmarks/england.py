"""England, or as much of it as is asked for: our command from files to files, a register of tens of millions.

    python benchmarks/england.py                                   # 1.2 million people asked about, 45 million held
    python benchmarks/england.py --size 50000 10000000             # a sixth of that

The files are made by this project's own generator in pieces, so that making them takes little memory whatever the
size: a request with the NINO of every fourth person, DWP's register in the order of its keys, which is none, and
the true pairs. They stay under .benchmarks/ and are made once. Then `link` runs in a process of its own: processor
seconds (user and system), wall and peak resident memory are the system's count of it, imports and all; recall and
precision are counted afterwards. What a step of the command said stands in `said.txt` beside the files.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import polars as pl
from files import OURS, quality_of, used_by

PLACE = Path(__file__).resolve().parent.parent / ".benchmarks"
SIZE = (300_000, 60_500_000)
"""Families of four on average, and a population of which DWP's register holds three in four, children left out."""

ONLY = ("council_cohort", "dwp_people", "truth_records")


def main() -> None:
    """Read the command line, make the files, measure, print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs=2, type=int, metavar=("FAMILIES", "POPULATION"), default=SIZE)
    parser.add_argument("--seed", type=int, default=2015, help="of the simulated population")
    parser.add_argument("--memory-gb", type=float, default=10.0, help="what DuckDB may take (default: %(default)s)")
    parser.add_argument("--most-pairs", type=float, default=4e9, help="pairs that one blocking rule may make")
    chosen = parser.parse_args()
    folder = made(*chosen.size, chosen.seed)
    bounds = ("--memory-gb", f"{chosen.memory_gb:g}", "--most-pairs", f"{chosen.most_pairs:.0f}")
    row: dict[str, float] = {
        "asked about": height(folder / "left.parquet"),
        "register": height(folder / "right.parquet"),
        **used_by(OURS, folder, Path(sys.executable), *bounds),
        **quality_of(folder / "links.parquet", folder / "truth.parquet"),
    }
    print(f"| {' | '.join(row)} |\n|{'---|' * len(row)}")
    print(f"| {' | '.join(f'{value:,}' if value > 1e3 else f'{value:.4g}' for value in row.values())} |")


def made(families: int, population: int, seed: int) -> Path:
    """The folder of the files, which are made if they are missing."""
    from tf_linkage.bodies.world import write_world  # noqa: PLC0415  heavy, and not needed twice
    from tf_linkage.population import Settings  # noqa: PLC0415
    from tf_linkage.study import COUNCILS  # noqa: PLC0415

    folder = PLACE / f"england_{families}_{population}_{seed}"
    if (folder / "truth.parquet").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings(
        seed=seed, families=families, population=population, councils=tuple(COUNCILS), noise="realistic"
    )
    write_world(settings, folder / "world", only=ONLY)
    tables = {name: pl.scan_parquet(folder / "world" / name / "*.parquet") for name in ONLY}
    # One record a person, as after de-duplication; a record that merges two people stands for the first.
    records = tables["truth_records"].with_columns(pl.col("body").cast(pl.String))
    people = records.filter(pl.col("body") == "council").sort("record_key", "true_person").collect()
    people = people.unique(subset=["record_key"], keep="first", maintain_order=True)
    people = people.unique(subset=["true_person"], keep="first", maintain_order=True)
    cohort = (
        tables["council_cohort"].collect().with_columns(pl.format("{}|{}", "la_code", "person_ref").alias("ref"))
    )
    asked = (
        cohort.join(people, left_on="ref", right_on="record_key").rename({"ref": "request_ref"}).sort("request_ref")
    )
    del cohort, people
    fields = ["forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino"]
    quarter = pl.when(pl.int_range(pl.len()) % 4 == 0).then("nino").alias("nino")
    asked.select("request_ref", *fields).with_columns(quarter).write_parquet(folder / "left.parquet")
    tables["dwp_people"].select("dwp_key", *fields).sink_parquet(folder / "right.parquet", row_group_size=250_000)
    held = records.filter(pl.col("body") == "dwp").select("true_person", right_id="record_key")
    known = asked.lazy().select("true_person", left_id="request_ref").join(held, on="true_person")
    known.select("left_id", "right_id").sort("left_id", "right_id").sink_parquet(folder / "making.parquet")
    shutil.rmtree(folder / "world")
    (folder / "making.parquet").replace(folder / "truth.parquet")
    return folder


def height(file: Path) -> int:
    """Rows of a file."""
    return int(pl.scan_parquet(file).select(pl.len()).collect().item())


if __name__ == "__main__":
    main()
