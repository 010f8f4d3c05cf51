"""Agreement patterns: the levels of all comparisons of a pair packed into one integer.

Packing, unpacking, and the SQL that computes the integer in one pass over a pair's columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tf_linkage.linkage.model.comparisons import MISSING, Comparison, Role, place_of
from tf_linkage.linkage.model.conditions import Cuts, Measure, Names, Side, measured

Levels = NDArray[np.int64]
"""One row for each pattern, one column for each comparison; the code of the level, or `MISSING`."""


class SideBySide:
    """Names where both records of a pair stand in one row, with what has been measured once."""

    def value(self, side: Side, column: str) -> str:
        """`l_forename`, `r_forename`."""
        return f"{side}_{column}"

    def measure(self, measure: Measure) -> str:
        """The column that holds it. Edits are asked of few pairs, and counted where they are asked."""
        return measure.sql(self, 0.0) if measure.kind == "edits" else measure.name


class OfTables:
    """Names where a pair is joined from the tables `l` and `r`."""

    def value(self, side: Side, column: str) -> str:
        """`l.forename`, `r.forename`."""
        return f"{side}.{column}"

    def measure(self, measure: Measure) -> str:
        """Computed on the spot."""
        return measure.sql(self, 0.0)


def pattern_sql(comparisons: Sequence[Comparison], cuts: Cuts) -> str:
    """The pattern of a pair that stands side by side with its measures."""
    terms = [
        f"cast({_level_sql(comparison, cuts)} as bigint) * {step}"
        for comparison, step in zip(comparisons, _steps(comparisons), strict=True)
    ]
    return f"cast({' + '.join(terms)} as bigint)"


def measures_sql(comparisons: Sequence[Comparison], cuts: Cuts, names: Names | None = None) -> str:
    """Select list of the measures of a pair, of rows of `l` and `r` unless named otherwise, each computed once."""
    names = names or OfTables()
    conditions = [condition for comparison in comparisons for condition in comparison.conditions]
    return "".join(
        f", {measure.sql(names, least)} as {measure.name}"
        for measure, least in measured(conditions, cuts).items()
        if measure.kind != "edits"
    )


def unpack(patterns: NDArray[np.int64], comparisons: Sequence[Comparison]) -> Levels:
    """The levels of each comparison from packed patterns."""
    # Column by column in memory, since that is how they are read.
    levels = np.empty((len(patterns), len(comparisons)), dtype=np.int64, order="F")
    for place, (comparison, step) in enumerate(zip(comparisons, _steps(comparisons), strict=True)):
        levels[:, place] = patterns // step % (len(comparison.levels) + 1) + MISSING
    return levels


def contradicted(levels: Levels, comparisons: Sequence[Comparison]) -> NDArray[np.bool_]:
    """Whether a pattern holds a level that keeps two people apart."""
    found = np.zeros(len(levels), dtype=bool)
    for place, comparison in enumerate(comparisons):
        against = comparison.codes(lambda level: level.contradicts)
        found |= np.isin(levels[:, place], against)
    return found


def guarded(levels: Levels, comparisons: Sequence[Comparison]) -> NDArray[np.bool_]:
    """Whether the guard applies: different forenames or dates of birth, and no NINO that agrees."""
    found = np.zeros(len(levels), dtype=bool)
    for role in (Role.FORENAME, Role.BORN):
        if (place := place_of(comparisons, role)) is not None:
            found |= levels[:, place] == comparisons[place].different
    if (place := place_of(comparisons, Role.NUMBER)) is not None:
        found &= levels[:, place] != comparisons[place].full
    return found


def _steps(comparisons: Sequence[Comparison]) -> list[int]:
    steps = [1]
    for comparison in comparisons[:-1]:
        steps.append(steps[-1] * (len(comparison.levels) + 1))
    return steps


def _level_sql(comparison: Comparison, cuts: Cuts) -> str:
    """The level's code plus one, so that unknown is zero."""
    names = SideBySide()
    whens = [
        f"when {level.when.sql(names, cuts)} then {code + 1}"
        for code, level in enumerate(comparison.levels)
        if level.when is not None
    ]
    speaks = comparison.speaks.sql(names, cuts)
    return f"(case when not ({speaks}) then 0 {' '.join(whens)} else {len(comparison.levels)} end)"
