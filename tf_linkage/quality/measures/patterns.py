"""Typical patterns: how pairs come to their match weight, step by step.

Pairs that agree and disagree on the same comparisons, taken together.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import Patterns
from tf_linkage.linkage import LinkResult
from tf_linkage.quality.measures.minimum_counts import MINIMUM_COUNT
from tf_linkage.quality.measures.pairs import summed

MOST = 3
"""Patterns shown for each department."""

SILENT = 1.0
"""A comparison that adds or takes less than a bit neither agrees nor disagrees."""

PRIOR = "prior"
LEVEL = " level"
"""Ending of the columns that say at which level a comparison agreed."""

_NOT_PARTS = ("left_id", "right_id", "stage", "status")


def typical_patterns(results: Mapping[str, LinkResult]) -> pl.LazyFrame:
    """The most frequent patterns of each department, each of ten pairs or more.

    Args:
        results: by department, what the linkage handed back; engines that explain nothing add nothing.

    Returns:
        `contracts.outputs.quality.Patterns`.
    """
    schema = schema_of(Patterns)
    tables = [pl.DataFrame(schema=schema)]
    for name, result in results.items():
        explained = result.explanations
        parts = [column for column in explained.columns if column not in _NOT_PARTS and not column.endswith(LEVEL)]
        if not parts or explained.is_empty():
            continue
        linked = result.links.select("left_id", "right_id", linked=pl.col("status").cast(pl.String) == "link")
        signs = pl.concat_str(
            pl.when(pl.col(part) > SILENT).then(pl.lit("+")).when(pl.col(part) < -SILENT).then(pl.lit("-"))
            .otherwise(pl.lit("0"))
            for part in parts
        )  # fmt: skip
        frequent = (
            explained.join(linked, on=["left_id", "right_id"])
            .group_by(signs=signs)
            .agg(pl.len().alias("pairs"), pl.col("linked").sum(), *(_mean(part) for part in parts))
            .filter(pl.col("pairs") >= MINIMUM_COUNT)
            .sort("pairs", "signs", descending=[True, False])
            .head(MOST)
            .with_row_index("pattern", offset=1)
        )
        steps = frequent.unpivot(
            parts, index=["pattern", "pairs", "linked"], variable_name="part", value_name="bits"
        )
        words = {one.id: one.name for one in result.model.comparisons}
        order = {part: i for i, part in enumerate(sorted(parts, key=lambda part: part != PRIOR))}
        tables.append(
            steps.with_columns(
                department=pl.lit(name),
                step=pl.col("part").replace_strict(order),
                part=pl.col("part").replace(words),
            )
            .select(pl.col(column).cast(dtype) for column, dtype in schema.items())
            .sort("pattern", "step")
        )
    return pl.concat(tables).lazy()


def _mean(part: str) -> pl.Expr:
    return (summed(pl.col(part)) / pl.len()).alias(part)
