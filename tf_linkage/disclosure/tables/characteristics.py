"""Who the families are, and how likely on the programme: counts as numbers that add up, and the rows shown of them.

What follows from what: of one kind a family has one characteristic at most, bands of the propensity make up all
families, and these are much the same as those of the other tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import (
    ALL_REGIONS,
    FOUR_PROBLEMS,
    PROBLEM_NAMES,
    PROPENSITIES,
    THREE_PROBLEMS,
)
from tf_linkage.contracts.outputs.published import (
    LEAST,
    NUMBER_ROUNDING,
    PUBLISHED_TABLES,
    REGIONAL_WINDOWS,
    ROUNDING,
)
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count, open_difference
from tf_linkage.disclosure.tables import outcomes, services

CHARACTERISTICS, OVERLAP = "characteristics", "overlap"
KEYS: Mapping[str, list[str]] = {
    CHARACTERISTICS: ["characteristic", "study_group"],
    OVERLAP: ["propensity", "study_group"],
}

Count = tuple[int, int]
"""Families and their people."""

Counts = Mapping[str, tuple[Count, Count, str]]
"""Of one group, by name of the row: those that have it, all of the group, and of which kind it is."""


def characteristics_system(
    characteristics: pl.DataFrame, overlap: pl.DataFrame, others: Mapping[Key, Quantity]
) -> System:
    """The counts as numbers that add up, also with those of outcomes and services.

    Args:
        characteristics: `contracts.outputs.estimates.Characteristics`.
        overlap: `contracts.outputs.estimates.Overlap`.
        others: the numbers of outcomes and services by name.
    """
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []
    for table, groups in _tables(characteristics, overlap).items():
        for group, counts in groups.items():
            quantities |= {key: one for name in counts for key, one in _numbers(table, name, group, counts).items()}
            for more, relation in _adding_up(table, group, counts):
                quantities |= more
                relations.append(relation)
    known = {**quantities, **others}
    for name, wide, narrow in _linked(quantities, others):
        by = int(known[wide].value - known[narrow].value)
        # A claim that the counts do not keep is none; that there is no difference tells of nobody.
        if by >= 0:
            quantities[name] = Quantity(by, need=open_difference() if 0 < by < LEAST else None, families=by)
            relations.append(Relation((wide,), (narrow, name), links=True))
    named = {key for relation in relations for key in (*relation.left, *relation.right) if key in others}
    return System(quantities | {key: others[key] for key in sorted(named)}, relations)


def characteristics_rows(
    characteristics: pl.DataFrame, overlap: pl.DataFrame, shown: Set[Key]
) -> dict[str, pl.DataFrame]:
    """What is published of the counts.

    Args:
        characteristics: `contracts.outputs.estimates.Characteristics`.
        overlap: `contracts.outputs.estimates.Overlap`.
        shown: names of the numbers that may be shown.

    Returns:
        `contracts.outputs.published.Characteristics` and `Overlap`, by name.
    """
    made = {}
    for table, groups in _tables(characteristics, overlap).items():
        rows = []
        for group, counts in groups.items():
            for name in counts:
                numbers = _numbers(table, name, group, counts)
                keys = number(table, name, group), having(table, name, group)
                all_of, some = (int(numbers[key].shown) if key in shown else None for key in keys)
                named = dict(zip(KEYS[table], (name, group), strict=True))
                rows.append(named | outcomes.figures(all_of, some, design_effect=1.0))
        made[table] = of_rows(PUBLISHED_TABLES[table], rows).sort(KEYS[table])
    return made


def number(table: str, name: str, group: str) -> Key:
    """Name of the number of families of a group, in one row."""
    return (table, "number", name, group)


def having(table: str, name: str, group: str) -> Key:
    """Name of the number of families that have it."""
    return (table, "number_with", name, group)


def _tables(characteristics: pl.DataFrame, overlap: pl.DataFrame) -> dict[str, dict[str, Counts]]:
    return {CHARACTERISTICS: _of_characteristics(characteristics), OVERLAP: _of_overlap(overlap)}


def _of_characteristics(characteristics: pl.DataFrame) -> dict[str, Counts]:
    plain = characteristics.with_columns(pl.selectors.enum().cast(pl.String)).sort("study_group", "characteristic")
    found: dict[str, dict[str, tuple[Count, Count, str]]] = {}
    for row in plain.iter_rows(named=True):
        some, all_of = (row["families_with"], row["people_with"]), (row["families"], row["people"])
        found.setdefault(row["study_group"], {})[row["characteristic"]] = (some, all_of, row["kind"])
    return dict(found)


def _of_overlap(overlap: pl.DataFrame) -> dict[str, Counts]:
    """Every band of each group, also those in which nobody is."""
    plain = overlap.with_columns(pl.selectors.enum().cast(pl.String)).sort("study_group", "propensity")
    found: dict[str, Counts] = {}
    for (group,), of in plain.group_by(["study_group"], maintain_order=True):
        there = {row["propensity"]: (row["families"], row["people"]) for row in of.iter_rows(named=True)}
        all_of = (sum(each[0] for each in there.values()), sum(each[1] for each in there.values()))
        found[str(group)] = {band: (there.get(band, (0, 0)), all_of, OVERLAP) for band in PROPENSITIES}
    return found


def _numbers(table: str, name: str, group: str, counts: Counts) -> dict[Key, Quantity]:
    """The three numbers of a row: all, those that have it, those that do not; the last is never shown."""
    (some, some_people), (families, people), _ = counts[name]
    few_without = few(people - some_people, families - some)
    need = None
    if few(some_people, some):
        need = open_count(some)
    elif few_without:
        need = open_count(some, "nearly all")
    all_need = open_count(families) if few(people, families) else None
    rest = families - some
    return {
        number(table, name, group): Quantity(
            families, NUMBER_ROUNDING, all_need, LEAST, 12.0, people=people, families=families
        ),
        having(table, name, group): Quantity(some, ROUNDING, need, LEAST, 2.0, people=some_people, families=some),
        _without(table, name, group): Quantity(rest, need=open_count(rest) if few_without else None, families=rest),
    }


Found = Iterator[tuple[dict[Key, Quantity], Relation]]


def _adding_up(table: str, group: str, counts: Counts) -> Found:
    first = number(table, next(iter(counts)), group)
    for name in counts:
        yield (
            {},
            Relation((number(table, name, group),), (having(table, name, group), _without(table, name, group))),
        )
        if number(table, name, group) != first:
            yield {}, Relation((first,), (number(table, name, group),))
    for kind in dict.fromkeys(kind for _, _, kind in counts.values()):
        of_kind = [name for name, (_, _, its) in counts.items() if its == kind]
        parts = tuple(having(table, name, group) for name in of_kind)
        families = counts[of_kind[0]][1][0]
        rest = families - sum(counts[name][0][0] for name in of_kind)
        if table == OVERLAP:
            yield {}, Relation((first,), parts)
        elif len(of_kind) > 1 and rest >= 0:
            # Those of none of these: the kind that stands in no row.
            need = open_count(rest) if rest < LEAST else None
            yield (
                {_none_of(kind, group): Quantity(rest, need=need, families=rest)},
                Relation((first,), (*parts, _none_of(kind, group))),
            )
    yield from _problems(group, counts)


def _problems(group: str, counts: Counts) -> Found:
    """Problems add up over the families that have two, three, or four and more."""
    if not all(name in counts for name in (*PROBLEM_NAMES, THREE_PROBLEMS, FOUR_PROBLEMS)):
        return
    three, four = (counts[name][0][0] for name in (THREE_PROBLEMS, FOUR_PROBLEMS))
    two = counts[THREE_PROBLEMS][1][0] - three - four
    beyond = sum(counts[name][0][0] for name in PROBLEM_NAMES) - 2 * two - 3 * three - 4 * four
    if two >= 0 and beyond >= 0:
        name = (CHARACTERISTICS, "more problems", group)
        at = {
            each: having(CHARACTERISTICS, each, group) for each in (*PROBLEM_NAMES, THREE_PROBLEMS, FOUR_PROBLEMS)
        }
        released = (*[_none_of("problems", group)] * 2, *[at[THREE_PROBLEMS]] * 3, *[at[FOUR_PROBLEMS]] * 4, name)
        yield {name: Quantity(beyond)}, Relation(tuple(at[flag] for flag in PROBLEM_NAMES), released)


def _without(table: str, name: str, group: str) -> Key:
    return (table, "number_without", name, group)


def _none_of(kind: str, group: str) -> Key:
    return (CHARACTERISTICS, "none of", kind, group)


def _linked(quantities: Mapping[Key, Quantity], others: Mapping[Key, Quantity]) -> Iterator[tuple[Key, Key, Key]]:
    """Name of a difference, the number that is wider and the one within it: families are the same throughout."""
    alls = [key for key in quantities if key[1] == "number"]
    for group in dict.fromkeys(key[3] for key in alls):
        firsts = [next((key for key in alls if (key[0], key[3]) == (table, group)), None) for table in KEYS]
        there = [key for key in firsts if key is not None]
        if len(there) == len(KEYS):
            yield ("alike", "apart", group), there[0], there[1]
        window = services.number(0, (group, "1-6 months before"))
        if window in others:
            yield ("alike", "using", group), there[0], window
        for outcome in dict.fromkeys(outcomes.POPULATIONS):
            cell = outcomes.number(("family", outcome, group, REGIONAL_WINDOWS[0], ALL_REGIONS))
            if cell in others:
                yield ("alike", outcome, group), there[0], cell
