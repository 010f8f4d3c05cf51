"""The attacker: everything that can be worked out from what is shown, by linear programming.

The attacker knows every number that is shown to within its rounding, how numbers add up, that none is negative, the
least that may be shown, and that counts are whole. The interval found for a withheld number is exact for anyone who
knows just that. Solved by HiGHS, which begins each question from the answer to the one before: only what is asked
for differs, so that most take a few steps. Intervals, and which sensitive numbers are left too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csr_array

from tf_linkage.disclosure.suppression.linked_counts import Key, System
from tf_linkage.errors import TfLinkageError

Interval = tuple[float, float]

FARTHEST = 10.0
"""No number is looked for beyond so many times the largest there is: an interval that wide is open."""

SMALL = 1e-6
"""Below this a difference is the solver's."""


MOST_KEPT = 10_000_000
"""Numbers of worlds that are remembered of one part: 80 MB."""


class AttackFailed(TfLinkageError):
    """The solver gave no answer, so nothing is proved."""


class _Silent(highspy.Highs):  # type: ignore[misc]
    """A solver that prints nothing, not even its name, and calls nobody back."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS calls it so, when it is made
        self.setOptionValue("output_flag", False)


@dataclass(frozen=True)
class Known:
    """The constraints of an attack, as the solver wants them."""

    keys: list[Key]
    at: dict[Key, int]
    equal: csr_array
    low: np.ndarray
    high: np.ndarray
    farthest: float

    @classmethod
    def of(cls, system: System, shown: Set[Key]) -> Known:
        """What is known of a system when these of its numbers are shown."""
        keys = list(system.quantities)
        at = {key: i for i, key in enumerate(keys)}
        rows, columns, signs = [], [], []
        for row, relation in enumerate(system.relations):
            for key, sign in (*((k, 1.0) for k in relation.left), *((k, -1.0) for k in relation.right)):
                rows.append(row)
                columns.append(at[key])
                signs.append(sign)
        equal = csr_array((signs, (rows, columns)), shape=(len(system.relations), len(keys)))
        farthest = FARTHEST * max(1.0, *(quantity.value for quantity in system.quantities.values()))
        # A number that is never shown is known not to be smaller than its least; others may be, where withheld.
        low = np.array([0.0 if number.grid else number.least for number in system.quantities.values()])
        high = np.full(len(keys), farthest)
        for key in shown:
            low[at[key]], high[at[key]] = system.quantities[key].bounds
        return cls(keys, at, equal, low, high, farthest)

    def world(self, objective: np.ndarray) -> np.ndarray:
        """A world that fits all that is known and has the least of the objective.

        Raises:
            AttackFailed: there is none, or the solver gave up.
        """
        solver, columns = self._solver, np.arange(len(self.keys), dtype=np.int32)
        solver.changeColsCost(len(columns), columns, objective)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            solver.clearSolver()  # once more from the beginning: the last answer may be a bad place to start from
            solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise AttackFailed(
                "the attack on a release could not be carried out, so the release is not proved safe; this is a "
                "fault of the program: report it with the size of the study"
            )
        return np.array(solver.getSolution().col_value)

    @cached_property
    def _solver(self) -> Any:
        """All that is known, as the solver holds it; what is asked for changes from question to question."""
        rows, columns = self.equal.shape
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = columns, rows
        programme.col_cost_, programme.col_lower_, programme.col_upper_ = np.zeros(columns), self.low, self.high
        programme.row_lower_ = programme.row_upper_ = np.zeros(rows)
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.start_, programme.a_matrix_.index_ = self.equal.indptr, self.equal.indices
        programme.a_matrix_.value_ = self.equal.data
        solver = _Silent()  # type: ignore[no-untyped-call]
        solver.setOptionValue("threads", 1)  # the same steps whatever the machine
        solver.setOptionValue("solver", "simplex")
        solver.passModel(programme)
        return solver

    def hide(self, keys: Iterable[Key]) -> None:
        """Of numbers that were shown nothing is known any more but how they add up."""
        places = np.array(sorted(self.at[key] for key in keys), dtype=np.int32)
        self.low[places], self.high[places] = 0.0, self.farthest
        self._solver.changeColsBounds(len(places), places, self.low[places], self.high[places])

    def interval(self, key: Key) -> Interval:
        """What can be worked out about a number."""
        low, high = (float(self.end(key, way)[self.at[key]]) for way in (1.0, -1.0))
        return low, high

    def end(self, key: Key, direction: float) -> np.ndarray:
        """The world in which one number is least (direction 1) or most (-1)."""
        objective = np.zeros(len(self.keys))
        objective[self.at[key]] = direction
        return self.world(objective)


def intervals(system: System, shown: Set[Key], sought: Iterable[Key]) -> dict[Key, Interval]:
    """What an attacker can work out about each number sought: the interval in which it must lie.

    Args:
        system: the numbers and how they add up.
        shown: names of those that are shown.
        sought: names of those to work out.
    """
    wanted = set(sought)
    found: dict[Key, Interval] = {}
    for part in system.components():
        here = [key for key in part.quantities if key in wanted]
        if not here:
            continue
        known = Known.of(part, shown & part.quantities.keys())
        for key in here:
            low, high = known.interval(key)
            found[key] = _whole(low, high) if part.quantities[key].whole else (low, high)
    return found


class Worlds:
    """Worlds that attacks on one system found, for the next attack on it.

    Whether more of its numbers are shown or fewer only rules some of them out. Relations have to stay the same.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[Key, int], list[np.ndarray]] = {}
        self.narrow: set[Key] = set()

    def keep(self, known: Known, world: np.ndarray) -> None:
        """Remembers a world, and forgets the oldest where there are too many."""
        found = self._found.setdefault(_name(known), [])
        found.append(world)
        del found[: max(0, len(found) - MOST_KEPT // len(known.keys))]

    def fitting(self, known: Known) -> list[np.ndarray]:
        """Those that fit what is known now."""
        low, high = known.low - SMALL, known.high + SMALL
        return [world for world in self._found.get(_name(known), ()) if ((low <= world) & (world <= high)).all()]


def _name(known: Known) -> tuple[Key, int]:
    """What tells one part of a system from another."""
    return known.keys[0], len(known.keys)


def exposed(
    system: System, shown: Set[Key], worlds: Worlds | None = None, but: Set[Key] = frozenset()
) -> dict[Key, Interval]:
    """Sensitive numbers about which less stays open than has to, with what an attacker can work out.

    A number is safe as soon as two worlds are known that fit everything shown and are far enough apart in it; a
    world found for one number serves for all others too, so that few programmes need be solved.

    Args:
        system: the numbers and how they add up.
        shown: names of those that are shown.
        worlds: what earlier attacks on the same system found, to which this one adds.
        but: names of numbers that are not attacked.
    """
    return dict(_exposed(system, shown, worlds or Worlds(), but, frozenset()))


def anything_exposed(system: System, shown: Set[Key], worlds: Worlds, but: Set[Key] = frozenset()) -> bool:
    """Whether `exposed` finds any: ends with the first. What was narrow before is attacked first."""
    return next(_exposed(system, shown, worlds, but, worlds.narrow), None) is not None


def _exposed(
    system: System, shown: Set[Key], worlds: Worlds, but: Set[Key], at_first: Set[Key]
) -> Iterator[tuple[Key, Interval]]:
    for part in system.components():
        sensitive = sorted((key for key in part.sensitive() if key not in but), key=lambda key: key not in at_first)
        if sensitive:
            yield from _exposed_in(part, shown & part.quantities.keys(), sensitive, worlds)


def _exposed_in(
    part: System, shown: Set[Key], sensitive: list[Key], worlds: Worlds
) -> Iterator[tuple[Key, Interval]]:
    known = Known.of(part, shown)
    truth = np.array([quantity.value for quantity in part.quantities.values()], dtype=float)
    # What can be worked out is at least as wide as what has been seen.
    least, most = truth.copy(), truth.copy()

    def seen(world: np.ndarray) -> None:
        np.minimum(least, world, out=least)
        np.maximum(most, world, out=most)

    def is_open(key: Key) -> bool:
        return leaves_open(part, key, (float(least[known.at[key]]), float(most[known.at[key]])))

    def found(world: np.ndarray) -> None:
        seen(world)
        worlds.keep(known, world)

    for world in worlds.fitting(known):
        seen(world)
    everything = np.zeros(len(known.keys))
    everything[[known.at[key] for key in sensitive]] = 1.0
    for way in (-1.0, 1.0):
        if not all(is_open(key) for key in sensitive):
            found(known.world(way * everything))
    for key in sensitive:
        for way in (-1.0, 1.0):
            if not is_open(key):
                found(known.end(key, way))
        if not is_open(key):
            worlds.narrow.add(key)
            yield key, _whole(float(least[known.at[key]]), float(most[known.at[key]]))


def leaves_open(system: System, key: Key, interval: Interval) -> bool:
    """Whether an interval leaves as much open about a number as has to stay open."""
    quantity = system.quantities[key]
    if quantity.need is None:
        return True
    low, high = _whole(*interval) if quantity.whole else interval
    return high - low >= quantity.need.width - SMALL and high >= quantity.need.reach - SMALL


def _whole(low: float, high: float) -> Interval:
    """The whole numbers of an interval."""
    return math.ceil(low - SMALL), math.floor(high + SMALL)
