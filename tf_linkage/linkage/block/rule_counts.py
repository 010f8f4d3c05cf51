"""What is asked of blocking rules alone: what they leave free, and when a wide one is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tf_linkage.linkage.model.model import BlockingRule, Rule
from tf_linkage.linkage.standardise.fields import extra_column, field_of
from tf_linkage.linkage.tables.encoded import Tables


def leaving_free(rules: Sequence[Rule], columns: Iterable[str]) -> int:
    """The bits of the rules that look at none of these columns' fields."""
    fields = {field_of(column) for column in columns}
    return sum(1 << bit for bit, rule in enumerate(rules) if fields.isdisjoint(map(field_of, rule.columns)))


def widest(tables: Tables, rule: BlockingRule) -> int:
    """Pairs that a wide rule may make at most; with more it is left out.

    A further column alone brings strangers together where its values are few, such as occupations; with millions of
    them weights are learnt badly, so that it is used only where it is selective. A department's rules are as wide
    however small its register is.
    """
    settings, records = tables.model.settings.blocking, max(tables.left.height, tables.right.height)
    further = {extra_column(name) for name in tables.model.extra}
    further_alone = len(rule.keys) == 1 and rule.columns <= further
    small = tables.model.resembling is not None and records <= settings.small
    small = small and not further_alone
    return max(settings.wide + records, settings.wide_each * records if small else 0)
