"""Benefit and employment spells.

Who works, who claims what, when.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings, day

BENEFITS: Final = ("JSA", "IS", "ESA", "UAA", "UBC", "UCE", "UDF", "UAB", "RP", "DLA", "PIP", "ICA")
OUT_OF_WORK: Final = ("JSA", "IS", "ESA", "UAA", "UBC", "UCE", "UDF", "ICA")
WORK: Final = -1
_WEEKLY: Final = {
    "JSA": 73, "IS": 73, "ESA": 102, "UAA": 95, "UBC": 130, "UCE": 110, "UDF": 115, "UAB": 70, "RP": 125, "DLA": 80,
    "PIP": 85, "ICA": 64,
}  # fmt: skip
"""Pounds a week, about the rates of 2016 (recalled)."""

UNIVERSAL_CREDIT: Final[dict[str, dt.date]] = {
    "E09000012": dt.date(2018, 10, 17), "E08000003": dt.date(2018, 7, 4), "E06000010": dt.date(2018, 12, 5),
    "E08000032": dt.date(2018, 6, 13), "E10000016": dt.date(2018, 5, 9),
}  # fmt: skip
"""First day of the full service by authority (recalled, not checked; the roll-out ran 2016-18)."""

_ROLL_OUT_ELSEWHERE = dt.date(2018, 4, 1)
_PENSION_AGE = 65
_SPELLS = 6


def roll_out() -> Ints:
    """First day of Universal Credit's full service in each of AUTHORITIES."""
    return np.asarray([day(UNIVERSAL_CREDIT.get(place.code, _ROLL_OUT_ELSEWHERE)) for place in AUTHORITIES])


