"""Measures of social care and births, and across domains. From the true lives, weighed to the population."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from tf_linkage.bodies.calibration.lived_rows import (
    ACQUITTED,
    CUSTODY,
    YEAR,
    Flags,
    Lived,
    Measure,
    arrays_of,
    share_of,
)
from tf_linkage.bodies.calibration.measures import Found, World, ratio
from tf_linkage.bodies.lived import Columns
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, WORK
from tf_linkage.population.people.care import EPISODES
from tf_linkage.population.settings import day


def on_31_march(episode: str, year: int) -> Measure:
    """Children under 18 with an episode on 31 March, for each ten thousand."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "care"), day(dt.date(year, 3, 31))
        rows = lived.rows
        on = (rows["episode"] == EPISODES.index(episode)) & (rows["start"] <= when) & (rows["end"] > when)
        found = share_of(lived.per_person(on) > 0, lived.alive(when, 0, 18), lived.weight)
        return Found(1e4 * found.value, 1e4 * found.error, found.observations)

    return measure


def in_need_for_less_than(days: int, year: int) -> Measure:
    """Share of children in need on 31 March whose episode had lasted less than so many days."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "care"), day(dt.date(year, 3, 31))
        rows = lived.rows
        on = (rows["episode"] == EPISODES.index("CIN")) & (rows["start"] <= when) & (rows["end"] > when)
        new = on & (when - rows["start"] < days)
        return ratio(lived.per_person(new), lived.per_person(on), lived.weight)

    return measure


def births(later: int, earlier: int) -> Measure:
    """Births here in one year for each birth in another."""

    def measure(world: World) -> Found:
        people = arrays_of(world, "people")
        weight = people["weight"].astype(float)
        born = [
            (people["birth"] >= day(dt.date(year, 1, 1))) & (people["birth"] < day(dt.date(year + 1, 1, 1)))
            for year in (later, earlier)
        ]
        here = ~people["abroad"].astype(bool)
        counts = [(hit & here).astype(float) for hit in born]
        some = counts[0] + counts[1] > 0
        return ratio(counts[0][some], counts[1][some], weight[some])

    return measure


def ever_among_offenders(table: str, where: Callable[[Columns], Flags], *, offended: bool) -> Measure:
    """Share who ever met with something in the window, of those of 16 to 20 with a case under 18, or without."""

    def measure(world: World) -> Found:
        crime, lived = Lived(world, "offences"), Lived(world, table)
        extract = day(world.settings.extract)
        young = (crime.rows["start"] - crime.people["birth"][crime.who]) < 18 * YEAR
        has = crime.per_person(young & (crime.rows["adjudication"] != ACQUITTED)) > 0
        ever = lived.per_person(where(lived.rows)) > 0
        return share_of(ever, lived.alive(extract, 16, 21) & (has == offended), lived.weight)

    return measure


def claimed_after_release(world: World) -> Found:
    """Share of those released from custody in 2013-2018 with an out-of-work claim two months later."""
    crime, lived = Lived(world, "offences"), Lived(world, "work")
    rows = crime.rows
    release = rows["disposed"] + np.maximum(rows["days"] // 2, 1)
    freed = (
        (rows["disposal"] == CUSTODY) & (release >= day(dt.date(2013, 1, 1))) & (release < day(dt.date(2019, 1, 1)))
    )
    when = np.full(len(crime.weight), -1)
    when[crime.who[freed]] = release[freed] + 60
    work = lived.rows
    then = when[lived.who]
    claim = (work["kind"] != WORK) & ~np.isin(
        work["kind"], [BENEFITS.index(name) for name in ("RP", "DLA", "PIP", "UAB")]
    )
    on = claim & (then > 0) & (work["start"] <= then) & (work["end"] > then)
    return share_of(lived.per_person(on) > 0, when > 0, lived.weight)
