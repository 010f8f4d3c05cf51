"""Careers of offending from age ten: onset, frequency, desistance, and what courts make of each case.

Not here: how the police record names it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.councils import cut
from tf_linkage.population.draws import Draws, Flags, Floats, Ints, normal_quantile, normal_share, odds
from tf_linkage.population.liability import liability
from tf_linkage.population.lives.calendar import next_working_day
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.rates import rate, series
from tf_linkage.population.settings import Settings, day

RECORDS_FROM: Final = 10_957
"""1 January 2000: the police extract of the MoJ-DfE share begins there."""

DISPOSALS: Final = ("CUSTODY", "SUSPENDED", "COMMUNITY", "REFERRAL", "FINE", "DISCHARGE", "CAUTION", "NONE")
ADJUDICATIONS: Final = ("G", "J", "N", "C")
_CUSTODY, _SUSPENDED, _COMMUNITY, _FINE, _CAUTION, _NONE = (
    DISPOSALS.index(name) for name in ("CUSTODY", "SUSPENDED", "COMMUNITY", "FINE", "CAUTION", "NONE")
)
MOST_CASES: Final = 48
CASES: Final = 64
"""Numbers kept for the cases of a person: person x CASES + case is a case's own number."""

_ONSET: Final = (
    (10.05, 0.0), (11.0, 0.004), (12.0, 0.015), (13.0, 0.04), (14.0, 0.085), (15.0, 0.15), (16.0, 0.235),
    (17.0, 0.325), (18.0, 0.41), (19.0, 0.475), (20.0, 0.53), (22.0, 0.61), (25.0, 0.70), (30.0, 0.80),
    (35.0, 0.87), (40.0, 0.92), (50.0, 0.975), (60.0, 1.0),
)  # fmt: skip
"""Share of those who ever offend who have done so by an age: 10-18 after `Offenders and schools 2022`, later after
`Born in 1953` (a fifth of men by 20, 31% by 30, 34% by 40)."""

_MEN = odds([0.11, 0.013, 0.012, 0.17, 0.04, 0.11, 0.03, 0.07, 0.05, 0.02, 0.20, 0.175])
_WOMEN = odds([0.09, 0.002, 0.004, 0.27, 0.02, 0.05, 0.01, 0.06, 0.04, 0.05, 0.29, 0.114])
_BOYS = odds([0.26, 0.015, 0.05, 0.19, 0.10, 0.10, 0.06, 0.09, 0.02, 0.005, 0.08, 0.03])
_GIRLS = odds([0.32, 0.005, 0.03, 0.26, 0.08, 0.04, 0.025, 0.12, 0.02, 0.01, 0.07, 0.02])
"""Offence groups 01-12 by age and sex (A, after the facts of sentencing statistics)."""

_PRISON: Final = np.array([0.36, 0.50, 0.53, 0.25, 0.14, 0.22, 0.34, 0.20, 0.24, 0.20, 0.025, 0.01])
"""Share of adult men sentenced to custody by offence group, of middling record (A; indictable 32% in 2019)."""

_ORDINARY = odds([0.0, 0.16, 0.25, 0.0, 0.22, 0.13, 0.24])
_SUMMARY = odds([0.0, 0.02, 0.07, 0.0, 0.70, 0.09, 0.12])
_YOUNG = odds([0.0, 0.0, 0.20, 0.36, 0.03, 0.08, 0.33])
"""Disposals other than custody: indictable, summary, under 18 (A), in the order of DISPOSALS."""

_LONGER: Final = np.array([0.2, 1.5, 1.4, -0.5, 0.0, 0.5, -0.1, -0.2, 0.1, 0.2, -1.3, -1.5])
"""Log of a sentence by offence group against the median of all (A)."""


