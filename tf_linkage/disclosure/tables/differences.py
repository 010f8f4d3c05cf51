"""The programme against the comparison: which estimates may leave, and how finely.

The rules for estimates, which are no counts and do not add up.

Only weighted comparisons leave: the weights are known to nobody outside, so that no count follows from them. What
is not weighted can be read from the published counts, and would give these away if it stood next to them unrounded.
What allows for linkage is made of the rounded weighted figure (`allowed`): rounded for itself, it would be a second
look at one number. Other estimators of the same ratio stay inside for that reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import (
    ALL_REGIONS,
    COST_THEMES,
    LEAVING,
    LINKAGE_METHODS,
    MEASURES,
    METHODS,
    SUSTAINED,
)
from tf_linkage.contracts.outputs.published import (
    MINIMUM_COUNT,
    NUMBER_ROUNDING,
    PRICES,
    ROUNDING,
    WITHHELD,
    Differences,
)
from tf_linkage.contracts.outputs.release import NEAR
from tf_linkage.disclosure.suppression.linked_counts import Key
from tf_linkage.disclosure.suppression.rules import dominated, few
from tf_linkage.disclosure.tables.allowed import FIGURES, PublicLevels, allowed_for, public_levels
from tf_linkage.disclosure.tables.intervals import EXACT, e_values, grid_of, on_grid, rounded_ratio
from tf_linkage.disclosure.tables.outcomes import having
from tf_linkage.disclosure.tables.primary import with_chance
from tf_linkage.disclosure.tables.rows import Row, real, whole

TABLE = "differences"
SHARE, RATIO, POUNDS = MEASURES
WEIGHTED = METHODS[1]
SIDES = ("programme", "comparison")

STEPS: Mapping[str, tuple[float, ...]] = {
    SHARE: (0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
    POUNDS: (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
}
"""To what a difference is rounded: the first step that is no finer than what five families make. Ratios are rounded
by a part of themselves (`intervals.RATIO_STEPS`)."""

KNOWN_TO_ALL = tuple(theme for theme, prices in PRICES.items() if prices == "published average")
THEMES_THAT_VARY = tuple(theme for theme in COST_THEMES if theme not in KNOWN_TO_ALL)
"""Themes whose costs differ from family to family. Of the others there is nothing to compare."""

MADE_OF_WEIGHTED = (METHODS[4], *LINKAGE_METHODS)
"""Methods whose figures are made of the weighted ones: what holds these back holds them back."""

KEY = ["outcome", "unit", "window", "measure", "method"]


def differences(
    estimates: Mapping[str, pl.DataFrame], shown: Set[Key], held: Set[str] = frozenset()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The estimates that may leave, and the decision on each.

    Args:
        estimates: the tables of `contracts.outputs.estimates`; of money where there is any.
        shown: names of the counts that are shown. A difference in share of which one side's count is withheld is
            withheld too; of outcomes that last no count leaves.
        held: cells, in the words of the decisions, that stand too near an earlier release.

    Returns:
        `contracts.outputs.published.Differences`, and rows of `contracts.outputs.release.Decisions`.
    """
    money = _sums(estimates.get("money"))
    plain = estimates[TABLE].with_columns(pl.selectors.enum().cast(pl.String)).sort(KEY)
    weighted = {_place(row): row for row in plain.filter(pl.col("method") == WEIGHTED).iter_rows(named=True)}
    rows, decisions = [], []
    public = public_levels(estimates, shown)
    released = pl.col("method").is_in(list(LEAVING)) & ~pl.col("outcome").is_in(list(KNOWN_TO_ALL))
    for row in plain.filter(released).iter_rows(named=True):
        rule = _rule(row, shown, money) or near(held, KEY, row)
        if row["method"] in MADE_OF_WEIGHTED:
            rule = rule or near(held, KEY, {**row, "method": WEIGHTED})
        key = {name: row[name] for name in (*KEY, "role")}
        at = weighted.get(_place(row))
        figures = _figures(row, at, public) if rule is None else {"note": WITHHELD}
        rows.append(key | figures)
        decisions.append(decision(TABLE, KEY, row, rule))
    return of_rows(Differences, with_chance(rows)).sort(KEY), pl.DataFrame(decisions, infer_schema_length=None)


def cell_of(key: Sequence[str], row: Row) -> str:
    """A row of a published table in the words of the decisions: what stands in its key."""
    return ", ".join(str(row[name]) for name in key)


def near(held: Set[str], key: Sequence[str], row: Row) -> str | None:
    """The rule of figures near an earlier release, where a row is one of them."""
    return NEAR if cell_of(key, row) in held else None


