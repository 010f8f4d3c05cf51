"""The deadlines: a calendar month for departments, the end of the study for the rest."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.custody.vault.retention import Deadlines, month_after


@pytest.mark.parametrize(
    ("day", "after"),
    [
        ("2020-04-06", "2020-05-06"),
        ("2020-01-30", "2020-02-29"),
        ("2020-01-31", "2020-02-29"),
        ("2019-01-31", "2019-02-28"),
        ("2020-03-31", "2020-04-30"),
        ("2020-12-15", "2021-01-15"),
    ],
)
def test_a_month_is_a_calendar_month(day: str, after: str) -> None:
    assert month_after(dt.date.fromisoformat(day)) == dt.date.fromisoformat(after)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)))
def test_a_month_is_never_longer_than_the_notice_says(day: dt.date) -> None:
    assert dt.timedelta(28) <= month_after(day) - day <= dt.timedelta(31)


def test_who_may_hold_what_until_when() -> None:
    deadlines = Deadlines(dt.date(2020, 4, 6), dt.date(2022, 12, 31))
    assert deadlines.of("dwp") == ("exchange", dt.date(2020, 5, 6))
    assert deadlines.of("ons") == ("study", dt.date(2022, 12, 31))
