"""The exported contracts, held to the Frictionless tool itself: it takes in what we do, and refuses the rest."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from frictionless import Package

from tf_linkage.cli import main
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.intake import write_contracts


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "in"
    assert main(["export-extracts", str(folder), "--preset", "tiny"]) == 0
    return folder


@pytest.fixture
def files(exported: Path, tmp_path: Path) -> Path:
    """A hundred rows at most of each file of a delivery, and the contracts; histories are those of people there."""
    people: dict[str, set[str]] = {}
    for stem in extract_tables():
        with (exported / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        body = stem.partition("_")[0]
        key = header.index("person_ref" if body == "council" else f"{body}_key")
        known = people.setdefault(body, {row[key] for row in rows[:100]})
        kept = [row for row in rows if row[key] in known][:100]
        assert kept, stem
        _write(tmp_path / f"{stem}.csv", [header, *kept])
    write_contracts(tmp_path)
    return tmp_path


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def errors(folder: Path, stem: str) -> set[tuple[str, int]]:
    """Kind of each error in a table, and its row."""
    report = Package(str(folder / "datapackage.json")).validate()
    (task,) = (task for task in report.tasks if task.name == stem)
    assert all(other.valid for other in report.tasks if other is not task)
    return {(error.type, getattr(error, "row_number", 0)) for error in task.errors}


def test_a_good_delivery_is_valid(files: Path) -> None:
    report = Package(str(files / "datapackage.json")).validate()
    assert len(report.tasks) == len(extract_tables())
    assert report.valid, report.flatten(["type", "fieldName"])


@pytest.mark.parametrize(
    ("stem", "column", "value", "kind"),
    [
        ("council_cohort", "study_group", "waiting", "constraint-error"),
        ("council_cohort", "la_code", "Hackney", "constraint-error"),
        ("council_cohort", "identified_date", "04/05/2016", "type-error"),
        ("council_cohort", "identified_date", "1916-05-04", "constraint-error"),
        ("council_cohort", "person_ref", "", "constraint-error"),
        ("dwp_benefits", "dwp_key", "stranger", "foreign-key"),
        ("dwp_benefits", "weekly_amount", "1e308", "constraint-error"),
        ("moj_offences", "offence_group", "99", "constraint-error"),
        ("dfe_absence", "sessions_possible", "ten", "type-error"),
    ],
)
def test_a_bad_file_is_not(files: Path, stem: str, column: str, value: str, kind: str) -> None:
    path = files / f"{stem}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    rows[1][header.index(column)] = value
    _write(path, [header, *rows])
    assert (kind, 3) in errors(files, stem)
