"""An Excel workbook as an office keeps it: a title, merged headings, flags for problems, a total at the end."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

import polars as pl
import xlsxwriter

from tf_linkage.bodies.foreign.writing import Files, councils_in, folder_of, toml
from tf_linkage.contracts.bodies.council import PROBLEMS

HEADER_ROW = 5
PERSON = (
    ("Ref", "person_ref"), ("Family no", "family_ref"), ("Forename", "forename"), ("Surname", "surname"),
    ("DOB", "date_of_birth"), ("Gender", "gender"), ("Address", "address"), ("Postcode", "postcode"),
    ("NINO", "nino"),
)  # fmt: skip
SERVICE = (
    ("Group", "study_group"), ("On service", "service_received"), ("Identified", "identified_date"),
    ("From", "service_start_date"), ("To", "service_end_date"),
)  # fmt: skip
FIRST_DAY_OF_SHEETS = dt.date(1900, 3, 1)
"""Earlier days are numbered differently by different programs, so they are written as text."""

_GENDERS = {"male": "1 - Male", "female": "2 - Female", None: "9 - Not known"}
_GROUPS = {"programme": "Programme", "comparison": "Comparison"}


def workbook(tables: Mapping[str, pl.DataFrame]) -> tuple[Files, set[str]]:
    """Each council's cohort as a workbook; the tables that are thereby written."""
    files: Files = {}
    if "council_cohort" not in tables:
        return files, set()
    for code, cohort in councils_in(tables["council_cohort"]):
        place = folder_of(code)
        files[f"{place}/cohort.xlsx"] = _book(cohort)
        files[f"mappings/{place}/cohort.toml"] = _mapping(place, code)
    return files, {"council_cohort"}


def _book(cohort: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    # A fixed day of making: the same rows are the same bytes.
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2020, 3, 31)})
        book.add_worksheet("Read me").write(0, 0, "Made for the study; see the sheet Cohort.")
        sheet, day = book.add_worksheet("Cohort"), book.add_format({"num_format": "dd mmm yyyy"})
        flags = [code for codes in PROBLEMS.values() for code in codes]
        sheet.write(0, 0, "Families and the problems found in them")
        sheet.write(1, 0, "Drawn on 31 March 2020")
        at = HEADER_ROW - 1
        sheet.merge_range(at - 1, 0, at - 1, len(PERSON) - 1, "Person")
        sheet.merge_range(at - 1, len(PERSON), at - 1, len(PERSON) + len(flags) - 1, "Problems")
        header = [name for name, _ in PERSON] + flags + [name for name, _ in SERVICE]
        for column, name in enumerate(header):
            sheet.write(at, column, name)
        for number, row in enumerate(cohort.iter_rows(named=True), start=at + 1):
            for column, cell in enumerate(_cells(row)):
                _write(sheet, number, column, cell, day)
        sheet.write(at + 1 + cohort.height, 0, "Total")
        sheet.write(at + 1 + cohort.height, 1, cohort.height)
        book.add_worksheet("old").hide()
    return out.getvalue()


def _cells(row: Mapping[str, Any]) -> list[Any]:
    person = [row[name] for _, name in PERSON]
    person[5] = _GENDERS[row["gender"]]
    found = {row[problem] for problem in PROBLEMS}
    flags = ["Y" if code in found else "N" for codes in PROBLEMS.values() for code in codes]
    service = [row[name] for _, name in SERVICE]
    service[:2] = [_GROUPS[row["study_group"]], "Yes" if row["service_received"] else "No"]
    return person + flags + service


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, dt.date) and cell >= FIRST_DAY_OF_SHEETS:
        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), day)
    elif cell is not None:
        sheet.write_string(row, column, str(cell))


def _mapping(sender: str, code: str) -> bytes:
    tables: dict[str, Mapping[str, object]] = {
        "file": {"sheet": "Cohort", "header_row": HEADER_ROW, "footer": {"begins": ["Total"], "count": 2}},
        "set": {"la_code": code},
        "rename": {ours: theirs for theirs, ours in (*PERSON, *SERVICE)},
        "label": {"gender": "leading"},
        "codes.study_group": {theirs: ours for ours, theirs in _GROUPS.items()},
    }
    tables |= {
        f"flags.{problem}": {"columns": dict(zip(codes, codes, strict=True)), "order": list(codes)}
        for problem, codes in PROBLEMS.items()
    }
    return toml(tables, {"table": "council_cohort", "sender": sender, "year": 2020})
