"""How far estimates miss in worlds without any effect, by kind of confounding: straight from the lives.

No register, no linkage, no effect: whatever an estimate says is its error. Each family's events are laid on
half-years from the day it was found, as exact as can be, so that what is left is the confounding alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.council import Roster, roster
from tf_linkage.bodies.lived import Columns, columns
from tf_linkage.bodies.selection import family_events
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.population import Settings, simulate
from tf_linkage.population.people.households import NEVER
from tf_linkage.research.estimates.estimators.doubly import doubly_robust
from tf_linkage.research.estimates.estimators.joining import Followed, fitted_staying, levels_of_staying
from tf_linkage.research.estimates.estimators.matching import matched
from tf_linkage.research.estimates.influence import Groups, Levels, levels
from tf_linkage.research.estimates.weighting import grouped

Floats = NDArray[np.float64]

COUNCILS = ("E09000012", "E08000003", "E06000010", "E08000032", "E10000016")
HALF_YEAR = 182.625
FIRST, LAST = -6, 3


@dataclass(frozen=True)
class Families:
    """What an analyst sees: programme or not, flags and council, events by half-year, -6 to 3, who joins when.

    `before_joining` are those of the events that happen before a waiting family joins.
    """

    programme: NDArray[np.bool_]
    flags: Floats
    events: Floats
    before_joining: Floats
    joins: Floats

    def followed(self, first: int, last: int) -> tuple[Floats, Floats]:
        """Events until joining and what is followed of each of those half-years: families by half-years."""
        waits = np.clip(self.joins[:, None] - np.arange(first, last + 1), 0, 1)
        return self.before_joining[:, first - FIRST : last - FIRST + 1], waits

    def until_joining(self, first: int, last: int) -> tuple[Floats, Floats]:
        """Events of those half-years until a waiting family joins, and half-years followed."""
        events, waits = self.followed(first, last)
        return events.sum(axis=1), waits.sum(axis=1)

    def between(self, first: int, last: int) -> Floats:
        """Events of the half-years from first to last."""
        return self.events[:, first - FIRST : last - FIRST + 1].sum(axis=1)


def families(confounding: str, seed: int, size: int = 4_000, strength: float = 0.4) -> Families:
    """The families of a world, with their events before the programme does anything."""
    settings = Settings(
        seed=seed, families=size, population=size * 20, councils=COUNCILS,
        confounding=confounding, confounding_strength=strength,
    )  # fmt: skip
    population = simulate(settings)
    people = columns(population["people"])
    events = {name: columns(population[name]) for name in ("offences", "exclusions", "care", "work")}
    return seen(roster(population, settings, people), people, events)


def seen(found: Roster, people: Columns, events: dict[str, Columns]) -> Families:
    """What an analyst sees of a roster."""
    first = found.families["copy"] == 0
    entries = {name: values[first] for name, values in found.families.items()}
    number = np.full(len(first), -1)
    number[first] = np.arange(first.sum())
    at = number[found.members["at"]]
    size = len(entries["family"])
    flags = np.zeros((size, len(PROBLEMS)))
    members = np.bincount(at[at >= 0], minlength=size)
    for column, name in enumerate(PROBLEMS):
        flags[at[(at >= 0) & (found.members[name] > 0)], column] = 1
    slots = np.unique(entries["slot"])[1:]
    councils = (entries["slot"][:, None] == slots).astype(float)
    where, when = family_events(people, events, entries["family"])
    half = np.floor((when - entries["identified"][where]) / HALF_YEAR).astype(int)
    inside = (half >= FIRST) & (half <= LAST)
    table = np.zeros((size, LAST - FIRST + 1))
    np.add.at(table, (where[inside], half[inside] - FIRST), 1)
    joins = (entries["start"] - entries["identified"]) / HALF_YEAR
    joins = np.where((entries["group"] == 1) & (entries["start"] < NEVER), joins, np.inf)
    until = np.zeros_like(table)
    inside &= (when - entries["identified"][where]) / HALF_YEAR < joins[where]
    np.add.at(until, (where[inside], half[inside] - FIRST), 1)
    return Families(entries["group"] == 0, np.column_stack([flags, councils, members]), table, until, joins)


def log_ratio(
    y: Floats, programme: NDArray[np.bool_], x: Floats | None = None, n: Floats | None = None
) -> tuple[float, Floats]:
    """Log ratio of rates y / n, programme against the rest, and each family's part of it (influence, mean zero).

    With covariates the rest is weighted to the programme by the odds of a logistic model, and what estimating that
    model adds is in the influence.
    """
    t = programme.astype(float)
    n = np.ones(len(t)) if n is None else n
    if x is None:
        w, design, e = np.ones(len(t)), np.ones((len(t), 1)), np.full(len(t), t.mean())
    else:
        spread = x.std(axis=0)
        x = x[:, spread > 0]
        design = np.column_stack([np.ones(len(t)), (x - x.mean(axis=0)) / x.std(axis=0)])
        e = propensity(design, t)
        w = e / (1 - e)
    mean_1 = y[programme].sum() / n[programme].sum()
    weight = (1 - t) * w
    followed = (weight * n).mean()
    mean_0 = (weight * y).mean() / followed
    resid = weight * (y - n * mean_0)
    part = t * (y - n * mean_1) / ((t * n).mean() * mean_1) - resid / (followed * mean_0)
    if x is not None:
        information = (design * (e * (1 - e))[:, None]).T @ design / len(t)
        slope = (resid[:, None] * design).mean(axis=0)
        part -= (design * (t - e)[:, None]) @ np.linalg.solve(information, slope) / (followed * mean_0)
    return float(np.log(mean_1 / mean_0)), part


def propensity(design: Floats, t: Floats) -> Floats:
    """Fitted chances of a logistic regression, by Newton's steps."""
    beta = np.zeros(design.shape[1])
    for _ in range(25):
        e = 1 / (1 + np.exp(-design @ beta))
        step = np.linalg.solve((design * (e * (1 - e))[:, None]).T @ design, design.T @ (t - e))
        beta += step
        if np.abs(step).max() < 1e-10:
            break
    return np.asarray(1 / (1 + np.exp(-design @ beta)))


