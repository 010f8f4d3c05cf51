"""What is asked of blocking rules alone: what they leave free, and when a wide one is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tf_linkage.linkage.model.model import Rule
from tf_linkage.linkage.standardise.fields import field_of
from tf_linkage.linkage.tables.encoded import Tables


def leaving_free(rules: Sequence[Rule], columns: Iterable[str]) -> int:
    """The bits of the rules that look at none of these columns' fields."""
    fields = {field_of(column) for column in columns}
    return sum(1 << bit for bit, rule in enumerate(rules) if fields.isdisjoint(map(field_of, rule.columns)))


def widest(tables: Tables) -> int:
    """Pairs that a wide rule may make at most; with more it is left out."""
    return tables.model.settings.blocking.wide + max(tables.left.height, tables.right.height)
