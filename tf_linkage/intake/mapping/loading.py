"""A mapping read from its file and held against the contract that it leads to, before any data are opened."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from tf_linkage.contracts.columns import ColumnInfo, columns_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake.mapping.dates import DAYS, EXCEL, TIMES, form_of, rivals
from tf_linkage.intake.mapping.meanings import BLANK, codes_of, folded, of_label
from tf_linkage.intake.mapping.model import EVERY, File, Mapping
from tf_linkage.intake.reading.cells import is_key
from tf_linkage.intake.reading.problems import Problems

DOUBT = "# DOUBT:"
"""Begins a line of a draft that a person has yet to answer."""

LARGEST = 1_000_000


@dataclass(frozen=True)
class Loaded:
    """A mapping that can be run.

    Attributes:
        mapping: what it says.
        columns: the contract's columns by name.
        name: its file, as messages name it.
        digest: SHA-256 of the file.
        faults: what is wrong with the mapping itself; it is then good for a look at its file, and for nothing else.
        lost: columns of the contract that it leads to nothing sound.
    """

    mapping: Mapping
    columns: dict[str, ColumnInfo]
    name: str
    digest: str
    faults: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()


def load_mapping(path: Path) -> Loaded:
    """Reads a mapping.

    Raises:
        InputRefused: it is no TOML, has keys that no mapping has, leads to what the contract lacks, leaves a column
            of the contract open, or still has a doubt for a person to answer.
    """
    return mapping_of(*_bytes_of(path))


def mapping_to_check(path: Path) -> Loaded:
    """Reads a mapping for a look at its file, with what is wrong with it: a person mends both at once.

    Raises:
        InputRefused: so much is wrong with it that nothing can be said of its file.
    """
    return _mapping_of(*_bytes_of(path))


def _bytes_of(path: Path) -> tuple[bytes, str]:
    try:
        data = path.read_bytes()
    except OSError:
        raise InputRefused(f"{path}: there is no such mapping") from None
    return data, path.name if path.parent.name == "" else f"{path.parent.name}/{path.name}"


def mapping_of(data: bytes, name: str) -> Loaded:
    """A mapping from the bytes of its file; errors as in `load_mapping`."""
    problems = Problems(name)
    loaded = _mapping_of(data, name, problems)
    problems.refuse_if_any()
    return loaded


def _mapping_of(data: bytes, name: str, problems: Problems | None = None) -> Loaded:
    problems = problems or Problems(name)
    if len(data) > LARGEST:
        problems.refuse("larger than any mapping; is it the file itself?")
    mapping = _parsed(data, problems)
    tables = extract_tables()
    if mapping.table not in tables:
        problems.refuse(f"table: no body hands over such a table; known are {', '.join(tables)}")
    columns = {column.name: column for column in columns_of(tables[mapping.table])}
    _leads_to_the_contract(mapping, columns, problems)
    faults = tuple(map(str, problems.found))
    return Loaded(mapping, columns, name, hashlib.sha256(data).hexdigest(), faults, frozenset(problems.lost))


def _parsed(data: bytes, problems: Problems) -> Mapping:
    try:
        text = data.decode("utf-8")
        words = tomllib.loads(text)
    except UnicodeDecodeError:
        problems.refuse("not UTF-8 text; save the mapping as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.refuse(f"not TOML: {error}; texts stand in quotes, each key once and on a line of its own")
    except RecursionError:
        problems.refuse("not TOML: nested too deep; a mapping has tables of keys and no more")
    doubts = [at for at, line in enumerate(text.splitlines(), start=1) if line.strip().startswith(DOUBT)]
    if doubts:
        many = f"{len(doubts)} doubts are" if len(doubts) > 1 else "a doubt is"
        problems.add(f"{many} left for a person to answer; settle it and take its line out", line=doubts[0])
    try:
        return Mapping.model_validate(words)
    except ValidationError as error:
        every = error.errors(include_input=False, include_url=False)
    for wrong in every:
        where = ".".join(str(part) for part in wrong["loc"])
        problems.add(f"{where}: {_said(wrong['type'], str(wrong['loc'][-1]), wrong['msg'])}")
    for wrong in every:
        if wrong["type"] == "extra_forbidden":
            _without(words, wrong["loc"])
    try:
        # Keys that no mapping has stand in the way of nothing else.
        return Mapping.model_validate(words)
    except ValidationError:
        problems.refuse_if_any()
        raise AssertionError("unreachable: a problem was just noted") from None


def _without(words: Any, place: Sequence[int | str]) -> None:
    """Takes a key out of nested tables, where it is there."""
    for part in place[:-1]:
        known = words if isinstance(words, dict) else dict(enumerate(words)) if isinstance(words, list) else {}
        words = known.get(part)
    if isinstance(words, dict):
        words.pop(place[-1], None)


def _said(kind: str, key: str, message: str) -> str:
    """What is wrong with a key of a mapping, and what to do."""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, _KEYS, n=1)
        return f"no mapping has this key{f'; is {near[0]} meant?' if near else ''}; docs/extracts.md lists them all"
    if kind == "missing":
        return "is needed and not there; add it"
    return f"{message[0].lower()}{message[1:]}; docs/extracts.md shows how it is written"


_KEYS = sorted({field.alias or name for model in (Mapping, File) for name, field in model.model_fields.items()})


def _leads_to_the_contract(mapping: Mapping, columns: dict[str, ColumnInfo], problems: Problems) -> None:
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
    _codes(mapping, columns, problems)
    _flags(mapping, columns, problems)
    _set(mapping, columns, problems)
    _given(mapping, columns, problems)
    _forms(mapping, columns, problems)


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
        if set(spellings.values()) - allowed:
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
        if not isinstance(value, wanted):
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
