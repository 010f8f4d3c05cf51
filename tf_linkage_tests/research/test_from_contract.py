"""A research table made from a contract: its rows by hand."""

import datetime as dt

import polars as pl
import pytest

from tf_linkage.contracts.bodies.identity import Identity
from tf_linkage.contracts.columns import ColumnClass, Table, code, date, number, schema_of, text
from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.link_requests import Request
from tf_linkage.contracts.outputs.history_tables import history_table
from tf_linkage.research.tables.from_contract import history_from_contract


class People(Identity):
    """A register's people."""

    care_key = text(ColumnClass.REFERENCE, "Key", primary_key=True)


class Visits(Table):
    """One row for each visit."""

    care_key = text(ColumnClass.REFERENCE, "Key")
    visit_id = text(ColumnClass.REFERENCE, "The visit")
    visit_date = date(ColumnClass.ATTRIBUTE, "Day of the visit", nullable=True)
    ward = code(ColumnClass.ATTRIBUTE, "Ward", ("a", "b"))
    note = text(ColumnClass.ATTRIBUTE, "Free text", nullable=True)
    days = number(ColumnClass.ATTRIBUTE, "Stay", least=0, nullable=True, ladder=("day", "30 day band"))


CARE = Department(
    name="care",
    short="Care",
    title="Department of Care",
    people=("people", People),
    histories=("stays", {"visits": Visits}),
    request=Request,
    youngest=0,
    oldest=130,
    carries="none",
)
START = dt.date(2016, 7, 20)


def made(days: list[dt.date | None], stays: list[float | None]) -> pl.DataFrame:
    """The table of one person's visits, family start in July 2016."""
    rows = len(days)
    visits = pl.LazyFrame(
        {
            "request_ref": ["asked"] * rows,
            "visit_number": list(range(1, rows + 1)),
            "visit_date": days,
            "ward": ["a"] * rows,
            "note": ["Smith of 3 High Street"] * rows,
            "days": stays,
        },
        schema_overrides={"visit_date": pl.Date, "days": pl.Float64},
    )
    people = pl.LazyFrame(
        {
            "person_id": ["p", "q"],
            "family_id": ["f", "f"],
            "person_study_ref": ["P", "Q"],
            "care_ref": ["asked", None],
        }
    )
    attributes = pl.LazyFrame(
        {
            "family_id": ["f"], "study_group": ["programme"], "identified_date": [START], "la_code": ["E1"],
            "service_received": [True],
        }
    )  # fmt: skip
    return history_from_contract(CARE, "visits", people, attributes, {"visits": visits}).collect()


def spread(count: int) -> list[dt.date]:
    """Days of which none recurs."""
    return [dt.date(2015, 1, 2) + dt.timedelta(days=17 * step) for step in range(count)]


def test_rows_by_hand() -> None:
    days = [dt.date(2016, 7, 1), dt.date(2016, 6, 30), dt.date(2017, 9, 15), None, *spread(60)]
    table = made(days, [0.0, 29.5, 30.0, None, *[9_999.0] * 60])
    assert table.schema == schema_of(history_table(CARE, "visits"))
    assert table.columns == ["person_study_ref", "visit_number", "visit_month", "ward", "days"]
    first = table.filter(pl.col("visit_number") <= 4).sort("visit_number")
    assert first["visit_month"].to_list() == [0, -1, 14, None]
    assert first["days"].cast(pl.String).to_list() == ["0-29", "0-29", "30-59", None]
    assert set(table.filter(pl.col("visit_number") > 4)["days"].cast(pl.String)) == {"570 and over"}
    assert set(table["person_study_ref"]) == {"P"}
    assert "Smith" not in table.write_csv()


def test_a_day_that_the_register_fills_in_gives_no_month_away() -> None:
    """6 April of every year: its distance from the start would tell that families start in July."""
    filled = [dt.date(year, 4, 6) for year in range(2012, 2020)]
    table = made([*filled, *spread(60)], [1.0] * 68)
    months = table.filter(pl.col("visit_number") <= 8).sort("visit_number")["visit_month"].to_list()
    assert all(month % 12 == 0 for month in months)
    assert months == [-60, -48, -36, -24, -12, 0, 12, 24]
    assert any(month % 12 for month in table.filter(pl.col("visit_number") > 8)["visit_month"])


@pytest.mark.parametrize("count", [1, 5])
def test_too_few_rows_to_know_give_whole_years(count: int) -> None:
    assert all(month % 12 == 0 for month in made(spread(count), [1.0] * count)["visit_month"])
