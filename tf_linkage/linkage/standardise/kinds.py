"""What the values of a further column are: names, codes, e-mail, phone numbers, dates, numbers or free text."""

from __future__ import annotations

import polars as pl

from tf_linkage.linkage.standardise.dates import dates_of
from tf_linkage.linkage.standardise.distinct import VALUE, stepwise
from tf_linkage.linkage.standardise.reading import Reading

KINDS = ("name", "code", "e-mail", "phone", "date", "number", "text")

_V = pl.col(VALUE)
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_PHONE = r"^\+?[\d ()./-]{7,20}$"
_NUMBER = r"^-?\d+([.,]\d+)?$"
_CODE = r"^[A-Za-z0-9][A-Za-z0-9 ./_-]{2,39}$"


def kind_of(values: pl.Series, reading: Reading) -> str:
    """The kind of most of a column's values, by how they are written; a name unless they say otherwise."""
    if values.dtype in (pl.Date, pl.Datetime):
        return "date"
    text = reading.known(values.cast(pl.String)).drop_nulls().str.strip_chars()
    text = text.filter(text != "")
    if text.is_empty():
        return "name"
    distinct = text.unique()

    def most(pattern: str) -> bool:
        return (text.str.contains(pattern).mean() or 0.0) > _MOST

    if most(_EMAIL):
        return "e-mail"
    dates = dates_of(distinct, reading)
    if (dates.dob.is_not_null().mean() or 0) > _MOST and not most(r"^\d{8}$"):
        return "date"
    digits = text.str.count_matches(r"\d")
    if most(_PHONE) and (digits >= 9).mean() > _MOST and text.str.contains(r"^[+0(]").mean() > _HALF:  # type: ignore[operator]
        return "phone"
    if most(_NUMBER) and (text.str.len_chars() < 6).mean() > _HALF:  # type: ignore[operator]
        return "number"
    if most(_CODE) and text.str.contains(r"\d").mean() > _MOST:  # type: ignore[operator]
        return "code"
    return "text" if (text.str.count_matches(" ") >= 4).mean() > _HALF else "name"  # type: ignore[operator]


_MOST, _HALF = 0.8, 0.5


def in_form(values: pl.Series, kind: str) -> pl.Series:
    """Values in capitals in the form of their kind: codes and phone numbers without marks between characters."""
    steps = {
        "phone": [_V.str.replace_all(r"\D", ""), _V.str.replace(r"^(?:00|44|0)+", "")],
        "code": [_V.str.replace_all(r"[^A-Z0-9]", "")],
        "number": [_V.str.replace(",", "."), _V.str.replace(r"\.0+$", "")],
        "text": [_V.str.replace_all(r"[^A-Z0-9 ]", "")],
    }.get(kind, [])
    return stepwise(values, [*steps, pl.when(_V != "").then(_V)])
