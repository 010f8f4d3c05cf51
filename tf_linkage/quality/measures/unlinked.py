"""How far linked people differ from unlinked ones: signed, with an interval, and one test of all groups at once.

Only people who are in the register are compared: who is absent is rightly unlinked, and says nothing of linkage.
Where the truth is known they are those present, and those rightly found are held against those missed; otherwise
they are those whom a council's flag puts there, and the linked are held against the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.intervals import Z, summed_by
from tf_linkage.quality.measures.figures import FIGURES

Floats = NDArray[np.float64]

PERMUTATIONS = 1_000
SEED = 2015


def differences_of(people: pl.DataFrame, by: str) -> pl.DataFrame:
    """How far the linked differ from the unlinked in being of each group, in standard deviations.

    The difference of the two shares over the root of the mean of their variances (Austin 2009), above 0 where the
    linked are more often of the group. Its interval takes families as clusters and the variance that holds if
    neither differs, so that a group of whom nobody is unlinked has one too.

    Args:
        people: who is in the register: person_id, family_id, linked, and the column `by`.
        by: the groups; a person may be of several.

    Returns:
        Columns level, measure, numerator (none), denominator (the fewest people behind it), value, low, high.
    """
    wide = people.explode(by) if people.schema[by].is_nested() else people
    marked = wide.select("person_id", "family_id", "linked", level=pl.col(by).cast(pl.String)).drop_nulls()
    rows = []
    everybody = marked.unique("person_id", maintain_order=True)
    linked = everybody["linked"].to_numpy().astype(float)
    sides = (linked.sum(), len(linked) - linked.sum())
    for (level,), of in marked.group_by(["level"], maintain_order=True):
        inside = everybody["person_id"].is_in(of["person_id"].implode()).to_numpy().astype(float)
        rows.append({"level": str(level)} | _difference(inside, linked, sides, everybody["family_id"]))
    return pl.DataFrame(rows, schema=FIGURES).sort("level")


def _difference(inside: Floats, linked: Floats, sides: tuple[float, float], family: pl.Series) -> dict[str, object]:
    fewest = min(*sides, inside.sum())
    figure: dict[str, object] = {"measure": "standardised_difference", "denominator": int(fewest)}
    if not min(sides):
        return figure
    contrast = linked / sides[0] - (1 - linked) / sides[1]
    shares = [float((inside * side).sum() / n) for side, n in ((linked, sides[0]), (1 - linked, sides[1]))]
    spread = float(np.sqrt(sum(share * (1 - share) for share in shares) / 2))
    if spread == 0:
        return figure
    gap = float((contrast * inside).sum())
    error = float(np.sqrt((summed_by(family, (inside - inside.mean()) * contrast) ** 2).sum()))
    value, half = gap / spread, Z * error / spread
    return figure | {"value": value, "low": value - half, "high": value + half}


def chance_of_all(
    people: pl.DataFrame, breakdowns: Sequence[str], *, permutations: int = PERMUTATIONS
) -> pl.DataFrame:
    """How often groups would differ as much as the one that differs most, were linked and unlinked alike.

    Who is linked is exchanged between families of as many people, a family's members staying together; the largest
    standardised difference of all groups is compared (Westfall and Young 1993).

    Args:
        people: as for `differences_of`, with a column for each breakdown.
        breakdowns: columns of single values.
        permutations: how often.

    Returns:
        One row of figures: measure `alike_chance`, level `all`; empty where nobody is linked or unlinked.
    """
    ordered = people.sort("family_id", "person_id")
    inside = np.column_stack(
        [
            (ordered[by].cast(pl.String) == level).fill_null(value=False).to_numpy().astype(float)
            for by in breakdowns
            for level in ordered[by].cast(pl.String).drop_nulls().unique().sort()
        ]
        or [np.zeros(ordered.height)]
    )
    linked = ordered["linked"].to_numpy().astype(float)
    n_1, n_0 = linked.sum(), len(linked) - linked.sum()
    if not min(n_1, n_0):
        return pl.DataFrame(schema=FIGURES)
    shares = inside.mean(axis=0)
    kept = np.minimum(shares, 1 - shares) * len(linked) >= min(n_1, n_0) * 0.05
    centred = (inside - shares)[:, kept] / np.sqrt(shares * (1 - shares))[kept]

    def largest(labels: Floats) -> float:
        return float(np.abs((labels / n_1 - (1 - labels) / n_0) @ centred).max(initial=0.0))

    seen, rng = largest(linked), np.random.default_rng(SEED)
    swaps = _blocks(ordered["family_id"])
    more = sum(largest(linked[_exchanged(swaps, len(linked), rng)]) >= seen - 1e-12 for _ in range(permutations))
    chance = (more + 1) / (permutations + 1)
    row = {"level": "all", "measure": "alike_chance", "denominator": int(min(n_1, n_0)), "value": chance}
    return pl.DataFrame([row], schema=FIGURES)


def _blocks(family: pl.Series) -> list[NDArray[np.int64]]:
    """Of families of each size, the places of their people: families by members."""
    starts = np.flatnonzero((family != family.shift(1)).fill_null(value=True).to_numpy())
    sizes = np.diff(np.append(starts, len(family)))
    return [starts[sizes == size][:, None] + np.arange(size) for size in np.unique(sizes)]


def _exchanged(blocks: list[NDArray[np.int64]], people: int, rng: np.random.Generator) -> NDArray[np.int64]:
    order = np.arange(people)
    for block in blocks:
        order[block] = block[rng.permutation(len(block))]
    return order