@dataclass(frozen=True)
class Estimate:
    """A log ratio whose true value is 0, and its standard error."""

    value: float
    error: float

    @property
    def rejects(self) -> bool:
        """Whether a 95% interval leaves out the truth."""
        return abs(self.value) > 1.96 * self.error


@dataclass(frozen=True)
class Range:
    """From the lower end of two intervals to the upper."""

    value: float
    of: tuple[Estimate, Estimate]

    @property
    def rejects(self) -> bool:
        """Whether it leaves out the truth."""
        low, high = (
            end([one.value + way * 1.96 * one.error for one in self.of]) for end, way in ((min, -1), (max, 1))
        )
        return not low <= 0 <= high


def estimates(found: Families) -> dict[str, Estimate | Range]:
    """The estimates an analyst might make of the months 7 to 24, and a placebo held out of its model.

    An estimator that gives no figure is left out.
    """
    late, year, before = found.between(1, 3), (-2, -1), (-4, -3)
    until = found.until_joining(1, 3)
    groups = grouped_on(found)
    neighbours = matched(groups)
    years, everybody = np.ones(len(late)), np.arange(len(late))
    robust = doubly_robust(groups, everybody, late, years)
    assert neighbours is not None
    kept = neighbours.families["family_id"].cast(pl.Int64).to_numpy()

    def covariates(last: int) -> Floats:
        past = [found.between(low, low + 1) for low in range(FIRST, last, 2)]
        return np.column_stack([found.flags, *past])

    def differenced(base: tuple[int, int]) -> tuple[float, Floats]:
        x = covariates(base[0] - 1)
        (after, g), (then, h) = log_ratio(late, found.programme, x), log_ratio(
            found.between(*base), found.programme, x
        )  # fmt: skip
        return after - then, g - h

    told = {
        "unadjusted": log_ratio(late, found.programme),
        "weighted": log_ratio(late, found.programme, covariates(-1)),
        "weighted, until joining": log_ratio(until[0], found.programme, covariates(-1), until[1]),
        "difference in differences, year before": differenced(year),
        "difference in differences, second year before": differenced(before),
        "placebo held out": log_ratio(found.between(*year), found.programme, covariates(-3)),
        # In some worlds the model of the outcome has no solution: then the study gives no figure either.
        **({} if robust is None else {"doubly robust": robust.log_ratio}),
        "nearest neighbour": levels(neighbours, np.arange(len(kept)), late[kept], years[kept]).log_ratio,
        "weighted for joining": for_joining(found, groups).log_ratio,
    }
    by_name = {
        name: Estimate(value, float(np.sqrt((part**2).sum()) / len(part))) for name, (value, part) in told.items()
    }
    two = (by_name["weighted"], by_name["difference in differences, second year before"])
    return by_name | {"range over two assumptions": Range(two[0].value, two)}


def grouped_on(found: Families) -> Groups:
    """The groups made alike by the study's own code, on the covariates of the weighted estimate."""
    past = {f"past {low}": found.between(low, low + 1) for low in range(FIRST, -1, 2)}
    flags = {f"flag {number}": of for number, of in enumerate(found.flags.T)}
    group = np.where(found.programme, "programme", "comparison")
    ids = [f"{i:06}" for i in range(len(group))]
    return grouped(pl.DataFrame({"family_id": ids, "study_group": group, **flags, **past}))


def for_joining(found: Families, groups: Groups) -> Levels:
    """Levels of the months 7 to 24 until joining, waiting families weighted for those who joined."""
    assert groups.design is not None
    half_years = np.arange(LAST + 1)
    waiting, joins = ~found.programme, found.joins[:, None]
    waits = waiting[:, None] & (joins >= half_years)
    joined = waits & (joins < half_years + 1)
    known = np.repeat(groups.design[:, None, :], len(half_years), axis=1)
    when = np.repeat(np.eye(len(half_years))[None, :, 1:], len(known), axis=0)
    bad = found.events[:, -1 - FIRST : LAST - FIRST] > 0
    x = np.concatenate([known, when, bad[:, :, None]], axis=2)
    into = float((joins - half_years)[joined].mean()) if joined.any() else 0.0
    told = fitted_staying(x, waits, joined, waiting, into)
    events, followed = found.followed(1, LAST)
    place, half_year = np.nonzero(followed)
    if told is None:
        return levels(groups, np.arange(len(events)), events.sum(axis=1), followed.sum(axis=1))
    rows = Followed(place, half_year + 1, events[place, half_year], followed[place, half_year])
    return levels_of_staying(groups, told, rows)