def decision(table: str, key: Sequence[str], row: Row, rule: str | None) -> dict[str, object]:
    """The decision on an estimate of both groups.

    Args:
        table: the published table.
        key: its key.
        row: the estimate, with the people and families of each side.
        rule: under which it is withheld; None where it is shown.

    Returns:
        A row of `contracts.outputs.release.Decisions`.
    """
    return {
        "table": table,
        "figure": "estimate",
        "cell": cell_of(key, row),
        "value": row["estimate"],
        # Anyone who leaves either side changes it; each side by itself stands among the counts.
        "people": sum(whole(row[f"{side}_people"]) for side in SIDES),
        "families": sum(whole(row[f"{side}_families"]) for side in SIDES),
        "shown": rule is None,
        "rule": rule,
    }


def _rule(row: Row, shown: Set[Key], money: Mapping[tuple[str, str, str], bool]) -> str | None:
    """The rule under which an estimate is withheld, if any."""
    for side in SIDES:
        families, families_with = whole(row[f"{side}_families"]), whole(row[f"{side}_families_with"])
        if few(whole(row[f"{side}_people"]), families_with):
            return "few"
        if row["measure"] == SHARE and families - families_with < MINIMUM_COUNT:
            return "nearly all"
    if row["estimate"] is None or real(row["effective_families"]) - 1 < MINIMUM_COUNT:
        return "degrees of freedom"
    if row["measure"] == POUNDS:
        return _rule_of_money(row, money)
    if row["measure"] == SHARE and row["outcome"] not in SUSTAINED:
        cells = [
            having((str(row["unit"]), str(row["outcome"]), side, str(row["window"]), ALL_REGIONS)) for side in SIDES
        ]
        return None if all(cell in shown for cell in cells) else "protects another"
    return None


def _sums(money: pl.DataFrame | None) -> dict[tuple[str, str, str], bool]:
    """Whether the sum of each theme, group and window may stand behind a figure."""
    if money is None:
        return {}
    rows = money.with_columns(pl.selectors.enum().cast(pl.String)).iter_rows(named=True)
    return {
        (row["theme"], row["study_group"], row["window"]): not few(row["people_with"], row["families_with"])
        and not dominated(row["pounds"], row["largest"], row["second_largest"])
        for row in rows
    }


def _rule_of_money(row: Row, money: Mapping[tuple[str, str, str], bool]) -> str | None:
    """Sums must not be dominated; where one theme is, all costs together less the others would be that theme.

    Of the programme everybody knows what it costs: the same for each family on it, nothing for the others.
    """
    themes = [str(row["outcome"])] if row["outcome"] in COST_THEMES else [*THEMES_THAT_VARY]
    sums = [money.get((theme, side, str(row["window"]))) for theme in themes for side in SIDES]
    return None if sums and all(known is not False for known in sums) and any(sums) else "dominance"


def _place(row: Row) -> tuple[object, ...]:
    """What a row tells of, whatever the method."""
    return tuple(row[name] for name in KEY if name != "method")


def _figures(row: Row, weighted: Row | None, public: PublicLevels) -> dict[str, object]:
    """The estimate rounded, its interval rounded outwards."""
    if row["method"] in LINKAGE_METHODS:
        assert weighted is not None  # noqa: S101 - it was made from it
        rounded = _figures(weighted, None, public)
        figures = allowed_for(row, weighted, {name: real(rounded[name]) for name in FIGURES}, public)
        return figures | {"effective_families": round_to_ten(real(row["effective_families"]))}
    estimate, low, high = (real(row[name]) for name in ("estimate", "low", "high"))
    worth = {"effective_families": round_to_ten(real(row["effective_families"]))}
    if row["measure"] == RATIO:
        ratio = rounded_ratio(estimate, low, high, fewest_with(row))
        of_estimate, of_limit = e_values(ratio["estimate"], ratio["low"], ratio["high"])
        return {**ratio, "e_value": of_estimate, "e_value_limit": of_limit, **worth}
    grid = grid_of(_wanted(row), STEPS[str(row["measure"])])
    return {
        "estimate": on_grid(grid, round(estimate / grid)),
        "low": on_grid(grid, math.floor(low / grid + EXACT)),
        "high": on_grid(grid, math.ceil(high / grid - EXACT)),
        "rounded_to": grid,
        **worth,
    }


def round_to_ten(families: float) -> int:
    """A number of families as it may be shown."""
    return round(families / NUMBER_ROUNDING) * NUMBER_ROUNDING


def fewest_with(row: Row) -> int:
    """Families that have it, in the group with fewer."""
    return min(whole(row[f"{side}_families_with"]) for side in SIDES)


def _wanted(row: Row) -> float:
    """What five families more or fewer with the outcome make of the estimate, in the smaller group."""
    if row["measure"] == SHARE:
        return ROUNDING / min(whole(row[f"{side}_families"]) for side in SIDES)
    return real(row["standard_error"]) / ROUNDING
