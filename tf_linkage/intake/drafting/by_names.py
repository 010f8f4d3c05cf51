"""What fills a contract's columns, by the names of a file's columns and the shape of their values together."""

from __future__ import annotations

import json

import polars as pl

from tf_linkage.contracts.bodies.council import FIRST_OF_SEVERAL
from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.drafting.columns import GROUP, propose
from tf_linkage.intake.drafting.days import LEAST_SHARED
from tf_linkage.intake.drafting.lists import find_lists
from tf_linkage.intake.drafting.names import FLAGS, candidates, flag_of, is_address_part, speaks_of, words_alike
from tf_linkage.intake.drafting.people import find_names
from tf_linkage.intake.drafting.proposal import Found, Proposal
from tf_linkage.intake.headers import plain
from tf_linkage.intake.mapping.meanings import codes_of, folded
from tf_linkage.intake.mapping.source import Source
from tf_linkage.intake.marks import MARKS, OF_COLUMN, marks_in
from tf_linkage.intake.reading.cells import YES_OR_NO

TICKS = {"x", "\u2713", "\u2714", "tick", "ticked"}
YES = [mark for mark, said in YES_OR_NO.items() if said]
"""What stands for yes; a tick does where nothing else but blanks, yes and no stand in a column."""

_RUN_IN = ("nino", "postcode")
"""Columns in which one letter or digit again and again is written for nothing, such as TN000000X."""

DATE_PARTS = {"dob_day": "day", "dob_mth": "month", "dob_month": "month", "dob_yr": "year", "dob_year": "year"}


def by_names(columns: list[ColumnInfo], source: Source) -> Found:
    """What fills a contract's columns, by the names of a file's columns and the shape of their values.

    Args:
        columns: of the contract.
        source: the file's cells.
    """
    cells = source.cells
    found, header = Found(), cells.columns
    everywhere = marks_of(cells)
    if everywhere:
        found.missing["every"] = sorted(everywhere)
    _find_flags(found, cells, columns, everywhere)
    find_names(found, cells, columns)
    parts = {DATE_PARTS[plain(theirs)]: theirs for theirs in header if plain(theirs) in DATE_PARTS}
    if len(parts) == len(set(DATE_PARTS.values())):
        found.parts = parts
    for column in columns:
        if column.name in found.filled():
            continue
        usable = [theirs for theirs in candidates(column, header) if theirs not in found.used()]
        proposals: list[tuple[Proposal, list[str]]] = []
        for theirs in usable:
            own = placeholders_in(cells[theirs], column.name)
            if (made := propose(column, theirs, without(cells[theirs], everywhere | own))) is not None:
                made.place(source.line_of, source.word)
                proposals.append((made, sorted(own - everywhere)))
        if proposals:
            proposals.sort(key=lambda one: one[0].misfits)
            made, placeholders = proposals[0]
            if len(proposals) > 1:
                others = ", ".join(json.dumps(one.theirs, ensure_ascii=False) for one, _ in proposals[1:])
                made.doubts.append(f"could also be {others}")
            found.rename[column.name] = made
            if blank := sorted({*placeholders, *made.blank}):
                found.missing[column.name] = blank
    _find_group(found, columns, cells, everywhere)
    find_lists(found, columns, source, everywhere)
    _settle_days(found)
    _find_address(found, header, {column.name for column in columns})
    said = {mark for theirs in found.join for mark in _folded(cells[theirs]).drop_nulls()}
    if placeholders := sorted(said & {*OF_COLUMN["address"]} - everywhere):
        found.missing["address"] = placeholders
    _find_repeats(found, cells, columns)
    _keep_codes(found, cells, columns)
    return found


def marks_of(cells: pl.DataFrame) -> set[str]:
    """What stands for blank somewhere in a file."""
    return {mark for name in cells.columns for mark in _said(cells[name]) & {*MARKS}}


def placeholders_in(cells: pl.Series, name: str) -> set[str]:
    """What stands for blank in a column of theirs, if it is the contract's column of that name."""
    found = _said(cells) & {*OF_COLUMN.get(name, ())}
    if name in _RUN_IN:  # a rarer one may be somebody's
        counts = _folded(cells).drop_nulls().value_counts(name="_count").filter(pl.col("_count") >= LEAST_SHARED)
        often = counts.to_series(0).sort()
        found |= {*often.filter(marks_in(often))} - {*MARKS}
    return found


def without(cells: pl.Series, marks: set[str]) -> pl.Series:
    """A column of theirs, null where a mark stands for blank."""
    marked = [text for text in cells.unique().sort() if text is not None and folded(text) in marks]
    return pl.select(pl.when(~cells.is_in(marked)).then(cells)).to_series().cast(pl.String)


def _said(cells: pl.Series) -> set[str]:
    """What a column says, each value once and as it is compared."""
    return {folded(text) for text in cells.drop_nulls().unique().sort()}


def _settle_days(found: Found) -> None:
    """Days that could stand either way round stand as those of the same file that cannot."""
    dated = [made for made in found.rename.values() if made.forms]
    if any(form.startswith("dd/mm") for made in dated for form in made.forms if not made.either_way):
        return
    for made in dated:
        if made.either_way:
            made.doubts.append("no day is above 12, so day and month may stand either way round")


def _folded(cells: pl.Series) -> pl.Series:
    return pl.Series([None if text is None else folded(text) for text in cells], dtype=pl.String)


