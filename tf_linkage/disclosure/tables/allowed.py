"""Differences and ratios that allow for linkage, as they may leave.

Each is the rounded weighted figure, moved by as much as linkage moves the exact one: rounded for itself, it would
be a second look at one number. A ratio is moved by a part of itself, which tells of recall alone. A difference is
moved by a part of what lies behind it, so that the move itself is rounded: to no finer than what the rounding of
the difference leaves of it. Levels are taken from the counts and means that leave, never from the exact ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Set

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, ALL_WINDOWS, COST_THEMES, MEASURES, OF_THOSE_FOUND
from tf_linkage.contracts.outputs.published import NUMBER_ROUNDING, ROUNDING
from tf_linkage.disclosure.suppression.linked_counts import Key
from tf_linkage.disclosure.tables.intervals import (
    EXACT,
    e_values,
    grid_of,
    moved_ratio,
    on_grid,
)
from tf_linkage.disclosure.tables.money import OF_THE_PROGRAMME, money_rows
from tf_linkage.disclosure.tables.outcomes import having
from tf_linkage.disclosure.tables.rows import Row, real, whole
from tf_linkage.intervals import gap_of_difference, gap_where_missing, recall_gap

SHARE, RATIO, POUNDS = MEASURES
FIGURES = ("estimate", "low", "high", "rounded_to")
INTERVAL = FIGURES[:3]
WAYS: tuple[Callable[[float], int], ...] = (round, math.floor, math.ceil)
"""How each is rounded: the ends of an interval outwards."""

RECALL_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""To what recall is rounded: the first step no finer than what five of the people make by whom it is known."""

LINKAGE_STEP = 0.05
ALL_COSTS = "all costs"

PublicLevels = Mapping[tuple[str, str, str], float]
"""Levels on the programme as published counts and means tell them, by outcome, unit and window."""


def public_levels(estimates: Mapping[str, pl.DataFrame], shown: Set[Key]) -> PublicLevels:
    """What leaves of the programme's levels: shares from rounded counts, pounds a year from rounded means.

    Args:
        estimates: the tables of `contracts.outputs.estimates`.
        shown: names of the counts and sums that are shown.
    """
    found: dict[tuple[str, str, str], float] = {}
    if "outcome_counts" in estimates:
        counts = estimates["outcome_counts"].with_columns(pl.selectors.enum().cast(pl.String))
        mine = counts.filter(pl.col("region") == ALL_REGIONS, pl.col("study_group") == OF_THE_PROGRAMME[1])
        for row in mine.iter_rows(named=True):
            unit, outcome, window = row["unit"], row["outcome"], row["window"]
            if having((unit, outcome, row["study_group"], window, ALL_REGIONS)) in shown:
                kind = "families" if unit == "family" else "people"
                of = round(whole(row[kind]) / NUMBER_ROUNDING) * NUMBER_ROUNDING
                some = round(whole(row[f"{kind}_with"]) / ROUNDING) * ROUNDING
                found[outcome, unit, window] = min(1.0, some / max(of, NUMBER_ROUNDING))
    if "money" in estimates:
        found |= _means(money_rows(estimates["money"], shown))
    return found


def _means(money: pl.DataFrame) -> dict[tuple[str, str, str], float]:
    """Pounds a family a year on the programme by theme, and of all costs where every theme is shown."""
    mine = money.with_columns(pl.selectors.enum().cast(pl.String)).filter(
        pl.col("study_group") == OF_THE_PROGRAMME[1], pl.col("mean").is_not_null()
    )
    found: dict[tuple[str, str, str], float] = {}
    for (window,), of in mine.group_by("window", maintain_order=True):
        first, last = ALL_WINDOWS[str(window)]
        years = (last - first) / 12
        by_theme = {str(theme): float(mean) / years for theme, mean in of.select("theme", "mean").iter_rows()}
        found |= {(theme, "family", str(window)): mean for theme, mean in by_theme.items()}
        wanted = [theme for theme in COST_THEMES if theme != OF_THE_PROGRAMME[0] or window == OF_THE_PROGRAMME[2]]
        if all(theme in by_theme for theme in wanted):
            found[ALL_COSTS, "family", str(window)] = sum(by_theme.values())
    return found


