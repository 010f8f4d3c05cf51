"""Days of one column in several forms: each read as declared, none by guess."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from tf_linkage.errors import InputRefused
from tf_linkage.intake.mapping.apply import Mapped, mapped
from tf_linkage.intake.mapping.loading import mapping_of

PEOPLE = """
table = "dwp_people"
sender = "DWP"
year = 2020
absent = ["gender", "nino", "postcode", "address", "forename", "surname"]

[rename]
dwp_key = "id"
date_of_birth = "born"

[dates]
date_of_birth = {forms}
"""


def born(folder: Path, cells: Sequence[str], forms: str) -> Mapped:
    rows = [f"{at},{cell}" for at, cell in enumerate(cells)]
    (folder / "in.csv").write_text("\n".join(["id,born", *rows]) + "\n", encoding="utf-8")
    return mapped(folder / "in.csv", mapping_of(PEOPLE.replace("{forms}", forms).encode(), "m.toml"))


def test_days_in_several_forms_are_read_as_declared(tmp_path: Path) -> None:
    made = born(
        tmp_path,
        ["13/05/1990", "04-May-1990", "33000", "4 September 1990", "33000.0"],
        '["dd/mm/yyyy", "dd-Mon-yyyy", "excel", "dd Month yyyy"]',
    )
    assert made.rows["date_of_birth"].to_list() == [
        dt.date(1990, 5, 13), dt.date(1990, 5, 4), dt.date(1990, 5, 7), dt.date(1990, 9, 4), dt.date(1990, 5, 7),
    ]  # fmt: skip


def test_what_is_in_none_of_the_forms_is_refused_with_its_lines(tmp_path: Path) -> None:
    cells = ["13/05/1990", "04-May-1990", *["at birth"] * 7, "1990"]
    with pytest.raises(InputRefused) as refusal:
        born(tmp_path, cells, '["dd/mm/yyyy", "excel"]')
    assert str(refusal.value) == (
        "in.csv: line 3, column date_of_birth: not a date (dd/mm/yyyy or excel) "
        "(9 rows: lines 3, 4, 5, 6, 7 and more)"
    )


@pytest.mark.parametrize(
    ("forms", "said"),
    [
        ('["dd/mm/yyyy", "mm/dd/yyyy"]', "dd/mm/yyyy and mm/dd/yyyy would read one cell as two days"),
        ('["dd/mm/yyyy", "mm/dd/yyyy hh:mm"]', "dd/mm/yyyy and mm/dd/yyyy hh:mm would read one cell as two days"),
        ('["yyyymmdd", "ddmmyyyy"]', "yyyymmdd and ddmmyyyy would read one cell as two days"),
        ('["dd/mm/yyyy", "dd of Mon"]', "dates.date_of_birth: no known form; there are yyyy-mm-dd"),
        ('"excel hh:mm"', "dates.date_of_birth: no known form"),
        ("[]", "docs/extracts.md shows how it is written"),
    ],
)
def test_forms_that_could_mean_two_days_are_refused(tmp_path: Path, forms: str, said: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        born(tmp_path, ["13/05/1990"], forms)
    assert said in str(refusal.value)


def half_read(folder: Path, *, turned: bool) -> Mapped:
    """A workbook in which a program read days the other way round where it could, and left the rest."""
    days = [dt.date(1980 + at, 1 + at % 12, 1 + at % 28) for at in range(28)]
    with xlsxwriter.Workbook(folder / "in.xlsx") as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["id", "born"])
        for at, day in enumerate(days):
            sheet.write(at + 1, 0, str(at))
            if day.day > 12 or not (turned or at % 2):
                sheet.write(at + 1, 1, day.strftime("%d/%m/%Y"))
            else:
                shown = day.replace(day=day.month, month=day.day) if turned else day
                sheet.write_datetime(at + 1, 1, dt.datetime.combine(shown, dt.time()), form)
    words = PEOPLE.replace("{forms}", '"dd/mm/yyyy"').encode()
    return mapped(folder / "in.xlsx", mapping_of(words, "m.toml"))


def test_days_that_a_spreadsheet_turned_round_are_noted(tmp_path: Path) -> None:
    assert half_read(tmp_path, turned=True).notes == (
        "date_of_birth: none of 12 days that a spreadsheet holds is above the twelfth, and all 16 are that it left "
        "as text: it will have turned day and month of the former. Export the column again as text",
    )
    assert half_read(tmp_path, turned=False).notes == ()
