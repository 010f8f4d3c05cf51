"""Same seed, same world: whatever the threads, the pieces, the other councils."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tf_linkage import bodies
from tf_linkage.bodies.world import write_world
from tf_linkage.population import Settings, simulate
from tf_linkage.population.people.localities import localities

FOUR = ("E09000012", "E08000003", "E06000010", "E08000032")
FIVE = (*FOUR, "E10000016")

DIGEST = """
import hashlib, sys
import duckdb
from tf_linkage import bodies
from tf_linkage.population import Settings, simulate
duckdb.execute(f"set threads to {sys.argv[1]}")
settings = Settings(seed=3, families=20, population=3_000, councils=("E09000012", "E10000016"))
people = simulate(settings, chunk=int(sys.argv[2]))
tables = {"cohort": bodies.council.cohort(people, settings)}
for name in ("dwp", "moj", "dfe"):
    tables[name] = getattr(bodies, name).people(people, settings)
    tables |= {f"{name} {k}": v for k, v in getattr(bodies, name).histories(people, settings).items()}
tables |= {f"truth {k}": v for k, v in bodies.truth(people, settings).items()}
for name in sorted(tables):
    frame = tables[name].collect()
    rows = duckdb.sql("select count(*) from frame").fetchall()[0][0]
    print(name, rows, hashlib.sha256(frame.write_csv().encode()).hexdigest())
"""


def _digests(threads: int, chunk: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DIGEST, str(threads), str(chunk)],
        env=os.environ | {"POLARS_MAX_THREADS": str(threads), "PYTHONHASHSEED": str(threads)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_threads_and_pieces_change_nothing() -> None:
    first = _digests(1, 1)
    assert first.count("\n") == 18
    assert _digests(2, 20) == first


def test_another_seed_is_another_world() -> None:
    one, other = (Settings(seed=seed, families=20, population=3_000, councils=FOUR[:1]) for seed in (1, 2))
    assert not simulate(one)["people"].collect().equals(simulate(other)["people"].collect())


@pytest.fixture(scope="module")
def four_and_five() -> list[tuple[Settings, dict[str, pl.LazyFrame]]]:
    """The same world with four councils and with a fifth."""
    small = Settings(seed=5, families=80, population=8_000, councils=FOUR)
    large = Settings(seed=5, families=100, population=10_000, councils=FIVE)
    return [(settings, simulate(settings)) for settings in (small, large)]


def test_adding_a_council_changes_no_person_of_the_others(four_and_five) -> None:
    (small, few), (_, many) = four_and_five
    there = localities(small).number.tolist()
    for name in ("people", "families"):
        both = [world[name].filter(pl.col("locality").is_in(there)).collect() for world in (few, many)]
        assert_frame_equal(*both)


@pytest.mark.parametrize("name", ["dwp", "moj", "dfe"])
def test_adding_a_council_only_adds_rows_to_registers(name, four_and_five) -> None:
    few, many = (getattr(bodies, name).people(world, settings).collect() for settings, world in four_and_five)
    assert len(many) > len(few)
    assert len(few.join(many, on=few.columns, how="anti", nulls_equal=True)) == 0


def test_adding_a_council_only_adds_rows_to_the_cohort(four_and_five) -> None:
    few, many = (bodies.council.cohort(world, settings).collect() for settings, world in four_and_five)
    assert len(few.join(many, on=few.columns, how="anti", nulls_equal=True)) == 0
    new = many.join(few, on=many.columns, how="anti", nulls_equal=True)
    # What is new stands in the new council, or is a family that moved from it or to it.
    assert (new["la_code"] == "E10000016").mean() > 0.8


def test_a_world_in_pieces_is_the_same_world(tmp_path: Path) -> None:
    settings = Settings(seed=11, families=60, population=45_000, councils=FIVE[:1])
    assert len(localities(settings)) == 4
    counts = [write_world(settings, tmp_path / str(chunk), chunk=chunk) for chunk in (1, 3)]
    assert counts[0] == counts[1]
    people = simulate(settings)
    expected = {
        "council_cohort": bodies.council.cohort(people, settings),
        "dwp_people": bodies.dwp.people(people, settings),
        "moj_offences": bodies.moj.histories(people, settings)["offences"],
        "dfe_absence": bodies.dfe.histories(people, settings)["absence"],
        "truth_errors": bodies.truth(people, settings)["errors"],
        "truth_people": bodies.truth(people, settings)["people"],
    }
    for name, table in expected.items():
        for chunk in (1, 3):
            assert_frame_equal(pl.read_parquet(tmp_path / str(chunk) / name / "*.parquet"), table.collect())
    assert not list(tmp_path.rglob("*.arrow"))
