"""How many candidate pairs a blocking rule makes, counted before any pair is made, and what rules look at.

What is asked of rules alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from tf_linkage.linkage.model.model import BlockingRule
from tf_linkage.linkage.standardise.fields import field_of
from tf_linkage.linkage.tables.records import Records


def leaving_free(rules: Sequence[BlockingRule], columns: Iterable[str]) -> int:
    """The bits of the rules that look at none of these columns' fields."""
    fields = {field_of(column) for column in columns}
    return sum(1 << bit for bit, rule in enumerate(rules) if fields.isdisjoint(map(field_of, rule.columns)))


def expected_pairs(records: Records, rule: BlockingRule) -> int:
    """The number of pairs that meet the rule, from the counts of its keys on either side."""
    left_on = [pair[0] for pair in rule.keys]
    right_on = [pair[1] for pair in rule.keys]
    ours = records.left.select(left_on).drop_nulls().group_by(left_on).len("ours")
    theirs = records.right.select(right_on).drop_nulls().group_by(right_on).len("theirs")
    joined = ours.join(theirs, left_on=left_on, right_on=right_on)
    return int(joined.select((pl.col("ours").cast(pl.Int64) * pl.col("theirs").cast(pl.Int64)).sum()).item() or 0)
