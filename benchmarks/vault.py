"""What encryption costs: a million people written to and read from a vault, next to plain Parquet.

    python benchmarks/vault.py [--rows 1000000] [--runs 5]

The budget is twice the time of plain Parquet with the same codec and the same digest. Run it on an idle machine.
"""

import argparse
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.vault import Vault, content_digest

BUDGET = 2.0


def main() -> None:
    """Time both, in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    people = pl.select(n=pl.int_range(chosen.rows)).select(
        person_id=(pl.col("n") * 2654435761 % 4294967296).cast(pl.String).str.zfill(21),
        forename=pl.lit("Forename") + (pl.col("n") % 4000).cast(pl.String),
        surname=pl.lit("Surname") + (pl.col("n") % 30_000).cast(pl.String),
        address=(pl.col("n") % 300).cast(pl.String) + pl.lit(" Street ") + (pl.col("n") % 9_000).cast(pl.String),
        date_of_birth=pl.lit("1940-01-01").str.to_date() + pl.duration(days=pl.col("n") % 27_000),
    )
    with tempfile.TemporaryDirectory() as folder:
        times = measured(people, Path(folder), chosen.runs)
    print(f"| step ({chosen.rows:,} rows) | plain | vault | ratio | budget |")
    print("|---|---|---|---|---|")
    for step in ("write", "read"):
        plain, kept = (statistics.median(times[step, how]) for how in ("plain", "vault"))
        print(f"| {step} | {plain:.2f} s | {kept:.2f} s | {kept / plain:.2f} | {BUDGET:.0f} |")
    print(f"| unlock, once per process | | {times['unlock', 'vault'][0]:.2f} s | | |")


def measured(people: pl.DataFrame, folder: Path, runs: int) -> dict[tuple[str, str], list[float]]:
    """Seconds of each step, both ways, in turn."""
    vault = Vault(folder / "ons", "ons", Passwords(folder / "passwords.json", {}))
    (folder / "ons" / "people").mkdir(parents=True)
    plain = folder / "people.parquet"
    times = {("unlock", "vault"): [timed(vault.lock)]}

    def write_plain() -> None:
        people.lazy().sink_parquet(plain, compression="zstd", compression_level=1, row_group_size=250_000)
        with plain.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")

    def write_vault() -> None:
        vault.write("people", {"": people}, folder / "ons" / "people", batch="study", destroy_by=None)
        content_digest({"": people})

    def read_vault() -> None:
        kept = vault.read("people")
        assert isinstance(kept, pl.LazyFrame)  # noqa: S101 - a dataset of one table
        kept.collect()

    steps: dict[tuple[str, str], Callable[[], object]] = {
        ("write", "plain"): write_plain,
        ("write", "vault"): write_vault,
        ("read", "plain"): lambda: pl.scan_parquet(plain).collect(),
        ("read", "vault"): read_vault,
    }
    for step in steps:
        times[step] = []
    for _ in range(runs):
        for step, work in steps.items():
            times[step].append(timed(work))
    return times


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
