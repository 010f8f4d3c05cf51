"""The candidate pairs on the cluster, and how they are asked for: counts, and those of some patterns.

Numbers are counted and rows are sorted here, so that nothing depends on how the cluster divides its work.
"""

from __future__ import annotations

import importlib
from typing import Any

import polars as pl

from tf_linkage.linkage.compare.pairs import PairsInDuckDB
from tf_linkage.linkage.engines.spark.frames import Frame, from_cluster, to_cluster
from tf_linkage.linkage.engines.spark.session import Session
from tf_linkage.linkage.tables.encoded import Tables

_KINDS = pl.Schema(
    {"left_row": pl.UInt32, "right_row": pl.UInt32, "entity": pl.UInt32, "pattern": pl.Int64, "rules": pl.Int64}
)


class PairsOnCluster:
    """Pairs that blocking found, held by the cluster, beside those of the deterministic pass, held here.

    See `CandidatePairs`.
    """

    def __init__(self, session: Session, tables: Tables, found: Frame, claimed: pl.DataFrame) -> None:
        """Take what blocking found.

        Args:
            session: with the cluster.
            tables: both tables; `pairs` holds the pairs of the deterministic pass.
            found: a frame of the cluster: `l`, `r`, `entity`, `pattern`, `rules`.
            claimed: links (`left_row`, `entity`) to whose records nothing was found, as they were not sent.
        """
        self._session = session
        self._here = PairsInDuckDB(tables)
        self._found = found
        self._claimed = claimed.select(l="left_row", entity="entity")
        self._functions: Any = importlib.import_module("pyspark.sql.functions")

    def counted(self) -> pl.DataFrame:
        """How many pairs have each pattern and set of rules: `pattern`, `rules`, `pairs`; sorted."""
        counts = self._found.groupBy("pattern", "rules").agg(self._functions.count("*").alias("pairs"))
        return _summed(self._here.counted(), from_cluster(counts), "pairs")

    def of_patterns(self, patterns: pl.Series) -> pl.DataFrame:
        """See `CandidatePairs`."""
        asked = self._sent(pl.DataFrame({"pattern": patterns}))
        found = self._found.join(self._functions.broadcast(asked), "pattern", "leftsemi")
        there = from_cluster(found.select("l", "r", "entity", "pattern", "rules"))
        there = there.rename({"l": "left_row", "r": "right_row"})
        both = [frame.select(list(_KINDS)).cast(_KINDS) for frame in (self._here.of_patterns(patterns), there)]
        return pl.concat(both).sort("left_row", "right_row")

    def counted_beside(self, taken: pl.DataFrame) -> pl.DataFrame:
        """See `CandidatePairs`."""
        functions = self._functions
        # Records that were claimed before blocking have no pair on the cluster.
        new = taken.join(self._claimed, on=["l", "entity"], how="anti", maintain_order="left")
        ours = self._sent(new.rename({"entity": "theirs"}))
        others = self._sent(new.select("entity", pl.lit(1, pl.Int64).alias("taken")))
        joined = self._found.join(functions.broadcast(ours), "l", "left")
        joined = joined.join(functions.broadcast(others), "entity", "left")
        counts = joined.groupBy("pattern", "rules").agg(
            functions.expr("count(CASE WHEN theirs = entity THEN 1 END)").alias("certain"),
            functions.expr("count(CASE WHEN theirs IS NULL AND taken IS NULL THEN 1 END)").alias("pairs"),
        )
        return _summed(self._here.counted_beside(taken), from_cluster(counts), "certain", "pairs")

    def _sent(self, frame: pl.DataFrame) -> Frame:
        return to_cluster(self._session, frame.cast(pl.Int64))


def _summed(here: pl.DataFrame, there: pl.DataFrame, *counts: str) -> pl.DataFrame:
    """Counts of both places together, one row for each pattern and set of rules, sorted."""
    both = pl.concat([frame.select(pl.col("pattern", "rules", *counts).cast(pl.Int64)) for frame in (here, there)])
    return both.group_by("pattern", "rules").agg(pl.col(counts).sum()).sort("pattern", "rules")
