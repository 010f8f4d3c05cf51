"""Working days and school days in England, 1990 to 2030: weekends, bank holidays, school terms.

Days are counted since 1970. Half-term and holiday weeks are those of a usual authority; councils differ by a week.
"""

from __future__ import annotations

import datetime as dt
import itertools
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Flags, Ints

_FIRST, _LAST = 1990, 2030
_EPOCH: Final = dt.date(1970, 1, 1)
_ONE_DAY: Final = dt.timedelta(days=1)


def next_working_day(when: Ints) -> Ints:
    """Each day, or the first day after it that is neither a weekend nor a bank holiday."""
    return _next(_working()[1], when)


def is_working_day(when: Ints) -> Flags:
    """Whether courts and offices are open."""
    return _at(_working()[0], when)


def is_school_day(when: Ints) -> Flags:
    """Whether schools are open."""
    return _at(_school()[0], when)


def sessions_of_terms(year: int) -> tuple[int, int, int]:
    """Half days of the autumn, spring and summer terms of the academic year that begins in a year."""
    easter = _number(_easter(year + 1))
    cuts = (dt.date(year, 9, 1), dt.date(year + 1, 1, 1), None, dt.date(year + 1, 8, 31))
    edges = [_number(cut) if cut else easter - 3 for cut in cuts]
    open_days = _school()[0]
    first = _number(dt.date(_FIRST, 1, 1))
    sizes = [2 * int(open_days[a - first : b - first].sum()) for a, b in itertools.pairwise(edges)]
    return sizes[0], sizes[1], sizes[2]


def bank_holidays(year: int) -> set[dt.date]:
    """England's bank holidays of a year, with their substitutes and the extra days of 2002, 2011, 2012 and 2022."""
    easter = _easter(year)
    days = {easter - 2 * _ONE_DAY, easter + _ONE_DAY}
    days.add(_monday(dt.date(year, 5, 1)))
    if year == 2020:
        days.remove(_monday(dt.date(year, 5, 1)))
        days.add(dt.date(2020, 5, 8))
    spring = _monday(dt.date(year, 5, 25))
    moved = {2002: dt.date(2002, 6, 4), 2012: dt.date(2012, 6, 4), 2022: dt.date(2022, 6, 2)}
    days.add(moved.get(year, spring))
    days.add(_monday(dt.date(year, 8, 25)))
    extra = {2002: dt.date(2002, 6, 3), 2011: dt.date(2011, 4, 29), 2012: dt.date(2012, 6, 5),
             2022: dt.date(2022, 6, 3)}  # fmt: skip
    if year in extra:
        days.add(extra[year])
    for fixed in (dt.date(year, 1, 1), dt.date(year, 12, 25), dt.date(year, 12, 26)):
        day = fixed
        while day.weekday() >= 5 or day in days:
            day += _ONE_DAY
        days.add(day)
    return days


def _monday(first: dt.date) -> dt.date:
    return first + (-first.weekday() % 7) * _ONE_DAY


def _easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return dt.date(year, f // 31, f % 31 + 1)


def _number(date: dt.date) -> int:
    return (date - _EPOCH).days


@cache
def _working() -> tuple[NDArray[np.bool_], Ints]:
    """Whether each day is one, and the next that is."""
    first, last = _number(dt.date(_FIRST, 1, 1)), _number(dt.date(_LAST, 12, 31))
    days = np.arange(first, last + 1)
    there = (days + 3) % 7 < 5
    for year in range(_FIRST, _LAST + 1):
        for holiday in bank_holidays(year):
            there[_number(holiday) - first] = False
    return there, _following(there)


@cache
def _school() -> tuple[NDArray[np.bool_], Ints]:
    first = _number(dt.date(_FIRST, 1, 1))
    there = _working()[0].copy()

    def closed(start: dt.date, days: int) -> None:
        at = _number(start) - first
        there[max(at, 0) : max(at + days, 0)] = False

    for year in range(_FIRST, _LAST + 1):
        september = _monday(dt.date(year, 9, 1)) + _ONE_DAY * (1 if dt.date(year, 9, 1).weekday() else 0)
        start = min(september, dt.date(year, 9, 5))
        july = dt.date(year, 7, 21)
        closed(july, (start - july).days)
        closed(_monday(dt.date(year, 10, 24)), 5)
        closed(dt.date(year, 12, 20), 16)
        closed(_monday(dt.date(year, 2, 12)), 5)
        # Two weeks about Easter, from the Monday before Good Friday in most years.
        closed(_easter(year) - 6 * _ONE_DAY, 14)
        closed(_monday(dt.date(year, 5, 25)), 5)
    return there, _following(there)


def _following(there: NDArray[np.bool_]) -> Ints:
    at = np.where(there, np.arange(len(there)), len(there))
    return np.minimum.accumulate(at[::-1])[::-1].clip(0, len(there) - 1)


def _next(table: Ints, when: Ints) -> Ints:
    first = _number(dt.date(_FIRST, 1, 1))
    at = np.asarray(when, dtype=np.int64) - first
    inside = (at >= 0) & (at < len(table))
    return np.where(inside, table[np.clip(at, 0, len(table) - 1)] + first, when)


def _at(table: NDArray[np.bool_], when: Ints) -> Flags:
    at = np.asarray(when, dtype=np.int64) - _number(dt.date(_FIRST, 1, 1))
    return np.asarray((at >= 0) & (at < len(table)) & table[np.clip(at, 0, len(table) - 1)])
