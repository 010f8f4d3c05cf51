"""How many services families use: the counts as numbers that add up, and the rows that may be shown of them.

What follows from what in these counts, and from the counts of outcomes: numbers of services make up all families;
anyone who has an outcome of a service uses one at least; all that is used adds up over the services.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, ALL_WINDOWS, HALF_YEARS, SERVICES
from tf_linkage.contracts.outputs.published import LEAST, NUMBER_ROUNDING, ROUNDING, ServiceUse
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count, open_difference
from tf_linkage.disclosure.tables import outcomes

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
    for cell, counts in cells.items():
        quantities |= _numbers(cell, counts)
        parts = [having(n, cell) for n in counts]
        relations.append(Relation((number(0, cell),), tuple(parts)))
        relations += [Relation((number(n, cell),), (having(n, cell), _without(n, cell))) for n in counts]
        relations += [Relation((number(0, cell),), (number(n, cell),)) for n in counts if n]
    for cell, counts in cells.items():
        for name, left, right, need_at_zero in _linked(cell, counts, cells, others):
            known = {**quantities, **others}
            by = int(sum(known[key].value for key in left) - sum(known[key].value for key in right))
            # A claim that the counts do not keep is none.
            if by >= 0:
                need = open_difference() if few(by, by) and (by > 0 or need_at_zero) else None
                quantities[name] = Quantity(by, need=need, families=by)
                relations.append(Relation(tuple(left), (*right, name), links=True))
    return System(quantities | {key: others[key] for key in _named(relations, others)}, relations)


def service_rows(use: pl.DataFrame, shown: Set[Key]) -> pl.DataFrame:
    """What is published of the counts.

    Args:
        use: `contracts.outputs.estimates.ServiceUse`.
        shown: names of the numbers that may be shown.

    Returns:
        `contracts.outputs.published.ServiceUse`.
    """
    rows = []
    for cell, counts in _cells(use).items():
        numbers = _numbers(cell, counts)
        for n in counts:
            all_of, some = (
                int(numbers[key].shown) if key in shown else None for key in (number(n, cell), having(n, cell))
            )
            named = dict(zip(KEY, (n, *cell), strict=True))
            rows.append(named | outcomes.figures(all_of, some, design_effect=1.0))
    return of_rows(ServiceUse, rows).sort(KEY)


def number(services: int, cell: Cell) -> Key:
    """Name of the number of families followed, in the row of so many services."""
    return (TABLE, "number", str(services), *cell)


def having(services: int, cell: Cell) -> Key:
    """Name of the number of families that used so many."""
    return (TABLE, "number_with", str(services), *cell)


def _without(services: int, cell: Cell) -> Key:
    return (TABLE, "number_without", str(services), *cell)


def _cells(use: pl.DataFrame) -> dict[Cell, Counts]:
    """Counts of every number of services, also of those that no family used."""
    plain = use.with_columns(pl.selectors.enum().cast(pl.String)).sort("study_group", "window", "services")
    found: dict[Cell, dict[int, tuple[int, int]]] = {}
    for row in plain.iter_rows(named=True):
        nobody = dict.fromkeys(range(len(SERVICES) + 1), (0, 0))
        cell = found.setdefault((row["study_group"], row["window"]), nobody)
        cell[row["services"]] = (row["families"], row["people"])
    return {cell: counts for cell, counts in found.items() if cell[1] in HALF_YEARS}


def _numbers(cell: Cell, counts: Counts) -> dict[Key, Quantity]:
    families, people = (sum(each[i] for each in counts.values()) for i in (0, 1))
    all_need = open_count(families) if few(people, families) else None
    numbers: dict[Key, Quantity] = {}
    for n, (some, some_people) in counts.items():
        few_without = few(people - some_people, families - some)
        need = None
        if few(some_people, some):
            need = open_count(some)
        elif few_without:
            need = open_count(some, "nearly all")
        numbers[number(n, cell)] = Quantity(
            families, NUMBER_ROUNDING, all_need, LEAST, 12.0, people=people, families=families
        )
        numbers[having(n, cell)] = Quantity(some, ROUNDING, need, LEAST, 2.0, people=some_people, families=some)
        rest = families - some
        numbers[_without(n, cell)] = Quantity(rest, need=open_count(rest) if few_without else None, families=rest)
    return numbers


Linked = Iterator[tuple[Key, Sequence[Key], Sequence[Key], bool]]
"""Name of a difference, the numbers of which it is what the first have more than the second, and whether it is
sensitive also where there is none."""


def _linked(cell: Cell, counts: Counts, cells: Mapping[Cell, Counts], others: Mapping[Key, Quantity]) -> Linked:
    group, window = cell
    using = [having(n, cell) for n in counts if n]
    for outcome in OUTCOMES_OF_SERVICES:
        named = ("family", outcome, group, window, ALL_REGIONS)
        if (some := outcomes.having(named)) in others:
            yield (TABLE, "other", outcome, *cell), using, [some], True
            yield (TABLE, "apart", outcome, *cell), [number(0, cell)], [outcomes.number(named)], False
    each = [outcomes.having(("family", outcome, group, window, ALL_REGIONS)) for outcome in ONE_OF_EACH]
    if all(key in others for key in each):
        used = [having(n, cell) for n in counts for _ in range(n)]
        yield (TABLE, "more", "used", *cell), used, each, True
    later = [name for _, name in cells if _ == group and ALL_WINDOWS[name][0] == ALL_WINDOWS[window][1]]
    for then in later:
        yield (TABLE, "left", then, *cell), [number(0, cell)], [number(0, (group, then))], False


def _named(relations: Sequence[Relation], others: Mapping[Key, Quantity]) -> set[Key]:
    return {key for relation in relations for key in (*relation.left, *relation.right) if key in others}