def _find_flags(found: Found, cells: pl.DataFrame, columns: list[ColumnInfo], marks: set[str]) -> None:
    """Columns of yes and no: by the code that they are called after, or by the problem alone."""
    coded = {column.name: column for column in columns if isinstance(column.dtype, pl.Enum)}
    bare: list[tuple[str, str]] = []
    for theirs in cells.columns:
        said = _said(cells[theirs]) - marks
        if not said or not said <= {*YES_OR_NO, *TICKS}:
            continue
        problem, code = flag_of(theirs) or _of_problem(theirs, coded)
        if problem not in coded or code in found.flags.setdefault(problem, {}):
            continue
        found.flags[problem][code] = theirs
        if ticks := said & TICKS:
            found.yes[problem] = sorted({*found.yes.get(problem, YES), *ticks})
        shown, several = json.dumps(theirs, ensure_ascii=False), codes_of(coded[problem]) or []
        if flag_of(theirs) is None and len(several) > 1:
            bare.append((problem, f"{theirs} ({code} of {', '.join(several)})"))
        elif flag_of(theirs) and plain(theirs).removesuffix("_flag") not in FLAGS:
            lines = found.notes if words_alike(theirs, code) else found.doubts
            said_so = f"{shown} was taken for {code} by the words of its name"
            lines.setdefault(f"flags.{problem}", []).append(said_so)
    found.flags = {problem: columns for problem, columns in found.flags.items() if columns}
    if bare:
        named = json.dumps("; ".join(said for _, said in bare), ensure_ascii=False)
        them = "these say" if len(bare) > 1 else "this says"
        doubt = f"{them} yes or no, and not which code it is; the one named first is taken: {named}. Is it so?"
        found.doubts.setdefault(f"flags.{bare[0][0]}", []).append(doubt)
    for problem, flagged in found.flags.items():
        _in_order(found, problem, flagged, cells)


def _of_problem(theirs: str, coded: dict[str, ColumnInfo]) -> tuple[str, str]:
    """The problem after which a column is called, and its first code."""
    for name, column in coded.items():
        if name in FIRST_OF_SEVERAL and speaks_of(column, theirs):
            return name, (codes_of(column) or [""])[0]
    return "", ""


def _in_order(found: Found, problem: str, columns: dict[str, str], cells: pl.DataFrame) -> None:
    """Flags in the order in which they count, and a doubt where two are set at once."""
    found.flags[problem] = {code: columns[code] for code in FIRST_OF_SEVERAL[problem] if code in columns}
    yes = [_folded(cells[theirs]).is_in([*YES, *TICKS]) for theirs in columns.values()]
    several = sum(1 for row in zip(*yes, strict=True) if sum(bool(one) for one in row) > 1)
    if several:
        found.notes.setdefault(f"flags.{problem}", []).append(
            f"in {several} rows two are set, and the first of order counts, as the contract puts them"
        )


def _find_group(found: Found, columns: list[ColumnInfo], cells: pl.DataFrame, marks: set[str]) -> None:
    """A yes or no of being on the programme tells the study's groups as well."""
    group = next((column for column in columns if column.name == GROUP), None)
    if group is None or GROUP in found.filled():
        return
    served = found.rename.get("service_received")
    for theirs in cells.columns:
        free = theirs not in found.used() or (served is not None and served.theirs == theirs)
        if not free or "programme" not in plain(theirs).split("_"):
            continue
        known = without(cells[theirs], marks)
        if {folded(cell) for cell in known.drop_nulls()} <= set(YES_OR_NO) and (
            made := propose(group, theirs, known)
        ):
            found.rename[GROUP] = made
            return


def _find_address(found: Found, header: list[str], names: set[str]) -> None:
    parts = [theirs for theirs in header if is_address_part(theirs) and theirs not in found.used()]
    whole = found.rename.get("address")
    if whole and parts and is_address_part(whole.theirs):
        parts = [theirs for theirs in header if theirs in {whole.theirs, *parts}]
        del found.rename["address"]
    if "address" in names and "address" not in found.rename and len(parts) > 1:
        found.join = parts


def _keep_codes(found: Found, cells: pl.DataFrame, columns: list[ColumnInfo]) -> None:
    """A mark of blank that is a code of one column stands for blank in the others alone."""
    coded = {
        one.name: {folded(code) for code in codes_of(one) or []} for one in columns if one.name in found.rename
    }
    held = {name: set(_folded(cells[found.rename[name].theirs]).drop_nulls()) for name in coded}
    for mark in [
        one
        for one in found.missing.get("every", [])
        if any(one in codes & held[name] for name, codes in coded.items())
    ]:
        found.missing["every"].remove(mark)
        for name, codes in coded.items():
            if mark in held[name] - codes:
                found.missing[name] = sorted({*found.missing.get(name, []), mark})
    if not found.missing.get("every", ["some"]):
        del found.missing["every"]


def _find_repeats(found: Found, cells: pl.DataFrame, columns: list[ColumnInfo]) -> None:
    """A key that repeats: the file has a row for each of something else."""
    keys = [column.name for column in columns if column.primary_key and column.name in found.rename]
    if keys and (
        again := int(cells.select(pl.struct(found.rename[key].theirs for key in keys).is_duplicated().sum()).item())
    ):
        found.rename[keys[-1]].doubts.append(
            f"{again} rows share a key with another: choose one row of each, or make the key of other columns"
        )
