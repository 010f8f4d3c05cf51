"""What the method finds where nothing is to be found: which of these ratios may leave, and how finely.

The rules are those of `differences` for ratios: ten families with it on each side, rounded by about what five make.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER
from tf_linkage.contracts.outputs.published import MINIMUM_COUNT, WITHHELD, Placebos
from tf_linkage.disclosure.suppression.rules import few
from tf_linkage.disclosure.tables.differences import SIDES, decision, fewest_with, near, round_to_ten
from tf_linkage.disclosure.tables.intervals import rounded_ratio
from tf_linkage.disclosure.tables.rows import Row, real, whole

TABLE = "placebos"
KEY = ["window", "outcome"]

POWER = 2.8 / (2 * 1.96)
"""Of the width of a 95% interval, on the scale of logarithms: what is seen four times in five."""


def placebos(
    estimates: Mapping[str, pl.DataFrame], held: Set[str] = frozenset()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The placebos that may leave, and the decision on each.

    Args:
        estimates: the tables of `contracts.outputs.estimates`.
        held: cells, in the words of the decisions, that stand too near an earlier release.

    Returns:
        `contracts.outputs.published.Placebos`, and rows of `contracts.outputs.release.Decisions`.
    """
    plain = estimates[TABLE].with_columns(pl.selectors.enum().cast(pl.String)).sort(KEY)
    single = plain.filter(pl.col("outcome") != ALL_TOGETHER, pl.col("estimate").is_not_null())
    pooled = dict(single.group_by("window").len().sort("window").iter_rows())
    rows, decisions = [], []
    for row in plain.iter_rows(named=True):
        rule = placebo_rule(row) or near(held, KEY, row)
        outcomes = pooled.get(row["window"], 1) if row["outcome"] == ALL_TOGETHER else 1
        figures = _figures(row, outcomes) if rule is None else {"note": WITHHELD}
        rows.append({name: row[name] for name in KEY} | figures)
        decisions.append(decision(TABLE, KEY, row, rule))
    return of_rows(Placebos, rows).sort(KEY), pl.DataFrame(decisions, infer_schema_length=None)


def placebo_rule(row: Row) -> str | None:
    """The rule under which a ratio is withheld, if any."""
    if any(few(whole(row[f"{side}_people"]), whole(row[f"{side}_families_with"])) for side in SIDES):
        return "few"
    if row["estimate"] is None or real(row["effective_families"]) - 1 < MINIMUM_COUNT:
        return "degrees of freedom"
    return None


def _figures(row: Row, outcomes: int) -> dict[str, object]:
    """The ratio rounded.

    Of several outcomes together it is a mean of logarithms, which five families of the rarest move by a share of
    what they move that one: rounded by that share, the sum of all is told no more finely than the rarest alone.
    """
    families = fewest_with(row) * outcomes
    ratio = rounded_ratio(real(row["estimate"]), real(row["low"]), real(row["high"]), families)
    seen = math.exp(POWER * math.log(ratio["high"] / ratio["low"]))
    return {
        **ratio,
        "detectable": math.ceil(seen * 100) / 100,
        "effective_families": round_to_ten(real(row["effective_families"])),
    }
