"""Any table in a file: free in content, strict in structure."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.errors import InputRefused
from tf_linkage.intake import check_output, read_table, write_table


def test_blanks_do_not_count(tmp_path: Path):
    """The published FEBRL files have a blank after each comma."""
    path = tmp_path / "febrl.csv"
    path.write_text("rec_id, given_name\nrec-1, michaela \nrec-2, \n")
    table = read_table(path).collect()
    assert table.to_dict(as_series=False) == {"rec_id": ["rec-1", "rec-2"], "given_name": ["michaela", None]}


def test_numbers_become_text_and_dates_stay(tmp_path: Path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"id": [1], "born": [dt.date(2000, 1, 2)], "seen": [None], "name": [" "]}).write_parquet(path)
    table = read_table(path).collect()
    assert table.schema == {"id": pl.String, "born": pl.Date, "seen": pl.String, "name": pl.String}
    assert table.row(0) == ("1", dt.date(2000, 1, 2), None, None)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", "", "t.csv: the file is empty"),
        ("t.csv", "a,b\n", "t.csv: there are no rows"),
        ("t.csv", "a,b\n1\n", "t.csv: line 2: fewer fields"),
        ("t.csv", "a, a\n1,2\n", "t.csv: line 1: columns 1 and 2 have the same name"),
        ("t.csv", "a;b\n1;2\n", "separated by semicolons"),
        ("t.parquet", "a,b\n1,2\n", "not a Parquet file"),
        ("t.xlsx", "PK", "end in .csv or .parquet"),
    ],
)
def test_unsound_files_are_refused(tmp_path: Path, name: str, content: str, words: str):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputRefused, match=words):
        read_table(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(InputRefused, match="there is no such file"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_is_written_by_its_suffix_and_nothing_else_is_left(tmp_path: Path, suffix: str):
    table = pl.DataFrame({"left_id": ["1", "2"], "right_id": ["a", "b"]})
    write_table(table, tmp_path / f"links.{suffix}")
    assert read_table(tmp_path / f"links.{suffix}").collect().equals(table)
    assert [path.name for path in tmp_path.iterdir()] == [f"links.{suffix}"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "links.csv"
    path.write_text("before")
    with pytest.raises(pl.exceptions.PolarsError):
        write_table(pl.DataFrame({"nested": [[1, 2]]}), path)
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["links.csv"]


def test_outputs_are_checked_before_any_work(tmp_path: Path):
    given = tmp_path / "a.csv"
    with pytest.raises(InputRefused, match="would overwrite an input"):
        check_output(tmp_path / "a.csv", inputs=(given,))
    with pytest.raises(InputRefused, match="there is no folder"):
        check_output(tmp_path / "nowhere" / "links.csv", inputs=())
    with pytest.raises(InputRefused, match=r"end in .csv or .parquet"):
        check_output(tmp_path / "links.txt", inputs=())
