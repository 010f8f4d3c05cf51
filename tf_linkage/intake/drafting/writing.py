"""What a draft found, and how it is written: TOML, with a line for each doubt that a person must settle."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, ColumnInfo
from tf_linkage.intake.drafting.layout import Laid
from tf_linkage.intake.drafting.marked import Marked
from tf_linkage.intake.drafting.proposal import Found, FoundList, LookedUp
from tf_linkage.intake.mapping.loading import DOUBT
from tf_linkage.intake.mapping.meanings import codes_of
from tf_linkage.intake.mapping.model import USUAL_DATE
from tf_linkage.intake.mapping.source import Source
from tf_linkage.intake.reading.cells import is_key

NOTE = "# NOTE:"
"""Begins a line of a draft that says what the values settled: nothing waits for it."""


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
        f"# wait for you: settle what they say, then take them out. Those with {NOTE} say what the values settled,",
        "# and may stay. docs/extracts.md explains every table here.",
        *about,
        *_trim_lines(found, columns, source.around),
    ]
    left = [column for column in columns if column.name not in found.filled()]
    absent = [column.name for column in left if column.nullable]
    unused = [theirs for theirs in cells.columns if theirs not in found.used()]
    if absent:
        lines += [
            *_left_lines("absent", found),
            f"absent = {_list(absent)}",
        ]
    if unused:
        lines += [
            f"{NOTE} these columns are not used, and stay with you",
            f"ignore = {_list(unused)}",
        ]
    lines += _file_lines(laid)
    lines += _set_lines([column for column in left if not column.nullable], found.councils)
    lines += _rename_lines(found)
    lines += _other_lines(found)
    lines += [line for one in found.lists for line in _list_lines(one)]
    lines += [line for one in found.marked for line in _marked_lines(one)]
    lines += [line for lookup in found.lookups for line in _lookup_lines(lookup)]
    return "\n".join(lines) + "\n"


def _left_lines(where: str, found: Found) -> list[str]:
    doubts = [f"{DOUBT} {doubt}" for doubt in found.doubts.get(where, [])]
    return doubts or [f"{NOTE} nothing in the file looks like these, by name or by values"]


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
    lines = ["", "[file]", *(f"{NOTE} {note}" for note in laid.notes)]
    lines += [f"{DOUBT} {doubt}" for doubt in laid.doubts]
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
            else toml("...")
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
        lines += [f"{NOTE} {ours}: {note}" for note in made.notes]
        lines += [f"{DOUBT} {ours}: {doubt}" for doubt in made.doubts]
        lines.append(f"{ours} = {toml(made.theirs)}")
    return lines


def _list_lines(one: FoundList) -> list[str]:
    lines = ["", "[[list]]", *(f"{DOUBT} {doubt}" for doubt in one.doubts)]
    lines += [f"column = {toml(one.theirs)}", f"by = {toml(one.by)}", f"fills = {_list(one.fills)}"]
    lines += [f"order = {_list(one.order())}", "", "[list.codes]"]
    return lines + [f"{toml(word)} = {toml(code)}" for word, code in one.codes.items()]


def _marked_lines(one: Marked) -> list[str]:
    return [
        "",
        "[[leave_out]]",
        f"{DOUBT} these {one.rows:,} rows are marked as no records of their own. Do they stay with you?",
        f"column = {toml(one.theirs)}",
        f"is = {_list(one.words)}",
        'why = "marked as no record of its own"',
    ]


def _lookup_lines(lookup: LookedUp) -> list[str]:
    said = lookup.layout.model_dump(exclude_defaults=True, exclude={"footer"})
    if lookup.layout.footer:
        said["footer"] = {"begins": lookup.layout.footer.begins}
    lines = ["", "[[lookup]]", *(f"{NOTE} {note}" for note in lookup.notes)]
    lines += [f"{DOUBT} {doubt}" for doubt in lookup.doubts]
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
            *(f"{NOTE} {note}" for note in found.notes.get("given", [])),
            *(f"{DOUBT} {doubt}" for doubt in found.doubts.get("given", [])),
            f"{ours} = {toml(theirs)}",
        ]
    if found.split:
        lines += ["", "[split]", *(f"{NOTE} {note}" for note in found.notes.get("split", []))]
        lines += [f"{DOUBT} {doubt}" for doubt in found.doubts.get("split", [])]
        for ours, (theirs, by, part) in found.split.items():
            lines.append(f"{ours} = {{ column = {toml(theirs)}, by = {toml(by)}, part = {part} }}")
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
            *(f"{NOTE} {note}" for note in found.notes.get(f"flags.{problem}", [])),
            *(f"{DOUBT} {doubt}" for doubt in found.doubts.get(f"flags.{problem}", [])),
        ]
        lines += [f"columns = {{ {inner} }}", *([f"order = {_list(columns)}"] if len(columns) > 1 else [])]
        lines += [f"yes = {_list(found.yes[problem])}"] if problem in found.yes else []
    marks = {name: marks for name, marks in found.missing.items() if name == "every" or name in found.filled()}
    lines += ["", "[missing]"] if marks else []
    for name, said in marks.items():
        lines += [f"{NOTE} taken for no {name}; take out what is one"] if name in {"forename", "surname"} else []
        lines.append(f"{name} = {_list(said)}")
    return lines


def toml(value: object) -> str:
    """A value as TOML writes it; its basic strings are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _list(values: Iterable[str]) -> str:
    return "[" + ", ".join(toml(value) for value in values) + "]"
