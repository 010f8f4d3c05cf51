"""A fourth department, added as CONTRIBUTING.md tells: a contract, an entry and, for the rehearsal, a module.

`examples/earnings_department` is installed into a folder of its own, and the main job runs in a process that sees
it: once simulated, and once on files without any simulation of it. Nothing in `tf_linkage/` is changed.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tf_linkage.custody.audit.leak_scan import scan, sought

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "earnings_department"
FOURTH = "hmrc"
TABLE = "hmrc_earnings"
GIVEN = [
    "person_study_ref",
    "scheme_number",
    "income_type",
    "start_month",
    "end_month",
    "annual_pay",
    "student_loan",
]
LEFT_OUT = ("sector", "payroll_note", "tax_months")
OURS = ["dwp", "moj", "dfe"]


def environment(site: Path, **choices: object) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_LINKAGE_", "DAGSTER_"))}
    chosen = {f"TF_LINKAGE_{name.upper()}": str(value) for name, value in choices.items()}
    return kept | chosen | {"PYTHONPATH": str(site), "TF_LINKAGE_PRESET": "tiny"}


def run(site: Path, *arguments: str, **choices: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=environment(site, **choices), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, installed as any package is."""
    folder = tmp_path_factory.mktemp("department")
    source = shutil.copytree(EXAMPLE, folder / "source")
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = run(folder, *install, "--disable-pip-version-check", "--target", str(folder / "site"), str(source))
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def site_without_simulation(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without the module that simulates the register."""
    copy = shutil.copytree(site, tmp_path_factory.mktemp("files") / "site")
    (copy / "tf_linkage_hmrc" / "register.py").unlink()
    (entry_points,) = copy.glob("*.dist-info/entry_points.txt")
    entry_points.write_text(f"[tf_linkage.departments]\n{FOURTH} = tf_linkage_hmrc:HMRC\n")
    return copy


def what_came_of(site: Path, data: Path, how_far: str, **choices: object) -> dict[str, Any]:
    done = run(site, str(ROOT / "tf_linkage_tests" / "fourth.py"), FOURTH, how_far, data=data, **choices)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


Found = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def simulated(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    data = tmp_path_factory.mktemp("simulated") / "data"
    return data, what_came_of(site, data, "main")


@pytest.fixture(scope="module")
def on_files(site: Path, site_without_simulation: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("on_files")
    made = run(site, "-m", "tf_linkage", "export-extracts", str(folder / "in"), "--preset", "tiny")
    assert made.returncode == 0, made.stderr
    assert (folder / "in" / "hmrc_earnings.csv").exists()
    choices = {"source": "files", "incoming": folder / "in"}
    return folder / "data", what_came_of(site_without_simulation, folder / "data", "everything", **choices)


@pytest.fixture(params=["simulated", "on_files"])
def found(request: pytest.FixtureRequest) -> Found:
    made: Found = request.getfixturevalue(request.param)
    return made


def research(data: Path) -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_parquet(path) for path in sorted((data / "research" / "tables").glob("*.parquet"))}


def test_the_main_job_passes_every_check(found: Found) -> None:
    main = found[1]["main"]
    assert main["success"]
    assert main["departments"] == [*OURS, FOURTH]
    for check in (
        "hmrc/link_request: only_what_the_notice_allows",
        "hmrc/link_request: keeps_contract",
        "hmrc/people: keeps_contract",
        "hmrc/pay: keeps_contract",
        "linkage/hmrc_links: keeps_contract",
        "hmrc/return: keeps_contract",
        "hmrc/return: holds_no_identifier",
        "research/tables: keeps_contract",
        "research/tables: holds_no_identifier",
    ):
        assert main["checks"][check], check


def test_it_is_asked_finds_people_and_returns_their_histories(found: Found) -> None:
    main = found[1]["main"]
    identifiers = ["forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino"]
    assert sorted(main["request"]) == sorted([*identifiers, "request_ref"])
    assert main["links"] > 100
    assert set(main["return"]) == {"people", "earnings"}
    assert "hmrc_key" not in main["return"]["earnings"]
    assert {"request_ref", "scheme_number"} <= set(main["return"]["earnings"])


def test_its_job_alone_makes_the_same(on_files: Found) -> None:
    assert FOURTH in on_files[1]["main"]["jobs"]
    assert on_files[1]["alone"] == {"success": True, "said": [], "same": True}


def test_a_month_after_the_exchange_its_vault_is_empty(on_files: Found) -> None:
    data, said = on_files
    assert said["month"]["success"]
    assert said["month"]["holds"] == []
    ledger = (data / "ledger" / "ledger.jsonl").read_text()
    assert "hmrc/link_request" in ledger
    assert any(FOURTH in path.read_text() for path in (data / "ledger" / "certificates").iterdir())


def test_a_person_is_shown_its_part_and_leaves_its_table(on_files: Found) -> None:
    data, said = on_files
    rights = said["rights"]
    assert rights["access"]["success"], rights["access"]["said"]
    assert {"sent_to_hmrc.csv", "return_hmrc_people.csv", "return_hmrc_earnings.csv"} <= set(rights["answer"])
    assert f"research_{TABLE}.csv" in rights["answer"]
    assert rights["withdraw"]["success"], rights["withdraw"]["said"]
    for name, table in research(data).items():
        if "person_study_ref" in table.columns:
            assert rights["person"] not in table["person_study_ref"].to_list(), name


def test_researchers_get_one_table_as_its_contract_allows(found: Found) -> None:
    data, _ = found
    tables = research(data)
    table = tables[TABLE]
    assert table.columns == GIVEN
    assert table.height > 100
    assert table["person_study_ref"].is_in(tables["people"]["person_study_ref"].implode()).all()
    assert "hmrc_link" in tables["people"].columns
    assert "hmrc_found" in tables["families"].columns
    assert "found_by_hmrc" in tables["panel"].columns
    with duckdb.connect(str(data / "research" / "linked.duckdb"), read_only=True) as database:
        kept = database.sql(f"SELECT * FROM {TABLE}").pl()
        told = database.sql(f"SELECT * FROM data_dictionary WHERE table_name = '{TABLE}'").pl()
    assert kept.height == table.height
    assert told["column_name"].to_list() == GIVEN
    steps = dict(told.select("column_name", "given_as").iter_rows())
    assert steps["annual_pay"] == "£2,500 band"
    assert steps["start_month"] == steps["end_month"] == "months from the start"
    page = (data / "research" / "data_dictionary.md").read_text()
    assert f"## {TABLE}" in page
    assert f"Left out: {', '.join(LEFT_OUT)}" in page


def test_nobody_it_knows_can_be_read_in_a_research_output(found: Found) -> None:
    data, said = found
    secrets = said["main"]["secrets"]
    forbidden = {
        value for column in ("nino", "address", "hmrc_key", "postcode") for value in secrets[column] if value
    }
    for name, table in research(data).items():
        for column, values in table.select(pl.selectors.string()).to_dict().items():
            assert forbidden.isdisjoint(values.to_list()), (name, column)
    people = pl.DataFrame({column: secrets[column] for column in secrets if column != "hmrc_key"})
    searched = [data / "research", data / "reports", data / "published"]
    assert scan(searched, sought([people])).findings == []


def test_one_person_among_its_rows_would_be_found(simulated: Found, tmp_path: Path) -> None:
    data, said = simulated
    copy = shutil.copytree(data / "research", tmp_path / "research")
    secrets = said["main"]["secrets"]
    nino = next(value for value in secrets["nino"] if value)
    table = pl.read_parquet(copy / "tables" / f"{TABLE}.parquet").with_columns(person_study_ref=pl.lit(nino))
    table.write_parquet(copy / "tables" / f"{TABLE}.parquet")
    people = pl.DataFrame({column: secrets[column] for column in secrets if column != "hmrc_key"})
    assert scan([copy], sought([people])).findings


def test_the_report_has_a_section_of_it(found: Found) -> None:
    data, _ = found
    report = (data / "reports" / "report.html").read_text()
    assert "HMRC: of " in report
    assert "HMRC: forename, surname" in report


def test_its_floor_is_held_against_its_figures(simulated: Found) -> None:
    data, said = simulated
    assert said["main"]["checks"]["quality/linkage_quality: floors_kept"]
    report = (data / "reports" / "report.html").read_text()
    assert report.count("as for DWP, which has the NINO too") == 1, "its floor's reason"


def test_the_papers_name_it(found: Found) -> None:
    data, _ = found
    papers = "".join(path.read_text() for path in sorted((data / "reports").rglob("*.md")))
    assert "HM Revenue and Customs" in papers


def test_the_others_are_linked_as_without_it(simulated: Found, rehearsed: Any) -> None:
    data, _ = simulated
    here, there = research(data), research(rehearsed.study.data)
    assert set(here) - set(there) == {TABLE}
    for name in ("benefits_and_work", "offending", "social_care"):
        left = here[name].filter(pl.col("person_study_ref").is_in(there[name]["person_study_ref"].implode()))
        stayed = there[name].filter(pl.col("person_study_ref").is_in(here["people"]["person_study_ref"].implode()))
        assert left.equals(stayed), name


def test_a_register_that_nobody_simulates_is_asked_for(site_without_simulation: Path, tmp_path: Path) -> None:
    done = run(site_without_simulation, "-m", "tf_linkage.run", data=tmp_path)
    assert done.returncode == 2
    assert "the register of hmrc is not simulated" in done.stderr
    assert "TF_LINKAGE_HMRC_SOURCE=register" in done.stderr
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("hmrc = tf_linkage_hmrc:NOTHING", "cannot be loaded"),
        ("hmrc = tf_linkage_hmrc:People", "names no Department of that name"),
        ("tax = tf_linkage_hmrc:HMRC", "names no Department of that name"),
    ],
)
def test_an_entry_that_is_wrong_is_refused_plainly(
    site_without_simulation: Path, tmp_path: Path, entry: str, words: str
) -> None:
    copy = shutil.copytree(site_without_simulation, tmp_path / "site")
    (entry_points,) = copy.glob("*.dist-info/entry_points.txt")
    entry_points.write_text(f"[tf_linkage.departments]\n{entry}\n")
    done = run(copy, "-c", "import tf_linkage.contracts.registry")
    assert done.returncode != 0
    assert words in done.stderr.splitlines()[-1]
    assert f"department {entry.split(maxsplit=1)[0]}" in done.stderr.splitlines()[-1]
