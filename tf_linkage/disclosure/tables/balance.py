"""How alike the groups were before the start: which standardised differences may leave, and how finely.

The rules for these. Without weights a difference is made from counts that are released anyway, and tells nothing
more than they do; where they are not released, there is none. With weights, which are known to nobody outside, it
leaves under the rules of `differences`: ten families on each side that have it and ten that have not, no withheld
count behind it, rounded to about what five families make. Councils are made alike too, and stand in no published
figure: their rows stay inside.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, COUNCIL, OUTCOMES
from tf_linkage.contracts.outputs.published import MINIMUM_COUNT, REGIONAL_WINDOWS, ROUNDING, WITHHELD, Balance
from tf_linkage.disclosure.suppression.linked_counts import Key, System
from tf_linkage.disclosure.tables import characteristics, outcomes
from tf_linkage.disclosure.tables.counts import having, number
from tf_linkage.disclosure.tables.differences import near
from tf_linkage.disclosure.tables.intervals import grid_of
from tf_linkage.disclosure.tables.rows import Row, real

TABLE = "balance"
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""To what a weighted difference is rounded: the first step that is no finer than what five families make."""

SIDES = ("programme", "comparison")
BEFORE = REGIONAL_WINDOWS[0]
NUMBERS = ("children", "members")
"""Covariates that are no yes or no."""

Pair = tuple[Key, Key]
"""Names of a count and of that which it is a share of."""


def balance(
    estimates: Mapping[str, pl.DataFrame], system: System, shown: Set[Key], held: Set[str] = frozenset()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The standardised differences that may leave, and the decision on each.

    Args:
        estimates: the tables of `contracts.outputs.estimates`.
        system: everything that could be published of them.
        shown: names of the counts that are shown.
        held: cells, in the words of the decisions, that stand too near an earlier release.

    Returns:
        `contracts.outputs.published.Balance`, and rows of `contracts.outputs.release.Decisions`.
    """
    overlap = estimates["overlap"].with_columns(pl.col("study_group").cast(pl.String))
    totals = overlap.group_by("study_group").agg(pl.col("families", "people").sum()).sort("study_group")
    sizes = dict(totals.select("study_group", "families").iter_rows())
    smaller = min(sizes.get(side, 0) for side in SIDES)
    rows, decisions = [], []
    leaving = estimates[TABLE].filter(~pl.col("covariate").str.starts_with(f"{COUNCIL} "))
    for row in leaving.sort("covariate").iter_rows(named=True):
        pairs = [_counts(row["covariate"], side) for side in SIDES]
        rule = _rule(row, pairs, system, shown, sizes) or near(held, ["covariate"], row)
        step = grid_of(ROUNDING / max(1, smaller) / real(row["spread"]), STEPS)
        after = {"after": _on(step, real(row["difference_after"])), "rounded_to": step}
        released = {"covariate": row["covariate"], "before": _before(pairs, system, shown)}
        rows.append(released | (after if rule is None else {"note": WITHHELD}))
        decisions.append(
            {
                "table": TABLE,
                "figure": "after",
                "cell": row["covariate"],
                "value": row["difference_after"],
                # Anyone who leaves either side changes it.
                "people": totals.get_column("people").sum(),
                "families": totals.get_column("families").sum(),
                "shown": rule is None,
                "rule": rule,
            }
        )
    made = of_rows(Balance, rows)
    return made, pl.DataFrame(decisions)


def _rule(row: Row, pairs: list[Pair], system: System, shown: Set[Key], sizes: Mapping[str, int]) -> str | None:
    """The rule under which a weighted difference is withheld, if any."""
    if any(sizes.get(side, 0) - 1 < MINIMUM_COUNT for side in SIDES):
        return "degrees of freedom"
    if row["covariate"] not in NUMBERS:
        having = {side: round(real(row[side]) * sizes[side]) for side in SIDES}
        if any(having[side] < MINIMUM_COUNT for side in SIDES):
            return "few"
        if any(sizes[side] - having[side] < MINIMUM_COUNT for side in SIDES):
            return "nearly all"
    counted = [key for pair in pairs for key in pair if key in system.quantities]
    return None if all(key in shown for key in counted) else "protects another"


def _counts(covariate: str, side: str) -> Pair:
    """Names of the counts that tell how often a group has a covariate; of some there are none by these names."""
    for outcome in OUTCOMES:
        if covariate == f"{outcome.replace('_', ' ')}, {BEFORE}":
            cell = ("family", outcome, side, BEFORE, ALL_REGIONS)
            return outcomes.having(cell), outcomes.number(cell)
    if covariate.startswith("region "):
        everywhere = ("family", next(iter(outcomes.POPULATIONS)), side, BEFORE, ALL_REGIONS)
        return outcomes.number((*everywhere[:4], covariate.removeprefix("region "))), outcomes.number(everywhere)
    table = characteristics.CHARACTERISTICS
    return having(table, covariate, side), number(table, covariate, side)


def _before(pairs: list[Pair], system: System, shown: Set[Key]) -> float | None:
    """The standardised difference from released counts, as they are released."""
    shares = list(_shares(pairs, system, shown))
    if len(shares) < len(SIDES):
        return None
    on, off = shares
    spread = math.sqrt((on * (1 - on) + off * (1 - off)) / 2)
    return _on(STEPS[0], (on - off) / spread) if spread else None


def _shares(pairs: list[Pair], system: System, shown: Set[Key]) -> Iterator[float]:
    for some, all_of in pairs:
        if some in shown and all_of in shown:
            yield min(1.0, system.quantities[some].shown / system.quantities[all_of].shown)


def _on(step: float, value: float) -> float:
    return round(round(value / step) * step, 6) + 0.0
