"""What a workbook hides from a reader of its cells: formulas, merged cells, hidden columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tf_linkage.errors import InputRefused
from tf_linkage.intake.mapping.apply import Mapped, mapped
from tf_linkage.intake.mapping.loading import mapping_of

WORDS = """
table = "dwp_benefits"
sender = "DWP"
year = 2020
absent = ["end_date"]
ignore = ["memo"]

[set]
benefit_type = "JSA"

[rename]
dwp_key = "key"
start_date = "start"
weekly_amount = "paid"
"""
ROWS = [("key", "start", "paid", "memo"), ("k1", "2016-01-01", 70, "x"), ("k2", "2016-02-01", 71.5, "y")]

Change = Callable[[Any], None]


def read(folder: Path, change: Change, words: str = WORDS) -> Mapped:
    with xlsxwriter.Workbook(folder / "in.xlsx") as book:
        sheet = book.add_worksheet("Spells")
        for at, row in enumerate(ROWS):
            sheet.write_row(at, 0, row)
        change(sheet)
    return mapped(folder / "in.xlsx", mapping_of(words.encode(), "m.toml"))


def test_a_plain_sheet_has_no_notes(tmp_path: Path) -> None:
    made = read(tmp_path, lambda sheet: None)
    assert made.rows["weekly_amount"].to_list() == [70.0, 71.5]
    assert made.notes == ()


def test_values_of_formulas_are_taken_and_counted(tmp_path: Path) -> None:
    made = read(tmp_path, lambda sheet: sheet.write_formula(1, 2, "=35*2", None, 70))
    assert made.rows["weekly_amount"].to_list() == [70.0, 71.5]
    assert made.notes == ("1 cell of weekly_amount by a formula, as last saved",)


def test_a_formula_that_was_never_calculated_is_refused(tmp_path: Path) -> None:
    """Some programs write formulas without values, which read as nothing."""
    with pytest.raises(InputRefused, match=r"row 3, column weekly_amount: a formula that was never calculated"):
        read(tmp_path, lambda sheet: sheet.write_formula(2, 2, "=35*2", None, ""))


def test_merged_cells_are_refused_where_they_are_data(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"row 2, column dwp_key: merged cells, .* \(2 rows: 2, 3\)"):
        read(tmp_path, lambda sheet: sheet.merge_range("A2:A3", "k1"))
    assert read(tmp_path, lambda sheet: sheet.merge_range("D2:D3", "stays")).rows.height == 2


def test_a_hidden_column_is_refused_where_it_is_used(tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.set_column("C:C", None, None, {"hidden": True})

    with pytest.raises(InputRefused, match="row 1: the column is hidden: paid; show all columns"):
        read(tmp_path, hide)
    assert read(tmp_path, hide, f'{WORDS}[file]\nhidden = "read"\n').rows.height == 2
    assert read(tmp_path, lambda sheet: sheet.set_column("D:XFD", None, None, {"hidden": True})).rows.height == 2
