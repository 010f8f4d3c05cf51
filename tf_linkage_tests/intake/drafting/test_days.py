"""Forms of days in a draft: those that the values show, and a doubt with its lines for the cells in none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from tf_linkage.intake import draft_mapping
from tf_linkage.intake.mapping.apply import mapped
from tf_linkage.intake.mapping.loading import DOUBT, mapping_of

DAYS = [dt.date(1970 + at, 1 + at % 12, 1 + at % 28) for at in range(40)]


def british(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def by_month(day: dt.date) -> str:
    return day.strftime("%d-%b-%Y")


def counted(day: dt.date) -> str:
    return str((day - dt.date(1899, 12, 30)).days)


def drafted(folder: Path, cells: Sequence[str]) -> str:
    rows = [f"{at},Park{'abcdefgh'[at % 8]},{cell}" for at, cell in enumerate(cells)]
    (folder / "in.csv").write_text("\n".join(["dwp_key,surname,DOB", *rows]) + "\n", encoding="utf-8")
    text = draft_mapping(folder / "in.csv", "dwp_people", "DWP", 2020, drawn=dt.date(2020, 3, 31)).text
    assert 'date_of_birth = "DOB"' in text
    return text


def doubts(text: str) -> list[str]:
    begins = f"{DOUBT} date_of_birth: "
    return [line.removeprefix(begins) for line in text.splitlines() if line.startswith(begins)]


@pytest.mark.parametrize("other", [by_month, counted], ids=["by month", "counted"])
def test_a_quarter_in_another_form_is_no_doubt_and_is_read(tmp_path: Path, other: object) -> None:
    assert callable(other)
    text = drafted(tmp_path, [(other if at % 4 == 3 else british)(day) for at, day in enumerate(DAYS)])
    assert not doubts(text)
    sure = "\n".join(line for line in text.splitlines() if not line.startswith(DOUBT))
    made = mapped(tmp_path / "in.csv", mapping_of(sure.encode(), "m.toml"))
    assert made.rows["date_of_birth"].to_list() == DAYS


def test_numbers_far_from_the_other_days_of_their_column_are_a_doubt(tmp_path: Path) -> None:
    text = drafted(tmp_path, [*map(british, DAYS), "60123", "10234"])
    assert 'every = ["dd/mm/yyyy", "excel"]' in text
    assert doubts(text) == [
        "2 cells may be days as Excel counts them, but lie before or after all others of the column"
    ]
    assert doubts(drafted(tmp_path, list(map(counted, DAYS)))) == [
        "40 cells were taken for days as Excel counts them. Are they?"
    ]


def test_cells_in_no_form_are_a_doubt_with_their_lines_and_never_their_words(tmp_path: Path) -> None:
    text = drafted(tmp_path, [*map(british, DAYS), "about May 1990", "see Quill", *["04/05/90"] * 2])
    assert 'every = "dd/mm/yyyy"' in text
    assert doubts(text) == [
        "2 of 44 cells have years of two digits, which could be of either century: export the column again with "
        "years of four (lines 44, 45)",
        "2 of 44 cells are no dd/mm/yyyy; put what stands for blank under missing, and mend the others "
        "(lines 42, 43)",
    ]
    assert "Quill" not in text


def test_a_word_that_many_rows_have_for_a_day_is_taken_as_blank_and_a_doubt(tmp_path: Path) -> None:
    text = drafted(tmp_path, [*map(british, DAYS), *["still to be asked"] * 10])
    assert doubts(text) == ['10 cells say "still to be asked" for a day, which is taken as blank']
    assert 'date_of_birth = ["still to be asked"]' in text


def test_days_that_stand_both_ways_round_in_one_column_are_a_doubt(tmp_path: Path) -> None:
    american = [day.strftime("%m/%d/%Y") if at % 4 == 3 else british(day) for at, day in enumerate(DAYS)]
    (said,) = doubts(drafted(tmp_path, american))
    assert said.startswith("days and months stand both ways round: some cells are no dd/mm/yyyy")
    days = [day.replace(day=1 + day.day % 12) for day in DAYS]
    assert doubts(drafted(tmp_path, list(map(british, days)))) == [
        "no day is above 12, so day and month may stand either way round"
    ]


def test_days_that_a_spreadsheet_turned_round_are_a_doubt(tmp_path: Path) -> None:
    cells = [
        british(day) if day.day > 12 else day.replace(day=day.month, month=day.day).isoformat() for day in DAYS
    ]
    assert any("it will have turned day and month" in said for said in doubts(drafted(tmp_path, cells)))
