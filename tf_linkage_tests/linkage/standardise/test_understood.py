"""Who links is told how each column was read, from the one time that it is read."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sail import bounds_for

from tf_linkage.linkage import ENGINES, deduplicate, general_model, link
from tf_linkage.linkage.standardise import values
from tf_linkage.linkage.standardise.fields import standardise
from tf_linkage.linkage.standardise.reading import Reading
from tf_linkage.linkage.standardise.understood import FieldRead, field_read
from tf_linkage.linkage.standardise.values import StandardColumn
from tf_linkage.linkage.tables import records

TABLE = pl.LazyFrame(
    {
        "id": ["c", "a", "b", "d", "e"],
        "forename": ["Ann", "Baby", " ", None, "Unknown"],
        "date_of_birth": ["1980", "31/02/1980", "3/4/80", None, "1900-01-01"],
        "nino": ["CE123456C", "QQ123456C", "CE 12 34 57 D", None, ""],
        "town": ["Leeds", "N/A", None, "Ripon", "Leeds"],
    }
)


def read(name: str, table: pl.LazyFrame = TABLE, reading: Reading | None = None) -> FieldRead:
    found = []

    def seen(name: str, made: StandardColumn) -> None:
        found.append(field_read(name, made, reading or Reading()))

    fields, extra = ([], [name]) if name == "town" else ([name], [])
    standardise(table, "id", fields, extra, reading or Reading(), seen=seen)
    (column,) = found
    return column


def test_names_and_numbers_by_hand() -> None:
    assert read("forename") == FieldRead("forename", rows=5, read=1, missing=2, not_understood=2)
    assert read("nino") == FieldRead("nino", rows=5, read=2, missing=2, not_understood=1)
    assert read("town") == FieldRead("town", rows=5, read=3, missing=1, not_understood=1)


def test_dates_by_hand() -> None:
    found = read("date_of_birth")
    assert (found.read, found.missing, found.not_understood) == (3, 1, 1)
    assert found.notes == (
        "1 years alone",
        "years of two digits up to 30 are 2030 and before; --pivot says",
        "1 are no days of the calendar and are compared as they stand",
    )
    months_first = TABLE.with_columns(pl.lit("3/13/1980").alias("date_of_birth"))
    assert read("date_of_birth", months_first).notes == ("month before day",)
    days = TABLE.with_columns(pl.lit(dt.date(1980, 3, 4)).alias("date_of_birth"))
    assert read("date_of_birth", days) == FieldRead("date_of_birth", rows=5, read=5, missing=0, not_understood=0)


def test_what_is_told_is_what_the_table_holds() -> None:
    for name, part in (("forename", "forename"), ("nino", "nino"), ("date_of_birth", "dob_year")):
        standard = standardise(TABLE, "id", [name])
        assert read(name).read == standard.height - standard[part].null_count()


def people(number: int = 60) -> pl.LazyFrame:
    return pl.LazyFrame(
        {
            "id": [f"r{n:03}" for n in range(number)],
            "forename": [f"Ann{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(number)],
            "surname": [f"Ash{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(number)],
            "date_of_birth": [f"19{30 + n}-0{n % 9 + 1}-1{n % 10}" for n in range(number)],
        }
    )


FIELDS = ["forename", "surname", "date_of_birth"]


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_each_column_of_each_table_is_told_once(request: pytest.FixtureRequest, engine: str) -> None:
    bounds = bounds_for(engine, request)
    one, other = people(), people(50)
    columns = one.collect_schema().names()
    said: list[tuple[int, str, int]] = []
    model = general_model(columns, columns, left_id="id", right_id="id")
    link(
        one, other, model, engine=engine, bounds=bounds,
        told=lambda side, column: said.append((side, column.field, column.rows)),
    )  # fmt: skip
    assert said == [(0, field, 60) for field in FIELDS] + [(1, field, 50) for field in FIELDS]


def test_one_table_is_standardised_once(monkeypatch: pytest.MonkeyPatch) -> None:
    again = people(20).with_columns(pl.format("{}-2", "id").alias("id"))
    table, said, made = pl.concat([people(), again]), [], []
    columns = table.collect_schema().names()
    plainly = records.in_standard_form

    def counted(*arguments: object, **named: object) -> pl.DataFrame:
        made.append(arguments[1])
        return plainly(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(records, "in_standard_form", counted)
    model = general_model(columns, columns, left_id="id", right_id="id")
    deduplicate(table, model, told=lambda side, column: said.append((side, column.field)))
    assert made == ["id"]
    assert said == [(0, field) for field in FIELDS]


def test_a_placeholder_may_have_the_form_of_a_number() -> None:
    column = pl.Series(["CE123456C", "CE123457D", None])
    usual = values.standard_column("nino", column, Reading()).parts["nino"].to_list()
    assert usual == ["CE123456", "CE123457", None]
    chosen = Reading(placeholders=("ce123457d",))
    assert values.standard_column("nino", column, chosen).parts["nino"].to_list() == ["CE123456", None, None]
