"""Measures of benefits, employment and pay. From the true lives, weighed to the population."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from tf_linkage.bodies.calibration.lived_rows import (
    Lived,
    Measure,
    share_of,
)
from tf_linkage.bodies.calibration.measures import Found, World, ratio
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, WORK
from tf_linkage.population.settings import day


def stock(names: Sequence[str], year: int, month: int) -> Measure:
    """Share of residents of 16 to 64 with a benefit on the first of a month."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, month, 1))
        rows = lived.rows
        on = (rows["start"] <= when) & (rows["end"] > when)
        on &= np.isin(rows["kind"], [BENEFITS.index(name) for name in names])
        return share_of(lived.per_person(on) > 0, lived.alive(when, 16, 65), lived.weight)

    return measure


def of_stock(names: Sequence[str], of: Sequence[str], year: int, month: int) -> Measure:
    """People on some benefits for each person on others, of 16 to 64."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, month, 1))
        rows, here = lived.rows, lived.alive(when, 16, 65)
        on = (rows["start"] <= when) & (rows["end"] > when)
        counts = [
            (lived.per_person(on & np.isin(rows["kind"], [BENEFITS.index(name) for name in group])) > 0)[here]
            for group in (names, of)
        ]
        return ratio(counts[0].astype(float), counts[1].astype(float), lived.weight[here])

    return measure


def in_work(
    year: int, low: float, high: float, gender: int | None = None, on: Sequence[str] | None = None
) -> Measure:
    """Share in a job on 1 October: of an age and sex, or of those on some benefits."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, 10, 1))
        rows = lived.rows
        now = (rows["start"] <= when) & (rows["end"] > when)
        job = lived.per_person(now & (rows["kind"] == WORK)) > 0
        of = lived.alive(when, low, high, gender)
        if on is not None:
            of &= lived.per_person(now & np.isin(rows["kind"], [BENEFITS.index(name) for name in on])) > 0
        return share_of(job, of, lived.weight)

    return measure


def lone_parents_in_work(world: World) -> Found:
    """Share of lone parents of 16 to 64 in a job in October 2014."""
    lived, when = Lived(world, "work"), day(dt.date(2014, 10, 1))
    rows = lived.rows
    job = lived.per_person((rows["start"] <= when) & (rows["end"] > when) & (rows["kind"] == WORK)) > 0
    lone = (lived.people["kind"] == 4) & (lived.people["place"] == 0)
    return share_of(job, lone & lived.alive(when, 16, 65), lived.weight)


def ended_within(names: Sequence[str], days: int, first: int, last: int) -> Measure:
    """Share of claims begun in some years that ended within so many days."""

    def measure(world: World) -> Found:
        lived = Lived(world, "work")
        rows = lived.rows
        begun = np.isin(rows["kind"], [BENEFITS.index(name) for name in names])
        begun &= (rows["start"] >= day(dt.date(first, 4, 6))) & (rows["start"] < day(dt.date(last, 4, 6)))
        short = begun & (rows["end"] - rows["start"] < days)
        return ratio(lived.per_person(short), lived.per_person(begun), lived.weight)

    return measure


def pay(year: int, low: float, high: float, gender: int | None = None) -> Measure:
    """Median pay of jobs held on 1 April, thousands of pounds a year."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, 4, 1))
        rows = lived.rows
        now = (rows["start"] <= when) & (rows["end"] > when) & (rows["kind"] == WORK)
        now &= lived.alive(when, low, high, gender)[lived.who]
        amounts, weight = rows["amount"][now] / 1_000, lived.weight[lived.who[now]]
        if not len(amounts):
            return Found(float("nan"), 0.0, 0)
        order = np.argsort(amounts)
        at = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
        effective = weight.sum() ** 2 / (weight**2).sum()
        return Found(float(amounts[order][at]), float(1.25 * amounts.std() / np.sqrt(effective)), len(amounts))

    return measure
