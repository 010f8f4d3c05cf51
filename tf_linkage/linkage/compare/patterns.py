"""Agreement patterns: the levels of all comparisons of a pair packed into one integer.

Packing, unpacking, and the SQL that computes the integer in one pass over a pair's columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tf_linkage.linkage.model.comparisons import MISSING, Comparison

Levels = NDArray[np.int64]
"""One row for each pattern, one column for each comparison; the code of the level, or `MISSING`."""


def pattern_sql(comparisons: Sequence[Comparison]) -> str:
    """The pattern of a pair whose similarities have been computed under their names."""
    terms = [
        f"{_level_sql(comparison)} * {step}"
        for comparison, step in zip(comparisons, _steps(comparisons), strict=True)
    ]
    return f"cast({' + '.join(terms)} as bigint)"


def similarity_sql(comparisons: Sequence[Comparison]) -> str:
    """Select list of the similarities, each computed once."""
    return "".join(f", {sql} as {name}" for comparison in comparisons for name, sql in comparison.similarities)


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
        against = [code for code, level in enumerate(comparison.levels) if level.contradicts]
        found |= np.isin(levels[:, place], against)
    return found


def guarded(levels: Levels, comparisons: Sequence[Comparison]) -> NDArray[np.bool_]:
    """Whether the guard applies: different forenames or dates of birth, and no NINO that agrees."""
    names = [comparison.name for comparison in comparisons]
    found = np.zeros(len(levels), dtype=bool)
    for name in ("forename", "date of birth"):
        if name in names:
            place = names.index(name)
            found |= levels[:, place] == len(comparisons[place].levels) - 1
    if "NINO" in names:
        found &= levels[:, names.index("NINO")] != 0
    return found


def _steps(comparisons: Sequence[Comparison]) -> list[int]:
    steps = [1]
    for comparison in comparisons[:-1]:
        steps.append(steps[-1] * (len(comparison.levels) + 1))
    return steps


def _level_sql(comparison: Comparison) -> str:
    """The level's code plus one, so that unknown is zero."""
    whens = [f"when {level.sql} then {code + 1}" for code, level in enumerate(comparison.levels) if level.sql]
    return f"(case when not ({comparison.known}) then 0 {' '.join(whens)} else {len(comparison.levels)} end)"
