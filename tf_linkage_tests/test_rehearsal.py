"""The main job from end to end: green, de-identified, the same again, and the same from files."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from rehearsing import Rehearsed, digests, rehearse

from tf_linkage.contracts.registry import direct_identifiers
from tf_linkage.defs.catalogue import TABLES
from tf_linkage.defs.summary import summary
from tf_linkage.study import Study


def test_the_job_succeeds_and_every_check_is_green(rehearsed: Rehearsed) -> None:
    assert rehearsed.result.success
    evaluations = rehearsed.result.get_asset_check_evaluations()
    failed = [
        f"{e.asset_key.to_user_string()}: {e.check_name}: {e.description}"
        for e in evaluations
        if not e.passed and e.severity is dg.AssetCheckSeverity.ERROR
    ]
    assert not failed
    assert len(evaluations) > len(TABLES)


def test_every_table_is_there_and_has_rows(rehearsed: Rehearsed) -> None:
    for key, contracts in TABLES.items():
        stored = rehearsed.store.read(key.split("/"))
        tables = stored if isinstance(stored, dict) else {"": stored}
        assert set(tables) == set(contracts), key
        if key.startswith(("population/", "council/", "ons/", "research/people")):
            assert all(table.select(pl.len()).collect().item() for table in tables.values()), key


def test_no_researchers_file_has_an_identifiers_column(rehearsed: Rehearsed) -> None:
    forbidden = direct_identifiers()
    files = [
        *(rehearsed.study.data / "research").rglob("*.parquet"),
        *(rehearsed.study.data / "published").rglob("*"),
    ]
    parquet = [path for path in files if path.suffix == ".parquet"]
    assert parquet
    for path in parquet:
        assert not forbidden & set(pl.read_parquet_schema(path)), path.name


def test_the_database_holds_the_research_tables(rehearsed: Rehearsed) -> None:
    with duckdb.connect(str(rehearsed.study.data / "research" / "linked.duckdb"), read_only=True) as con:
        tables = {row[0] for row in con.execute("select table_name from duckdb_tables()").fetchall()}
        people = con.execute("select count(*) from people").fetchone()
        columns = {row[0] for row in con.execute("select column_name from duckdb_columns()").fetchall()}
        uncommented = con.execute(
            "select count(*) from duckdb_columns() where comment is null and not internal"
        ).fetchone()
    assert {"people", "families"} <= tables
    stored = rehearsed.store.read(["research", "people"])
    assert isinstance(stored, pl.LazyFrame)
    assert people == (stored.select(pl.len()).collect().item(),)
    assert uncommented == (0,)
    assert not direct_identifiers() & columns


def test_the_summary_says_what_a_person_wants_to_know(rehearsed: Rehearsed) -> None:
    said = summary(rehearsed.study)
    for word in (
        "sent",
        "present",
        "linked",
        "precision",
        "recall",
        "DWP",
        "MOJ",
        "DFE",
        "report.html",
        "linked.duckdb",
    ):
        assert word in said


def test_another_run_gives_the_same_tables(rehearsed: Rehearsed, tmp_path: Path) -> None:
    again = rehearse(Study.of("tiny", data=tmp_path / "data"))
    assert digests(again.study.data) == digests(rehearsed.study.data)


def run_in_a_process(data: Path, **environment: str) -> subprocess.Popen[str]:
    variables = {"TF_LINKAGE_PRESET": "tiny", "TF_LINKAGE_DATA": str(data)} | environment
    return subprocess.Popen(
        [sys.executable, "-m", "tf_linkage.run"],
        env={k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_number_of_threads_changes_nothing(rehearsed: Rehearsed, tmp_path: Path, threads: str) -> None:
    run = run_in_a_process(tmp_path, POLARS_MAX_THREADS=threads, PYTHONHASHSEED=threads)
    _, error = run.communicate(timeout=300)
    assert run.returncode == 0, error
    assert digests(tmp_path) == digests(rehearsed.study.data)


def test_a_run_killed_half_way_is_made_good_by_the_next(rehearsed: Rehearsed, tmp_path: Path) -> None:
    run = run_in_a_process(tmp_path)
    began = time.monotonic()
    while not (tmp_path / "custody" / "dwp").exists():
        assert run.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() - began < 120
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    again = rehearse(Study.of("tiny", data=tmp_path))
    assert again.result.success
    assert digests(tmp_path) == digests(rehearsed.study.data)
    left = [path.name for path in tmp_path.rglob("*") if path.name.endswith((".new", ".old", ".tmp"))]
    assert not left
