"""The draft of a mapping: everything that is plain, and a line for each doubt that a person must settle."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from tf_linkage.contracts.bodies.councils import codes_called
from tf_linkage.contracts.columns import ColumnInfo, columns_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.contracts.relations import OneOf, OnlyWhere, relations_of
from tf_linkage.errors import InputRefused
from tf_linkage.intake.drafting.by_names import DATE_PARTS, by_names, marks_of, placeholders_in, without
from tf_linkage.intake.drafting.by_values import by_values
from tf_linkage.intake.drafting.columns import GROUP, propose
from tf_linkage.intake.drafting.layout import MERGED_BELOW, Laid, layout_of
from tf_linkage.intake.drafting.marked import Marked, marked_rows, without_marked
from tf_linkage.intake.drafting.names import ADDRESS_PARTS, FLAGS, dangerous
from tf_linkage.intake.drafting.proposal import Found
from tf_linkage.intake.drafting.second import Second, look_up, seconds_of
from tf_linkage.intake.drafting.settling import settle
from tf_linkage.intake.drafting.writing import toml, written
from tf_linkage.intake.mapping.filling import filled_down, written_once, written_with
from tf_linkage.intake.mapping.loading import DOUBT
from tf_linkage.intake.mapping.meanings import folded
from tf_linkage.intake.mapping.model import LEAST_YEAR, MOST_YEAR, USUAL_DATE
from tf_linkage.intake.mapping.rows import ROW
from tf_linkage.intake.mapping.source import Source, source_of
from tf_linkage.intake.mapping.workbook import MERGED
from tf_linkage.intake.reading.cells import YES_OR_NO, is_key
from tf_linkage.intake.reading.problems import Problems

SHARED_IN_A_FAMILY = {"study_group", "service_received", "address", "postcode", "la_code"}
"""Columns, beside those that the contract makes one for a family, that a sheet may say once for all of it."""


@dataclass
class Draft:
    """A drafted mapping.

    Attributes:
        text: of the TOML file.
        doubts: lines that a person must settle before it runs.
        rows: of the file.
        columns: of the file.
    """

    text: str
    doubts: int
    rows: int
    columns: int


def draft_mapping(  # noqa: PLR0917 - file, table, whose, when; what a person says of it by name
    path: Path,
    table: str,
    sender: str,
    year: int | None,
    header_row: int | None = None,
    also: Sequence[Path] = (),
    *,
    drawn: dt.date | None = None,
    likely: int = 2020,
) -> Draft:
    """Drafts the mapping of a file.

    Args:
        path: the file.
        table: the contract's table that it is to become, such as council_cohort.
        sender: whose file it is.
        year: of its codes; that of the day on which it was drawn where nobody said.
        header_row: line of the header, from 1, where a person says so; needed where no name in it is known.
        also: further files of its folder, in which columns of the same people or families stand. Other sheets of
            a workbook are looked at unasked.
        drawn: the day on which the file was drawn; where nobody says it, the one that its titles name, or a doubt.
        likely: the year that is written down where nothing tells it.

    Raises:
        InputRefused: no such table, a year beyond bounds, or a file cannot be read as rows under a header.
    """
    tables = extract_tables()
    if table not in tables:
        raise InputRefused(f"no body hands over a table named {table}; known are {', '.join(tables)}")
    columns = list(columns_of(tables[table]))
    if year is not None and not LEAST_YEAR <= year <= MOST_YEAR:
        raise InputRefused(f"year: {year} is not between {LEAST_YEAR} and {MOST_YEAR}")
    names = frozenset({column.name for column in columns} | {*FLAGS, *ADDRESS_PARTS, *DATE_PARTS})
    laid = layout_of(path, names, header_row)
    source = source_of(path.read_bytes(), path.name, laid.file, (), Problems(path.name))
    marked = marked_rows(source.cells)
    source = _unmarked(source, marked)
    found = by_names(columns, source)
    found.marked = [one for one in marked if one.theirs not in found.used()]
    seconds = seconds_of(path, laid, also, names, source.cells.columns)
    look_up(found, columns, source, seconds, by_names)
    _find_by_values(found, columns, source)
    look_up(found, columns, source, seconds, _only_by_values)
    source = _fill_down(found, tables[table], columns, source, laid)
    _held_as_days(found, source)
    known = _known_cells(found, source, seconds)
    _find_given(found, tables[table], columns, known)
    settle(found, tables[table], columns, known)
    _find_council(found, columns, sender)
    laid.drawn = drawn or laid.drawn
    told = year or (laid.drawn.year if laid.drawn and LEAST_YEAR <= laid.drawn.year <= MOST_YEAR else None)
    about = [f"table = {toml(table)}", f"sender = {toml(sender)}", f"year = {told or likely}"]
    if laid.drawn is None:
        also_year = "" if told else ", and its year above"
        laid.doubts.append(
            f"on which day was the file drawn? Say it here{also_year}; days after it are then refused"
        )
    text = written(about, laid, found, columns, source)
    doubts = sum(line.startswith(DOUBT) for line in text.splitlines())
    return Draft(text, doubts, source.cells.height, source.cells.width)


def _unmarked(source: Source, marked: list[Marked]) -> Source:
    """The rows that are not marked as no records, each still with its own line."""
    numbered = without_marked(source.cells.with_row_index(ROW), marked)
    lines = numbered[ROW].to_list()
    return replace(source, cells=numbered.drop(ROW), line_of=lambda row: source.line_of(lines[row]))


def _fill_down(found: Found, table: type, columns: list[ColumnInfo], source: Source, laid: Laid) -> Source:
    """The cells, with keys filled that were written once for several rows, such as a family's number."""
    down = [
        made.theirs
        for one in columns
        if is_key(one) and not one.nullable and (made := found.rename.get(one.name))
        if made.theirs in source.cells.columns and written_once(source.cells[made.theirs])
    ]
    if len(down) != 1:
        return source
    key = source.cells[down[0]]
    shared = {one.column for one in relations_of(table) if isinstance(one, OneOf)} | SHARED_IN_A_FAMILY
    may = [made.theirs for ours, made in found.rename.items() if ours in shared] + found.join
    if GROUP not in found.filled():
        unused = [theirs for theirs in source.cells.columns if theirs not in found.used()]
        may += [theirs for theirs in unused if source.cells[theirs].drop_nulls().n_unique() == 2]
    there = [theirs for theirs in dict.fromkeys(may) if theirs in source.cells.columns]
    down += [theirs for theirs in there if written_with(key, source.cells[theirs])]
    laid.file = laid.file.model_copy(update={"fill_down": down})
    laid.doubts.append(
        f"{down[0]} is blank in {key.null_count():,} of {len(key):,} rows and says nothing twice. Was it written "
        "once for several rows, and do the columns named with it speak for them too? (fill_down)"
    )
    if set(source.faults.get(MERGED, {})) <= set(down):
        laid.doubts = [doubt for doubt in laid.doubts if doubt != MERGED_BELOW]
    return filled_down(source, down, Problems(""))


