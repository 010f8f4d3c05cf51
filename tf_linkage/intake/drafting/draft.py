"""The draft of a mapping: everything that is plain, and a line for each doubt that a person must settle."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tf_linkage.contracts.columns import ColumnInfo, columns_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.intake.drafting.columns import (
    ADDRESS_PARTS,
    FLAGS,
    MARKS,
    OF_COLUMN,
    Proposal,
    candidates,
    propose,
)
from tf_linkage.intake.drafting.layout import Laid, layout_of, refused_without_table
from tf_linkage.intake.headers import plain
from tf_linkage.intake.mapping.loading import DOUBT, codes_of, folded
from tf_linkage.intake.mapping.model import File
from tf_linkage.intake.mapping.source import source_of
from tf_linkage.intake.reading.cells import YES_OR_NO
from tf_linkage.intake.reading.problems import Problems

DATE_PARTS = {"dob_day": "day", "dob_mth": "month", "dob_month": "month", "dob_yr": "year", "dob_year": "year"}
USUAL = "yyyy-mm-dd"


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


@dataclass
class _Found:
    """What was found for the contract's columns."""

    rename: dict[str, Proposal] = field(default_factory=dict)
    join: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    flags: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    doubts: dict[str, list[str]] = field(default_factory=dict)

    def used(self) -> set[str]:
        flagged = {theirs for columns in self.flags.values() for theirs in columns.values()}
        return {one.theirs for one in self.rename.values()} | {*self.join, *self.parts.values()} | flagged

    def filled(self) -> set[str]:
        return (
            {*self.rename, *self.flags}
            | ({"address"} if self.join else set())
            | ({"date_of_birth"} if self.parts else set())
        )


def draft_mapping(path: Path, table: str, sender: str, year: int) -> Draft:
    """Drafts the mapping of a file.

    Args:
        path: the file.
        table: the contract's table that it is to become, such as council_cohort.
        sender: whose file it is.
        year: of its codes.

    Raises:
        InputRefused: no such table, or the file cannot be read as rows under a header.
    """
    tables = extract_tables()
    refused_without_table(table, list(tables))
    columns = list(columns_of(tables[table]))
    names = {name for column in columns for name in (column.name,)} | {*FLAGS, *ADDRESS_PARTS, *DATE_PARTS}
    laid = layout_of(path, frozenset(names))
    source = source_of(path.read_bytes(), path.name, laid.file, (), Problems(path.name))
    found = _find(columns, source.cells, source.days)
    about = [f"table = {_toml(table)}", f"sender = {_toml(sender)}", f"year = {year}"]
    text = _written(about, laid, found, columns, source.cells)
    doubts = sum(line.startswith(DOUBT) for line in text.splitlines())
    return Draft(text, doubts, source.cells.height, source.cells.width)


def _find(columns: list[ColumnInfo], cells: pl.DataFrame, days: frozenset[str]) -> _Found:
    found, header = _Found(), cells.columns
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


def _settle_days(found: _Found) -> None:
    """Days that could stand either way round stand as those of the same file that cannot."""
    dated = [made for made in found.rename.values() if made.form]
    if any(made.form and made.form.startswith("dd/mm") and not made.either_way for made in dated):
        return
    for made in dated:
        if made.either_way:
            made.doubts.append("no day is above 12, so day and month may stand either way round")


def _folded(cells: pl.Series) -> pl.Series:
    return pl.Series([None if text is None else folded(text) for text in cells], dtype=pl.String)


def _find_flags(found: _Found, cells: pl.DataFrame, names: set[str], marks: set[str]) -> None:
    for theirs in cells.columns:
        problem, code = FLAGS.get(plain(theirs).removesuffix("_flag"), (None, None))
        said = {mark for mark in _folded(cells[theirs]).drop_nulls() if mark not in marks}
        if problem in names and code and said and said <= set(YES_OR_NO):
            found.flags.setdefault(str(problem), {})[code] = theirs
    for problem, columns in found.flags.items():
        if len(columns) > 1:
            found.doubts[f"flags.{problem}"] = [
                "when two are set the first of order counts; put the one that matters first"
            ]


def _find_address(found: _Found, header: list[str], names: set[str]) -> None:
    parts = [theirs for theirs in header if plain(theirs) in ADDRESS_PARTS and theirs not in found.used()]
    whole = found.rename.get("address")
    if whole and parts and plain(whole.theirs) in ADDRESS_PARTS:
        parts = [theirs for theirs in header if theirs in {whole.theirs, *parts}]
        del found.rename["address"]
    if "address" in names and "address" not in found.rename and len(parts) > 1:
        found.join = parts


def _find_repeats(found: _Found, cells: pl.DataFrame, columns: list[ColumnInfo]) -> None:
    """A key that repeats: the file has a row for each of something else."""
    keys = [column.name for column in columns if column.primary_key and column.name in found.rename]
    if keys and (
        again := int(cells.select(pl.struct(found.rename[key].theirs for key in keys).is_duplicated().sum()).item())
    ):
        found.rename[keys[-1]].doubts.append(
            f"{again} rows share a key with another: choose one row of each, or make the key of other columns"
        )


