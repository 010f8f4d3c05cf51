"""What every table of counts has: for each row a number of all, of those that have it and of those that have not.

Their names, what has to stay open about each, the published row, and what two numbers differ by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from tf_linkage.contracts.outputs.published import MINIMUM_COUNT, NUMBER_ROUNDING, ROUNDING, WITHHELD
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count, open_difference
from tf_linkage.disclosure.tables.intervals import moved_by_rounding
from tf_linkage.intervals import wilson_ends


class Count(NamedTuple):
    """A count of whatever a table counts, and on how many people and families it stands."""

    value: int
    people: int
    families: int


class Costs(NamedTuple):
    """What a reader loses when the number of all, or of those that have it, is withheld (`Quantity.cost`)."""

    all_of: float
    some: float


PLAIN = Costs(12.0, 2.0)
"""Of tables that are shown once, for all regions together; the number of all is of many rows."""


def number(table: str, *row: str) -> Key:
    """Name of the number of all, in one row."""
    return (table, "number", *row)


def having(table: str, *row: str) -> Key:
    """Name of the number of those that have it."""
    return (table, "number_with", *row)


def without(table: str, *row: str) -> Key:
    """Name of the number of those that have it not."""
    return (table, "number_without", *row)


def numbers(
    table: str,
    row: Sequence[str],
    all_of: Count,
    some: Count,
    rest: Count,
    *,
    costs: Costs = PLAIN,
    changed_with: int | None = None,
) -> dict[Key, Quantity]:
    """The three numbers of a row; that of the rest is never shown and follows from the others.

    Args:
        table: the table.
        row: what distinguishes the row in it.
        all_of: all.
        some: those that have it.
        rest: those that have it not; `value` is what it differs by, whatever the rest stands on.
        costs: what is lost by withholding.
        changed_with: families without whom the number of all changes, where that is not the families it is of.
    """
    few_without = few(rest.people, rest.families)
    need = None
    if few(some.people, some.families):
        need = open_count(some.value)
    elif few_without:
        need = open_count(some.value, "nearly all")
    return {
        number(table, *row): Quantity(
            all_of.value,
            NUMBER_ROUNDING,
            open_count(all_of.value) if few(all_of.people, all_of.families) else None,
            MINIMUM_COUNT,
            costs.all_of,
            people=all_of.people,
            families=all_of.families if changed_with is None else changed_with,
        ),
        having(table, *row): Quantity(
            some.value, ROUNDING, need, MINIMUM_COUNT, costs.some, people=some.people, families=some.families
        ),
        without(table, *row): Quantity(
            rest.value, need=open_count(rest.value) if few_without else None, families=max(0, rest.families)
        ),
    }


def with_and_without(table: str, *row: str) -> Relation:
    """Those that have it and those that have not are all."""
    return Relation((number(table, *row),), (having(table, *row), without(table, *row)))


def difference(
    known: Mapping[Key, Quantity], name: Key, left: Sequence[Key], right: Sequence[Key], *, none_tells: bool
) -> tuple[dict[Key, Quantity], Relation] | None:
    """What some numbers have more than others together, as a number of its own, and the relation it stands in.

    Args:
        known: the numbers by name.
        name: what the difference is called.
        left: names of the numbers that have more.
        right: names of those that have less.
        none_tells: whether it is sensitive also that there is no difference.

    Returns:
        None where the counts do not keep the claim that there are no fewer on the left.
    """
    by = int(sum(known[key].value for key in left) - sum(known[key].value for key in right))
    if by < 0:
        return None
    need = open_difference() if few(by, by) and (by > 0 or none_tells) else None
    return {name: Quantity(by, need=need, families=by)}, Relation(tuple(left), (*right, name), links=True)


def with_named(
    quantities: Mapping[Key, Quantity], relations: Sequence[Relation], others: Mapping[Key, Quantity]
) -> System:
    """A table's numbers as a system, together with those of other tables that its relations name."""
    named = {key for relation in relations for key in (*relation.left, *relation.right) if key in others}
    return System({**quantities, **{key: others[key] for key in sorted(named)}}, relations)


def published(
    table: str, row: Sequence[str], made: Mapping[Key, Quantity], shown: Set[Key], design_effect: float = 1.0
) -> dict[str, object]:
    """The published figures of a row, from rounded numbers alone.

    Args:
        table: the table.
        row: what distinguishes the row in it.
        made: `numbers`.
        shown: names of the numbers that may be shown.
        design_effect: by how much a share varies more than one of so many independent people.
    """
    all_of, some = (
        int(made[key].shown) if key in shown else None for key in (number(table, *row), having(table, *row))
    )
    released: dict[str, object] = {
        "number": all_of,
        "number_with": some,
        "note": WITHHELD if some is None else None,
    }
    if all_of is None or some is None:
        return released | {"note": WITHHELD}
    share = some / all_of
    low, high = wilson_ends(share, all_of / max(1.0, round(design_effect, 1)))
    return released | {
        "share": share,
        "low": low,
        "high": high,
        "moved_by_rounding": moved_by_rounding(some, all_of),
    }
