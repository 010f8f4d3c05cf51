"""Where adults stood and where they stand: the counts as numbers that add up, and the rows that may be shown.

What follows from what in these counts, and from the counts of outcomes: those who came from a state went to one of
the states, and adults who claim or work are among all who do.

How many families the adults of a whole state have is not known, only of each path: at least as many as its largest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, ALL_WINDOWS, BENEFIT_STATES
from tf_linkage.contracts.outputs.published import LEAST, NUMBER_ROUNDING, ROUNDING, BenefitPaths
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count, open_difference
from tf_linkage.disclosure.tables import outcomes

TABLE = "benefit_paths"
KEY = ["from_state", "to_state", "study_group", "window"]

OUT_OF_WORK, BOTH, WORKING, _ = BENEFIT_STATES
STATES_OF: Mapping[str, tuple[str, str]] = {
    "out_of_work_benefit": (OUT_OF_WORK, BOTH),
    "employment": (WORKING, BOTH),
}
"""States in which an adult has an outcome."""

START = "1-6 months before"
"""The half-year of the state that paths come from."""

Cell = tuple[str, str, str]
"""State before, study group, window."""

Counts = Mapping[str, tuple[int, int]]
"""Adults and their families by the state they went to."""


def path_system(paths: pl.DataFrame, others: Mapping[Key, Quantity]) -> System:
    """The counts as numbers that add up, also with those of outcomes.

    Args:
        paths: `contracts.outputs.estimates.BenefitPaths`.
        others: the numbers of outcomes by name.
    """
    cells = _cells(paths)
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []
    for cell, counts in cells.items():
        quantities |= _numbers(cell, counts)
        relations.append(Relation((_total(cell),), tuple(having(to, cell) for to in counts)))
        relations += [Relation((number(to, cell),), (having(to, cell), _without(to, cell))) for to in counts]
        relations += [Relation((_total(cell),), (number(to, cell),)) for to in BENEFIT_STATES[1:]]
    known = {**quantities, **others}
    for name, whole, part, need_at_zero in _linked(cells, others):
        by = int(known[whole].value - sum(known[key].value for key in part))
        # A claim that the counts do not keep is none.
        if by >= 0:
            need = open_difference() if few(by, by) and (by > 0 or need_at_zero) else None
            quantities[name] = Quantity(by, need=need, families=by)
            relations.append(Relation((whole,), (*part, name), links=True))
    named = {key for relation in relations for key in relation.left if key in others}
    return System(quantities | {key: others[key] for key in sorted(named)}, relations)


def path_rows(paths: pl.DataFrame, shown: Set[Key]) -> pl.DataFrame:
    """What is published of the counts.

    Args:
        paths: `contracts.outputs.estimates.BenefitPaths`.
        shown: names of the numbers that may be shown.

    Returns:
        `contracts.outputs.published.BenefitPaths`.
    """
    rows = []
    for cell, counts in _cells(paths).items():
        numbers = _numbers(cell, counts)
        for to, (people, families) in counts.items():
            all_of, some = (
                int(numbers[key].shown) if key in shown else None for key in (number(to, cell), having(to, cell))
            )
            named = dict(zip(KEY, (cell[0], to, *cell[1:]), strict=True))
            # As if adults of one family always went the same way.
            rows.append(named | outcomes.figures(all_of, some, design_effect=people / max(1, families)))
    return of_rows(BenefitPaths, rows).sort(KEY)


def number(to: str, cell: Cell) -> Key:
    """Name of the number of adults who came from the state, in the row of a path."""
    return (TABLE, "number", cell[0], to, *cell[1:])


def having(to: str, cell: Cell) -> Key:
    """Name of the number of adults who went that way."""
    return (TABLE, "number_with", cell[0], to, *cell[1:])


def _without(to: str, cell: Cell) -> Key:
    return (TABLE, "number_without", cell[0], to, *cell[1:])


def _total(cell: Cell) -> Key:
    return number(BENEFIT_STATES[0], cell)


def _cells(paths: pl.DataFrame) -> dict[Cell, Counts]:
    """Counts of every path, also of those that nobody went."""
    plain = paths.with_columns(pl.selectors.enum().cast(pl.String)).sort("study_group", "window", *KEY[:2])
    there = {tuple(row[name] for name in KEY): (row["people"], row["families"]) for row in plain.to_dicts()}
    sides = dict.fromkeys((group, window) for _, _, group, window in there)
    return {
        (start, *side): {to: there.get((start, to, *side), (0, 0)) for to in BENEFIT_STATES}
        for side, start in itertools.product(sides, BENEFIT_STATES)
    }


def _numbers(cell: Cell, counts: Counts) -> dict[Key, Quantity]:
    people = sum(each[0] for each in counts.values())
    families = max(each[1] for each in counts.values())
    # Held against earlier releases path by path, so that the whole has changed by no fewer than its paths.
    each_way = sum(each[1] for each in counts.values())
    all_need = open_count(people) if few(people, families) else None
    numbers: dict[Key, Quantity] = {}
    for to, (some, some_families) in counts.items():
        rest = people - some
        rest_families = max(each[1] for other, each in counts.items() if other != to)
        few_without = few(rest, rest_families)
        need = None
        if few(some, some_families):
            need = open_count(some)
        elif few_without:
            need = open_count(some, "nearly all")
        numbers[number(to, cell)] = Quantity(
            people, NUMBER_ROUNDING, all_need, LEAST, 12.0, people=people, families=each_way
        )
        numbers[having(to, cell)] = Quantity(some, ROUNDING, need, LEAST, 2.0, people=some, families=some_families)
        numbers[_without(to, cell)] = Quantity(
            rest, need=open_count(rest) if few_without else None, families=rest_families
        )
    return numbers


Linked = Iterator[tuple[Key, Key, Sequence[Key], bool]]
"""Name of a difference, the number that has so many more than the next together, and whether it is sensitive also
where there is none."""


def _linked(cells: Mapping[Cell, Counts], others: Mapping[Key, Quantity]) -> Linked:
    for group, window in dict.fromkeys(cell[1:] for cell in cells):
        from_each = {start: (start, group, window) for start in BENEFIT_STATES}
        for outcome, states in STATES_OF.items():
            now, then = (("adult", outcome, group, at, ALL_REGIONS) for at in (window, START))
            if outcomes.having(now) in others:
                arrived = [having(to, cell) for cell in from_each.values() for to in states]
                yield (TABLE, "other", outcome, group, window), outcomes.having(now), arrived, True
                everyone = [_total(cell) for cell in from_each.values()]
                yield (TABLE, "apart", outcome, group, window), outcomes.number(now), everyone, False
            if outcomes.having(then) in others:
                came = [_total(from_each[start]) for start in states]
                yield (TABLE, "came", outcome, group, window), outcomes.having(then), came, True
    for start, group, window in cells:
        for later in (at for a, g, at in cells if (a, g) == (start, group)):
            if ALL_WINDOWS[later][0] == ALL_WINDOWS[window][1]:
                name = (TABLE, "left", start, group, later)
                yield name, _total((start, group, window)), [_total((start, group, later))], False
