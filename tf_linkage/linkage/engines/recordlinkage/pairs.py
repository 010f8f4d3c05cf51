"""The pairs that the toolkit looks at: candidates by its Block indexes, and pairs of strangers at random."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage
from recordlinkage.index import Block, Random

from tf_linkage.linkage.compare.candidates import used_rules
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.records import Records


def candidate_pairs(records: Records, model: Model) -> pd.MultiIndex:
    """The pairs that meet a blocking rule, by row numbers, sorted."""
    return blocked_pairs(records, model)[0]


def blocked_pairs(
    records: Records, model: Model, bounds: Limits | None = None
) -> tuple[pd.MultiIndex, tuple[pl.DataFrame, pl.DataFrame]]:
    """Candidate pairs by row, sorted; pairs by rule; and for each pair the first rule it met.

    Raises:
        LinkageRefused: a rule would make more pairs than are allowed or the toolkit can hold; counted, not tried.
    """
    bounds = bounds or Limits()
    most = model.settings.toolkit.most_pairs
    if most < bounds.most_pairs:
        bounds = dataclasses.replace(bounds, most_pairs=most)
        rules = used_rules(records, model, bounds, "this engine can hold; link with engine 'duckdb'")
    else:
        rules = used_rules(records, model, bounds)
    keys = sorted({column for rule in rules for column in rule.columns})
    left, right = as_pandas(records.left, keys), as_pandas(records.right, keys)
    parts: list[pl.DataFrame] = []
    for place, rule in enumerate(rules):
        block = Block(left_on=[pair[0] for pair in rule.keys], right_on=[pair[1] for pair in rule.keys])
        index = recordlinkage.Index([block]).index(left, right)
        parts.append(
            pl.DataFrame(
                {
                    "left_row": index.get_level_values(0).to_numpy().astype(np.uint32),
                    "right_row": index.get_level_values(1).to_numpy().astype(np.uint32),
                }
            ).with_columns(pl.lit(place, dtype=pl.Int32).alias("rule"))
        )
    every = pl.concat(parts)
    first = every.group_by("left_row", "right_row").agg(pl.col("rule").min()).sort("left_row", "right_row")
    counts = pl.DataFrame(
        {
            "rule": [rule.name for rule in rules],
            "pairs": [part.height for part in parts],
            "new_pairs": [int((first["rule"] == place).sum()) for place in range(len(rules))],
        }
    )
    pairs = pd.MultiIndex(
        levels=[left.index, right.index],
        codes=[first["left_row"].to_numpy().astype(np.int64), first["right_row"].to_numpy().astype(np.int64)],
        verify_integrity=False,
    )
    named = first.select("left_row", "right_row", pl.col("rule").replace_strict(dict(enumerate(counts["rule"]))))
    return pairs, (counts, named)


def random_pairs(records: Records, model: Model) -> pd.MultiIndex:
    """Pairs of strangers, to learn how often two people agree by chance."""
    settings = model.settings
    number = min(settings.toolkit.random_pairs, 10 * (records.left.height + records.right.height))
    index = Random(number, replace=True, random_state=settings.sampling.seed)
    return recordlinkage.Index([index]).index(as_pandas(records.left, []), as_pandas(records.right, []))


def as_pandas(frame: pl.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of records as the toolkit takes them, by row number."""
    return frame.select("row", *columns).to_pandas().set_index("row")
