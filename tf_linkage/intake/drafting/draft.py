"""The draft of a mapping: everything that is plain, and a line for each doubt that a person must settle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage.contracts.columns import ColumnInfo, columns_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake.drafting.columns import (
    ADDRESS_PARTS,
    FLAGS,
    Proposal,
    candidates,
    flag_of,
    is_address_part,
    propose,
)
from tf_linkage.intake.drafting.layout import layout_of, refused_without_table
from tf_linkage.intake.drafting.writing import Found, toml, written
from tf_linkage.intake.headers import plain
from tf_linkage.intake.mapping.loading import DOUBT
from tf_linkage.intake.mapping.meanings import folded
from tf_linkage.intake.mapping.model import LEAST_YEAR, MOST_YEAR
from tf_linkage.intake.mapping.source import source_of
from tf_linkage.intake.marks import MARKS, OF_COLUMN
from tf_linkage.intake.reading.cells import YES_OR_NO
from tf_linkage.intake.reading.problems import Problems

DATE_PARTS = {"dob_day": "day", "dob_mth": "month", "dob_month": "month", "dob_yr": "year", "dob_year": "year"}


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


def draft_mapping(
    path: Path, table: str, sender: str, year: int | None, header_row: int | None = None, *, likely: int = 2020
) -> Draft:
    """Drafts the mapping of a file.

    Args:
        path: the file.
        table: the contract's table that it is to become, such as council_cohort.
        sender: whose file it is.
        year: of its codes; None where nobody said, which is a doubt.
        header_row: line of the header, from 1, where a person says so; needed where no name in it is known.
        likely: the year that is written down where nobody said one.

    Raises:
        InputRefused: no such table, a year beyond bounds, or the file cannot be read as rows under a header.
    """
    tables = extract_tables()
    refused_without_table(table, list(tables))
    columns = list(columns_of(tables[table]))
    if year is not None and not LEAST_YEAR <= year <= MOST_YEAR:
        raise InputRefused(f"year: {year} is not between {LEAST_YEAR} and {MOST_YEAR}")
    names = {name for column in columns for name in (column.name,)} | {*FLAGS, *ADDRESS_PARTS, *DATE_PARTS}
    laid = layout_of(path, frozenset(names), header_row)
    source = source_of(path.read_bytes(), path.name, laid.file, (), Problems(path.name))
    found = _find(columns, source.cells, source.days)
    asks = [f"{DOUBT} of which year are the file's codes? Nobody said, so it is that of the study's extract"]
    about = [f"table = {toml(table)}", f"sender = {toml(sender)}", *(asks if year is None else [])]
    about.append(f"year = {likely if year is None else year}")
    text = written(about, laid, found, columns, source)
    doubts = sum(line.startswith(DOUBT) for line in text.splitlines())
    return Draft(text, doubts, source.cells.height, source.cells.width)


def _find(columns: list[ColumnInfo], cells: pl.DataFrame, days: frozenset[str]) -> Found:
    found, header = Found(), cells.columns
    everywhere = {mark for mark in MARKS if any((_folded(cells[name]) == mark).any() for name in header)}
    if everywhere:
        found.missing["every"] = sorted(everywhere)
    _find_flags(found, cells, {column.name for column in columns}, everywhere)
    parts = {DATE_PARTS[plain(theirs)]: theirs for theirs in header if plain(theirs) in DATE_PARTS}
    if len(parts) == len(set(DATE_PARTS.values())):
        found.parts = parts
    for column in columns:
        if column.name in found.filled():
            continue
        usable = [theirs for theirs in candidates(column, header) if theirs not in found.used()]
        proposals: list[tuple[Proposal, list[str]]] = []
        for theirs in usable:
            marks = everywhere | {
                mark for mark in OF_COLUMN.get(column.name, ()) if (_folded(cells[theirs]) == mark).any()
            }
            kept = [None if text is None or folded(text) in marks else text for text in cells[theirs]]
            if (made := propose(column, theirs, pl.Series(kept, dtype=pl.String))) is not None:
                if theirs in days and made.form is None:
                    made.doubts.clear()
                proposals.append((made, sorted(marks - everywhere)))
        if proposals:
            proposals.sort(key=lambda one: one[0].misfits)
            made, placeholders = proposals[0]
            if len(proposals) > 1:
                others = ", ".join(json.dumps(one.theirs, ensure_ascii=False) for one, _ in proposals[1:])
                made.doubts.append(f"could also be {others}")
            found.rename[column.name] = made
            found.missing |= {column.name: placeholders} if placeholders else {}
    _settle_days(found)
    _find_address(found, header, {column.name for column in columns})
    said = {mark for theirs in found.join for mark in _folded(cells[theirs]).drop_nulls()}
    if placeholders := sorted(said & {*OF_COLUMN["address"]} - everywhere):
        found.missing["address"] = placeholders
    _find_repeats(found, cells, columns)
    return found


def _settle_days(found: Found) -> None:
    """Days that could stand either way round stand as those of the same file that cannot."""
    dated = [made for made in found.rename.values() if made.form]
    if any(made.form and made.form.startswith("dd/mm") and not made.either_way for made in dated):
        return
    for made in dated:
        if made.either_way:
            made.doubts.append("no day is above 12, so day and month may stand either way round")


def _folded(cells: pl.Series) -> pl.Series:
    return pl.Series([None if text is None else folded(text) for text in cells], dtype=pl.String)


def _find_flags(found: Found, cells: pl.DataFrame, names: set[str], marks: set[str]) -> None:
    for theirs in cells.columns:
        problem, code = flag_of(theirs) or (None, None)
        said = {mark for mark in _folded(cells[theirs]).drop_nulls() if mark not in marks}
        if problem in names and code and said and said <= set(YES_OR_NO):
            if code in found.flags.setdefault(str(problem), {}):
                continue
            found.flags[str(problem)][code] = theirs
            if plain(theirs).removesuffix("_flag") not in FLAGS:
                doubt = f"{json.dumps(theirs, ensure_ascii=False)} was taken for {code} by the words of its name"
                found.doubts.setdefault(f"flags.{problem}", []).append(doubt)
    for problem, columns in found.flags.items():
        if len(columns) > 1:
            found.doubts.setdefault(f"flags.{problem}", []).append(
                "when two are set the first of order counts; put the one that matters first"
            )


def _find_address(found: Found, header: list[str], names: set[str]) -> None:
    parts = [theirs for theirs in header if is_address_part(theirs) and theirs not in found.used()]
    whole = found.rename.get("address")
    if whole and parts and is_address_part(whole.theirs):
        parts = [theirs for theirs in header if theirs in {whole.theirs, *parts}]
        del found.rename["address"]
    if "address" in names and "address" not in found.rename and len(parts) > 1:
        found.join = parts


def _find_repeats(found: Found, cells: pl.DataFrame, columns: list[ColumnInfo]) -> None:
    """A key that repeats: the file has a row for each of something else."""
    keys = [column.name for column in columns if column.primary_key and column.name in found.rename]
    if keys and (
        again := int(cells.select(pl.struct(found.rename[key].theirs for key in keys).is_duplicated().sum()).item())
    ):
        found.rename[keys[-1]].doubts.append(
            f"{again} rows share a key with another: choose one row of each, or make the key of other columns"
        )
