"""Whether a mapping leads to its contract: every column filled once, every code one of the contract's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from tf_linkage.contracts.bodies.council import LIKE_A_COUNCIL
from tf_linkage.contracts.bodies.councils import codes_called
from tf_linkage.contracts.columns import ColumnClass, ColumnInfo
from tf_linkage.intake.mapping.dates import DAYS, EXCEL, TIMES, form_of, rivals
from tf_linkage.intake.mapping.meanings import BLANK, codes_of, folded, of_label
from tf_linkage.intake.mapping.model import EVERY, Mapping
from tf_linkage.intake.marks import MARKS
from tf_linkage.intake.reading.cells import is_key
from tf_linkage.intake.reading.problems import Problems


def lead_to_the_contract(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    """Holds a mapping against its contract.

    Args:
        mapping: what it says.
        columns: the contract's, by name.
        problems: where what is wrong is noted, with the columns that it leads to nothing sound.
    """
    filled = mapping.filled()
    for column, verbs in filled.items():
        if column not in columns:
            problems.add(f"{verbs[0]}.{column}: the contract has no such column; it has {', '.join(columns)}")
        elif len(verbs) > 1:
            said = f"{column} is filled twice, by {' and by '.join(verbs)}; keep one of them"
            problems.add(said, lost=[column])
    if unfilled := [column for column in columns if column not in filled]:
        are, them = ("is", "it") if len(unfilled) == 1 else ("are", "them")
        said = f"{are} not filled: rename, join, split, set or flag {them}, or put {them} under absent"
        problems.add(f"{', '.join(unfilled)} {said}", lost=unfilled)
    for column in mapping.absent:
        if column in columns and not columns[column].nullable:
            said = f"absent.{column}: the contract needs it in every row; rename, set or flag it"
            problems.add(said, lost=[column])
    if mapping.file.extracted and mapping.file.extracted > dt.date.today():
        problems.add(
            f"file.extracted: {mapping.file.extracted} is still to come; say the day on which the file was drawn"
        )
    if both := sorted(mapping.named() & set(mapping.ignore)):
        problems.add(f"ignore: used elsewhere in the mapping: {', '.join(both)}; take them out of ignore")
    _fills_down(mapping, columns, problems)
    _codes(mapping, columns, problems)
    _flags(mapping, columns, problems)
    _lists(mapping, columns, problems)
    _names_nobody(mapping, columns, problems)
    _set(mapping, columns, problems)
    _given(mapping, columns, problems)
    _forms(mapping, columns, problems)


def _fills_down(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    """By what rows belong together is never blank for some of them: a key that every row of the contract has."""
    for first in mapping.file.fill_down[:1]:
        fed = [columns[name] for name in mapping.fed_by([first]) if name in columns]
        if not any(is_key(one) and not one.nullable for one in fed):
            keys = ", ".join(one.name for one in columns.values() if is_key(one) and not one.nullable)
            problems.add(
                f"file.fill_down: its first column says which rows belong together, so it must lead to {keys}"
            )


def _codes(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    for name, spellings in mapping.codes.items():
        column = columns.get(name)
        if column is None:
            problems.add(f"codes.{name}: the contract has no such column")
            continue
        known = codes_of(column)
        if known is None:
            problems.add(f"codes.{name}: the contract has no codes for it", lost=[name])
            continue
        allowed = {*known, *([BLANK] if column.nullable else [])}
        if BLANK in spellings.values() and not column.nullable:
            count = sum(code == BLANK for code in spellings.values())
            said = (
                f"codes.{name}: {count} spelling{'s have' if count > 1 else ' has'} no code yet, and no row may be "
                f"without: write one of {', '.join(known)} behind each"
            )
            problems.add(said, lost=[name])
        elif set(spellings.values()) - allowed:
            problems.add(
                f"the mapping's codes.{name} leads to a code the contract lacks; it has {', '.join(known)}",
                lost=[name],
            )
        meant: dict[str, set[str]] = {}
        for spelling, code in spellings.items():
            meant.setdefault(folded(spelling), set()).add(code)
        several = [codes for codes in meant.values() if len(codes) > 1]
        for spelling, code in spellings.items():
            label = spelling.partition(" - ")[2] or spelling
            told = of_label(column, label, exactly=True)
            if told and code and told != code:
                problems.add(f"codes.{name}: a spelling says {told} and is mapped to {code}")
        if several:
            said = f"codes.{name}: a spelling stands under two codes, {' and '.join(sorted(several[0]))}"
            problems.add(said, lost=[name])


def _flags(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    for name, flags in mapping.flags.items():
        if name not in columns:
            continue
        known = codes_of(columns[name]) or []
        if set(flags.columns) - set(known):
            said = f"flags.{name} leads to a code the contract lacks; it has {', '.join(known)}"
            problems.add(said, lost=[name])
        if flags.order and sorted(flags.order) != sorted(flags.columns):
            said = f"flags.{name}.order names each flagged code once: {', '.join(flags.columns)}"
            problems.add(said, lost=[name])
        if {folded(mark) for mark in flags.yes} & {folded(mark) for mark in flags.no}:
            problems.add(f"flags.{name}: a mark means yes and no", lost=[name])


def _lists(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    for one in mapping.listed:
        known = [code for name in one.fills if name in columns for code in codes_of(columns[name]) or []]
        if any(known.count(code) != 1 for code in {*one.codes.values(), *one.order} - {BLANK}):
            said = f"list.codes leads to a code of no column that it fills, or of two; they have {', '.join(known)}"
            problems.add(said, lost=one.fills)
        if len({folded(word) for word in one.codes}) < len(one.codes):
            problems.add("list.codes: a word stands there twice; keep one of them", lost=one.fills)
        if one.order and ({*one.codes.values()} - {BLANK}) - {*one.order}:
            problems.add(
                "list.order does not name every code to which a word leads; add those that are missing",
                lost=one.fills,
            )
    for name, split in mapping.split.items():
        if split.part == 0:
            problems.add(f"split.{name}.part: parts are counted from 1; -1 is the last of several", lost=[name])


def _names_nobody(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    """A mapping is passed on, so it names no person and no family."""
    kept = {f"lookup.{lookup.file}": lookup for lookup in mapping.lookup}
    rows = [(f"leave_out.{at}", one.column, one.values or []) for at, one in enumerate(mapping.leave_out, start=1)]
    rows += [(f"{where}.keep", lookup.here, one.values) for where, lookup in kept.items() for one in lookup.keep
             if one.column == lookup.there]  # fmt: skip
    for where, theirs, values in rows:
        of = [columns[name] for name in mapping.fed_by([theirs]) if name in columns and name != "la_code"]
        told = any(is_key(one) or one.column_class is ColumnClass.DIRECT for one in of)
        if told and any(folded(value) and folded(value) not in MARKS for value in values):
            problems.add(
                f"{where}.is: names people or families, and a mapping is passed on; put them into a file next to "
                'the extract, one a line, and say listed = "left-out.txt" under [[leave_out]]'
            )
    for at, one in enumerate(mapping.leave_out, start=1):
        if (one.values is None) == (one.listed is None):
            problems.add(f"leave_out.{at}: say either which values (is) or which file lists them (listed)")
            problems.refuse_if_any()


def _set(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    for name, value in mapping.set_to.items():
        if name not in columns:
            continue
        column, known = columns[name], codes_of(columns[name])
        wanted: tuple[type, ...] = (str,)
        if isinstance(column.dtype, pl.Date):
            wanted = (dt.date,)
        elif isinstance(column.dtype, pl.Boolean):
            wanted = (bool,)
        elif column.dtype.is_numeric():
            wanted = (int,)
        if name == "la_code" and not LIKE_A_COUNCIL.fullmatch(str(value)):
            own = codes_called(mapping.sender)
            meant = f"{mapping.sender} has {' or '.join(own)}" if own else "it begins with E06, E08, E09 or E10"
            problems.add(f"set.la_code: the code of no council that can send; {meant}", lost=[name])
        elif not isinstance(value, wanted):
            problems.add(f"set.{name}: the contract wants {_word(wanted[0])}", lost=[name])
        elif known and str(value).lower() not in known and str(value) not in known:
            problems.add(f"set.{name}: not a code of the contract; it has {', '.join(known)}", lost=[name])


def _given(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    flags = [name for name, column in columns.items() if isinstance(column.dtype, pl.Boolean)]
    _only(mapping.given, flags, "given", "a yes or no of the contract", problems)


def _word(kind: type) -> str:
    return {str: "text", dt.date: "a date, such as 2016-01-31", bool: "true or false", int: "a number"}[kind]


def _forms(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
    days = [name for name, column in columns.items() if isinstance(column.dtype, pl.Date)]
    numeric = [name for name, column in columns.items() if column.dtype.is_numeric()]
    _only(mapping.dates, [*days, EVERY], "dates", "a date of the contract", problems)
    _only(mapping.numbers, numeric, "numbers", "a number of the contract", problems)
    _only(mapping.missing, [*columns, EVERY], "missing", "a column of the contract", problems)
    _only(mapping.label, columns, "label", "a column of the contract", problems)
    texts = [name for name, column in columns.items() if isinstance(column.dtype, pl.String)]
    keys = [name for name, column in columns.items() if is_key(column)]
    _only(mapping.trim, keys, "trim", "a key of the contract", problems)
    _only(mapping.pad, texts, "pad", "a text of the contract", problems)
    chosen = [(f"choose.{at}", one.latest) for at, one in enumerate(mapping.choose.first if mapping.choose else [])]
    dated = [(f"dates.{name}", form) for name in mapping.dates for form in mapping.forms(name)]
    for where, form in [*dated, *chosen]:
        if form is not None and form_of(form) is None:
            place = where.partition(".")[2]
            problems.lost |= set(days) - (set(mapping.dates) - {place}) if place == EVERY else {place}
            times = ", ".join(f"{time!r}" for time in TIMES if time)
            problems.add(
                f"{where}: no known form; there are {', '.join(DAYS)}, each alone or, but for {EXCEL}, with "
                f"{times} behind it"
            )
    for name in mapping.dates:
        if either := rivals([known for one in mapping.forms(name) if (known := form_of(one))]):
            said = f"dates.{name}: {' and '.join(either)} would read one cell as two days; keep one of them"
            problems.add(said, lost=days if name == EVERY else [name])
    if mapping.choose and any(one.latest and form_of(one.latest) is None for one in mapping.choose.first):
        problems.refuse_if_any()


def _only(said: Iterable[str], known: Iterable[str], verb: str, what: str, problems: Problems) -> None:
    if unknown := sorted(set(said) - set(known)):
        problems.add(f"{verb}.{unknown[0]}: not {what}", lost=unknown)
