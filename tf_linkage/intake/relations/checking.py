"""The relations that contracts declare (`contracts.relations`), checked on the tables of one body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.in_time import (
    Asked,
    BornFirst,
    DrawnThen,
    EveryYear,
    IdentifiedThen,
    InTheYears,
    Lately,
    UpToDate,
)
from tf_linkage.contracts.registry import ACADEMIC_YEAR
from tf_linkage.contracts.relations import (
    Apart,
    BornBefore,
    ByExtract,
    FewAlike,
    FewRepeats,
    HasRows,
    InOrder,
    KnownCode,
    KnownPeople,
    KnownSender,
    MostHaveRows,
    MostlyFilled,
    NoMarks,
    NotOneValue,
    OfItsSender,
    OneOf,
    OnlyWhere,
    Placeholders,
    Relation,
    SomeFilled,
    StartsWithin,
    Strength,
    Unlike,
)
from tf_linkage.intake.reading.extracts import Extract
from tf_linkage.intake.reading.problems import MOST_LINES
from tf_linkage.intake.relations import cells, in_time
from tf_linkage.intake.relations.given import FIRST_MONTH_OF_YEAR, Broken, Given, all_of


@dataclass(frozen=True)
class Finding:
    """What a relation found: where first, what, in how many rows (`extent`), and why."""

    table: str
    strength: Strength
    place: str
    said: str
    rows: int
    reason: str
    extent: str = ""

    def __str__(self) -> str:
        """The finding in a line."""
        extent = f" ({self.extent})" if self.rows else ""
        return f"{self.place}: {self.said}{extent}: {self.reason}"


def findings(
    extracts: Mapping[str, Extract],
    relations: Mapping[str, Sequence[Relation]],
    day: dt.date,
    asked: Asked | None = None,
) -> list[Finding]:
    """What breaks the relations of one body's tables.

    Args:
        extracts: the body's tables by file stem.
        relations: what holds of each (`registry.extract_relations`).
        day: the day on which the extract was drawn.
        asked: the years that the study asks about; none of them is checked without.

    Returns:
        Findings of both strengths, in the order of tables and relations; places and counts, never a value.
    """
    found = []
    for stem, extract in extracts.items():
        for relation in relations[stem]:
            given = Given(extract, extracts, day, asked)
            for broken in _CHECKS[type(relation)](relation, given):
                found.append(_finding(stem, relation, extract, broken))
    return found


def _finding(stem: str, relation: Relation, extract: Extract, broken: Broken) -> Finding:
    rows, column, said = broken
    count = int(rows.sum()) if rows.len() else 0
    first = rows.arg_true()
    place = extract.place(int(first[0])) if len(first) else extract.file
    where = f"{place}, column {column}" if column else place
    extent = extract.extent(first.head(MOST_LINES + 1).to_list(), count)
    return Finding(stem, relation.strength, where, said, count, relation.reason, extent)


def _has_rows(_relation: HasRows, given: Given) -> Iterator[Broken]:
    if given.rows.is_empty():
        yield pl.Series([], dtype=pl.Boolean), None, "there are no rows below the header"


def _known_people(relation: KnownPeople, given: Given) -> Iterator[Broken]:
    people = given.others[relation.people]
    unknown = ~given.rows.get_column(relation.key).is_in(people.rows.get_column(relation.key).implode())
    if unknown.any():
        yield unknown, relation.key, f"nobody in {people.file} has it"


def _few_repeats(relation: FewRepeats, given: Given) -> Iterator[Broken]:
    repeats = ~given.rows.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    count, height = int(repeats.sum()), given.rows.height
    too_many = height and count > relation.most * height and count >= relation.least
    if too_many:
        share = f"{count / height:.1%} of the rows repeat others whole"
        allowed = f", and {relation.most:.0%} may" if relation.most else ""
        yield repeats, None, share + allowed


def _most_have_rows(relation: MostHaveRows, given: Given) -> Iterator[Broken]:
    people = given.others[relation.people].rows.get_column(relation.key)
    if not len(people) or given.rows.is_empty():
        return
    having = people.is_in(given.rows.get_column(relation.key).implode())
    share = having.mean()
    assert isinstance(share, float)  # noqa: S101  (a column with rows has a mean)
    if share < relation.least:
        said = f"{share:.0%} of the people in {given.others[relation.people].file} have a row here"
        yield pl.repeat(True, given.rows.height, dtype=pl.Boolean, eager=True), None, said


def _mostly_filled(relation: MostlyFilled, given: Given) -> Iterator[Broken]:
    blank = given.rows.get_column(relation.column).is_null()
    if given.rows.height and blank.sum() > (1 - relation.least) * given.rows.height:
        share = blank.sum() / given.rows.height
        yield blank, relation.column, f"{share:.0%} of the rows are blank, and {1 - relation.least:.0%} may be"


def _by_extract(relation: ByExtract, given: Given) -> Iterator[Broken]:
    for column in relation.columns:
        if column == ACADEMIC_YEAR:
            last = given.day.year if given.day.month >= FIRST_MONTH_OF_YEAR else given.day.year - 1
            late, said = pl.col(column) > last, f"an academic year that begins after the extract ({given.day})"
        else:
            late, said = pl.col(column) > given.day, f"after the day of the extract ({given.day})"
        if (broken := all_of(given.rows, late)).any():
            yield broken, column, said


def _one_of(relation: OneOf, given: Given) -> Iterator[Broken]:
    column = pl.col(relation.column)
    several = column.min().over(relation.group) != column.max().over(relation.group)
    if (broken := all_of(given.rows, several)).any():
        families = given.rows.filter(broken).select(relation.group).n_unique()
        yield (
            broken,
            relation.column,
            f"several in one family ({families:,} famil{'ies' if families != 1 else 'y'})",
        )


def _apart(relation: Apart, given: Given) -> Iterator[Broken]:
    who = [relation.key, *relation.kind]
    rows = given.rows.with_row_index("_row").sort(*who, relation.start, relation.end, "_row", nulls_last=True)
    end = pl.col(relation.end).fill_null(dt.date.max)
    before = end.cum_max().shift(1).over(who)
    overlap = rows.filter(pl.col(relation.start) <= before)
    if overlap.height:
        broken = pl.Series(range(given.rows.height)).is_in(overlap.get_column("_row").implode())
        people = overlap.get_column(relation.key).n_unique()
        yield (
            broken,
            relation.start,
            f"spells of one kind overlap ({people:,} {'people' if people != 1 else 'person'})",
        )


def _starts_within(relation: StartsWithin, given: Given) -> Iterator[Broken]:
    kind, start = pl.col(relation.column).cast(pl.String), pl.col(relation.start)
    rows = given.rows.select(relation.key, relation.column, relation.start, relation.end).with_row_index("_row")
    outer = rows.filter(kind == relation.outer).select(
        relation.key, _opens=start, _closes=pl.col(relation.end).fill_null(dt.date.max)
    )
    inner = rows.filter((kind == relation.inner) & start.is_not_null())
    within = inner.join(outer, on=relation.key).filter(start.is_between("_opens", "_closes"))
    outside = inner.join(within, on="_row", how="anti")
    if outside.height:
        broken = pl.Series(range(given.rows.height)).is_in(outside.get_column("_row").implode())
        yield broken, relation.start, f"{relation.inner} begins on a day that no {relation.outer} covers"


def _placeholders(relation: Placeholders, given: Given) -> Iterator[Broken]:
    if (broken := all_of(given.rows, pl.col(relation.column).dt.year() == relation.year)).any():
        yield broken, relation.column, f"days of {relation.year}"


def _unlike(relation: Unlike, given: Given) -> Iterator[Broken]:
    known = pl.all_horizontal(pl.col(column).is_not_null() for column in relation.columns)
    alike = known & pl.struct(*relation.group, *relation.columns).is_duplicated()
    if (broken := all_of(given.rows, alike)).any():
        yield broken, None, f"the same {', '.join(relation.columns)} twice in a family"


def _born_before(relation: BornBefore, given: Given) -> Iterator[Broken]:
    if (broken := all_of(given.rows, pl.col(relation.birth) > pl.col(relation.day))).any():
        yield broken, relation.birth, f"born after {relation.day}"


def _only_where(relation: OnlyWhere, given: Given) -> Iterator[Broken]:
    for column in relation.columns:
        broken = all_of(given.rows, pl.col(column).is_not_null() & ~pl.col(relation.told_by))
        if broken.any():
            yield broken, column, f"a day although {relation.told_by} says no"


def _in_order(relation: InOrder, given: Given) -> Iterator[Broken]:
    if (broken := all_of(given.rows, pl.col(relation.later) < pl.col(relation.earlier))).any():
        yield broken, relation.later, f"before {relation.earlier}"


_Check = Callable[..., Iterator[Broken]]
_CHECKS: dict[type[Relation], _Check] = {
    HasRows: _has_rows,
    KnownPeople: _known_people,
    FewRepeats: _few_repeats,
    MostHaveRows: _most_have_rows,
    MostlyFilled: _mostly_filled,
    ByExtract: _by_extract,
    OneOf: _one_of,
    Apart: _apart,
    StartsWithin: _starts_within,
    Placeholders: _placeholders,
    Unlike: _unlike,
    OnlyWhere: _only_where,
    InOrder: _in_order,
    BornBefore: _born_before,
    BornFirst: in_time.born_first,
    IdentifiedThen: in_time.identified_then,
    InTheYears: in_time.in_the_years,
    EveryYear: in_time.every_year,
    UpToDate: in_time.up_to_date,
    NoMarks: cells.no_marks,
    FewAlike: cells.few_alike,
    SomeFilled: cells.some_filled,
    KnownCode: cells.known_code,
    KnownSender: cells.known_sender,
    NotOneValue: cells.not_one_value,
    OfItsSender: cells.of_its_sender,
    Lately: cells.lately,
    DrawnThen: cells.drawn_then,
}
