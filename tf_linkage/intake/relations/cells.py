"""Cells against what they stand for: marks of `not known`, one value in all of them, another sender's."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tf_linkage.contracts.bodies.councils import COUNCIL_NAMES, codes_called
from tf_linkage.contracts.in_time import DrawnThen, Lately
from tf_linkage.contracts.relations import (
    ENOUGH_CELLS,
    MANY_CELLS,
    FewAlike,
    KnownCode,
    KnownSender,
    NoMarks,
    NotOneValue,
    OfItsSender,
    SomeFilled,
)
from tf_linkage.intake.marks import marks_in, words_in
from tf_linkage.intake.reading.extracts import Part
from tf_linkage.intake.relations.given import Broken, Given, all_of

MOST_COUNCILS = 3
"""Councils that a note names."""


def no_marks(relation: NoMarks, given: Given) -> Iterator[Broken]:
    """Cells that say in words that nothing is known."""
    for column in relation.columns:
        cells = given.rows.get_column(column)
        marked = words_in(cells) if relation.keys else marks_in(cells)
        if marked.any():
            yield marked, column, "what systems write for `not known`"


def not_one_value(relation: NotOneValue, given: Given) -> Iterator[Broken]:
    """Columns of a file that hold one value in too many of their known cells."""
    for part, rows in _by_file(given):
        for name in relation.columns:
            known = given.rows.get_column(name).filter(rows).drop_nulls()
            if len(known) < relation.least:
                continue
            most = known.value_counts(sort=True, name="_count").get_column("_count")[0]
            if most > relation.most * len(known):
                value = known.mode().sort()[0]
                share = f"{most / len(known):.0%} of the known cells of {part.file} hold one value"
                yield rows & all_of(given.rows, pl.col(name) == value), name, share


def few_alike(relation: FewAlike, given: Given) -> Iterator[Broken]:
    """Rows that are like earlier ones in all of some columns."""
    filled = pl.sum_horizontal(pl.col(name).is_not_null() for name in relation.told_by) >= relation.filled
    told = given.rows.select(filled).to_series()
    again = told & ~given.rows.select(pl.struct(relation.columns).is_first_distinct()).to_series()
    count = int(again.sum())
    if count >= relation.least and count > relation.most * given.rows.height:
        yield again, None, f"{count / given.rows.height:.0%} of the rows are like others but for keys or amounts"


def some_filled(relation: SomeFilled, given: Given) -> Iterator[Broken]:
    """A file of which none of some columns has a value."""
    for part, rows in _by_file(given):
        if (
            part.rows >= MANY_CELLS
            and not given.rows.filter(rows)
            .select(pl.any_horizontal(pl.col(name).is_not_null().any() for name in relation.columns))
            .item()
        ):
            yield rows, None, f"{', '.join(relation.columns)} are blank in every row of {part.file}"


def known_code(relation: KnownCode, given: Given) -> Iterator[Broken]:
    """Codes that the list does not have."""
    other = all_of(given.rows, ~pl.col(relation.column).is_in(sorted(relation.codes)))
    if other.any():
        yield other, relation.column, "a code that is on no list"


def known_sender(relation: KnownSender, given: Given) -> Iterator[Broken]:
    """Files of councils whose sender is called like none: nobody can tell whether the code is its own."""
    for part, rows in _by_file(given):
        codes = given.rows.get_column(relation.column).filter(rows).unique().sort().to_list()
        known = [f"{COUNCIL_NAMES[code]} ({code})" for code in codes if code in COUNCIL_NAMES]
        if part.sender and known and not codes_called(part.sender):
            shown = ", ".join(known[:MOST_COUNCILS]) + (" and others" if len(known) > MOST_COUNCILS else "")
            said = f"the sender of {part.file} is called like no council, and its rows are those of {shown}"
            yield _nowhere(given), relation.column, said


def of_its_sender(relation: OfItsSender, given: Given) -> Iterator[Broken]:
    """Rows of another council than the one that sends them, or of one that another sender has sent too."""
    senders: dict[str, set[str]] = {}
    for part, rows in _by_file(given):
        column = given.rows.get_column(relation.column)
        meant = codes_called(part.sender or "")
        other = rows & ~column.is_in(meant)
        if meant and other.any():
            said = " or ".join(meant)
            yield other, relation.column, f"not {COUNCIL_NAMES[meant[0]]}, which sends the file ({said})"
        if part.sender:
            for code in column.filter(rows).unique().sort():
                senders.setdefault(code, set()).add(part.sender.casefold())
    twice = sorted(code for code, several in senders.items() if len(several) > 1)
    if twice:
        both = all_of(given.rows, pl.col(relation.column).is_in(twice))
        yield both, relation.column, f"{', '.join(twice)} in files of several senders"


def lately(relation: Lately, given: Given) -> Iterator[Broken]:
    """A large file of which no day lies in the time before the extract."""
    for part, rows in _by_file(given):
        days = given.rows.filter(rows).select(relation.columns)
        newest = max((day for day in days.max().row(0) if day is not None), default=None)
        known = sum(days.height - days[name].null_count() for name in relation.columns)
        if newest is None or known < ENOUGH_CELLS or (given.day - newest).days <= relation.days:
            continue
        if relation.spell and _nothing_new_expected(relation, given.rows.filter(rows), given):
            continue
        names = " or ".join(relation.columns)
        said = f"{part.file}: no {names} lies in the {relation.days} days before {given.day}"
        yield _nowhere(given), None, said


def _nothing_new_expected(relation: Lately, rows: pl.DataFrame, given: Given) -> bool:
    """Whether every spell has ended, and no family can have been identified of late."""
    assert relation.spell is not None  # noqa: S101  (asked before)
    begun, ended = (rows[name].is_not_null() for name in relation.spell)
    if (begun & ~ended).any():
        return False
    if given.asked is None:
        return bool(begun.any())
    return (given.day - given.asked.identified[1]).days > relation.days


def drawn_then(relation: DrawnThen, given: Given) -> Iterator[Broken]:
    """Files that were drawn long before the extract, as their mapping says."""
    for part in given.extract.parts:
        if part.drawn is not None and (given.day - part.drawn).days > relation.days:
            said = f"{part.file}: drawn on {part.drawn}, as its mapping says, and the extract is of {given.day}"
            yield _nowhere(given), None, said


def _by_file(given: Given) -> Iterator[tuple[Part, pl.Series]]:
    """Each file of a table and which rows are its own."""
    at = pl.int_range(given.rows.height, eager=True)
    first = 0
    for part in given.extract.parts:
        yield part, at.is_between(first, first + part.rows - 1)
        first += part.rows


def _nowhere(given: Given) -> pl.Series:
    """No row in particular: what is missing stands nowhere."""
    return pl.repeat(False, given.rows.height, dtype=pl.Boolean, eager=True)