def _only_by_values(columns: list[ColumnInfo], source: Source) -> Found:
    """What columns of a second table may be that no name leads to; arguments as in `by_names`."""
    found = Found()
    _find_by_values(found, columns, source)
    return found


def _known_cells(found: Found, source: Source, seconds: Sequence[Second]) -> pl.DataFrame:
    """The file's cells without what stands for blank, and the columns looked up in tables of one row for a key."""
    cells = source.cells
    for lookup in found.lookups:
        other = next(
            one.source.cells for one in seconds if (one.file, one.laid.file) == (lookup.file, lookup.layout)
        )
        if lookup.here in cells.columns and not other[lookup.there].is_duplicated().any():
            named = [pl.col(theirs).alias(name) for name, theirs in lookup.columns.items()]
            cells = cells.join(
                other.select(pl.col(lookup.there).alias(lookup.here), *named).drop_nulls(lookup.here),
                on=lookup.here, how="left", maintain_order="left",
            )  # fmt: skip
    own = {
        made.theirs: placeholders_in(cells[made.theirs], ours)
        for ours, made in found.rename.items()
        if made.theirs in cells.columns
    }
    marks = marks_of(cells)
    return pl.DataFrame({name: without(cells[name], marks | own.get(name, set())) for name in cells.columns})


def _find_by_values(found: Found, columns: list[ColumnInfo], source: Source) -> None:
    """Columns of the contract that no name leads to, by what stands in columns whose names say nothing."""
    misfits = {name for name, made in found.rename.items() if made.misfits}
    left = [column for column in columns if column.name in misfits or column.name not in found.filled()]
    marks = marks_of(source.cells)
    unused = {theirs for theirs in source.cells.columns if theirs not in found.used() and not dangerous(theirs)}
    cells = {theirs: without(source.cells[theirs], marks) for theirs in source.cells.columns if theirs in unused}
    births = any(column.name == "date_of_birth" for column in columns)
    for name, made in by_values(left, cells, births=births).items():
        made.place(source.line_of, source.word)
        found.rename[name] = made
        if own := {*placeholders_in(source.cells[made.theirs], name), *made.blank} - marks:
            found.missing[name] = sorted(own)


def _held_as_days(found: Found, source: Source) -> None:
    """What a workbook holds as days needs no form."""
    for made in found.rename.values():
        if made.theirs in source.days:
            made.forms = [form for form in made.forms if not form.startswith(USUAL_DATE)]


def _says_yes_with(cells: pl.DataFrame, theirs: str, day: str) -> bool:
    """Whether a column says yes in the rows that have a day, and no in the others."""
    if theirs not in cells.columns or day not in cells.columns:
        return False
    said = [YES_OR_NO.get(folded(cell or "no")) for cell in cells[theirs]]
    return any(said) and said == cells[day].is_not_null().to_list()


def _find_given(found: Found, table: type, columns: list[ColumnInfo], cells: pl.DataFrame) -> None:
    """A yes or no that no column says, where a day that only goes with yes does."""
    for relation in relations_of(table):
        if not isinstance(relation, OnlyWhere) or relation.told_by in found.filled():
            continue
        days = [name for name in relation.columns if name in found.rename]
        column = next((column for column in columns if column.name == relation.told_by), None)
        if not days or column is None:
            continue
        day = found.rename[days[0]].theirs
        told = [
            theirs for theirs in cells.columns if theirs not in found.used() and _says_yes_with(cells, theirs, day)
        ]
        if told and (made := propose(column, told[0], cells[told[0]])):
            made.notes.append(f"it says yes just where {json.dumps(day, ensure_ascii=False)} has a day")
            found.rename[relation.told_by] = made
        else:
            found.given[relation.told_by] = day


def _find_council(found: Found, columns: list[ColumnInfo], sender: str) -> None:
    """The code of the council that sends, where its name is one council's alone."""
    if any(column.name == "la_code" for column in columns) and "la_code" not in found.filled():
        found.councils = codes_called(sender)
