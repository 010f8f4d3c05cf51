"""The steps of the ladders, by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts import bands
from tf_linkage.research.tables import coarsening

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2022, 12, 31))


def one(expression: pl.Expr) -> object:
    return pl.select(expression).item()


@pytest.mark.parametrize(
    ("age", "label"),
    [(-1, "0-4"), (4, "0-4"), (5, "5-10"), (17, "11-17"), (18, "18-24"), (45, "45+"), (109, "45+"), (None, None)],
)
def test_ages(age: int | None, label: str | None):
    assert one(coarsening.band(pl.lit(age, pl.Int32), bands.AGE_BANDS)) == label


@pytest.mark.parametrize(
    ("pounds", "label"),
    [(0.0, "£0-£24"), (24.99, "£0-£24"), (25.0, "£25-£49"), (299.99, "£275-£299"), (300.0, "£300 and over"),
     (9e9, "£300 and over"), (None, None)],
)  # fmt: skip
def test_weekly_money(pounds: float | None, label: str | None):
    made = coarsening.money_band(
        pl.lit(pounds, pl.Float64), bands.WEEKLY_STEP, bands.WEEKLY_TOP, bands.WEEKLY_BANDS
    )
    assert one(made) == label


@given(st.floats(min_value=0, max_value=60_000))
def test_a_yearly_band_holds_its_amount(pounds: float):
    label = one(coarsening.money_band(pl.lit(pounds), bands.YEARLY_STEP, bands.YEARLY_TOP, bands.YEARLY_BANDS))
    assert isinstance(label, str)
    low, _, high = label.replace(" and over", "-£1e12").replace("£", "").replace(",", "").partition("-")
    assert float(low) <= pounds < float(high) + 1


@pytest.mark.parametrize(("count", "label"), [(0, "0"), (1, "1"), (2, "2+"), (9, "2+"), (None, None)])
def test_counts(count: int | None, label: str | None):
    assert one(coarsening.count_band(pl.lit(count, pl.UInt32), ("0", "1", "2+"))) == label


@pytest.mark.parametrize(
    ("start", "day", "months"),
    [
        (dt.date(2016, 5, 10), dt.date(2016, 5, 31), 0),
        (dt.date(2016, 5, 31), dt.date(2016, 6, 1), 1),
        (dt.date(2016, 5, 10), dt.date(2015, 5, 10), -12),
        (dt.date(2016, 5, 10), dt.date(2014, 12, 31), -17),
    ],
)
def test_months_from_the_start(start: dt.date, day: dt.date, months: int):
    assert one(coarsening.months_from(pl.lit(start), pl.lit(day))) == months


@given(DAYS, DAYS)
def test_whole_years_say_nothing_of_the_month(start: dt.date, day: dt.date):
    """Every start within a year of a known day's month gives the same distance, whichever its month is."""
    years = one(coarsening.whole_years_from(pl.lit(start), pl.lit(day)))
    months = one(coarsening.months_from(pl.lit(start), pl.lit(day)))
    assert isinstance(years, int)
    assert isinstance(months, int)
    assert years % 12 == 0
    assert years <= months < years + 12


@pytest.mark.parametrize(
    ("day", "financial", "academic"),
    [
        (dt.date(2016, 3, 31), "2015-16", 2015),
        (dt.date(2016, 4, 1), "2016-17", 2015),
        (dt.date(2016, 9, 1), "2016-17", 2016),
        (dt.date(2009, 12, 1), "2009-10", 2009),
        (dt.date(1999, 12, 1), "1999-00", 1999),
    ],
)
def test_years(day: dt.date, financial: str, academic: int):
    assert one(coarsening.financial_year(pl.lit(day))) == financial
    assert one(coarsening.academic_year(pl.lit(day))) == academic
