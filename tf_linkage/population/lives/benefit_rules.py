"""The rules of benefits on their day: Universal Credit by area, disability benefits, state pension age.

Not here: who claims (`benefits_and_jobs.py`).
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Ints
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.settings import day

UNIVERSAL_CREDIT: Final[dict[str, dt.date]] = {
    "E09000012": dt.date(2018, 10, 17), "E08000003": dt.date(2018, 7, 4), "E06000010": dt.date(2018, 12, 5),
    "E08000032": dt.date(2018, 6, 13), "E10000016": dt.date(2018, 5, 9),
}  # fmt: skip
"""First day of the full service by authority (recalled; the roll-out ran May 2016 to December 2018)."""

_ROLL_OUT_ELSEWHERE = dt.date(2018, 4, 1)

LIVE_SERVICE: Final[dict[str, dt.date]] = {"E08000003": dt.date(2014, 7, 7)}
"""First day on which single people could claim; spring 2015 elsewhere (`Universal Credit timetable`)."""

_LIVE_ELSEWHERE = dt.date(2015, 4, 13)

DLA_FROM: Final = day(dt.date(1992, 4, 6))
PIP_FROM: Final = day(dt.date(2013, 6, 10))
PIP_REASSESSMENT: Final = (day(dt.date(2013, 10, 28)), day(dt.date(2015, 7, 13)), day(dt.date(2020, 6, 30)))
"""Those of 16 to 64 on 8 April 2013 move from DLA to PIP: on a change from October 2013, the rest from July 2015 on
(`PIP timetable`)."""
WORKING_AGE_ON: Final = day(dt.date(2013, 4, 8))

ESA_FROM: Final = day(dt.date(2008, 10, 27))
IB_ENDS: Final = (day(dt.date(2011, 2, 28)), day(dt.date(2014, 4, 1)))
"""Incapacity benefit was turned into ESA between these days (recalled)."""

LONE_PARENT_RULES: Final = (
    (dt.date(1988, 4, 1), 16), (dt.date(2008, 11, 24), 12), (dt.date(2009, 10, 26), 10), (dt.date(2010, 10, 25), 7),
    (dt.date(2012, 5, 21), 5),
)  # fmt: skip
"""From a day: the age of the youngest child at which a lone parent's Income Support ends (recalled)."""


def roll_out() -> Ints:
    """First day of Universal Credit's full service in each of AUTHORITIES."""
    return np.asarray([day(UNIVERSAL_CREDIT.get(place.code, _ROLL_OUT_ELSEWHERE)) for place in AUTHORITIES])


def live_service() -> Ints:
    """First day on which a single person could claim Universal Credit in each of AUTHORITIES."""
    return np.asarray([day(LIVE_SERVICE.get(place.code, _LIVE_ELSEWHERE)) for place in AUTHORITIES])


def youngest_limit(when: Ints) -> Ints:
    """Age of the youngest child at which a lone parent's Income Support ends, by day."""
    days = np.array([day(date) for date, _ in LONE_PARENT_RULES])
    ages = np.array([age for _, age in LONE_PARENT_RULES])
    return ages[np.clip(np.searchsorted(days, when, side="right") - 1, 0, None)]


def state_pension_day(birth: Ints, woman: NDArray[Any]) -> Ints:
    """Day on which each person reaches state pension age.

    Women at 60 until 2010, stepwise to 65 by November 2018; both sexes from 65 to 66 by October 2020
    (`State pension age timetable`; the steps of 2010-16 are recalled).
    """
    points, steps = _steps()
    at_65 = (birth + 65 * YEAR).astype(np.int64)
    later = np.interp(birth, [point for point, _ in points], [value for _, value in points])
    men = np.where(birth < points[0][0], at_65, (birth + later * YEAR).astype(np.int64))
    ages = np.interp(birth, [point for point, _ in steps], [value for _, value in steps])
    women = (birth + ages * YEAR).astype(np.int64)
    return np.where(np.asarray(woman, dtype=bool) & (birth < points[0][0]), women, men)


@cache
def _steps() -> tuple[tuple[tuple[int, float], ...], tuple[tuple[int, float], ...]]:
    """Birth day and pension age in years: of both sexes from December 1953 on, and of women before."""
    both = (
        (day(dt.date(1953, 12, 6)), 65.25), (day(dt.date(1954, 10, 6)), 66.0), (day(dt.date(1960, 4, 6)), 66.0),
        (day(dt.date(1961, 3, 6)), 67.0),
    )  # fmt: skip
    women = (
        (day(dt.date(1950, 4, 6)), 60.0), (day(dt.date(1953, 4, 6)), 63.25), (day(dt.date(1953, 12, 5)), 65.2),
    )  # fmt: skip
    return both, women
