"""Cells written once for several rows: filled within what belongs together, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.errors import InputRefused
from tf_linkage.intake import draft_mapping
from tf_linkage.intake.mapping.apply import mapped
from tf_linkage.intake.mapping.filling import written_once, written_with
from tf_linkage.intake.mapping.loading import mapping_of

WORDS = """
table = "dwp_benefits"
sender = "DWP"
year = 2020

[file]
fill_down = {down}

[set]
benefit_type = "JSA"

[rename]
dwp_key = "key"
start_date = "start"
end_date = "end"
weekly_amount = "paid"
"""
HEADER = "key,end,start,paid\n"


def rows(folder: Path, body: str, down: str = '["key", "end"]') -> pl.DataFrame:
    (folder / "in.csv").write_text(HEADER + body, encoding="utf-8")
    return mapped(folder / "in.csv", mapping_of(WORDS.format(down=down).encode(), "m.toml")).rows


def test_a_blank_cell_says_what_the_one_above_says_but_never_what_another_family_has(tmp_path: Path) -> None:
    made = rows(
        tmp_path,
        "k1,2016-05-01,2016-01-01,70\n,,2016-02-01,71\nk2,,2016-03-01,72\n,2017-01-01,2016-04-01,73\n,,2016-05-01,74\n",
    )
    assert made["dwp_key"].to_list() == ["k1", "k1", "k2", "k2", "k2"]
    assert made["end_date"].cast(pl.String).to_list() == ["2016-05-01"] * 2 + [None] + ["2017-01-01"] * 2


def test_how_many_were_filled_is_noted(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(HEADER + "k1,,2016-01-01,70\n,,2016-02-01,71\n", encoding="utf-8")
    found = mapped(tmp_path / "in.csv", mapping_of(WORDS.format(down='["key"]').encode(), "m.toml"))
    assert "1 blank cells of key say what the one above says, as the mapping has it" in found.notes


@pytest.mark.parametrize(
    ("body", "down", "said"),
    [
        (",,2016-01-01,70\nk1,,2016-02-01,71\n", '["key"]', "line 2, column key: nothing stands above it"),
        ("k1,,2016-01-01,70\n", '["key", "nobody"]', "fill_down: the file lacks nobody"),
        (
            "k1,,2016-01-01,70\n",
            '["end", "key"]',
            "which rows belong together, so it must lead to",
        ),
    ],
)
def test_what_cannot_be_filled_is_refused(tmp_path: Path, body: str, down: str, said: str) -> None:
    with pytest.raises(InputRefused, match=said) as refused:
        rows(tmp_path, body, down)
    assert "2016" not in str(refused.value)


def test_without_it_a_blank_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="blank"):
        rows(tmp_path, "k1,,2016-01-01,70\n,,2016-02-01,71\n", "[]")


@pytest.mark.parametrize(
    ("cells", "once"),
    [
        (["a", None, None, "b", None], True),
        ([None, "a", None, "b"], False),
        (["a", None, "a", None], False),
        (["a", "b", "c", "d", "e", None], False),
        ([None, None], False),
    ],
)
def test_written_once(cells: list[str | None], once: bool) -> None:
    assert written_once(pl.Series(cells, dtype=pl.String)) is once


def test_written_with() -> None:
    key = pl.Series(["a", None, "b", None])
    assert written_with(key, pl.Series(["x", None, None, None]))
    assert not written_with(key, pl.Series(["x", None, None, "y"]))
    assert not written_with(key, pl.Series([None] * 4, dtype=pl.String))


def test_a_draft_fills_what_is_the_familys_and_no_number_of_one_person(tmp_path: Path) -> None:
    """That only the first of each family has a National Insurance number does not make it everybody's."""
    head = "Family number,Address,Date identified,NI number,Person ref,Surname,Forename,DOB,Gender\n"
    lines = [
        f"{f'F{at}' if at % 3 == 0 else ''},{f'{at} Elm Row' if at % 3 == 0 else ''},"
        f"{'01/02/2016' if at % 3 == 0 else ''},{f'QQ{at:06}A' if at % 3 == 0 else ''},{1000 + at},Quill,Ola,"
        f"0{1 + at % 9}/05/1990,F\n"
        for at in range(60)
    ]
    path = tmp_path / "cohort.csv"
    path.write_text(head + "".join(lines), encoding="utf-8")
    text = draft_mapping(path, "council_cohort", "Hackney", 2020).text
    assert 'fill_down = ["Family number", "Address", "Date identified"]' in text
    assert "Family number is blank in 40 of 60 rows" in text
