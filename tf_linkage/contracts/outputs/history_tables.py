"""The research table of a history for which nobody wrote one by hand: made from its contract's classes and ladders.

What the contract does not say how to make coarse is not given:
* direct identifiers, quasi-identifiers and free text are left out;
* the register's key becomes the person's study reference, any other reference a number within the person;
* a date becomes months from the family's start, and whole years where that would give the start's month away;
* an amount whose ladder has a step such as `£2,500 band` becomes that band; any other number is left out;
* a code or a flag without a ladder stays as it is; with one, it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bands import DATE_LADDER
from tf_linkage.contracts.columns import (
    ColumnClass,
    ColumnInfo,
    Table,
    code,
    columns_of,
    extended,
    flag,
    text,
    whole,
)
from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.handovers.exchange import public_name

BANDS = 20
"""Bands of an amount, of which the last one is open: as many as the pay bands of `research.BenefitsAndWork`."""

_BAND = re.compile(r"(£?)([1-9][0-9,]*)(?: [a-z]+)? band")


class How(Enum):
    """How a column of a history is given."""

    MONTHS = "months from the family's start"
    BAND = "a band"
    NUMBER = "a number within the person, as returned"
    AS_IT_IS = "as it is"


@dataclass(frozen=True)
class Given:
    """A column of a history as researchers are given it.

    Attributes:
        source: the column as the return names it.
        name: the column of the research table.
        how: what is done to it.
        column: the declaration of the column.
        width: of a band, in the column's unit.
    """

    source: str
    name: str
    how: How
    column: dy.Column
    width: int = 0

    @property
    def labels(self) -> list[str]:
        """The labels of its codes, if it has any."""
        dtype = self.column.dtype
        return dtype.categories.to_list() if isinstance(dtype, pl.Enum) else []


class _UnderPerson(Table):
    person_study_ref = text(ColumnClass.REFERENCE, "What researchers see instead of a person")


def history_table(department: Department, history: str) -> type[dy.Schema]:
    """The contract of a history's research table."""
    given = columns_given(department, history)
    out = [column.name for column in columns_of(department.histories[1][history]) if _left_out(department, column)]
    source = (department.histories[1][history].__doc__ or "One row for each of its records.").strip()
    words = (
        f"{source} What {department.title} holds of the people it found. Made from its contract: dates are months "
        "from the family's start, in whole years where many fall on one calendar day; amounts are bands."
        + (f" Left out: {', '.join(out)}." if out else "")
    )
    name = f"{department.name}_{history}".title().replace("_", "")
    return extended(_UnderPerson, name, {one.name: one.column for one in given}, words)


def columns_given(department: Department, history: str) -> tuple[Given, ...]:
    """The columns of a history that researchers are given, in their order."""
    return tuple(_given(department, history))


def band_width(step: str) -> int | None:
    """The width of the bands that a step of a ladder names, or None if it names none.

    >>> band_width("£2,500 band"), band_width("30 day band"), band_width("month")
    (2500, 30, None)
    """
    found = _BAND.fullmatch(step)
    return int(found[2].replace(",", "")) if found else None


def band_labels(step: str) -> tuple[str, ...]:
    """The labels of those bands: `£0-£2,499` and so on, the last one open."""
    found, width = _BAND.fullmatch(step), band_width(step)
    if found is None or width is None:
        raise ValueError(f"{step!r} names no band")
    sign = found[1]
    closed = [f"{sign}{low:,}-{sign}{low + width - 1:,}" for low in range(0, width * (BANDS - 1), width)]
    return (*closed, f"{sign}{width * (BANDS - 1):,} and over")


def _given(department: Department, history: str) -> Iterator[Given]:
    for column in columns_of(department.histories[1][history]):
        if _left_out(department, column) or column.name == department.key:
            continue
        if column.column_class is ColumnClass.REFERENCE:
            name = public_name(column.name)
            words = f"{column.description}, as a number: 1, 2, 3 within the person"
            yield Given(name, name, How.NUMBER, whole(ColumnClass.ATTRIBUTE, words, least=1))
        elif column.dtype == pl.Date():
            yield Given(column.name, month_name(column.name), How.MONTHS, _months(column))
        elif (step := _band_step(column)) is not None:
            kept = code(
                ColumnClass.ATTRIBUTE,
                f"{column.description}; coarsened to bands ({column.unit or 'number'})",
                band_labels(step),
                nullable=column.nullable,
                ladder=column.ladder,
            )
            yield Given(column.name, column.name, How.BAND, kept, band_width(step) or 0)
        elif column.dtype == pl.Boolean():
            kept_flag = flag(ColumnClass.ATTRIBUTE, column.description, nullable=column.nullable)
            yield Given(column.name, column.name, How.AS_IT_IS, kept_flag)
        else:
            codes = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else []
            kept_code = code(ColumnClass.ATTRIBUTE, column.description, codes, nullable=column.nullable)
            yield Given(column.name, column.name, How.AS_IT_IS, kept_code)


def month_name(name: str) -> str:
    """The column of months that stands for a date: `start_month` for `start_date`."""
    return f"{name.removesuffix('_date').removesuffix('_day')}_month"


def _left_out(department: Department, column: ColumnInfo) -> bool:
    if column.name == department.key or column.column_class is ColumnClass.REFERENCE:
        return False
    if column.column_class is not ColumnClass.ATTRIBUTE:
        return True
    if column.dtype == pl.Date():
        return False
    if isinstance(column.dtype, pl.Enum) or column.dtype == pl.Boolean():
        return bool(column.ladder)
    return _band_step(column) is None


def _band_step(column: ColumnInfo) -> str | None:
    """The step on which an amount is given: the finest band of its ladder."""
    if not column.dtype.is_numeric():
        return None
    return next((step for step in column.ladder if band_width(step)), None)


def _months(column: ColumnInfo) -> dy.Int32:
    return whole(
        ColumnClass.ATTRIBUTE,
        f"{column.description}; coarsened from the day to calendar months from the family's start, and to whole "
        "years where many records of the column fall on that calendar day",
        unit="months",
        nullable=column.nullable,
        least=-1200,
        ladder=DATE_LADDER,
    )
