"""Cells of text turned into the contract's types, or refused column by column.

Which spellings of a date, a number, a yes or a code are accepted. Placeholders such as 1900-01-01 stay as they are:
to know them is linkage's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, ColumnInfo
from tf_linkage.intake.reading.problems import LONGEST_FIELD, Problems

SYNONYMS = {"sex": "gender"}
"""Column names accepted next to the contract's."""

GENDER_SPELLINGS = {
    "m": "male", "male": "male", "1": "male",
    "f": "female", "female": "female", "2": "female",
    "0": None, "9": None, "u": None, "unknown": None,
}  # fmt: skip
"""Codes of departments. In the children-in-need census 0 is unknown or unborn and 9 indeterminate; the
looked-after return has 1 and 2 alone (LIIA's published schemas of both)."""

YES_OR_NO = {
    "true": True, "yes": True, "y": True, "1": True,
    "false": False, "no": False, "n": False, "0": False,
}  # fmt: skip

UNSEEN = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]"
"""Control characters, and marks that turn the direction of writing: neither can be seen, both deceive."""

ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
BRITISH_DATE = r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"
TWO_DIGITS = re.compile(r"[0-9]{1,2}[-/. ](?:[0-9]{1,2}|[A-Za-z]{3,9})[-/. ][0-9]{2}(?:[T ].*)?")
"""A day whose year could be of either century."""
OF_TWO_DIGITS = "the year has two digits, and could be of either century"

WHOLE_NUMBER = r"^[+-]?[0-9]{1,10}$"
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"

Line = Callable[[int], int]


def is_key(column: ColumnInfo) -> bool:
    """Whether files are joined by a text column: numbers of people, families, cases, schools, councils."""
    return isinstance(column.dtype, pl.String) and (
        column.primary_key or column.column_class in (ColumnClass.REFERENCE, ColumnClass.QUASI)
    )


def typed(cells: pl.Series, column: ColumnInfo, problems: Problems, line_of: Line) -> pl.Series:
    """One column of text as the contract's type.

    Args:
        cells: text, null where blank.
        column: what the contract says of it.
        problems: where a column that cannot be read is noted, with its first line and the number of rows.
        line_of: the line of a row.

    Returns:
        The typed column; null where a cell could not be read (a problem is then noted).
    """
    if isinstance(column.dtype, pl.String):
        return _text(cells, column, problems, line_of)
    values, rule = _read(cells, column)
    _note(cells.is_not_null() & values.is_null() & ~_means_unknown(cells, column), rule, column, problems, line_of)
    return values


def _text(cells: pl.Series, column: ColumnInfo, problems: Problems, line_of: Line) -> pl.Series:
    unseen = cells.str.contains(UNSEEN).fill_null(value=False)
    long = (cells.str.len_bytes() > LONGEST_FIELD).fill_null(value=False)
    _note(long, f"a field of more than {LONGEST_FIELD:,} bytes", column, problems, line_of)
    _note(unseen, "a control character or a mark that turns the direction of writing", column, problems, line_of)
    if is_key(column):
        around = (cells != cells.str.strip_chars()).fill_null(value=False)
        _note(around, "blanks around a key; two files would not join by it", column, problems, line_of)
        power = cells.str.contains(r"^[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$").fill_null(value=False)
        _note(power, "a key as a power of ten, so that several may have become one", column, problems, line_of)
        hidden = cells.str.contains(r"\p{Cf}").fill_null(value=False) & ~unseen
        _note(hidden, "a mark in a key that nobody sees; two files would not join by it", column, problems, line_of)
    return cells


def _read(cells: pl.Series, column: ColumnInfo) -> tuple[pl.Series, str]:
    """The values, null where unreadable, and the rule in words."""
    dtype = column.dtype
    if isinstance(dtype, pl.Date):
        return _dates(cells)
    if isinstance(dtype, pl.Boolean):
        return _spelled(cells, YES_OR_NO, pl.Boolean()), "not a yes or no (true, false, yes, no, y, n, 1, 0)"
    if isinstance(dtype, pl.Enum):
        codes = dtype.categories.to_list()
        if column.name == "gender":
            return _spelled(cells, GENDER_SPELLINGS, dtype), "unknown code; use male, female, M, F, 1 or 2"
        known = pl.select(pl.when(cells.is_in(codes)).then(cells)).to_series()
        return known.cast(dtype), f"unknown code; known are {', '.join(codes)}"
    if dtype.is_integer():
        return _matching(cells, WHOLE_NUMBER).cast(dtype, strict=False), "not a whole number"
    if dtype.is_float():
        return _matching(cells, NUMBER).cast(dtype, strict=False), "not a number"
    raise TypeError(f"no reading of {dtype} is defined")


def _dates(cells: pl.Series) -> tuple[pl.Series, str]:
    """A column is in one form throughout: a day like 03/04/2016 must not be read by guess."""
    british = cells.drop_nulls().str.contains(BRITISH_DATE)
    if len(british) and british.all():
        return cells.str.to_date("%d/%m/%Y", strict=False), "not a day of the calendar (dd/mm/yyyy)"
    if len(cells.drop_nulls()) and cells.drop_nulls().str.contains(f"^(?:{TWO_DIGITS.pattern})$").any():
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.Date), f"not a date: {OF_TWO_DIGITS}"
    iso = _matching(cells, ISO_DATE).str.to_date("%Y-%m-%d", strict=False)
    if british.any():
        return iso, "dates in two forms or more; write the whole column as yyyy-mm-dd, or all of it as dd/mm/yyyy"
    return iso, "not a date; write yyyy-mm-dd, or the whole column as dd/mm/yyyy"


def _matching(cells: pl.Series, shape: str) -> pl.Series:
    return pl.select(pl.when(cells.str.contains(shape)).then(cells)).to_series()


def _spelled(cells: pl.Series, spellings: dict[str, bool] | dict[str, str | None], dtype: pl.DataType) -> pl.Series:
    keys, values = list(spellings), pl.Series(list(spellings.values()), dtype=dtype)
    return cells.str.to_lowercase().replace_strict(keys, values, default=None, return_dtype=dtype)


def _means_unknown(cells: pl.Series, column: ColumnInfo) -> pl.Series:
    """Cells that say in a code of their own that the value is not known."""
    unknown = [spelling for spelling, value in GENDER_SPELLINGS.items() if value is None]
    if column.name != "gender":
        return pl.repeat(False, len(cells), dtype=pl.Boolean, eager=True)
    return cells.str.to_lowercase().is_in(unknown).fill_null(value=False)


def _note(wrong: pl.Series, rule: str, column: ColumnInfo, problems: Problems, line_of: Line) -> None:
    if wrong.any():
        problems.add_rows(rule, wrong.arg_true().to_list(), line_of, column.name)
