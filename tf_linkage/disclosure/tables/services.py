"""How many services families use: the counts as numbers that add up, and the rows that may be shown of them.

What follows from what in these counts, and from the counts of outcomes: numbers of services make up all families;
anyone who has an outcome of a service uses one at least; all that is used adds up over the services.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, ALL_WINDOWS, HALF_YEARS, SERVICES
from tf_linkage.contracts.outputs.published import ServiceUse
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.tables import counts, outcomes
from tf_linkage.disclosure.tables.counts import Count

TABLE = "service_use"
KEY = ["services", "study_group", "window"]

OUTCOMES_OF_SERVICES = (
    "out_of_work_benefit", "child_in_need", "child_protection", "looked_after", "conviction", "exclusion",
    "persistent_absence",
)  # fmt: skip
"""Anyone who has one of these in a half-year used a service in it."""

ONE_OF_EACH = ("out_of_work_benefit", "child_in_need", "conviction", "persistent_absence")
"""One outcome of each service: the families that have them are no more than the services used, together."""

Cell = tuple[str, str]
"""Study group and window."""

Counts = Mapping[int, tuple[int, int]]
"""Families and their people by the number of services they used."""


def service_system(use: pl.DataFrame, others: Mapping[Key, Quantity]) -> System:
    """The counts as numbers that add up, also with those of outcomes.

    Args:
        use: `contracts.outputs.estimates.ServiceUse`.
        others: the numbers of outcomes by name.
    """
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []
    cells = _cells(use)
    for cell, by_number in cells.items():
        quantities |= _numbers(cell, by_number)
        relations.append(Relation((number(0, cell),), tuple(having(n, cell) for n in by_number)))
        relations += [counts.with_and_without(TABLE, str(n), *cell) for n in by_number]
        relations += [Relation((number(0, cell),), (number(n, cell),)) for n in by_number if n]
    for cell, by_number in cells.items():
        for name, left, right, none_tells in _linked(cell, by_number, cells, others):
            known = {**quantities, **others}
            if found := counts.difference(known, name, left, right, none_tells=none_tells):
                quantities |= found[0]
                relations.append(found[1])
    return counts.with_named(quantities, relations, others)


def service_rows(use: pl.DataFrame, shown: Set[Key]) -> pl.DataFrame:
    """What is published of the counts.

    Args:
        use: `contracts.outputs.estimates.ServiceUse`.
        shown: names of the numbers that may be shown.

    Returns:
        `contracts.outputs.published.ServiceUse`.
    """
    rows = []
    for cell, by_number in _cells(use).items():
        made = _numbers(cell, by_number)
        for n in by_number:
            named = dict(zip(KEY, (n, *cell), strict=True))
            rows.append(named | counts.published(TABLE, (str(n), *cell), made, shown))
    return of_rows(ServiceUse, rows).sort(KEY)


def number(services: int, cell: Cell) -> Key:
    """Name of the number of families followed, in the row of so many services."""
    return counts.number(TABLE, str(services), *cell)


def having(services: int, cell: Cell) -> Key:
    """Name of the number of families that used so many."""
    return counts.having(TABLE, str(services), *cell)


def _cells(use: pl.DataFrame) -> dict[Cell, Counts]:
    """Counts of every number of services, also of those that no family used."""
    plain = use.with_columns(pl.selectors.enum().cast(pl.String)).sort("study_group", "window", "services")
    found: dict[Cell, dict[int, tuple[int, int]]] = {}
    for row in plain.iter_rows(named=True):
        nobody = dict.fromkeys(range(len(SERVICES) + 1), (0, 0))
        cell = found.setdefault((row["study_group"], row["window"]), nobody)
        cell[row["services"]] = (row["families"], row["people"])
    return {cell: counts for cell, counts in found.items() if cell[1] in HALF_YEARS}


def _numbers(cell: Cell, by_number: Counts) -> dict[Key, Quantity]:
    families, people = (sum(each[i] for each in by_number.values()) for i in (0, 1))
    made: dict[Key, Quantity] = {}
    for n, (some, some_people) in by_number.items():
        rest = Count(families - some, people - some_people, families - some)
        all_of = Count(families, people, families)
        made |= counts.numbers(TABLE, (str(n), *cell), all_of, Count(some, some_people, some), rest)
    return made


Linked = Iterator[tuple[Key, Sequence[Key], Sequence[Key], bool]]
"""Name of a difference, the numbers of which it is what the first have more than the second, and whether it is
sensitive also where there is none."""


def _linked(cell: Cell, by_number: Counts, cells: Mapping[Cell, Counts], others: Mapping[Key, Quantity]) -> Linked:
    group, window = cell
    using = [having(n, cell) for n in by_number if n]
    for outcome in OUTCOMES_OF_SERVICES:
        named = ("family", outcome, group, window, ALL_REGIONS)
        if (some := outcomes.having(named)) in others:
            yield (TABLE, "other", outcome, *cell), using, [some], True
            yield (TABLE, "apart", outcome, *cell), [number(0, cell)], [outcomes.number(named)], False
    each = [outcomes.having(("family", outcome, group, window, ALL_REGIONS)) for outcome in ONE_OF_EACH]
    if all(key in others for key in each):
        used = [having(n, cell) for n in by_number for _ in range(n)]
        yield (TABLE, "more", "used", *cell), used, each, True
    later = [name for _, name in cells if _ == group and ALL_WINDOWS[name][0] == ALL_WINDOWS[window][1]]
    for then in later:
        yield (TABLE, "left", then, *cell), [number(0, cell)], [number(0, (group, then))], False
