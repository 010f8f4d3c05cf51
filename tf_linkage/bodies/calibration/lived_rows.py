"""One table of the true lives with the people it is about, as measures look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tf_linkage.bodies.calibration.measures import Found, World, ratio
from tf_linkage.bodies.lived import Columns, columns, position
from tf_linkage.population.lives.offending import DISPOSALS

Measure = Callable[[World], Found]
YEAR = 365.25
CUSTODY, CAUTIONED, NO_SENTENCE = (DISPOSALS.index(name) for name in ("CUSTODY", "CAUTION", "NONE"))
ACQUITTED = 2

Flags = NDArray[np.bool_]


class Lived:
    """The people and one table of their lives as arrays, with where each row's person stands."""

    def __init__(self, world: World, table: str) -> None:
        self.people = arrays_of(world, "people")
        self.rows = arrays_of(world, table)
        self.who = position(self.people, self.rows["person"])
        self.weight = self.people["weight"].astype(float)
        self.family = self.people["family"]

    def per_person(self, where: Flags, value: NDArray[Any] | float = 1.0) -> NDArray[np.float64]:
        """The sum of a value over each person's rows."""
        values = np.broadcast_to(np.asarray(value, dtype=float), where.shape)[where]
        summed = np.bincount(self.who[where], weights=values, minlength=len(self.weight))
        return np.asarray(summed, dtype=np.float64)

    def ratio_of_rows(self, top: NDArray[Any], bottom: NDArray[Any], of: Flags) -> Found:
        """A ratio of sums over some of the rows, each with its person's weight; a family's rows go together."""
        who = self.who[of]
        return ratio(top[of].astype(float), bottom[of].astype(float), self.weight[who], self.family[who])

    def alive(self, when: int, low: float = 0, high: float = 200, gender: int | None = None) -> Flags:
        """Who is resident and of an age on a day."""
        p, age = self.people, (when - self.people["birth"]) / YEAR
        here = (p["death"] > when) & (p["emigrated"] > when) & (p["arrived"] <= when) & (age >= low) & (age < high)
        return here if gender is None else here & (p["gender"] == gender)


def arrays_of(world: World, table: str) -> Columns:
    """A table of the population as arrays, made once for each world."""
    kept = world.__dict__.setdefault("_arrays", {})
    if table not in kept:
        kept[table] = columns(world.population[table])
    found: Columns = kept[table]
    return found


def share_of(hit: Flags, of: Flags, weight: NDArray[np.float64]) -> Found:
    """The weighted share of some people who are hit."""
    at = np.flatnonzero(of)
    found = ratio(hit[at].astype(float), np.ones(len(at)), weight[at])
    if not len(at):
        return found
    # Of few hits the error cannot be told from them: two are added to the hits and four to the people.
    effective = float(weight[at].sum() ** 2 / (weight[at] ** 2).sum())
    near = (found.value * effective + 2) / (effective + 4)
    return Found(found.value, max(found.error, float(np.sqrt(near * (1 - near) / effective))), found.observations)
