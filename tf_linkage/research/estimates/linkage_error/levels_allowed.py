"""Levels of both groups that allow for missed and false links, and the figures of a difference between them.

What somebody is missing is missed with the chance 1 - recall of their group of people: what is found counts
1 / recall, less what false links are expected to add. Levels are sums over people, so that this is right for shares
of people and for costs as it is for events (`corrected`); for whole families see `anybody`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS
from tf_linkage.intervals import Z, gap_of_difference, gap_where_missing
from tf_linkage.research.estimates.influence import Levels, standard_error
from tf_linkage.research.estimates.linkage_error.recall import COMPARISON, FLAG_ERROR, PROGRAMME, Recall

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

CORRECTED, BOUNDS = LINKAGE_METHODS

JOINTLY = (0.0125, 0.9875)
"""Quantiles of each group's draws between which both lie together in 95 of 100 (Bonferroni)."""

MISSED = (0.5, 2.0)
"""Of an outcome that is known of those found alone: how often it may come in those missed, of how often in those
found. Nothing measures it; the bounds allow for half to twice."""


@dataclass(frozen=True)
class Part:
    """What was found in one register, row by row, as arrays of one length.

    Attributes:
        recall: of the register.
        place: each row's family, by its place in `Groups.families`.
        weight: how much the family counts.
        cell: the group of people in `Recall`.
        found: people with it, events or pounds.
        strangers: what the records of strangers would show if every link of the row were false.
        people: to whom it could happen.
        links: how many of the row are linked.
    """

    recall: Recall
    place: Places
    weight: Floats
    cell: Places
    found: Floats
    strangers: Floats
    people: Floats
    links: Floats

    @property
    def false(self) -> Floats:
        """Of each row's links, the share that is false."""
        return self.recall.wrong[self.recall.arm[self.cell]]

    @property
    def recalled(self) -> Floats:
        """Of what each row's people have, the share that right links find."""
        return self.recall.found[self.cell] * (1 - self.false)

    @property
    def each(self) -> Floats:
        """What each row would have shown without errors of linkage."""
        return (self.found - self.false * self.strangers) / self.recalled

    def by_cell(self, values: Floats) -> Floats:
        """Weighted sums over each cell."""
        sums = np.bincount(self.cell, weights=self.weight * values, minlength=len(self.recall.arm))
        return sums.astype(np.float64)

    def drawn(self) -> Floats:
        """Weighted sums of `each` with recall and precision drawn: draws by comparison and programme."""
        recall = self.recall
        found, strangers = self.by_cell(self.found), self.by_cell(self.strangers)
        sums = np.zeros((len(recall.found_drawn), 2))
        for which in (COMPARISON, PROGRAMME):
            mine, false = recall.arm == which, recall.wrong_drawn[:, which, None]
            each = (found[mine] - false * strangers[mine]) / recall.found_drawn[:, mine]
            sums[:, which] = each.sum(axis=1) / (1 - false[:, 0])
        return sums

    def drawn_behind(self) -> Floats:
        """Weighted numbers of people for whom those found stand, drawn likewise."""
        people = self.by_cell(self.people) / self.recall.found_drawn
        return np.column_stack(
            [people[:, self.recall.arm == which].sum(axis=1) for which in (COMPARISON, PROGRAMME)]
        )


@dataclass(frozen=True)
class Allowed:
    """Levels that allow for linkage, and what is known of them.

    Attributes:
        levels: as estimated.
        drawn: the same with recall and precision drawn: draws by comparison and programme.
        recall: in comparison and programme, the share found of what there is.
        known: people by whom recall is known, in the group with fewer of them.
        of_found: whether only those found were measured.
    """

    levels: Levels
    drawn: Floats
    recall: tuple[float, float]
    known: int
    of_found: bool = False


def figures_of(allowed: Allowed) -> dict[str, dict[str, float]]:
    """The difference and its bounds by method; none where a correction leaves nothing on one side."""
    found = allowed.levels
    if min(found.programme, found.comparison) <= 0 or not np.isfinite(allowed.drawn).all():
        return {}
    gap, influence = found.difference
    sampling = standard_error(influence)
    linkage = float(np.std(allowed.drawn[:, PROGRAMME] - allowed.drawn[:, COMPARISON], ddof=1))
    error = float(np.hypot(sampling, linkage))
    both = {
        "programme": found.programme, "comparison": found.comparison, "estimate": gap,
        "recall_programme": min(1.0, allowed.recall[PROGRAMME]),
        "recall_comparison": min(1.0, allowed.recall[COMPARISON]),
        "recall_people": allowed.known,
    }  # fmt: skip
    low, high = gap - Z * error, gap + Z * error
    levels = (found.comparison, found.programme)
    recall = (both["recall_comparison"], both["recall_programme"])
    more = gap_where_missing(low, high, levels, recall) if allowed.of_found else gap_of_difference(
        low, high, levels, recall
    )  # fmt: skip
    (least, most) = _ends(allowed)
    return {
        CORRECTED: both
        | {"low": low, "high": high, "standard_error": error, "linkage_share": linkage**2 / error**2}
        | {"recall_gap": more},
        BOUNDS: both
        | {
            "low": float(least[PROGRAMME] - most[COMPARISON]) - Z * sampling,
            "high": float(most[PROGRAMME] - least[COMPARISON]) + Z * sampling,
        },
    }


def _ends(allowed: Allowed) -> tuple[Floats, Floats]:
    """The least and the most that each group's level may be.

    Where people not found have nothing, flags that are wrong make recall too low and the level too high. Where only
    those found were measured, those missed may be unlike them.
    """
    at = np.array([allowed.levels.comparison, allowed.levels.programme])
    low, high = (np.quantile(allowed.drawn, quantile, axis=0) for quantile in JOINTLY)
    least, most = np.minimum(low, at), np.maximum(high, at)
    if not allowed.of_found:
        return least * (1 - FLAG_ERROR), most
    found = np.array(allowed.recall)
    fewer, more = MISSED
    twice = np.minimum(more * most, np.maximum(most, 1.0))
    return least * (found + (1 - found) * fewer), found * most + (1 - found) * twice


def rows_of(
    bare: dict[str, object], figures: dict[str, dict[str, float]], methods: Sequence[str] = LINKAGE_METHODS
) -> list[dict[str, object]]:
    """The rows of both methods next to a weighted one, without figures where there are none."""
    kept = {name: value for name, value in bare.items() if name not in FIGURES}
    return [kept | {"method": method} | figures.get(method, {}) for method in methods]


FIGURES = ("programme", "comparison", "estimate", "low", "high", "standard_error")
