"""How a column is declared: its type, its class, its words, and its ladder of bands.

The vocabulary with which the files next to this one declare their tables. A contract is a dataframely schema; this
module adds to each column what privacy and documentation need, so that validation, the web UI's column tables, the
data dictionary and the privacy checks all read one declaration.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

import dataframely as dy
import polars as pl

from tf_linkage.errors import ContractBroken

EARLIEST = dt.date(1890, 1, 1)
"""No date in any contract is earlier: nobody in the study was born before it."""


class ColumnClass(StrEnum):
    """Privacy class of a column, from the most revealing to the least."""

    DIRECT = "direct identifier"
    QUASI = "quasi-identifier"
    ATTRIBUTE = "attribute"
    REFERENCE = "reference"


class Table(dy.Schema):
    """Base of every contract: a table that one body may hand to another.

    Attributes:
        relations: rules beyond single rows, checked when a delivery is taken in (`contracts.relations`).
    """

    relations: ClassVar[tuple[Any, ...]] = ()


def _metadata(kind: ColumnClass, description: str, unit: str | None, ladder: Sequence[str]) -> dict[str, Any]:
    return {"class": kind, "description": description, "unit": unit, "ladder": tuple(ladder)}


def text(
    kind: ColumnClass,
    description: str,
    *,
    nullable: bool = False,
    primary_key: bool = False,
    regex: str | None = None,
    ladder: Sequence[str] = (),
) -> dy.String:
    """A string column; blanks are null, so at least one character."""
    return dy.String(
        nullable=nullable,
        primary_key=primary_key,
        regex=regex,
        min_length=1,
        metadata=_metadata(kind, description, None, ladder),
    )


def code(
    kind: ColumnClass,
    description: str,
    codes: Sequence[str],
    *,
    nullable: bool = False,
    primary_key: bool = False,
    ladder: Sequence[str] = (),
) -> dy.Enum:
    """A column that holds one of a closed list of codes."""
    return dy.Enum(
        list(codes),
        nullable=nullable,
        primary_key=primary_key,
        metadata=_metadata(kind, description, None, ladder),
    )


def date(
    kind: ColumnClass,
    description: str,
    *,
    nullable: bool = False,
    primary_key: bool = False,
    earliest: dt.date = EARLIEST,
    ladder: Sequence[str] = (),
) -> dy.Date:
    """A calendar date, not before the earliest that it can be."""
    return dy.Date(
        nullable=nullable,
        primary_key=primary_key,
        min=earliest,
        metadata=_metadata(kind, description, None, ladder),
    )


def flag(kind: ColumnClass, description: str, *, nullable: bool = False, ladder: Sequence[str] = ()) -> dy.Bool:
    """A yes or no."""
    return dy.Bool(nullable=nullable, metadata=_metadata(kind, description, None, ladder))


def whole(
    kind: ColumnClass,
    description: str,
    *,
    unit: str | None = None,
    nullable: bool = False,
    primary_key: bool = False,
    least: int = 0,
    most: int | None = None,
    ladder: Sequence[str] = (),
) -> dy.Int32:
    """A whole number, by default not negative."""
    return dy.Int32(
        nullable=nullable,
        primary_key=primary_key,
        min=least,
        max=most,
        metadata=_metadata(kind, description, unit, ladder),
    )


def number(
    kind: ColumnClass,
    description: str,
    *,
    unit: str | None = None,
    nullable: bool = False,
    least: float | None = None,
    most: float | None = None,
    ladder: Sequence[str] = (),
) -> dy.Float64:
    """A measured number."""
    return dy.Float64(
        nullable=nullable,
        min=least,
        max=most,
        metadata=_metadata(kind, description, unit, ladder),
    )


@dataclass(frozen=True)
class ColumnInfo:
    """One column of a contract, as documentation and checks read it."""

    name: str
    dtype: pl.DataType
    nullable: bool
    primary_key: bool
    column_class: ColumnClass
    description: str
    unit: str | None
    ladder: tuple[str, ...]

    @property
    def words(self) -> str:
        """What it is, with its unit."""
        return self.description + (f" ({self.unit})" if self.unit else "")


def words_of(contract: type[dy.Schema]) -> str:
    """What a contract says of its table, on one line."""
    return " ".join((contract.__doc__ or "").split())


def extended(
    base: type[dy.Schema], name: str, columns: Mapping[str, dy.Column], words: str | None = None
) -> type[dy.Schema]:
    """A contract with further columns after those of another: for columns that follow from a list.

    Args:
        base: the contract whose columns come first.
        name: name of the new one.
        columns: the further columns, by name.
        words: its docstring; that of the base unless given.
    """
    return type(name, (base,), {**columns, "__doc__": words or base.__doc__})


def columns_of(table: type[dy.Schema]) -> Iterator[ColumnInfo]:
    """The columns of a contract, in their order."""
    for name, column in table.columns().items():
        meta = column.metadata or {}
        yield ColumnInfo(
            name=name,
            dtype=column.dtype,
            nullable=column.nullable,
            primary_key=column.primary_key,
            column_class=meta["class"],
            description=meta["description"],
            unit=meta["unit"],
            ladder=meta["ladder"],
        )


def schema_of(table: type[dy.Schema]) -> pl.Schema:
    """The contract as a polars schema."""
    return pl.Schema({name: column.dtype for name, column in table.columns().items()})


Frame = TypeVar("Frame", pl.LazyFrame, pl.DataFrame)


def as_declared(frame: Frame, table: type[dy.Schema]) -> Frame:
    """The columns of a contract, in its order and types; others are left out.

    Raises:
        ContractBroken: the contract declares a column that the frame has not.
    """
    schema, made = schema_of(table), frame.collect_schema()
    if missing := [name for name in schema if name not in made]:
        raise ContractBroken(
            f"contract {table.__name__} declares {', '.join(missing)}, and nothing makes it: add it where the "
            "table is made, or take the declaration out"
        )
    return frame.select(list(schema)).cast(schema)  # type: ignore[arg-type]


def of_rows(table: type[dy.Schema], rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """A table of the contract made of rows by name; what a row does not name is empty in it.

    Raises:
        InvalidOperationError: a value is none of its column's codes (polars).
    """
    schema = schema_of(table)
    # Codes are read as text first: polars makes no codes of a row's values by itself.
    plain = {name: pl.String() if isinstance(dtype, pl.Enum) else dtype for name, dtype in schema.items()}
    return pl.DataFrame(list(rows), schema=plain).cast(schema)


def empty(table: type[dy.Schema]) -> pl.DataFrame:
    """A table of the contract with no rows."""
    return pl.DataFrame(schema=schema_of(table))
