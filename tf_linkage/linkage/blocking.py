"""How many candidate pairs a blocking rule makes, counted before any pair is made.

Belongs here: sizes of rules. Does not belong here: making the pairs, which each engine does in its own way.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.linkage.model import BlockingRule
from tf_linkage.linkage.records import Records


def expected_pairs(records: Records, rule: BlockingRule) -> int:
    """The number of pairs that meet the rule, from the counts of its keys on either side."""
    left_on = [pair[0] for pair in rule.keys]
    right_on = [pair[1] for pair in rule.keys]
    ours = records.left.select(left_on).drop_nulls().group_by(left_on).len("ours")
    theirs = records.right.select(right_on).drop_nulls().group_by(right_on).len("theirs")
    joined = ours.join(theirs, left_on=left_on, right_on=right_on)
    return int(joined.select((pl.col("ours").cast(pl.Int64) * pl.col("theirs").cast(pl.Int64)).sum()).item() or 0)
