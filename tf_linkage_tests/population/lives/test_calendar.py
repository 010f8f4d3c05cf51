"""Days on which courts sit and schools are open."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tf_linkage.population.lives.calendar import (
    bank_holidays,
    is_school_day,
    is_working_day,
    next_working_day,
    sessions_of_terms,
)
from tf_linkage.population.settings import day


def test_bank_holidays_are_those_of_the_year() -> None:
    """2016 and 2012 by hand: Christmas on a Sunday moves to Tuesday; the jubilee moves the spring holiday."""
    in_2016 = {(1, 1), (3, 25), (3, 28), (5, 2), (5, 30), (8, 29), (12, 26), (12, 27)}
    assert {(date.month, date.day) for date in bank_holidays(2016)} == in_2016
    in_2012 = {(1, 2), (4, 6), (4, 9), (5, 7), (6, 4), (6, 5), (8, 27), (12, 25), (12, 26)}
    assert {(date.month, date.day) for date in bank_holidays(2012)} == in_2012


@pytest.mark.parametrize(
    ("given", "expected"),
    [(dt.date(2016, 3, 25), dt.date(2016, 3, 29)), (dt.date(2016, 3, 24), dt.date(2016, 3, 24)),
     (dt.date(2016, 12, 24), dt.date(2016, 12, 28))],
)  # fmt: skip
def test_the_next_working_day(given, expected) -> None:
    assert next_working_day(np.array([day(given)])).tolist() == [day(expected)]


def test_a_school_year_has_190_days() -> None:
    for year in range(2010, 2020):
        terms = sessions_of_terms(year)
        assert 376 <= sum(terms) <= 392
        assert terms[0] > terms[2] * 0.9


def test_no_school_at_weekends_nor_in_august() -> None:
    days = np.arange(day(dt.date(2012, 1, 1)), day(dt.date(2020, 1, 1)))
    open_days = days[is_school_day(days)]
    assert is_working_day(open_days).all()
    assert 8 not in set(open_days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1)