def draw_offences(settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Cases since 2000.

    Nobody offends outside while in custody: time in custody is added to the wait for the next case.

    Returns person, case (its number within the person), start, disposed, group, second_group (-1 none),
    adjudication, disposal, days (of a sentence, -1 none), unknown_start.
    """
    extract = day(settings.extract)
    old_enough = np.flatnonzero(
        (people["birth"] < extract - 10 * YEAR)
        & (people["birth"] > extract - 75 * YEAR)
        & (people["arrived"] < extract)
    )
    person, gender = people["person"][old_enough], people["gender"][old_enough]
    liable = liability(draws, "offending", person, people["adversity"][old_enough], people["conduct"][old_enough])
    slot = people["slot"][old_enough]
    men, women = (
        cut("offending", share, slot) for share in (rate("ever offends, men"), rate("ever offends, women"))
    )
    any_at = np.where(gender == 0, men, women)
    offends = np.flatnonzero(liable > any_at)
    at, person, gender = old_enough[offends], person[offends], gender[offends]
    excess = liable[offends] - any_at[offends]
    u = draws.unit("offence/onset", person)
    # The more liable begin earlier.
    early = normal_share(0.85 * normal_quantile(u) - 0.9 * (excess - 0.45))
    onset = np.interp(early, [share for _, share in _ONSET], [age for age, _ in _ONSET])
    count = _cases(draws, person, excess, gender == 0, onset)
    return _careers(settings, draws, people, at, onset, count)


def _cases(draws: Draws, person: Ints, excess: Floats, male: Flags, onset: Floats) -> Ints:
    """Cases of a whole life: few people have many (a tail of power 1.5, longer for the liable and the early)."""
    score = 0.55 * (excess - 0.45) / 0.4 + 0.8 * draws.normal("offence/count", person)
    score = score + np.where(male, 0.1, -0.35) - 0.03 * np.clip(onset - 18, -5, 20)
    left = np.clip(1 - normal_share(score), 1e-4, 1)
    return np.minimum(left ** (-1 / rate("power of the tail of cases") / 10), MOST_CASES).astype(np.int64)


def _careers(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, people: dict[str, NDArray[Any]], at: Ints, onset: Floats, count: Ints
) -> dict[str, NDArray[Any]]:
    extract = day(settings.extract)
    person, birth, gender = people["person"][at], people["birth"][at], people["gender"][at]
    until = np.minimum(np.minimum(people["death"][at], people["emigrated"][at]), extract)
    arrived = np.maximum(people["arrived"][at], RECORDS_FROM)
    clock = birth + onset * YEAR
    previous = np.zeros(len(at), dtype=np.int64)
    rows = np.arange(len(at))
    parts: list[dict[str, NDArray[Any]]] = []
    for case in range(MOST_CASES):
        on = np.flatnonzero((case < count[rows]) & (clock <= until[rows]))
        rows, clock, previous = rows[on], clock[on], previous[on]
        if not rows.size:
            break
        key = person[rows] * CASES + case
        start = _at_the_weekend(draws, key, clock.astype(np.int64))
        age = (start - birth[rows]) / YEAR
        part = _case(draws, key, start, age, gender[rows], previous)
        # Many a case of the young, and ever more of them, is dealt with without a record.
        seen = draws.below(
            "offence/recorded", key, np.where(age < 18, series("youth cases", start), series("adult cases", start))
        )
        there = (start >= arrived[rows]) & (part["disposed"] <= until[rows])
        inside = part["disposal"] == _CUSTODY
        served = np.where(inside & seen & there, part["days"] // 2, 0)
        part |= {"person": person[rows], "case": np.full(len(rows), case, dtype=np.int8)}
        parts.append({name: values[seen & there] for name, values in part.items()})
        previous = previous + (seen & there)
        gap = draws.exponential("offence/gap", key) * (0.12 + 3.3 / np.sqrt(count[rows])) * YEAR
        clock = clock + 5 + gap
        # Time in custody is no time at risk.
        waiting = clock > part["disposed"]
        clock = np.where(waiting, clock + served, np.minimum(clock, part["disposed"]))
        clock = np.where(~waiting & (served > 0), part["disposed"] + served + gap / 4, clock)
    out = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((out["case"], out["person"]))
    names = (
        "person", "case", "start", "disposed", "group", "second_group", "adjudication", "disposal", "days",
        "unknown_start",
    )  # fmt: skip
    return {name: out[name][order] for name in names}


def _at_the_weekend(draws: Draws, key: Ints, start: Ints) -> Ints:
    """One case in eight is moved to the Saturday of its week."""
    weekday = (start + 3) % 7
    moved = draws.below("offence/saturday", key, rate("offence moved to a Saturday")) & (weekday < 5)
    return np.where(moved, start + 5 - weekday, start)


def _case(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws, key: Ints, start: Ints, age: Floats, gender: NDArray[Any], previous: Ints
) -> dict[str, NDArray[Any]]:
    """What was done, and what came of it: the sentence depends on offence, record, sex and age."""
    young, woman = age < 18, gender == 1
    group = np.where(
        young,
        np.where(woman, draws.pick("offence/girls", key, _GIRLS), draws.pick("offence/boys", key, _BOYS)),
        np.where(woman, draws.pick("offence/women", key, _WOMEN), draws.pick("offence/men", key, _MEN)),
    )
    summary = group >= 10
    other = np.where(
        young,
        draws.pick("offence/young", key, _YOUNG),
        np.where(
            summary, draws.pick("offence/summary", key, _SUMMARY), draws.pick("offence/ordinary", key, _ORDINARY)
        ),
    )
    # Cautions are for beginners.
    other = np.where((other == _CAUTION) & (previous >= 4), np.where(young, _COMMUNITY, _FINE), other)
    acquitted = draws.below("offence/acquitted", key, rate("case ends in acquittal")) & (other != _CAUTION)
    record = np.interp(previous, [0, 1, 3, 8, 20], [0.45, 0.7, 1.0, 1.4, 1.7])
    share = (
        _PRISON[group]
        * record
        * np.where(woman, 0.6, 1.0)
        * np.where(young, rate("custody, young against adults"), 1.0)
    )
    jailed = draws.below("offence/custody", key, np.minimum(share, 0.93)) & ~acquitted & (age >= 12)
    disposal = np.where(jailed, _CUSTODY, np.where(acquitted, _NONE, other))
    cautioned = disposal == _CAUTION
    adjudication = np.where(cautioned, 3, np.where(draws.below("offence/j", key, rate("case adjudicated J")), 1, 0))
    adjudication = np.where(acquitted, 2, adjudication)
    # Courts take weeks to most of a year, grave cases longer; they sit on working days.
    lag = np.where(cautioned, 1.0, np.where(young, 5.0, 6.0)) * (4 + 22 * draws.exponential("offence/lag", key))
    disposed = next_working_day(start + 2 + np.minimum(lag, 900).astype(np.int64))
    months = 1.55 + _LONGER[group] + 1.15 * draws.normal("offence/days", key) - np.where(woman, 0.35, 0.0)
    months = (
        months + 0.03 * (disposed - 15_000) / YEAR + np.where(young, 0.1, 0.0) + 0.04 * np.minimum(previous, 10)
    )
    days = np.where(jailed, np.exp(months) * 30.4, 240 + 250 * draws.unit("offence/order", key))
    timed = np.isin(disposal, [_CUSTODY, _SUSPENDED, _COMMUNITY])
    return {
        "start": start,
        "disposed": disposed,
        "group": group.astype(np.int8),
        "second_group": np.where(
            draws.below("offence/second", key, rate("second offence in a case")),
            draws.pick("offence/second group", key, _MEN),
            -1,
        ).astype(np.int8),
        "adjudication": adjudication.astype(np.int8),
        "disposal": disposal.astype(np.int8),
        "days": np.where(timed, np.clip(days, 7, 7_300), -1).astype(np.int64),
        "unknown_start": draws.below("offence/start unknown", key, rate("start of an offence unknown")),
    }


def custody_periods(offences: dict[str, NDArray[Any]]) -> tuple[Ints, Ints, Ints]:
    """Person, first and last day of each period in custody: half of the sentence is served. In order of person."""
    jailed = offences["disposal"] == _CUSTODY
    start = offences["disposed"][jailed]
    return offences["person"][jailed], start, start + np.maximum(offences["days"][jailed] // 2, 1)
