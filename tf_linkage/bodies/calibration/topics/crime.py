"""Measures of offending and sentences. From the true lives, weighed to the population."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from tf_linkage.bodies.calibration.lived_rows import (
    ACQUITTED,
    CAUTIONED,
    CUSTODY,
    NO_SENTENCE,
    YEAR,
    Lived,
    Measure,
    share_of,
)
from tf_linkage.bodies.calibration.measures import Found, World, ratio
from tf_linkage.population.settings import day


def offenders(year: int, low: float, high: float, gender: int) -> Measure:
    """People cautioned or convicted in a year for each thousand of an age and sex in its middle."""

    def measure(world: World) -> Found:
        lived, first = Lived(world, "offences"), day(dt.date(year, 1, 1))
        rows = lived.rows
        inside = (
            (rows["disposed"] >= first) & (rows["disposed"] < first + 365) & (rows["adjudication"] != ACQUITTED)
        )
        found = share_of(lived.per_person(inside) > 0, lived.alive(first + 182, low, high, gender), lived.weight)
        return Found(1_000 * found.value, 1_000 * found.error, found.observations)

    return measure


def young_cases(later: int, earlier: int) -> Measure:
    """Children cautioned or convicted in two years from April for each in two others, by child of 10 to 17."""

    def measure(world: World) -> Found:
        lived = Lived(world, "offences")
        rows = lived.rows
        young = (rows["start"] - lived.people["birth"][lived.who]) < 18 * YEAR
        rates = []
        for year in (later, earlier):
            first = day(dt.date(year, 4, 1))
            inside = young & (rows["disposed"] >= first) & (rows["disposed"] < first + 730)
            inside &= rows["adjudication"] != ACQUITTED
            rates.append(share_of(lived.per_person(inside) > 0, lived.alive(first + 365, 10, 18), lived.weight))
        late, early = rates
        value = late.value / max(early.value, 1e-9)
        relative = (late.error / max(late.value, 1e-9)) ** 2 + (early.error / max(early.value, 1e-9)) ** 2
        hits = int(min(late.value * late.observations, early.value * early.observations))
        return Found(value, value * float(np.sqrt(relative)), hits)

    return measure


def top_tenth(world: World) -> Found:
    """Share of all cases since 2000 that the tenth of offenders with most of them hold."""
    lived = Lived(world, "offences")
    counts = lived.per_person(lived.rows["adjudication"] != ACQUITTED)
    some = counts > 0
    counts, weight = counts[some], lived.weight[some]
    order = np.argsort(-counts, kind="stable")
    share = np.cumsum(weight[order]) / max(weight.sum(), 1e-9)
    cases = np.cumsum((weight * counts)[order]) / max((weight * counts).sum(), 1e-9)
    value = float(np.interp(0.1, share, cases))
    return Found(value, 0.7 / float(np.sqrt(max(some.sum(), 1))), int(some.sum()))


def men_among_offenders(world: World) -> Found:
    """Share of men among those cautioned or convicted under 18."""
    lived = Lived(world, "offences")
    young = (lived.rows["start"] - lived.people["birth"][lived.who]) < 18 * YEAR
    some = lived.per_person(young) > 0
    return share_of(lived.people["gender"] == 0, some, lived.weight)


def to_custody(groups: Sequence[int], gender: int | None = None, low: float = 18, high: float = 200) -> Measure:
    """Share of those sentenced since 2012 for some groups of offences who are given custody."""

    def measure(world: World) -> Found:
        lived = Lived(world, "offences")
        rows = lived.rows
        age = (rows["start"] - lived.people["birth"][lived.who]) / YEAR
        sentenced = (rows["disposed"] >= day(dt.date(2012, 4, 1))) & ~np.isin(
            rows["disposal"], [CAUTIONED, NO_SENTENCE]
        )
        sentenced &= np.isin(rows["group"], [group - 1 for group in groups]) & (age >= low) & (age < high)
        if gender is not None:
            sentenced &= lived.people["gender"][lived.who] == gender
        jailed = sentenced & (rows["disposal"] == CUSTODY)
        return ratio(lived.per_person(jailed), lived.per_person(sentenced), lived.weight)

    return measure


def sentence_months(world: World) -> Found:
    """Mean length of custody since 2012, months."""
    lived = Lived(world, "offences")
    rows = lived.rows
    jailed = (rows["disposal"] == CUSTODY) & (rows["disposed"] >= day(dt.date(2012, 4, 1)))
    return ratio(lived.per_person(jailed, rows["days"] / 30.44), lived.per_person(jailed), lived.weight)


def reoffended(world: World) -> Found:
    """Share of those first dealt with in 2013-2017 who offend again within a year."""
    lived = Lived(world, "offences")
    rows = lived.rows
    since, until = day(dt.date(2013, 1, 1)), day(dt.date(2018, 1, 1))
    inside = (rows["disposed"] >= since) & (rows["disposed"] < until) & (rows["adjudication"] != ACQUITTED)
    first = np.full(len(lived.weight), 10**9)
    np.minimum.at(first, lived.who[inside], rows["disposed"][inside])
    after = rows["start"] - first[lived.who]
    again = lived.per_person((after > 0) & (after <= 365)) > 0
    return share_of(again, first < 10**9, lived.weight)
