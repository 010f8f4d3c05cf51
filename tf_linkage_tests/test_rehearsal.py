"""The main job from end to end: green, de-identified, the same again, and the same from files."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from granted import grant
from rehearsing import Rehearsed, contents, digests, rehearse

import tf_linkage
from tf_linkage import cli, research
from tf_linkage.contracts.ladders import STEPS
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.contracts.registry import direct_identifiers
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.defs.assets.event_risk import released_offending
from tf_linkage.defs.assets.microdata_risk import released
from tf_linkage.defs.in_process import run
from tf_linkage.linkage import ENGINES, LinkResult
from tf_linkage.linkage.result import LinkageTask
from tf_linkage.rehearsal.summary import summary
from tf_linkage.study import REGIONS, Dates, Study
from tf_linkage.workspace.beforehand import CannotSucceed
from tf_linkage.workspace.catalogue import ASSESSED, TABLES
from tf_linkage.workspace.jobs import REHEARSAL

PACKAGE = Path(tf_linkage.__file__).parent


def without_home() -> dict[str, str]:
    """The environment, without the Dagster home of anyone who runs the tests."""
    return {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}


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
        if key in ASSESSED:
            continue
        stored = rehearsed.store.read(key.split("/"))
        tables = stored if isinstance(stored, dict) else {"": stored}
        assert set(tables) == set(contracts), key
        if key.startswith(("population/", "council/", "ons/", "research/tables")):
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
    stored = rehearsed.research("people")
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
        "MoJ",
        "DfE",
        "report.html",
        "linked.duckdb",
    ):
        assert word in said


def run_in_a_process(data: Path, **environment: str) -> subprocess.Popen[str]:
    variables = {"TF_LINKAGE_PRESET": "tiny", "TF_LINKAGE_DATA": str(data)} | environment
    return subprocess.Popen(
        [sys.executable, "-m", "tf_linkage.run"],
        env=without_home() | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_another_run_with_another_number_of_threads_gives_the_same_tables(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    threads = "1" if pl.thread_pool_size() > 1 else "2"
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


def test_a_broken_linker_turns_the_floors_red_and_the_exit_code_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A linker that gives everybody their neighbour's record must not pass."""

    def shifted(task: LinkageTask) -> LinkResult:
        found = ENGINES["recordlinkage"](task)
        wrong = found.links.with_columns(right_id=pl.col("right_id").shift(1, fill_value=pl.col("right_id").last()))
        return replace(found, links=wrong)

    monkeypatch.setitem(ENGINES, "shifted", shifted)
    assert run(REHEARSAL, Study.of("tiny", data=tmp_path, engine="shifted")) == 1
    said = capsys.readouterr().err
    assert "CHECK FAILED  quality/linkage_quality: floors_kept" in said
    assert "dwp precision: missed" in said


