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
from tf_linkage.contracts.outputs.published import MINIMUM_COUNT, PUBLISHED_TABLES, REGIONAL_WINDOWS
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import open_count
from tf_linkage.disclosure.tables import counts, outcomes, services
from tf_linkage.disclosure.tables.counts import Count, having, number

CHARACTERISTICS, OVERLAP = "characteristics", "overlap"
KEYS: Mapping[str, list[str]] = {
    CHARACTERISTICS: ["characteristic", "study_group"],
    OVERLAP: ["propensity", "study_group"],
}

Families = tuple[int, int]
"""Families and their people."""

Counts = Mapping[str, tuple[Families, Families, str]]
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
        for group, by_name in groups.items():
            for name, (some, all_of, _) in by_name.items():
                quantities |= _numbers(table, name, group, some, all_of)
            for more, relation in _adding_up(table, group, by_name):
                quantities |= more
                relations.append(relation)
    known = {**quantities, **others}
    for key, wide, narrow in _linked(quantities, others):
        if found := counts.difference(known, key, [wide], [narrow], none_tells=False):
            quantities |= found[0]
            relations.append(found[1])
    return counts.with_named(quantities, relations, others)


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
        for group, by_name in groups.items():
            for name, (some, all_of, _) in by_name.items():
                named = dict(zip(KEYS[table], (name, group), strict=True))
                numbers = _numbers(table, name, group, some, all_of)
                rows.append(named | counts.published(table, (name, group), numbers, shown))
        made[table] = of_rows(PUBLISHED_TABLES[table], rows).sort(KEYS[table])
    return made


def _tables(characteristics: pl.DataFrame, overlap: pl.DataFrame) -> dict[str, dict[str, Counts]]:
    return {CHARACTERISTICS: _of_characteristics(characteristics), OVERLAP: _of_overlap(overlap)}


def _of_characteristics(characteristics: pl.DataFrame) -> dict[str, Counts]:
    plain = characteristics.with_columns(pl.selectors.enum().cast(pl.String)).sort("study_group", "characteristic")
    found: dict[str, dict[str, tuple[Families, Families, str]]] = {}
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


def _numbers(table: str, name: str, group: str, with_it: Families, everyone: Families) -> dict[Key, Quantity]:
    (some, some_people), (families, people) = with_it, everyone
    rest = Count(families - some, people - some_people, families - some)
    all_of = Count(families, people, families)
    return counts.numbers(table, (name, group), all_of, Count(some, some_people, some), rest)


Found = Iterator[tuple[dict[Key, Quantity], Relation]]


def _adding_up(table: str, group: str, by_name: Counts) -> Found:
    first = number(table, next(iter(by_name)), group)
    for name in by_name:
        yield {}, counts.with_and_without(table, name, group)
        if number(table, name, group) != first:
            yield {}, Relation((first,), (number(table, name, group),))
    for kind in dict.fromkeys(kind for _, _, kind in by_name.values()):
        of_kind = [name for name, (_, _, its) in by_name.items() if its == kind]
        parts = tuple(having(table, name, group) for name in of_kind)
        families = by_name[of_kind[0]][1][0]
        rest = families - sum(by_name[name][0][0] for name in of_kind)
        if table == OVERLAP:
            yield {}, Relation((first,), parts)
        elif len(of_kind) > 1 and rest >= 0:
            # Those of none of these: the kind that stands in no row.
            need = open_count(rest) if rest < MINIMUM_COUNT else None
            yield (
                {_none_of(kind, group): Quantity(rest, need=need, families=rest)},
                Relation((first,), (*parts, _none_of(kind, group))),
            )
    yield from _problems(group, by_name)


def _problems(group: str, by_name: Counts) -> Found:
    """Problems add up over the families that have two, three, or four and more."""
    if not all(name in by_name for name in (*PROBLEM_NAMES, THREE_PROBLEMS, FOUR_PROBLEMS)):
        return
    three, four = (by_name[name][0][0] for name in (THREE_PROBLEMS, FOUR_PROBLEMS))
    two = by_name[THREE_PROBLEMS][1][0] - three - four
    beyond = sum(by_name[name][0][0] for name in PROBLEM_NAMES) - 2 * two - 3 * three - 4 * four
    if two >= 0 and beyond >= 0:
        name = (CHARACTERISTICS, "more problems", group)
        at = {
            each: having(CHARACTERISTICS, each, group) for each in (*PROBLEM_NAMES, THREE_PROBLEMS, FOUR_PROBLEMS)
        }
        released = (*[_none_of("problems", group)] * 2, *[at[THREE_PROBLEMS]] * 3, *[at[FOUR_PROBLEMS]] * 4, name)
        yield {name: Quantity(beyond)}, Relation(tuple(at[flag] for flag in PROBLEM_NAMES), released)


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
