"""The pairs that the toolkit looks at: candidates by its Block indexes, and pairs of strangers at random."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage
from recordlinkage.index import Block, Random

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.block.rule_counts import expected_pairs
from tf_linkage.linkage.model.model import WIDE, Model
from tf_linkage.linkage.tables.records import Records

MOST_PAIRS = 20_000_000
"""The toolkit holds some hundred bytes for each pair, so this is about 2 GB."""

RANDOM_PAIRS = 200_000
"""Enough to see some equal dates of birth by chance, about one in 25,000."""

SEED = 2015
"""Of the random pairs; the toolkit's only random draw here."""


def candidate_pairs(records: Records, model: Model) -> pd.MultiIndex:
    """The pairs that meet a blocking rule, by row numbers, sorted."""
    return blocked_pairs(records, model)[0]


def blocked_pairs(
    records: Records, model: Model, most_pairs: int = MOST_PAIRS
) -> tuple[pd.MultiIndex, tuple[pl.DataFrame, pl.DataFrame]]:
    """Candidate pairs by row, sorted; pairs by rule; and for each pair the first rule it met.

    Raises:
        LinkageRefused: a rule would make more pairs than are allowed or the toolkit can hold; counted, not tried.
    """
    left = as_pandas(records.left)
    right = as_pandas(records.right)
    parts: list[pl.DataFrame] = []
    used: list[int] = []
    for place, rule in enumerate(model.blocking_rules):
        expected = expected_pairs(records, rule)
        if rule.wide and expected > WIDE + max(records.left.height, records.right.height):
            continue
        if expected > min(most_pairs, MOST_PAIRS):
            why = (
                f"{most_pairs:,} allowed; use a stricter rule, or allow more (most_pairs)"
                if most_pairs < MOST_PAIRS
                else f"{MOST_PAIRS:,} this engine can hold; link with engine 'duckdb', or with a stricter rule"
            )
            raise LinkageRefused(f"blocking rule {rule.name!r} would make {expected:,} pairs, more than the {why}")
        used.append(place)
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
            "rule": [model.blocking_rules[place].name for place in used],
            "pairs": [part.height for part in parts],
            "new_pairs": [int((first["rule"] == place).sum()) for place in used],
        }
    )
    pairs = pd.MultiIndex(
        levels=[left.index, right.index],
        codes=[first["left_row"].to_numpy().astype(np.int64), first["right_row"].to_numpy().astype(np.int64)],
        verify_integrity=False,
    )
    return pairs, (counts, first)


def random_pairs(records: Records) -> pd.MultiIndex:
    """Pairs of strangers, to learn how often two people agree by chance."""
    number = min(RANDOM_PAIRS, 10 * (records.left.height + records.right.height))
    index = Random(number, replace=True, random_state=SEED)
    return recordlinkage.Index([index]).index(as_pandas(records.left), as_pandas(records.right))


def as_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Records as the toolkit takes them, by row number."""
    return frame.drop("record_id").to_pandas().set_index("row")
