"""What was planned: how often chance alone would do as much, corrected for looking at several results.

Computed from intervals as they are published, so that nothing is told that they do not tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from tf_linkage.contracts.outputs.estimates import METHODS, ROLES
from tf_linkage.disclosure.tables.rows import Row
from tf_linkage.intervals import Z

WEIGHTED, DIFFERENCED, RANGE = METHODS[1], METHODS[3], METHODS[4]
EXPLORATORY = ROLES[-1]
PLACE = ("outcome", "unit", "window", "measure")
RATIO = "ratio of yearly rates"

FIGURES = 4
"""Decimals of a p-value."""


def with_chance(rows: Sequence[Row]) -> list[Row]:
    """Published rows with `p_value` and `p_holm` on the primary ones that are shown.

    A primary result that is withheld was looked for too: it counts as one that shows nothing.

    Args:
        rows: of `contracts.outputs.published.Differences`, every method.
    """
    found = {(*(row[name] for name in PLACE), row["method"]): row for row in rows}
    planned = [key for key, row in found.items() if row["role"] != EXPLORATORY]
    values = [chance_of(found, key) for key in planned]
    corrected = holm([1.0 if value is None else value for value in values])
    told = {
        key: {"p_value": round(value, FIGURES), "p_holm": round(after, FIGURES)}
        for key, value, after in zip(planned, values, corrected, strict=True)
        if value is not None
    }
    return [{**row, **told.get(key, {})} for key, row in found.items()]


def chance_of(found: Mapping[tuple[object, ...], Row], key: tuple[object, ...]) -> float | None:
    """The p-value of a published row; None where it is withheld.

    That no effect is there under either of two assumptions is ruled out only where it is under both and on one
    side: the larger of both p-values (an intersection-union test), and 1 where they lie on two sides.
    """
    row = found[key]
    if row.get("low") is None:
        return None
    if key[-1] != RANGE:
        return _from_ends(row)[0]
    both = [found.get((*key[:-1], method), {}) for method in (WEIGHTED, DIFFERENCED)]
    if any(one.get("low") is None for one in both):
        return 1.0
    (first, side), (second, other) = (_from_ends(one) for one in both)
    return max(first, second) if side == other else 1.0


def p_of_interval(low: float, high: float) -> tuple[float, int]:
    """The p-value of no effect, 0, that goes with a 95% interval of a normal estimate, and the side it lies on.

    >>> p_of_interval(-1.0, 1.0)[0], round(p_of_interval(0.0, 2.0)[0], 3)
    (1.0, 0.05)
    """
    middle, half = (low + high) / 2, (high - low) / 2
    if half <= 0:
        return (0.0 if middle else 1.0), (middle > 0) - (middle < 0)
    return math.erfc(abs(middle) / half * Z / math.sqrt(2)), (middle > 0) - (middle < 0)


def holm(values: Iterable[float]) -> list[float]:
    """P-values corrected for so many tests after Holm (1979), in the order given.

    The least is multiplied by how many there are, the next by one fewer, and so on; none is lower than one before
    it, nor above 1. Below .05, at most one study in twenty shows anything where nothing is.

    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    given = list(values)
    corrected, highest = [0.0] * len(given), 0.0
    for before, at in enumerate(sorted(range(len(given)), key=given.__getitem__)):
        highest = max(highest, min(1.0, (len(given) - before) * given[at]))
        corrected[at] = highest
    return corrected


def _from_ends(row: Row) -> tuple[float, int]:
    low, high = float(str(row["low"])), float(str(row["high"]))
    return p_of_interval(math.log(low), math.log(high)) if row["measure"] == RATIO else p_of_interval(low, high)
