"""The data dictionary: every column of every research table, what was done to it, and why.

The dictionary, generated from the contracts and, where the detail depends on the data, from the tables themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import ColumnInfo, columns_of, words_of
from tf_linkage.contracts.ladders import (
    EVENT_STEPS,
    NOT_SHOWN,
    PROBLEM_LIST,
    SHOWN_OR_NOT,
    SIX_FLAGS,
    STEPS,
    event_steps_of,
    standing_step,
    steps_of,
)
from tf_linkage.contracts.outputs.code_labels import label_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.contracts.provenance import RESEARCH, begins_at, in_words
from tf_linkage.pages.markdown import markdown_table

COLUMNS: Mapping[str, tuple[type[pl.DataType], str]] = {
    "table_name": (pl.String, "Table of the column"),
    "column_name": (pl.String, "The column"),
    "description": (pl.String, "What it is"),
    "class": (pl.String, "What it could give away: reference, quasi-identifier (others may know it), attribute"),
    "type": (pl.String, "Kind of its values"),
    "unit": (pl.String, "Their unit, if they have one"),
    "codes": (pl.String, "The values it may have, where they are a list"),
    "may_be_empty": (pl.Boolean, "Whether a row may have no value"),
    "levels_of_detail": (
        pl.String,
        "From fine to coarse, the detail in which it could be given; empty if it is as it came",
    ),
    "given_as": (pl.String, "The level of detail in which it is given; none: the column is empty in every row"),
    "why": (pl.String, "Why it is not given in more detail"),
    "comes_from": (
        pl.String,
        "Columns of the bodies' own records that it comes from; empty if it is the table's own",
    ),
}
"""Columns of the dictionary: type, and what each tells."""

_LADDERS = {**STEPS, **EVENT_STEPS}

FIXED = "so in every study, whatever the data"
FINEST = "the most detail that may ever be given: nobody stands out by it"
COARSER = "in more detail somebody would stand out"
WITHHELD = (
    "Rows in which nothing of this is shown, because somebody would stand out at any level of detail (their "
    "other columns and references stay)"
)


def data_dictionary(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """One row for each column of the tables, in their order.

    Args:
        tables: research tables by name, as released.

    Returns:
        The columns of `COLUMNS`: what the contract says, in what detail the column is given, and why.
    """
    rows = [row for name, table in tables.items() for row in _of_table(name, table)]
    return pl.DataFrame(rows, schema={name: dtype for name, (dtype, _) in COLUMNS.items()}, orient="row")


CODE_COLUMNS: Mapping[str, str] = {
    "table_name": "Table of the column",
    "column_name": "The column",
    "position": "Place of the code in its list, which is its order where it has one",
    "code": "The value in the table",
    "label": "What it means",
}
"""Columns of the code lists, and what each tells."""


def code_lists(names: Iterable[str]) -> pl.DataFrame:
    """Every code that a column of the tables may have, with its label.

    Args:
        names: research tables.

    Returns:
        The columns of `CODE_COLUMNS`: one row for each table, column and code, in their order.
    """
    rows = [
        (name, column.name, position, code, label_of(column.name, code))
        for name in names
        for column in columns_of(RESEARCH_TABLES[name])
        if isinstance(column.dtype, pl.Enum)
        for position, code in enumerate(column.dtype.categories, start=1)
    ]
    return pl.DataFrame(rows, schema=list(CODE_COLUMNS), orient="row")


def withheld_rows(tables: Mapping[str, pl.LazyFrame]) -> dict[str, int]:
    """How many rows show none of the columns whose step was chosen, by table."""
    counted = {}
    for name, ladders in STEPS.items():
        if name in tables:
            shown = [column for column, step in steps_of(name, tables[name]).items() if step != NOT_SHOWN]
            hidden = pl.all_horizontal(pl.col(shown or list(ladders)).is_null())
            counted[name] = int(tables[name].select(hidden.sum()).collect().item())
    return counted


def dictionary_page(dictionary: pl.DataFrame, withheld: Mapping[str, int]) -> str:
    """The dictionary as a page of Markdown.

    Args:
        dictionary: `data_dictionary`.
        withheld: `withheld_rows`.
    """
    parts = ["# Data dictionary", *_before(withheld)]
    for (name,), columns in dictionary.group_by("table_name", maintain_order=True):
        words = words_of(RESEARCH_TABLES[str(name)])
        head = [
            "column",
            "what it is",
            "values",
            "class",
            "given as, of which levels of detail, and why",
            "comes from",
        ]
        rows = [_cells(row) for row in columns.iter_rows(named=True)]
        parts += [f"## {name}", words, markdown_table(head, rows)]
    return "\n\n".join(parts) + "\n"


def _before(withheld: Mapping[str, int]) -> list[str]:
    return [
        "Generated from the contracts with the tables it describes. Where a column could be given in more or "
        "less detail, the last column names the levels from fine to coarse and, in bold, the one in which it "
        "is given: **none** means that the column is empty in every row. Which level that is was chosen from "
        "the data for what others may know of people and families, so that nobody stands out.",
        f"{WITHHELD}: " + ", ".join(f"{count:,} of {name}" for name, count in withheld.items()) + ".",
        "A family of which nothing is shown in family_outcomes has no outcomes either: shares computed from that "
        "table "
        "leave it out. The figures of research/estimates were made before and count every family.",
        "A person of whom nothing is shown has an empty `child` in table panel, and no outcome there that is told "
        "of adults or of children alone.",
        "People, families and what happened in families carry references of their own and cannot be joined by "
        "them. "
        "Somebody who knows "
        "dated events of a person is not held off by coarse columns: these tables stay in the accredited "
        "setting.",
    ]


def _of_table(name: str, table: pl.LazyFrame) -> Iterator[tuple[object, ...]]:
    chosen = steps_of(name, table) if name in STEPS else event_steps_of(name, table) if name in EVENT_STEPS else {}
    gone = _gone(name, table)
    for column in columns_of(RESEARCH_TABLES[name]):
        step, why = _step(name, column, chosen)
        if column.name in gone:
            step, why = NOT_SHOWN, COARSER
        codes = ", ".join(column.dtype.categories.to_list()) if isinstance(column.dtype, pl.Enum) else None
        yield (
            name, column.name, column.description, column.column_class.value, _type(column.dtype), column.unit,
            codes, column.nullable, " > ".join(column.ladder) or None, step, why,
            in_words(sorted(begins_at(RESEARCH, name, column.name))) or None,
        )  # fmt: skip


def _gone(name: str, table: pl.LazyFrame) -> set[str]:
    """Columns that are shown or not as the data allows, and are not: empty in every row there is."""
    columns = SHOWN_OR_NOT.get(name, ())
    if not columns:
        return set()
    filled = table.select(pl.len().alias("rows"), *(pl.col(column).count() for column in columns)).collect()
    return {column for column in columns if filled["rows"][0] and not filled[column][0]}


def _step(name: str, column: ColumnInfo, chosen: Mapping[str, str]) -> tuple[str | None, str | None]:
    if column.name in PROBLEMS and PROBLEM_LIST in chosen:
        shown = chosen[PROBLEM_LIST] == SIX_FLAGS
        return (SIX_FLAGS, FINEST) if shown else (NOT_SHOWN, COARSER)
    if column.name in chosen:
        step = chosen[column.name]
        return step, FINEST if step == _LADDERS[name][column.name][0].name else COARSER
    return (standing_step(column.ladder), FIXED) if column.ladder else (None, None)


def _type(dtype: pl.DataType) -> str:
    names = {pl.Enum: "code", pl.Boolean: "yes or no", pl.String: "text", pl.Int32: "whole number"}
    return names.get(dtype.base_type(), str(dtype))


def _cells(row: Mapping[str, object]) -> list[str]:
    values = str(row["codes"] or row["type"]) + (f" ({row['unit']})" if row["unit"] else "")
    values += "; may be empty" if row["may_be_empty"] else ""
    done = f"**{row['given_as']}**, of {row['levels_of_detail']} ({row['why']})" if row["given_as"] else ""
    return [
        f"`{row['column_name']}`",
        str(row["description"]),
        values,
        str(row["class"]),
        done,
        str(row["comes_from"] or ""),
    ]