def allowed_for(row: Row, weighted: Row, rounded: Mapping[str, float], public: PublicLevels) -> dict[str, object]:
    """A figure that allows for linkage: the rounded weighted one, moved as the exact one is.

    Args:
        row: as estimated.
        weighted: the weighted one as estimated.
        rounded: `FIGURES` of the weighted one as it leaves.
        public: levels on the programme that leave.
    """
    moved = _ratio(row, weighted, rounded) if row["measure"] == RATIO else _difference(row, weighted, rounded)
    low, high = min(moved["low"], moved["estimate"]), max(moved["high"], moved["estimate"])
    grid = grid_of(ROUNDING / whole(row["recall_people"]), RECALL_STEPS)
    recall = {
        name: on_grid(grid, math.floor(real(row[name]) / grid + EXACT))
        for name in ("recall_programme", "recall_comparison")
    }
    shown: dict[str, object] = {
        "estimate": moved["estimate"], "low": low, "high": high, "rounded_to": rounded["rounded_to"], **recall,
        "recall_rounded_to": grid,
    }  # fmt: skip
    if row["measure"] == RATIO:
        shown["e_value"], shown["e_value_limit"] = e_values(moved["estimate"], low, high)
    if row["linkage_share"] is not None:
        shown["linkage_share"] = on_grid(LINKAGE_STEP, math.ceil(real(row["linkage_share"]) / LINKAGE_STEP - EXACT))
        gap = _gap(row, moved["estimate"], (low, high), recall, public)
        shown["recall_gap"] = None if gap is None else round(gap, 3) + 0.0
    return shown


def _ratio(row: Row, weighted: Row, rounded: Mapping[str, float]) -> dict[str, float]:
    return {
        name: moved_ratio(rounded[name], real(row[name]) / real(weighted[name]), rounded["rounded_to"], way)
        for name, way in zip(INTERVAL, WAYS, strict=True)
    }


def _difference(row: Row, weighted: Row, rounded: Mapping[str, float]) -> dict[str, float]:
    step = step_of_moves(row, weighted, rounded["rounded_to"])
    return {
        name: round(
            rounded[name] + on_grid(step, way((real(row[name]) - real(weighted[name])) / step + _nudge(way))), 9
        )
        + 0.0
        for name, way in zip(INTERVAL, WAYS, strict=True)
    }


def _nudge(way: Callable[[float], int]) -> float:
    """What floating point leaves next to a step must not move an end by a whole one."""
    return EXACT if way is math.floor else -EXACT if way is math.ceil else 0.0


def step_of_moves(row: Row, weighted: Row, grid: float) -> float:
    """To what the move of a difference is rounded.

    Where recall is the same part in both groups, a move over that part is the difference itself: it is told to
    twice the difference's own step at the finest, and never more coarsely than to that step.
    """
    part = 0.0
    for side in ("programme", "comparison"):
        level = real(weighted[side])
        # What is rare may be what did not happen.
        behind = min(level, 1 - level) if row["measure"] == SHARE else level
        part = max(part, abs(real(row[side]) - level) / behind) if behind > 0 else 1.0
    wanted = max(2 * grid * part, grid / 100)
    power = 10.0 ** math.floor(math.log10(wanted))
    return min(grid, next(round(power * by, 12) for by in (1, 2, 5, 10) if power * by >= wanted * (1 - EXACT)))


def _gap(
    row: Row,
    estimate: float,
    ends: tuple[float, float],
    recall: Mapping[str, float],
    public: PublicLevels,
) -> float | None:
    """The gap in recall at which the interval first holds no effect; None where a level it needs does not leave."""
    low, high = ends
    on_found, off_found = recall["recall_programme"], recall["recall_comparison"]
    if row["measure"] == RATIO:
        return recall_gap(low, high, on_found, off_found)
    if low <= 0 <= high:
        return 0.0
    level = public.get((str(row["outcome"]), str(row["unit"]), str(row["window"])))
    if level is None or min(on_found, off_found) <= 0:
        return None
    measured = row["outcome"] in OF_THOSE_FOUND
    on = level if measured else level / on_found
    off = on - estimate
    if min(on, off) <= 0:
        return None
    gap = gap_where_missing if measured else gap_of_difference
    return gap(low, high, (off, on), (off_found, on_found))
