"""What a draft found, and how it is written: TOML, with a line for each doubt that a person must settle."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, ColumnInfo
from tf_linkage.intake.drafting.layout import Laid
from tf_linkage.intake.drafting.proposal import Proposal
from tf_linkage.intake.mapping.loading import DOUBT
from tf_linkage.intake.mapping.meanings import codes_of
from tf_linkage.intake.mapping.model import USUAL_DATE, File
from tf_linkage.intake.mapping.source import Source
from tf_linkage.intake.reading.cells import is_key


@dataclass
class LookedUp:
    """Columns of a second table.

    Attributes:
        file: in which it stands.
        here: column of the first table.
        there: column of the second that holds the same.
        columns: name under which it can be used: its column.
        ignore: its other columns.
        layout: how it is written.
        ranked: columns by which one of several rows is chosen, with what comes first.
        keep: column and words of the rows that count, where others do not.
        doubts: what a person must say of it.
    """

    file: str
    here: str
    there: str
    columns: dict[str, str]
    ignore: list[str]
    layout: File
    ranked: dict[str, str] = field(default_factory=dict)
    keep: tuple[str, list[str]] | None = None
    doubts: list[str] = field(default_factory=list)

    def rank(self, theirs: str, first: str) -> None:
        """Chooses by one more column."""
        self.ranked[theirs] = first


@dataclass
class Found:
    """What was found for the contract's columns; `councils` are the codes that the sender's name may mean."""

    rename: dict[str, Proposal] = field(default_factory=dict)
    join: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    flags: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    doubts: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    lookups: list[LookedUp] = field(default_factory=list)
    councils: tuple[str, ...] = ()

    def join_on(self, other: Found, names: dict[str, str]) -> None:
        """Adds what was found in a second table, under the names by which its columns are used here."""
        for ours, made in other.rename.items():
            self.rename[ours] = replace(made, theirs=names[made.theirs])
        if other.join:
            self.join = [names[theirs] for theirs in other.join]
        self.parts = self.parts or {part: names[theirs] for part, theirs in other.parts.items()}
        for problem, columns in other.flags.items():
            self.flags.setdefault(problem, {code: names[theirs] for code, theirs in columns.items()})
        for name, marks in other.missing.items():
            self.missing[name] = sorted({*self.missing.get(name, []), *marks})
        for name, doubts in other.doubts.items():
            self.doubts.setdefault(name, []).extend(doubts)

    def used(self) -> set[str]:
        """Columns of the file that are used."""
        flagged = {theirs for columns in self.flags.values() for theirs in columns.values()}
        return {one.theirs for one in self.rename.values()} | {*self.join, *self.parts.values()} | flagged

    def filled(self) -> set[str]:
        """Columns of the contract that something fills."""
        return (
            {*self.rename, *self.flags, *self.given}
            | ({"address"} if self.join else set())
            | ({"date_of_birth"} if self.parts else set())
        )


def written(about: list[str], laid: Laid, found: Found, columns: list[ColumnInfo], source: Source) -> str:
    """The draft as TOML.

    Args:
        about: its first lines: table, sender, year.
        laid: how the file is written.
        found: what fills the contract's columns.
        columns: of the contract.
        source: the file's cells.
    """
    cells = source.cells
    lines = [
        f"# Drafted from a file of {cells.height:,} rows and {cells.width} columns. Lines that begin with {DOUBT}",
        "# wait for you: settle what they say, then take them out. docs/extracts.md explains every table here.",
        *about,
        *_trim_lines(found, columns, source.around),
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
    lines += _file_lines(laid)
    lines += _set_lines([column for column in left if not column.nullable], found.councils)
    lines += _rename_lines(found)
    lines += _other_lines(found)
    lines += [line for lookup in found.lookups for line in _lookup_lines(lookup)]
    return "\n".join(lines) + "\n"


def _trim_lines(found: Found, columns: list[ColumnInfo], around: dict[str, list[int]]) -> list[str]:
    """Keys that have blanks around them in some rows, by which files may not join."""
    keys = [one.name for one in columns if is_key(one) and one.name in found.rename]
    keys = [name for name in keys if found.rename[name].theirs in around]
    if not keys:
        return []
    rows = sum(len(around[found.rename[name].theirs]) for name in keys)
    return [
        f"{DOUBT} {rows} cells of keys have blanks around them; do they mean nothing, in every file?",
        f"trim = {_list(keys)}",
    ]


def _file_lines(laid: Laid) -> list[str]:
    file = laid.file
    said = file.model_dump(exclude_defaults=True, exclude={"footer"})
    lines = ["", "[file]", *(f"{DOUBT} {doubt}" for doubt in laid.doubts)]
    lines.append(f"extracted = {laid.drawn}" if laid.drawn else "# extracted = 2020-03-31")
    lines += [f"{name} = {toml(value)}" for name, value in said.items()]
    if file.footer:
        count = f", count = {file.footer.count}" if file.footer.count else ""
        lines.append(f"footer = {{ begins = {_list(file.footer.begins)}{count} }}")
    return lines


def _set_lines(needed: list[ColumnInfo], councils: tuple[str, ...]) -> list[str]:
    if not needed:
        return []
    lines = ["", "[set]"]
    for column in needed:
        if column.name == "la_code" and councils:
            if len(councils) > 1:
                lines.append(f"{DOUBT} the council's area was changed; its codes are {' and '.join(councils)}")
            lines.append(f"la_code = {toml(councils[0])}")
            continue
        if column.column_class is ColumnClass.REFERENCE:
            lines.append(
                f"{DOUBT} {column.name} is needed in every row and no column looks like it: {column.description}. "
                "Map it under [rename]"
            )
            continue
        codes = codes_of(column)
        what = f"one of {', '.join(codes)}" if codes else column.description
        example = (
            "2016-01-31"
            if isinstance(column.dtype, pl.Date)
            else "true"
            if codes == ["true", "false"]
            else toml(codes[0] if codes else "...")
        )
        lines += [
            f"{DOUBT} {column.name} is needed in every row: {what}. Set it here, or map it under [rename]"
            + (f" with your spellings under [codes.{column.name}]" if codes and codes != ["true", "false"] else ""),
            f"# {column.name} = {example}",
        ]
    return lines


def _rename_lines(found: Found) -> list[str]:
    lines = ["", "[rename]"]
    for ours, made in found.rename.items():
        lines += [f"{DOUBT} {ours}: {doubt}" for doubt in made.doubts]
        lines.append(f"{ours} = {toml(made.theirs)}")
    return lines


def _lookup_lines(lookup: LookedUp) -> list[str]:
    said = lookup.layout.model_dump(exclude_defaults=True, exclude={"footer"})
    if lookup.layout.footer:
        said["footer"] = {"begins": lookup.layout.footer.begins}
    lines = ["", "[[lookup]]", *(f"{DOUBT} {doubt}" for doubt in lookup.doubts)]
    lines += [f"file = {toml(lookup.file)}", f"here = {toml(lookup.here)}", f"there = {toml(lookup.there)}"]
    lines.append(f"columns = {_table(lookup.columns)}")
    if lookup.ignore:
        lines.append(f"ignore = {_list(lookup.ignore)}")
    if said:
        lines.append(f"layout = {_table(said)}")
    if lookup.keep:
        kind, called = lookup.keep
        lines.append(f"keep = [{{ column = {toml(kind)}, is = {_list(called)} }}]")
    if lookup.ranked:
        ranks = ", ".join(f"{{ column = {toml(theirs)}, {first} }}" for theirs, first in lookup.ranked.items())
        lines.append(f"choose = {{ per = {toml(lookup.there)}, first = [{ranks}] }}")
    return lines


def _table(words: dict[str, Any]) -> str:
    """An inline table."""
    said = (
        f"{toml(name)} = {_table(value) if isinstance(value, dict) else toml(value)}"
        for name, value in words.items()
    )
    return "{ " + ", ".join(said) + " }"


def _other_lines(found: Found) -> list[str]:
    lines: list[str] = []
    for ours, theirs in found.given.items():
        lines += [
            "",
            "[given]",
            f"{DOUBT} no column says {ours}: it is yes where {toml(theirs)} has something, else no. Is it so?",
            f"{ours} = {toml(theirs)}",
        ]
    lines += ["", "[join]", f"address = {{ columns = {_list(found.join)} }}"] if found.join else []
    if found.parts:
        inner = ", ".join(f"{part} = {toml(theirs)}" for part, theirs in sorted(found.parts.items()))
        lines += ["", "[parts]", f"date_of_birth = {{ {inner} }}"]
    dated = {ours: made.forms for ours, made in found.rename.items() if made.forms}
    if len({tuple(forms) for forms in dated.values()}) == 1:
        dated = {"every": next(iter(dated.values()))}
    dated = {ours: forms for ours, forms in dated.items() if forms != [USUAL_DATE]}
    forms = [f"{ours} = {toml(said[0] if len(said) == 1 else said)}" for ours, said in dated.items()]
    lines += ["", "[dates]", *forms] if forms else []
    labels = {ours: made.label for ours, made in found.rename.items() if made.label}
    lines += ["", "[label]", *(f"{ours} = {toml(where)}" for ours, where in labels.items())] if labels else []
    numbers = {
        ours: ", ".join(f"{name} = {toml(value)}" for name, value in made.number.items())
        for ours, made in found.rename.items()
        if made.number or made.whole_as_decimal
    }
    lines += ["", "[numbers]", *(f"{ours} = {{ {how} }}" for ours, how in numbers.items())] if numbers else []
    for ours, made in found.rename.items():
        if made.spellings:
            lines += [
                "",
                f"[codes.{ours}]",
                *(f"{toml(one)} = {toml(code)}" for one, code in made.spellings.items()),
            ]
    for problem, columns in found.flags.items():
        inner = ", ".join(f"{code} = {toml(theirs)}" for code, theirs in columns.items())
        lines += [
            "",
            f"[flags.{problem}]",
            *(f"{DOUBT} {doubt}" for doubt in found.doubts.get(f"flags.{problem}", [])),
        ]
        lines += [f"columns = {{ {inner} }}", *([f"order = {_list(columns)}"] if len(columns) > 1 else [])]
    marks = {name: marks for name, marks in found.missing.items() if name == "every" or name in found.filled()}
    lines += ["", "[missing]", *(f"{name} = {_list(words)}" for name, words in marks.items())] if marks else []
    return lines


def toml(value: object) -> str:
    """A value as TOML writes it; its basic strings are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _list(values: Iterable[str]) -> str:
    return "[" + ", ".join(toml(value) for value in values) + "]"
