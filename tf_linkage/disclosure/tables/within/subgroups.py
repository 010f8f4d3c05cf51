"""Ratios within councils and among families with each problem: which may leave, and how finely.

Only the pooled ratio of a group leaves, in which every group of its kind has a part, and never its own. It leaves
under the rules of ratios in `differences`: ten families with it on each side, rounded by about what five of them
make. Councils make up the whole, so that those withheld must together have ten families with it on each side, or
one more is withheld. And where fewer than ten of all families with it lie outside a group, its ratio would be next
to that of all, and the few told by what lies between. Recall of a group is rounded down to what five of its people
make by whom it is known, and not told where a fifth would be finer than that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import COUNCIL, MEASURES, METHODS
from tf_linkage.contracts.outputs.published import MINIMUM_COUNT, ROUNDING, WITHHELD, Subgroups
from tf_linkage.disclosure.suppression.rules import few
from tf_linkage.disclosure.tables.allowed import LINKAGE_STEP, RECALL_STEPS
from tf_linkage.disclosure.tables.differences import SIDES, decision, fewest_with, near, round_to_ten
from tf_linkage.disclosure.tables.intervals import EXACT, on_grid, rounded_ratio
from tf_linkage.disclosure.tables.rows import Row, real, whole

TABLE = "subgroups"
KEY = ["outcome", "kind", "group"]
RATIO, WEIGHTED = MEASURES[1], METHODS[1]
SPREAD_STEP = 0.05
"""To what the spread of a kind is rounded, upwards."""

FIGURES = ("pooled", "pooled_low", "pooled_high")
RECALLS = tuple(f"recall_{side}" for side in SIDES)
STEPS = RECALL_STEPS[:-1]
"""To what recall of a group is rounded: of too few people for the last of them it is not told."""

Key = tuple[str, str, str]
Sides = tuple[int, int]
"""Families with it on the programme, and in the comparison."""


def subgroups(
    estimates: Mapping[str, pl.DataFrame], held: Set[str] = frozenset()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The ratios within groups that may leave, and the decision on each.

    Args:
        estimates: the tables of `contracts.outputs.estimates`.
        held: cells, in the words of the decisions, that stand too near an earlier release.

    Returns:
        `contracts.outputs.published.Subgroups`, and rows of `contracts.outputs.release.Decisions`.
    """
    table = estimates[TABLE].with_columns(pl.selectors.enum().cast(pl.String)).sort(KEY)
    told = [*table.with_columns(estimate=pl.col("pooled")).iter_rows(named=True)]
    everybody = _everybody(estimates["differences"])
    rules = {_key(row): _rule(row, everybody.get(str(row["outcome"]))) or near(held, KEY, row) for row in told}
    for outcome in dict.fromkeys(str(row["outcome"]) for row in told):
        councils = [row for row in told if row["outcome"] == outcome and row["kind"] == COUNCIL]
        for row in _to_protect(councils, rules):
            rules[_key(row)] = "protects another"
    rows = [
        {name: row[name] for name in KEY} | (_figures(row) if rules[_key(row)] is None else {"note": WITHHELD})
        for row in told
    ]
    decisions = [decision(TABLE, KEY, row, rules[_key(row)]) for row in told]
    return of_rows(Subgroups, rows).sort(KEY), pl.DataFrame(decisions, infer_schema_length=None)


def _key(row: Row) -> Key:
    return str(row["outcome"]), str(row["kind"]), str(row["group"])


def _everybody(differences: pl.DataFrame) -> dict[str, Sides]:
    """Families with each outcome behind the ratio of all."""
    of_all = differences.with_columns(pl.selectors.enum().cast(pl.String)).filter(
        pl.col("measure") == RATIO, pl.col("method") == WEIGHTED, pl.col("unit") == "family"
    )
    return {str(row["outcome"]): _having(row) for row in of_all.iter_rows(named=True)}


def _having(row: Row) -> Sides:
    on, off = (whole(row[f"{side}_families_with"]) for side in SIDES)
    return on, off


def _rule(row: Row, everybody: Sides | None) -> str | None:
    """The rule under which a group's ratio is withheld by itself, if any."""
    if any(few(whole(row[f"{side}_people"]), whole(row[f"{side}_families_with"])) for side in SIDES):
        return "few"
    if row["pooled"] is None or real(row["effective_families"]) - 1 < MINIMUM_COUNT:
        return "degrees of freedom"
    if everybody is None or any(
        of_all - mine < MINIMUM_COUNT for of_all, mine in zip(everybody, _having(row), strict=True)
    ):
        return "nearly all"
    return None


def _to_protect(councils: Sequence[Row], rules: Mapping[Key, str | None]) -> list[Row]:
    """Councils to withhold besides, so that those withheld together are no few."""
    shown = [row for row in councils if rules[_key(row)] is None]
    shown.sort(key=lambda row: (fewest_with(row), _key(row)))
    withheld = [row for row in councils if rules[_key(row)] is not None]
    more: list[Row] = []
    while shown and withheld and _are_few(withheld):
        more.append(shown.pop(0))
        withheld.append(more[-1])
    return more


def _are_few(rows: Sequence[Row]) -> bool:
    """Whether fewer than ten families with it lie in several groups together, on either side."""
    return any(sum(side) < MINIMUM_COUNT for side in zip(*map(_having, rows), strict=True))


def _figures(row: Row) -> dict[str, object]:
    estimate, low, high = (real(row[name]) for name in FIGURES)
    return {
        **_linkage(row),
        **rounded_ratio(estimate, low, high, fewest_with(row)),
        "spread": on_grid(SPREAD_STEP, math.ceil(real(row["spread"]) / SPREAD_STEP - EXACT)),
        "effective_families": round_to_ten(real(row["effective_families"])),
    }


def _linkage(row: Row) -> dict[str, float]:
    """Recall of both sides and linkage's part; nothing where linkage is not allowed for."""
    if row["linkage_share"] is None:
        return {}
    share = on_grid(LINKAGE_STEP, math.ceil(real(row["linkage_share"]) / LINKAGE_STEP - EXACT))
    told = {"linkage_share": share}
    grid = next((step for step in STEPS if step * whole(row["recall_people"]) >= ROUNDING), None)
    if grid is not None:
        for name in RECALLS:
            told[name] = on_grid(grid, math.floor(real(row[name]) / grid + EXACT))
        told["recall_rounded_to"] = grid
    return told