def _written(about: list[str], laid: Laid, found: _Found, columns: list[ColumnInfo], cells: pl.DataFrame) -> str:
    lines = [
        f"# Drafted from a file of {cells.height:,} rows and {cells.width} columns. Lines that begin with {DOUBT}",
        "# wait for you: settle what they say, then take them out. docs/extracts.md explains every table here.",
        *about,
    ]
    left = [column for column in columns if column.name not in found.filled()]
    absent = [column.name for column in left if column.nullable]
    if absent:
        lines += [
            f"{DOUBT} nothing in the file looks like these. Map what is there; what is not stays absent",
            f"absent = {_list(absent)}",
        ]
    unused = [theirs for theirs in cells.columns if theirs not in found.used()]
    if unused:
        lines += [
            f"{DOUBT} these columns match nothing. Use them above, or leave them here: they then stay with you",
            f"ignore = {_list(unused)}",
        ]
    lines += _file_lines(laid.file, laid.doubts)
    lines += _set_lines([column for column in left if not column.nullable])
    lines += _rename_lines(found)
    lines += _other_lines(found)
    return "\n".join(lines) + "\n"


def _file_lines(file: File, doubts: list[str]) -> list[str]:
    said = file.model_dump(exclude_defaults=True, exclude={"footer"})
    lines = ["", "[file]", *(f"{DOUBT} {doubt}" for doubt in doubts)]
    lines += [
        f"{DOUBT} on which day was the file drawn? Days after it are then refused",
        "# extracted = 2020-03-31",
    ]
    lines += [f"{name} = {_toml(value)}" for name, value in said.items()]
    if file.footer:
        count = f", count = {file.footer.count}" if file.footer.count else ""
        lines.append(f"footer = {{ begins = {_list(file.footer.begins)}{count} }}")
    return lines


def _set_lines(needed: list[ColumnInfo]) -> list[str]:
    if not needed:
        return []
    lines = ["", "[set]"]
    for column in needed:
        codes = codes_of(column)
        what = f"one of {', '.join(codes)}" if codes else column.description
        example = (
            "2016-01-31"
            if isinstance(column.dtype, pl.Date)
            else "true"
            if codes == ["true", "false"]
            else _toml(codes[0] if codes else "...")
        )
        lines += [
            f"{DOUBT} {column.name} is needed in every row: {what}. Set it here, or map it under [rename]"
            + (f" with your spellings under [codes.{column.name}]" if codes and codes != ["true", "false"] else ""),
            f"# {column.name} = {example}",
        ]
    return lines


def _rename_lines(found: _Found) -> list[str]:
    lines = ["", "[rename]"]
    for ours, made in found.rename.items():
        lines += [f"{DOUBT} {ours}: {doubt}" for doubt in made.doubts]
        lines.append(f"{ours} = {_toml(made.theirs)}")
    return lines


def _other_lines(found: _Found) -> list[str]:
    lines = ["", "[join]", f"address = {{ columns = {_list(found.join)} }}"] if found.join else []
    if found.parts:
        inner = ", ".join(f"{part} = {_toml(theirs)}" for part, theirs in sorted(found.parts.items()))
        lines += ["", "[parts]", f"date_of_birth = {{ {inner} }}"]
    forms = {ours: made.form for ours, made in found.rename.items() if made.form and made.form != USUAL}
    if (
        forms
        and len(set(forms.values())) == 1
        and len(forms) == sum(bool(made.form) for made in found.rename.values())
    ):
        forms = {"every": next(iter(forms.values()))}
    lines += ["", "[dates]", *(f"{ours} = {_toml(form)}" for ours, form in forms.items())] if forms else []
    labels = {ours: made.label for ours, made in found.rename.items() if made.label}
    lines += ["", "[label]", *(f"{ours} = {_toml(where)}" for ours, where in labels.items())] if labels else []
    numbers = {
        ours: ", ".join(f"{name} = {_toml(value)}" for name, value in made.number.items())
        for ours, made in found.rename.items()
        if made.number or made.whole_as_decimal
    }
    lines += ["", "[numbers]", *(f"{ours} = {{ {how} }}" for ours, how in numbers.items())] if numbers else []
    for ours, made in found.rename.items():
        if made.spellings:
            lines += [
                "",
                f"[codes.{ours}]",
                *(f"{_toml(one)} = {_toml(code)}" for one, code in made.spellings.items()),
            ]
    for problem, columns in found.flags.items():
        inner = ", ".join(f"{code} = {_toml(theirs)}" for code, theirs in columns.items())
        lines += [
            "",
            f"[flags.{problem}]",
            *(f"{DOUBT} {doubt}" for doubt in found.doubts.get(f"flags.{problem}", [])),
        ]
        lines += [f"columns = {{ {inner} }}", *([f"order = {_list(columns)}"] if len(columns) > 1 else [])]
    marks = {name: marks for name, marks in found.missing.items() if name == "every" or name in found.filled()}
    lines += ["", "[missing]", *(f"{name} = {_list(words)}" for name, words in marks.items())] if marks else []
    return lines


def _toml(value: object) -> str:
    """A value as TOML writes it; its basic strings are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _list(values: Iterable[str]) -> str:
    return "[" + ", ".join(_toml(value) for value in values) + "]"
