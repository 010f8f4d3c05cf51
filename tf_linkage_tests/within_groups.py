"""Ratios within groups of families as researchers have them, made by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import Subgroups


def subgroups(cells: Mapping[tuple[str, str, str], tuple[float, int]], *, families: int = 300) -> pl.DataFrame:
    """`estimates.Subgroups` from the pooled ratio and families with it on each side, by outcome, kind and group."""
    rows = [
        {"outcome": outcome, "kind": kind, "group": group, "pooled": ratio, "pooled_low": ratio * math.exp(-0.2),
         "pooled_high": ratio * math.exp(0.2), "mean": 1.0, "spread": 0.08, **sides(having, families)}
        for (outcome, kind, group), (ratio, having) in cells.items()
    ]  # fmt: skip
    schema = pl.Schema(schema_of(Subgroups))
    plain_schema = {name: pl.String if isinstance(kind, pl.Enum) else kind for name, kind in schema.items()}
    return pl.DataFrame(rows, schema=plain_schema).cast(schema)


def sides(having: int, families: int = 300) -> dict[str, float]:
    """What both sides stand on."""
    return {"effective_families": 0.8 * families} | {
        f"{side}_{what}": number
        for side in ("programme", "comparison")
        for what, number in (("families", families), ("people", 3 * families), ("families_with", having))
    }
