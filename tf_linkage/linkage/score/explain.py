"""Why a pair is a link: its parts in bits, one under the other, without anyone's values.

The explanation tables.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.compare.patterns import Levels
from tf_linkage.linkage.model.comparisons import MISSING, Comparison
from tf_linkage.linkage.result import LinkResult
from tf_linkage.linkage.score.weights import Weights


def explanations(levels: Levels, weights: Weights, comparisons: Sequence[Comparison]) -> pl.DataFrame:
    """One row for each pair: each comparison's `<id>` in bits, `<id> level` as its code, and the other parts."""
    columns: dict[str, NDArray[np.float64] | NDArray[np.int8] | float] = {"prior": weights.prior}
    columns["presence"] = np.round(weights.presence, 6)
    for place, comparison in enumerate(comparisons):
        columns[comparison.id] = np.round(weights.comparisons[:, place], 6)
        columns[f"{comparison.id} level"] = levels[:, place].astype(np.int8)
    columns["names"] = np.round(weights.names, 6)
    columns["certain_links"] = np.round(weights.certain_links, 6)
    columns["household_members"] = np.round(weights.household_members, 6)
    columns["family"] = np.round(weights.family, 6)
    frame = pl.DataFrame({name: value for name, value in columns.items() if not isinstance(value, float)})
    return frame.select(pl.lit(weights.prior).alias("prior"), *frame.columns)


def waterfall(result: LinkResult, left_id: str, right_id: str) -> pl.DataFrame:
    """The parts of one pair's weight that apply, in order: `part`, `level`, `bits`, `running`.

    Raises:
        LinkageRefused: the pair was not weighed, or the engine keeps no explanations.
    """
    if not result.explanations.width:
        raise LinkageRefused(f"engine {result.engine!r} keeps no explanations; engine 'duckdb' does")
    asked = result.asked
    if asked is not None and (asked.left_id, asked.right_id) == (left_id, right_id):
        rows = [result.weighed, asked.explanation]
    else:
        rows = [result.explanations, result.weighed]
    this = (pl.col("left_id") == left_id, pl.col("right_id") == right_id)
    there = [table.filter(*this) for table in rows if table.width]
    found = next((table for table in there if table.height), None)
    if found is None:
        raise LinkageRefused(
            "this pair was not weighed: no blocking rule brought it together, or it was too unlikely; ask about it "
            "before the work (`asked`, --explain)"
        )
    row = found.row(0, named=True)
    parts: list[tuple[str, str, float]] = [("prior", "any two records of these tables", row["prior"])]
    parts.append(("sex and age", "how often such people are there", row["presence"]))
    known: set[str] = set()
    for comparison in result.model.comparisons:
        code = row[f"{comparison.id} level"]
        if code != MISSING:
            known.add(comparison.name)
        words = "unknown on either side" if code == MISSING else comparison.levels[code].words
        parts.append((comparison.name, words, row[comparison.id]))
    parts.append(("names together", "names go together, and with years of birth", row["names"]))
    parts.append(("certain links", "both records are free, others are taken", row["certain_links"]))
    parts.append(("household members", "people of one home look like this too", row["household_members"]))
    parts.append(("family", "another member is linked to this home", row["family"]))
    # What adds nothing does not apply.
    parts = [part for part in parts if part[0] in known or abs(part[2]) >= NOTHING]
    frame = pl.DataFrame(parts, schema={"part": pl.String, "level": pl.String, "bits": pl.Float64}, orient="row")
    return frame.with_columns(pl.col("bits").cum_sum().alias("running"))


NOTHING = 1e-5
"""Bits below which a part says nothing."""
