"""Measures of absence, exclusion and attainment. From the true lives, weighed to the population."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tf_linkage.bodies.calibration.lived_rows import (
    YEAR,
    Flags,
    Lived,
    Measure,
)
from tf_linkage.bodies.calibration.measures import Found, World, ratio
from tf_linkage.bodies.lived import Columns
from tf_linkage.population.settings import day


def absence(  # noqa: PLR0917 (one argument for each cut of the published table)
    year: int,
    low: int = 1,
    high: int = 11,
    fsm: bool | None = None,
    sen: int | None = None,
    term: int | None = None,
) -> Measure:
    """Sessions missed of sessions possible, per cent, by academic year and curriculum years."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        rows, of = lived.rows, _pupils(lived, year, low, high)
        of &= True if fsm is None else (lived.rows["fsm"] > 0) == fsm
        of &= True if sen is None else lived.rows["sen"] == sen
        terms = (1, 2, 3) if term is None else (term,)
        missed = np.sum([rows[f"authorised_{number}"] + rows[f"unauthorised_{number}"] for number in terms], axis=0)
        possible = np.sum([rows[f"sessions_{number}"] for number in terms], axis=0)
        return lived.ratio_of_rows(100.0 * missed, possible, of)

    return measure


def unauthorised(year: int) -> Measure:
    """Sessions missed without leave of sessions possible, per cent."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        rows, of = lived.rows, _pupils(lived, year, 1, 11)
        missed = np.sum([rows[f"unauthorised_{number}"] for number in (1, 2, 3)], axis=0)
        possible = np.sum([rows[f"sessions_{number}"] for number in (1, 2, 3)], axis=0)
        return lived.ratio_of_rows(100.0 * missed, possible, of)

    return measure


def persistently_absent(year: int, low: int = 1, high: int = 11, fsm: bool | None = None) -> Measure:
    """Share of pupils who miss a tenth of their sessions."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        rows, of = lived.rows, _pupils(lived, year, low, high)
        of &= True if fsm is None else (lived.rows["fsm"] > 0) == fsm
        missed = np.sum(
            [rows[f"authorised_{number}"] + rows[f"unauthorised_{number}"] for number in (1, 2, 3)], axis=0
        )
        possible = np.sum([rows[f"sessions_{number}"] for number in (1, 2, 3)], axis=0)
        hit = (missed >= 0.1 * possible) & (possible > 0)
        return lived.ratio_of_rows(hit, np.ones(len(hit)), of)

    return measure


def sessions(year: int, curriculum: int) -> Measure:
    """Sessions possible in a year, of pupils in a curriculum year."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        of = _pupils(lived, year, curriculum, curriculum)
        possible = np.sum([lived.rows[f"sessions_{number}"] for number in (1, 2, 3)], axis=0)
        return lived.ratio_of_rows(possible, np.ones(len(possible)), of)

    return measure


def _pupils(lived: Lived, year: int, low: int, high: int) -> Flags:
    rows = lived.rows
    return np.asarray((rows["year"] == year) & (rows["curriculum"] >= low) & (rows["curriculum"] <= high))


AT_SCHOOL = 0.925
"""Share of children at a state-funded school: one in thirteen is in an independent one or taught at home."""

SUSPENDED_AGAIN = 4.0
"""Variance of suspensions in a year for each of their mean. Of suspended pupils 59.6% have one, 18.5% two, 8.8%
three, 4.9% four, 2.9% five, and 2.03 on average (`Exclusions 2016/17`, of 2015/16). So the rest have about nine
each, which makes 3.75, and somewhat more for their being spread."""


def suspensions(year: int, gender: int | None = None, age: int | None = None) -> Measure:
    """Suspensions for each hundred pupils of 5 to 15, or of one age, in an academic year."""

    def measure(world: World) -> Found:
        lived, first = Lived(world, "exclusions"), day(dt.date(year, 9, 1))
        rows, low, high = lived.rows, *((5, 16) if age is None else (age, age + 1))
        inside = (rows["start"] >= first) & (rows["start"] < first + 365) & (rows["category"] == 1)
        then = (rows["start"] - lived.people["birth"][lived.who]) / YEAR
        inside &= (then >= low) & (then < high)
        of = lived.alive(first + 182, low, high, gender)
        counts = lived.per_person(inside) * 100.0
        found = ratio(counts[of], np.full(int(of.sum()), AT_SCHOOL), weight := lived.weight[of], lived.family[of])
        pupils = AT_SCHOOL * weight.sum() ** 2 / max((weight**2).sum(), 1.0)
        return replace(found, spread=100.0 * SUSPENDED_AGAIN / max(pupils, 1.0))

    return measure


def one_day_suspensions(world: World) -> Found:
    """Share of suspensions that last a day."""
    lived = Lived(world, "exclusions")
    fixed = lived.rows["category"] == 1
    return ratio(lived.per_person(fixed & (lived.rows["sessions"] == 2)), lived.per_person(fixed), lived.weight)


def attained(
    stage: int, measure: int, below: float, group: Callable[[Columns], Flags], other: Callable[[Columns], Flags]
) -> Measure:
    """Points by which one group is ahead of another in the share above a cut of the ability scale."""

    def compute(world: World) -> Found:
        lived = Lived(world, "results")
        rows = lived.rows
        sat = (rows["stage"] == stage) & (rows["measure"] == measure)
        shares = []
        for which in (group, other):
            of = sat & which(lived.people)[lived.who]
            shares.append(lived.ratio_of_rows(rows["score"] > below, np.ones(len(of)), of))
        error = float(np.hypot(shares[0].error, shares[1].error))
        return Found(100 * (shares[0].value - shares[1].value), 100 * error, min(s.observations for s in shares))

    return compute


def girls(people: Columns) -> Flags:
    """Women and girls."""
    return np.asarray(people["gender"] == 1)


def boys(people: Columns) -> Flags:
    """Men and boys."""
    return np.asarray(people["gender"] == 0)


def born_in(*months: int) -> Callable[[Columns], Flags]:
    """Born in some months."""

    def which(people: Columns) -> Flags:
        month = people["birth"].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
        return np.asarray(np.isin(month, months))

    return which
