"""The groups half-year by half-year, and whether they drifted apart before the start: which figures may leave.

All outcomes together leave, under the rules of placebos: ten families with it on each side in every half-year that
a figure compares, rounded to what five families of the rarest outcome make of the mean. Single outcomes stay
inside: their years before the start leave among the placebos and their ratio after it among the differences, and
halves of both would be second looks. A test's p-value leaves as the next of a few bounds above it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER
from tf_linkage.contracts.outputs.published import P_BOUNDS, WITHHELD, EventStudy, Pretrends
from tf_linkage.disclosure.tables.differences import decision, fewest_with, near, round_to_ten
from tf_linkage.disclosure.tables.intervals import rounded_ratio
from tf_linkage.disclosure.tables.placebos import POWER, placebo_rule
from tf_linkage.disclosure.tables.rows import Row, real

EVENT_STUDY, PRETRENDS = "event_study", "pretrends"
CARRIED = 2.75
"""Years over which a trend before the start would go on: from the middle of the second year before to month 15."""

Frames = Mapping[str, pl.DataFrame]


def event_study(estimates: Frames, held: Set[str] = frozenset()) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The half-years that may leave, and the decision on each.

    Args:
        estimates: the tables of `contracts.outputs.estimates`.
        held: cells, in the words of the decisions, that stand too near an earlier release.

    Returns:
        `contracts.outputs.published.EventStudy`, and rows of `contracts.outputs.release.Decisions`.
    """
    rows, decisions = [], []
    together, outcomes = _leaving(estimates, EVENT_STUDY)
    for row in together.sort("half_year").iter_rows(named=True):
        rule = placebo_rule(row) or near(held, ["half_year"], row)
        figures = {"note": WITHHELD} if rule else _half_year(row, outcomes)
        rows.append({"half_year": row["half_year"]} | figures)
        decisions.append(decision(EVENT_STUDY, ["half_year"], row, rule))
    return of_rows(EventStudy, rows).sort("half_year"), pl.DataFrame(decisions, infer_schema_length=None)


def pretrends(estimates: Frames, held: Set[str] = frozenset()) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The trend before the start as it may leave, and the decision on it; arguments and values as `event_study`."""
    rows, decisions = [], []
    together, outcomes = _leaving(estimates, PRETRENDS)
    for row in together.rename({"slope": "estimate"}).iter_rows(named=True):
        rule = placebo_rule(row) or near(held, ["outcome"], row)
        figures = {"note": WITHHELD} if rule else _trend(row, outcomes)
        rows.append({"outcome": row["outcome"]} | figures)
        decisions.append(decision(PRETRENDS, ["outcome"], row, rule))
    return of_rows(Pretrends, rows), pl.DataFrame(decisions, infer_schema_length=None)


def _leaving(estimates: Frames, table: str) -> tuple[pl.DataFrame, int]:
    """The rows of all outcomes together, and of how many outcomes they are the mean."""
    plain = estimates[table].with_columns(pl.col("outcome").cast(pl.String))
    single = plain.filter(pl.col("outcome") != ALL_TOGETHER).drop_nulls("standard_error")
    return plain.filter(pl.col("outcome") == ALL_TOGETHER), max(1, single["outcome"].n_unique())


def _half_year(row: Row, outcomes: int) -> dict[str, object]:
    families = fewest_with(row) * outcomes
    at, low, high, band_low, band_high = (
        real(row[name]) for name in ("estimate", "low", "high", "band_low", "band_high")
    )
    band = rounded_ratio(at, band_low, band_high, families)
    return {
        **rounded_ratio(at, low, high, families),
        "band_low": band["low"],
        "band_high": band["high"],
        "effective_families": round_to_ten(real(row["effective_families"])),
    }


def _trend(row: Row, outcomes: int) -> dict[str, object]:
    families = fewest_with(row) * outcomes
    ratio = rounded_ratio(real(row["estimate"]), real(row["low"]), real(row["high"]), families)
    seen = POWER * math.log(ratio["high"] / ratio["low"])
    return {
        "slope": ratio.pop("estimate"),
        **ratio,
        "p_at_most": next(bound for bound in P_BOUNDS if real(row["p_joint"]) <= bound),
        "detectable": math.ceil(math.exp(seen) * 100) / 100,
        "carried": math.ceil(math.exp(seen * CARRIED) * 100) / 100,
        "effective_families": round_to_ten(real(row["effective_families"])),
    }