def draw_work(settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Benefit and employment spells that touch the window.

    Returns person, kind (position in BENEFITS, -1 employment), start, end (NEVER while it lasts), amount (pounds a
    week, or a year for employment), start_imputed, end_imputed.
    """
    start, extract = day(settings.history_from), day(settings.extract)
    adults = np.flatnonzero((people["birth"] < extract - 16 * YEAR) & (people["arrived"] < extract))
    person, birth = people["person"][adults], people["birth"][adults]
    until = np.minimum(np.minimum(people["death"], people["emigrated"])[adults], NEVER)
    liable = liability(draws, "benefits", person, people["adversity"][adults], people["conduct"][adults])
    health = liability(draws, "health", person, people["adversity"][adults], people["conduct"][adults])
    ill = health > threshold(0.11)
    claims = liable > threshold(rate("claims an out-of-work benefit at some time"))
    long_term = (liable > threshold(0.10)) | (ill & claims)
    youngest = _youngest(people)[adults]
    lone = (people["kind"][adults] == 4) & (people["place"][adults] == 0)
    leaves_school = 16 + np.where(
        draws.below("work/leaves at 16", person, rate("leaves school at 16")),
        0.3,
        2.3 + 3 * draws.unit("work/leaves", person),
    )
    pension = birth + int(_PENSION_AGE * YEAR)
    clock = np.maximum(start - (draws.unit("work/before", person) * 2 * YEAR), birth + leaves_school * YEAR)
    clock = np.maximum(clock, people["arrived"][adults])
    inactive = ~claims & draws.below("work/inactive", person, rate("neither works nor claims"))
    working = draws.below("work/first", person, np.where(long_term, 0.18, np.where(claims, 0.55, 0.9))) & ~inactive
    services = roll_out()[people["la_at_extract"][adults]]
    parts = [
        _pension(draws, person, pension, until, start, extract),
        _disability(settings, draws, person, birth, until, health),
    ]
    last = np.where(inactive, -NEVER, np.minimum(pension, until))
    for step in range(_SPELLS):
        # Whose time goes on: the next spell can begin within the window.
        on = np.flatnonzero((clock < last) & (clock <= extract + 1))
        person, clock, working, last = person[on], clock[on], working[on], last[on]
        long_term, claims, ill = long_term[on], claims[on], ill[on]
        lone, youngest, services = lone[on], youngest[on], services[on]
        key = person * 8 + step
        mean = np.where(
            working,
            np.where(long_term, 0.8, np.where(claims, 1.5, 5.0)),
            np.where(long_term, 3.2, np.where(claims, 1.0, 0.4)),
        )
        ends = clock + (0.05 + mean * draws.exponential("work/length", key)) * YEAR
        begin, end = clock.astype(np.int64), np.minimum(ends, last).astype(np.int64)
        u = draws.unit("work/benefit", key)
        legacy = np.where(
            lone & (youngest + 5 * YEAR > begin), 1, np.where(ill & (u < 0.85), 2, np.where(u < 0.04, 11, 0))
        )
        regime = np.select([legacy == 1, legacy == 2, legacy == 11], [np.where(u < 0.5, 6, 5), 4, 4], 3)
        kind = np.where(working, WORK, np.where(begin >= services, regime, legacy))
        unclaimed = ~working & ~claims
        here = (begin < end) & (end >= start) & (begin <= extract) & ~unclaimed
        parts.append(_spells(draws, person, key, kind, begin, end, here))
        clock, working = ends, ~working | (working & ~claims & draws.below("work/next job", key, 0.7))
    out = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    _impute(draws, out, extract)
    out["end"] = np.where(out["end"] > extract, NEVER, out["end"])
    order = np.lexsort((out["kind"], out["start"], out["person"]))
    return {name: values[order] for name, values in out.items()}


def _youngest(people: dict[str, NDArray[Any]]) -> Ints:
    """Birth day of the youngest child of each person's family."""
    row = people["row"]
    out = np.full(int(row.max(initial=-1)) + 1, -NEVER, dtype=np.int64)
    child = people["place"] >= 2
    np.maximum.at(out, row[child], people["birth"][child])
    return np.asarray(out[row])


def _spells(draws: Draws, person: Ints, key: Ints, kind: Ints, begin: Ints, end: Ints, here: Any) -> dict[str, Any]:  # noqa: PLR0917 (a kernel names each column it needs)
    at = np.flatnonzero(here)
    weekly = np.array([_WEEKLY[name] for name in BENEFITS], dtype=np.float64)
    level = np.exp(
        9.75 + 0.5 * draws.normal("work/pay", person[at]) + 0.25 * draws.normal("work/pay of job", key[at])
    )
    benefit = weekly[np.maximum(kind[at], 0)] * (0.8 + 0.5 * draws.unit("work/amount", key[at]))
    return {
        "person": person[at],
        "kind": kind[at].astype(np.int8),
        "start": begin[at],
        "end": end[at],
        "amount": np.round(np.where(kind[at] == WORK, level, benefit), 2),
        "key": key[at],
    }


def _pension(draws: Draws, person: Ints, pension: Ints, until: Ints, start: int, extract: int) -> dict[str, Any]:  # noqa: PLR0917 (a kernel names each column it needs)
    here = (pension <= extract) & (until > np.maximum(pension, start))
    kind = np.full(len(person), BENEFITS.index("RP"))
    return _spells(draws, person, person * 8 + 6, kind, pension, until, here)


def _disability(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, person: Ints, birth: Ints, until: Ints, health: Any
) -> dict[str, Any]:
    extract = day(settings.extract)
    begin = birth + ((16.5 + 40 * draws.unit("work/disability", person)) * YEAR).astype(np.int64)
    here = (health > threshold(rate("disability benefit"))) & (begin < until) & (begin <= extract)
    here &= until > day(settings.history_from)
    kind = np.where(begin < day(dt.date(2013, 6, 10)), BENEFITS.index("DLA"), BENEFITS.index("PIP"))
    return _spells(draws, person, person * 8 + 7, kind, begin, until, here)


def _impute(draws: Draws, spells: dict[str, Any], extract: int) -> None:
    """Some employment dates are known only to the tax year: 6 April and 5 April."""
    key = spells.pop("key")
    job = spells["kind"] == WORK
    year = spells["start"].astype("datetime64[D]").astype("datetime64[Y]")
    april = year.astype("datetime64[D]").astype(np.int64) + 95
    april -= (spells["start"] < april) * 365
    imputed = job & draws.below("work/start imputed", key, rate("start date imputed"))
    spells["start"] = np.where(imputed, april, spells["start"])
    spells["start_imputed"] = imputed
    end = spells["end"]
    tax_end = (
        end.clip(0, 40_000).astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
        + 94
    )
    tax_end += (end > tax_end) * 365
    late = (
        job
        & (end < extract)
        & draws.below("work/end imputed", key, rate("start date imputed"))
        & (tax_end < extract)
    )
    spells["end"] = np.where(late, tax_end, end)
    spells["end_imputed"] = late
