"""How complete the identifiers are on either side, before anything is linked.

The share of records that have each identifier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import columns_of
from tf_linkage.quality.measures.figures import laid_out, shares
from tf_linkage.quality.measures.minimum_counts import of_ten_or_more


def completeness(
    tables: Mapping[str, pl.LazyFrame], shown: Callable[[pl.DataFrame], pl.DataFrame] = of_ten_or_more
) -> pl.LazyFrame:
    """The share of records with each identifier, by body.

    Args:
        tables: by body (`council`, or a department), its table of people with identifiers.
        shown: which figures may be shown; `showing.of_real_people` where the people are real.

    Returns:
        `contracts.outputs.quality.Metrics`, broken down by `identifier`.
    """
    names = [column.name for column in columns_of(IdentityWithNino)]
    parts = {}
    for body, table in tables.items():
        there = [name for name in names if name in table.collect_schema().names()]
        counts = table.select(pl.len().alias("records"), *(pl.col(name).count() for name in there)).collect()
        totals = pl.DataFrame(
            {
                "level": there,
                "known": [counts.item(0, name) for name in there],
                "records": [counts.item(0, "records")] * len(there),
            },
            schema={"level": pl.String, "known": pl.Int64, "records": pl.Int64},
        )
        parts[body, "identifier"] = shares(totals, {"completeness": ("known", "records")})
    return shown(laid_out(parts)).lazy()