@pytest.fixture(scope="module")
def extracts(rehearsed: Rehearsed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated bodies' extracts of the same world, as the command writes them."""
    folder = tmp_path_factory.mktemp("extracts") / "incoming"
    assert cli.main(["export-extracts", str(folder), "--preset", "tiny", "--seed", str(rehearsed.study.seed)]) == 0
    return folder


def made_again(rehearsed: Rehearsed) -> dict[str, pl.LazyFrame]:
    """The tables whose steps are chosen, made from the linked set as if nobody had counted the population."""
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    known = research.study_tables(linked_set)
    finest = {
        "people": research.people(known.linked_people, known.attributes, REGIONS),
        "families": research.families(known.linked_people, known.attributes, REGIONS),
        "family_outcomes": research.outcomes_of_families(
            known.linked_people, known.attributes, known.returns, REGIONS
        ),
    }
    offences = research.offending(known.linked_people, known.attributes, known.returns["moj"])
    tables = {name: rehearsed.research(name) for name in RESEARCH_TABLES} | finest | {"offending": offences}
    sent = research.as_sent(known, REGIONS)
    made = {name: released(name, tables, known.linked_people, None, sent).table for name in STEPS}
    return made | {"offending": released_offending(offences, made["people"]).table}


def test_extract_files_give_the_same_research_tables(rehearsed: Rehearsed, extracts: Path, tmp_path: Path) -> None:
    from_files = rehearse(Study.of("tiny", source="files", incoming=extracts, data=tmp_path))
    assert from_files.result.success
    ours, theirs = contents(rehearsed.study.data / "research"), contents(tmp_path / "research")
    on_steps = {f"tables/{name}.parquet" for name in (*STEPS, "offending", "panel")}
    assert {name: ours[name] for name in ours if name not in on_steps} == {
        name: theirs[name] for name in theirs if name not in on_steps
    }
    # Nobody has counted the population of real extracts: there, the same rows stand on coarser steps.
    expected = made_again(rehearsed)
    # Who is a child in the panel is what people's steps still tell.
    expected["panel"] = research.panel({name: rehearsed.research(name) for name in RESEARCH_TABLES} | expected)
    for name, table in expected.items():
        assert from_files.research(name).collect().equals(table.collect()), name
    assert [path.name for path in (tmp_path / "world").iterdir()] == ["passwords.json"]


def test_the_study_runs_with_the_simulated_world_deleted(extracts: Path, tmp_path: Path) -> None:
    package = tmp_path / "code" / "tf_linkage"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    for room in ("population", "bodies"):
        shutil.rmtree(package / room)
    run_without = subprocess.run(
        [sys.executable, "-c", "import runpy; runpy.run_module('tf_linkage.run', run_name='__main__')"],
        env=without_home()
        | {
            "PYTHONPATH": str(package.parent),
            "TF_LINKAGE_PRESET": "tiny",
            "TF_LINKAGE_SOURCE": "files",
            "TF_LINKAGE_INCOMING": str(extracts),
            "TF_LINKAGE_DATA": str(tmp_path / "data"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run_without.returncode == 0, run_without.stderr
    assert "precision and recall are not known" in run_without.stdout


def no_file(folder: Path) -> None:
    (folder / "dwp_people.csv").unlink()


def no_column(folder: Path) -> None:
    path = folder / "dfe_pupils.csv"
    pl.read_csv(path, infer_schema=False).drop("surname").write_csv(path)


def empty_file(folder: Path) -> None:
    (folder / "moj_offences.csv").write_text("")


def wrong_type(folder: Path) -> None:
    path = folder / "dwp_benefits.csv"
    lines = path.read_text().splitlines()
    lines[3] = lines[3].replace("-", "/", 1)
    path.write_text("\n".join(lines) + "\n")


def extra_column(folder: Path) -> None:
    path = folder / "council_cohort.csv"
    pl.read_csv(path, infer_schema=False).with_columns(phone=pl.lit("1")).write_csv(path)


def other_keys(folder: Path) -> None:
    """Every key of the benefits is changed, so that they are nobody's."""
    path = folder / "dwp_benefits.csv"
    pl.read_csv(path, infer_schema=False).with_columns(pl.col("dwp_key") + "x").write_csv(path)


def family_of_2090(folder: Path) -> None:
    path = folder / "council_cohort.csv"
    rows = pl.read_csv(path, infer_schema=False)
    first = pl.col("family_ref") == rows["family_ref"][0]
    new = pl.when(first).then(pl.lit("2090-01-01")).otherwise(pl.col("identified_date"))
    rows.with_columns(identified_date=new).write_csv(path)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (other_keys, ["dwp_benefits.csv", "column dwp_key: nobody in dwp_people.csv has it"]),
        (family_of_2090, ["council_cohort.csv", "after the day of the extract"]),
        (no_file, ["dwp_people.csv", "missing"]),
        (no_column, ["dfe_pupils.csv", "surname"]),
        (empty_file, ["moj_offences.csv", "empty"]),
        (wrong_type, ["dwp_benefits.csv", "line 4"]),
        (extra_column, ["council_cohort.csv", "no such column; remove it: phone"]),
    ],
)
def test_a_bad_extract_is_refused_in_words_and_nothing_is_half_written(
    extracts: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], None],
    words: list[str],
) -> None:
    incoming = tmp_path / "incoming"
    shutil.copytree(extracts, incoming)
    spoil(incoming)
    monkeypatch.setenv("TF_LINKAGE_STUDY_KEY", "a secret of this test alone, long enough to be one")
    data = tmp_path / "data"
    # A file that is not as the rehearsal wrote it counts as real, and real records past their day are refused.
    days = Dates(exchange="2998-01-01", destroy_by="2999-12-31")
    study = Study.of("tiny", source="files", incoming=incoming, data=data, dates=days)
    grant(data)
    try:
        assert run(REHEARSAL, study) == 2
        said = capsys.readouterr().err
    except CannotSucceed as refusal:
        said = str(refusal)
    for word in words:
        assert word in said
    assert "Traceback" not in said
    assert not [path for path in data.rglob("*") if path.name.endswith((".new", ".old", ".partial"))]
    assert not any((data / folder).exists() for folder in ("research", "published", "reports"))
    assert not list(data.rglob("*.parquet")), "no body's table is taken in, on any branch"


def test_real_extracts_need_a_key_of_their_own(
    extracts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_LINKAGE_STUDY_KEY", raising=False)
    incoming = tmp_path / "incoming"
    shutil.copytree(extracts, incoming)
    (incoming / "rehearsal.json").unlink()
    for custodian in CUSTODIANS:
        monkeypatch.setenv(f"TF_LINKAGE_{custodian.upper()}_PASSWORD", f"correct horse of {custodian}")
    days = Dates(exchange="2998-01-01", destroy_by="2999-12-31")
    real = Study.of("tiny", source="files", incoming=incoming, data=tmp_path / "data", dates=days)
    grant(real.data)
    assert run(REHEARSAL, real) == 1
    assert "TF_LINKAGE_STUDY_KEY" in capsys.readouterr().err
    assert not (tmp_path / "data" / "world").exists(), "real people's vaults never get passwords made for them"
