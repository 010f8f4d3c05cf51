"""How far estimates miss in worlds without any effect, by kind of confounding: straight from the lives.

No register, no linkage, no effect: whatever an estimate says is its error. Each family's events are laid on
half-years from the day it was found, as exact as can be, so that what is left is the confounding alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tf_linkage.bodies.council import Roster, roster
from tf_linkage.bodies.lived import Columns, columns
from tf_linkage.bodies.selection import family_events
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.population import Settings, simulate
from tf_linkage.population.people.households import NEVER

Floats = NDArray[np.float64]

COUNCILS = ("E09000012", "E08000003", "E06000010", "E08000032", "E10000016")
HALF_YEAR = 182.625
FIRST, LAST = -6, 3


@dataclass(frozen=True)
class Families:
    """What an analyst sees: programme or not, flags and council, events by half-year, -6 to 3, who joins when."""

    programme: NDArray[np.bool_]
    flags: Floats
    events: Floats
    joins: Floats

    def until_joining(self, first: int, last: int) -> tuple[Floats, Floats]:
        """Events of those half-years, and half-years followed, up to the one in which a waiting family joins."""
        waits = np.arange(first, last + 1) < np.floor(self.joins)[:, None]
        return (self.events[:, first - FIRST : last - FIRST + 1] * waits).sum(axis=1), waits.sum(axis=1).astype(
            float
        )

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
    return Families(entries["group"] == 0, np.column_stack([flags, councils, members]), table, joins)


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


def estimates(found: Families) -> dict[str, Estimate]:
    """The estimates an analyst might make of the months 7 to 24, and a placebo held out of its model."""
    late, year, before = found.between(1, 3), (-2, -1), (-4, -3)
    until = found.until_joining(1, 3)

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
    }
    return {
        name: Estimate(value, float(np.sqrt((part**2).sum()) / len(part))) for name, (value, part) in told.items()
    }
