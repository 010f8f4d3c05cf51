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
from tf_linkage.contracts.outputs.published import BenefitPaths
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.tables import counts, outcomes
from tf_linkage.disclosure.tables.counts import Count

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
    for cell, by_state in cells.items():
        quantities |= _numbers(cell, by_state)
        relations.append(Relation((_total(cell),), tuple(having(to, cell) for to in by_state)))
        relations += [counts.with_and_without(TABLE, *_row(to, cell)) for to in by_state]
        relations += [Relation((_total(cell),), (number(to, cell),)) for to in BENEFIT_STATES[1:]]
    known = {**quantities, **others}
    for name, whole, part, none_tells in _linked(cells, others):
        if found := counts.difference(known, name, [whole], part, none_tells=none_tells):
            quantities |= found[0]
            relations.append(found[1])
    return counts.with_named(quantities, relations, others)


def path_rows(paths: pl.DataFrame, shown: Set[Key]) -> pl.DataFrame:
    """What is published of the counts.

    Args:
        paths: `contracts.outputs.estimates.BenefitPaths`.
        shown: names of the numbers that may be shown.

    Returns:
        `contracts.outputs.published.BenefitPaths`.
    """
    rows = []
    for cell, by_state in _cells(paths).items():
        made = _numbers(cell, by_state)
        for to, (people, families) in by_state.items():
            row = _row(to, cell)
            # As if adults of one family always went the same way.
            effect = people / max(1, families)
            rows.append(dict(zip(KEY, row, strict=True)) | counts.published(TABLE, row, made, shown, effect))
    return of_rows(BenefitPaths, rows).sort(KEY)


def number(to: str, cell: Cell) -> Key:
    """Name of the number of adults who came from the state, in the row of a path."""
    return counts.number(TABLE, *_row(to, cell))


def having(to: str, cell: Cell) -> Key:
    """Name of the number of adults who went that way."""
    return counts.having(TABLE, *_row(to, cell))


def _row(to: str, cell: Cell) -> tuple[str, ...]:
    return cell[0], to, *cell[1:]


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


def _numbers(cell: Cell, by_state: Counts) -> dict[Key, Quantity]:
    people = sum(each[0] for each in by_state.values())
    all_of = Count(people, people, max(each[1] for each in by_state.values()))
    # Held against earlier releases path by path, so that the whole has changed by no fewer than its paths.
    each_way = sum(each[1] for each in by_state.values())
    made: dict[Key, Quantity] = {}
    for to, (some, families) in by_state.items():
        others = max(each[1] for other, each in by_state.items() if other != to)
        rest = Count(people - some, people - some, others)
        row = _row(to, cell)
        made |= counts.numbers(TABLE, row, all_of, Count(some, some, families), rest, changed_with=each_way)
    return made


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
