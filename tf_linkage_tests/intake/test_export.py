"""What is written is read back exactly; all files or none."""

from __future__ import annotations

import datetime as dt
import os
import random
import tempfile
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tf_linkage.contracts.bodies import council
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake import is_rehearsal, mark_rehearsal, read_extract, was_rehearsal, write_extracts
from tf_linkage.intake.reading.cells import UNSEEN

UNSEEN_OR_NO_TEXT = st.characters(
    exclude_categories=["Cs", "Cc"],
    exclude_characters="\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
    include_characters="\n\r\t",
)
values = st.text(UNSEEN_OR_NO_TEXT, min_size=1, max_size=12).filter(lambda text: text.strip() != "")
TRAPS = [
    "=1+1", "@SUM", "-2", "+44", 'O"Neil', '"', '""', ",", "a,b", "a\nb", "a\r\nb", "x\r", " x ", "Zoë", "null",
    "NA", "Ł", "'", "\\", "#", "1980-01-01", "true", "👪", "a;b\tc", "00012", "1e5",
]  # fmt: skip
cells = st.none() | values | st.sampled_from(TRAPS)


def cohort_of(rows: list[tuple[str | None, str | None, str | None]]) -> pl.LazyFrame:
    blank: dict[str, Any] = dict.fromkeys(schema_of(council.Cohort))
    sound = {
        "la_code": "E09000012", "family_ref": "F1", "crime": "OFF", "health": "MH", "study_group": "programme",
        "service_received": False, "identified_date": dt.date(2016, 5, 10),
    }  # fmt: skip
    return pl.LazyFrame(
        [
            {**blank, **sound, "person_ref": str(at), "forename": one, "surname": two, "address": three}
            for at, (one, two, three) in enumerate(rows)
        ],
        schema=schema_of(council.Cohort),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12), st.sampled_from(["csv", "parquet"]))
@example([(trap, None, trap) for trap in TRAPS], "csv")
def test_writing_and_reading_is_exact(
    rows: list[tuple[str | None, str | None, str | None]], form: Literal["csv", "parquet"]
):
    cohort = cohort_of(rows)
    with tempfile.TemporaryDirectory() as place:
        write_extracts({"council_cohort": cohort}, Path(place) / "out", form)
        assert read_extract(Path(place) / "out", "council_cohort").collect().equals(cohort.collect())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=5_000), min_size=1, max_size=20))
def test_amounts_come_back_to_the_last_bit(amounts: list[float]):
    spells = pl.LazyFrame(
        [
            {"dwp_key": "k", "benefit_type": "JSA", "start_date": dt.date(2016, 1, 1), "end_date": None,
             "weekly_amount": amount}
            for amount in amounts
        ],
        schema=schema_of(extract_tables()["dwp_benefits"]),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        write_extracts({"dwp_benefits": spells}, Path(place) / "out")
        assert read_extract(Path(place) / "out", "dwp_benefits").collect().equals(spells.collect())


def test_long_tables_keep_their_rows_whatever_their_cells():
    """Large enough for the parser to read in parallel pieces, with line breaks within fields all over."""
    rng = random.Random(7)
    rows = [
        (rng.choice(TRAPS), rng.choice([None, *TRAPS]), "\n".join(rng.choices(TRAPS, k=5))) for _ in range(60_000)
    ]
    cohort = cohort_of(rows)
    with tempfile.TemporaryDirectory() as place:
        write_extracts({"council_cohort": cohort}, Path(place) / "out")
        assert read_extract(Path(place) / "out", "council_cohort").collect().equals(cohort.collect())


def test_every_unseen_character_is_known_to_the_test_above():
    unseen = pl.Series([chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000])
    refused = unseen.filter(unseen.str.contains(UNSEEN))
    assert "\u202e" in refused
    assert not any(trap in set(refused) for trap in "\n\r\t ")


def test_all_files_or_none(tmp_path: Path):
    """The second table cannot be made: nothing is left, neither file nor temporary folder."""
    broken = cohort_of([("a", None, None)]).with_columns(pl.col("forename").str.to_integer(strict=True))
    good = pl.LazyFrame(schema=schema_of(extract_tables()["dfe_exclusions"]))
    with pytest.raises(pl.exceptions.PolarsError):
        write_extracts({"dfe_exclusions": good, "council_cohort": broken}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_earlier_extracts_are_replaced_as_a_whole(tmp_path: Path):
    folder = tmp_path / "out"
    cohort = cohort_of([("a", "b", "c")])
    write_extracts({"council_cohort": cohort}, folder, "csv")
    mark_rehearsal(folder)
    write_extracts({"council_cohort": cohort}, folder, "parquet")
    assert [path.name for path in folder.iterdir()] == ["council_cohort.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_an_interrupted_export_left_is_cleared_away(tmp_path: Path):
    for word in ("partial", "old"):
        (tmp_path / f".out.{word}").mkdir()
        (tmp_path / f".out.{word}" / "council_cohort.csv").write_text("half a fi")
    write_extracts({"council_cohort": cohort_of([("a", "b", "c")])}, tmp_path / "out")
    mark_rehearsal(tmp_path / "out")
    write_extracts({"council_cohort": cohort_of([("a", "b", "c")])}, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_other_peoples_files_are_not_touched(tmp_path: Path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputRefused, match="holds other files"):
        write_extracts({"council_cohort": cohort_of([("a", "b", "c")])}, tmp_path)
    assert os.listdir(tmp_path) == ["thesis.docx"]  # noqa: PTH208


def test_an_unknown_table_is_refused(tmp_path: Path):
    with pytest.raises(InputRefused, match="no body hands over"):
        write_extracts({"cohort": cohort_of([("a", "b", "c")])}, tmp_path / "out")


@pytest.mark.parametrize("change", ["none", "edit", "add", "remove"])
def test_the_mark_of_a_rehearsal_holds_for_its_own_files_alone(tmp_path: Path, change: str):
    folder = tmp_path / "out"
    exclusions = pl.LazyFrame(schema=schema_of(extract_tables()["dfe_exclusions"]))
    write_extracts({"council_cohort": cohort_of([("a", "b", "c")]), "dfe_exclusions": exclusions}, folder)
    assert not is_rehearsal(folder)
    assert not was_rehearsal(folder)
    mark_rehearsal(folder)
    if change == "edit":
        with (folder / "council_cohort.csv").open("a") as file:
            file.write("x")
    if change == "add":
        (folder / "dwp_people.csv").write_text("real people")
    if change == "remove":
        (folder / "dfe_exclusions.csv").unlink()
    assert is_rehearsal(folder) is (change == "none")
    assert was_rehearsal(folder) is (change != "none")
