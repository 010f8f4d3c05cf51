"""Published files open in a spreadsheet without running anything."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.disclosure import spreadsheet_safe, write_csv


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM(A1)", "\tx", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(cell: str, tmp_path: Path):
    table = pl.LazyFrame({"note": [cell, "plain", None], "rate": [-0.5, 0.1, None]})
    write_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as file:
        read = list(csv.reader(file))
    assert read == [["note", "rate"], ["'" + cell, "-0.5"], ["plain", "0.1"], ["", ""]]


def test_codes_are_text_too():
    coded = pl.LazyFrame({"code": pl.Series(["-1", "x"], dtype=pl.Enum(["-1", "x"]))})
    assert spreadsheet_safe(coded).collect()["code"].to_list() == ["'-1", "x"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_text("before")
    with pytest.raises(pl.exceptions.PolarsError):
        write_csv(pl.LazyFrame({"x": [[1]]}), path)
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.csv"]
