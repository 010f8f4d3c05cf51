"""What is left of a model where letters cannot be read: levels, rules and keys that ask for equality alone.

A condition that reads letters, or that holds two fields against each other, never holds here. Swapped names are the
exception: both names in alphabetical order are one more value, whose equality says it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import polars as pl

from tf_linkage.linkage.hashed.bloom import Bloom, filter_column
from tf_linkage.linkage.model.comparisons import Comparison
from tf_linkage.linkage.model.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Equal,
    Not,
    SharedBits,
    Similar,
    Surely,
    columns_in,
)
from tf_linkage.linkage.model.model import BlockingRule, Model
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.standardise.fields import field_of
from tf_linkage.linkage.tables.encoded import LOCATED
from tf_linkage.linkage.tables.records import COHORT, STRATUM

EITHER_ORDER = "names_either_order"
"""First forename and surname in alphabetical order, so that swapped names are equal."""

_NEVER = AnyOf()
"""A condition that nothing meets."""
_ALWAYS = AllOf()

_NAMES = {"forename_first", "surname"}


def equality_only(model: Model, bloom: Bloom | None = None) -> Model:
    """The model without what asks for letters.

    Args:
        model: of two tables in the clear.
        bloom: if names have Bloom filters too, how near two filters must be for levels that ask for likeness.
    """
    comparisons = tuple(_comparison(one, bloom) for one in model.comparisons)
    rules: dict[tuple[tuple[str, str], ...], BlockingRule] = {}
    for rule in model.blocking_rules:
        keys = _keys(rule)
        if keys:
            rules.setdefault(keys, dataclasses.replace(rule, keys=keys))
    return dataclasses.replace(
        model, comparisons=comparisons, blocking_rules=tuple(rules.values()), resembling=None
    )


def asked_columns(model: Model) -> list[str]:
    """Standardised columns that a linkage by this model reads: all that has to be hashed."""
    found = set(columns_in([condition for one in model.comparisons for condition in one.conditions]))
    found |= {column for rule in model.blocking_rules for column in rule.columns}
    found |= {column for key in model.matchkeys for column in key.columns}
    found |= {column for one in model.comparisons for column in (one.value, one.frequency) if column}
    return sorted(found | set(LOCATED) | {STRATUM, COHORT})


def shared_keys(model: Model) -> dict[str, str]:
    """For each column the use whose key it is hashed under: one use for columns that are compared, no more."""
    groups = {column: {column} for column in asked_columns(model)}
    compared = [
        pair
        for one in model.comparisons
        for condition in one.conditions
        for part in condition.parts()
        for pair in part.compared()
    ]
    compared += [pair for rule in model.blocking_rules for pair in rule.keys]
    for one, other in compared:
        together = groups[one] | groups[other]
        for column in together:
            groups[column] = together
    return {column: f"value {' '.join(sorted(group))}" for column, group in groups.items()}


def derived_columns(standard: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """A standardised table with what hashes alone could not tell: bands of years, and names in either order.

    Adds the columns `STRATUM` and `COHORT` if years of birth are there, `EITHER_ORDER` if both names are; text.
    """
    more = []
    if "dob_year" in standard.columns:
        year = pl.col("dob_year").cast(pl.Int64, strict=False)
        bands = ((STRATUM, settings.strata.years), (COHORT, settings.names.years))
        more += [(year // years).cast(pl.String).alias(name) for name, years in bands]
    if set(standard.columns) >= _NAMES:
        one, other = (pl.col(name) for name in sorted(_NAMES))
        both = pl.concat_str([pl.min_horizontal(one, other), pl.max_horizontal(one, other)], separator="|")
        more.append(pl.when(one.is_not_null() & other.is_not_null()).then(both).alias(EITHER_ORDER))
    return standard.with_columns(more)


def _comparison(comparison: Comparison, bloom: Bloom | None) -> Comparison:
    levels = []
    for level in comparison.levels:
        when = None if level.when is None else _left_of(level.when, bloom)
        if when != _NEVER:
            levels.append(dataclasses.replace(level, when=when))
    known = _left_of(comparison.known, bloom, placed=True)
    implied = None if comparison.implied is None else _left_of(comparison.implied, bloom)
    made = dataclasses.replace(
        comparison, levels=tuple(levels), known=known, implied=None if implied == _NEVER else implied
    )
    if EITHER_ORDER in columns_in(made.conditions):
        made = dataclasses.replace(made, columns=(*made.columns, EITHER_ORDER))
    return made


def _left_of(condition: Condition, bloom: Bloom | None, *, placed: bool = False) -> Condition:
    """What is left of a condition.

    Args:
        condition: in the clear.
        bloom: as in `equality_only`.
        placed: whether one of two names in the other's place is taken for both swapped, which alone can be seen.
    """
    if isinstance(condition, Not):  # `Surely` too
        return _turned(condition, _left_of(condition.condition, bloom, placed=placed))
    if isinstance(condition, AllOf):
        return _all_of([_left_of(one, bloom, placed=placed) for one in _uncrossed(condition.conditions)])
    if isinstance(condition, AnyOf):
        inside = _uncrossed(condition.conditions) if placed else condition.conditions
        return _any_of([_left_of(one, bloom, placed=placed) for one in inside])
    if isinstance(condition, Similar) and bloom is not None:
        return SharedBits(filter_column(condition.column), bloom.cut(condition.at_least))
    return condition if _by_equality(condition) else _NEVER


def _turned(condition: Not, inside: Condition) -> Condition:
    if inside not in {_NEVER, _ALWAYS}:
        return type(condition)(inside)
    holds = (inside == _ALWAYS) == isinstance(condition, Surely)
    return _ALWAYS if holds else _NEVER


def _all_of(conditions: list[Condition]) -> Condition:
    left = [one for one in conditions if one != _ALWAYS]
    if _NEVER in left:
        return _NEVER
    return left[0] if len(left) == 1 else AllOf(*left)


def _any_of(conditions: list[Condition]) -> Condition:
    left = [one for one in conditions if one != _NEVER]
    if _ALWAYS in left:
        return _ALWAYS
    return left[0] if len(left) == 1 else AnyOf(*left)


def _uncrossed(conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions with both names held against each other's place as one question."""
    given = list(conditions)
    crossed = [one for one in given if isinstance(one, Equal) and {one.left, one.right} == _NAMES]
    if len(crossed) < len(_NAMES):
        return given
    return [Equal(EITHER_ORDER), *[one for one in given if one not in crossed]]


def _by_equality(condition: Condition) -> bool:
    """Whether hashes answer it: no letters, and no field held against another."""
    fields = {frozenset(field_of(column) for column in pair) for pair in condition.compared()}
    return not condition.spelt() and all(len(field) == 1 for field in fields)


def _keys(rule: BlockingRule) -> tuple[tuple[str, str], ...]:
    """The keys that hashes can meet; none if there are none."""
    crossed = [pair for pair in rule.keys if set(pair) == _NAMES]
    keys = tuple(pair for pair in rule.keys if pair not in crossed)
    if len(crossed) == len(_NAMES):
        keys = ((EITHER_ORDER, EITHER_ORDER), *keys)
    elif crossed:
        return ()
    return keys
