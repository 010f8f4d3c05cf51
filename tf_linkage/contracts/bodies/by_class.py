"""What holds of every extract by the classes and types of its columns, whatever body it is of."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.relations import (
    HALF,
    MANY_CELLS,
    MOST_ALIKE,
    NEARLY_ALL,
    TOLD_BY,
    FewAlike,
    NoMarks,
    NotOneValue,
    Relation,
    SomeFilled,
    Strength,
)


def of_spells(table: type[dy.Schema]) -> tuple[Relation, ...]:
    """What holds of a history's columns: rows that differ in an amount alone are few, and no column is one value.

    Amounts have decimal places; whole numbers may be years or terms, which tell rows apart.
    """
    columns = list(columns_of(table))
    measured = [one for one in columns if one.dtype.is_float()]
    told = tuple(one.name for one in columns if one not in measured)
    several = tuple(
        one.name
        for one in columns
        if one.column_class is not ColumnClass.REFERENCE
        and not (isinstance(one.dtype, pl.Enum) and len(one.dtype.categories) < 2)
    )
    alike = FewAlike(
        strength=Strength.REFUSE,
        reason="the file was appended to itself with an amount changed, or joined to another table",
        columns=told,
        told_by=told,
        filled=1,
        most=MOST_ALIKE,
    )
    one_value = NotOneValue(
        strength=Strength.NOTE,
        reason="the column was filled from one cell, or other values were lost on the way",
        columns=several,
        most=NEARLY_ALL,
        least=MANY_CELLS,
    )
    return (*((alike,) if measured else ()), one_value)


def of_cells(table: type[dy.Schema]) -> tuple[Relation, ...]:
    """What holds of the cells by which people are known, and files joined: none stands for many."""
    texts = [column for column in columns_of(table) if isinstance(column.dtype, pl.String)]
    keys = tuple(one.name for one in texts if one.column_class is ColumnClass.REFERENCE)
    named = tuple(one.name for one in texts if one.column_class is ColumnClass.DIRECT)
    direct = tuple(one.name for one in columns_of(table) if one.column_class is ColumnClass.DIRECT)
    found: list[Relation] = []
    if keys:
        found.append(
            NoMarks(
                strength=Strength.REFUSE,
                reason="strangers would become one person or one family by it",
                columns=keys,
                keys=True,
            )
        )
    if direct:
        others = tuple(one.name for one in columns_of(table) if one.column_class is not ColumnClass.REFERENCE)
        found += [
            SomeFilled(
                strength=Strength.REFUSE,
                reason="nobody could be known by it; the identifiers were lost on the way",
                columns=direct,
            ),
            FewAlike(
                strength=Strength.REFUSE,
                reason="the file was appended to itself under other keys, or joined to another table",
                columns=others,
                told_by=direct,
                filled=TOLD_BY,
                most=MOST_ALIKE,
            ),
            NoMarks(
                strength=Strength.NOTE,
                reason="put what stands for blank under missing, or leave the cell blank",
                columns=named,
            ),
            NotOneValue(
                strength=Strength.NOTE,
                reason="it may stand for something else, such as an office's address or a first of January",
                columns=direct,
                most=HALF,
            ),
        ]
    return tuple(found)
