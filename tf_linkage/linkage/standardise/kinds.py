"""What the values of a further column are: names, codes, e-mail, phone numbers, dates, numbers or free text."""

from __future__ import annotations

import polars as pl

from tf_linkage.linkage.standardise.dates import dates_of
from tf_linkage.linkage.standardise.distinct import VALUE, stepwise
from tf_linkage.linkage.standardise.reading import Reading

_MOST, _HALF = 0.8, 0.5
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

    def most(which: pl.Series, share: float = _MOST) -> bool:
        return int(which.fill_null(value=False).sum()) > share * which.len()

    distinct, digits = text.unique(), text.str.count_matches(r"\d")
    long_number = text.str.contains(_PHONE) & (digits >= 9)
    tests = {
        "e-mail": most(text.str.contains(_EMAIL)),
        "date": most(dates_of(distinct, reading).dob.is_not_null()) and not most(text.str.contains(r"^\d{5,8}$")),
        "phone": most(long_number) and most(text.str.contains(r"^[+0(]"), _HALF),
        "number": most(text.str.contains(_NUMBER)) and most(text.str.len_chars() < 6, _HALF),
        "code": most(text.str.contains(_CODE) & (digits > 0)),
        "text": most(text.str.count_matches(" ") >= 4, _HALF),
    }
    return next((kind for kind, holds in tests.items() if holds), "name")


def in_form(values: pl.Series, kind: str) -> pl.Series:
    """Values in capitals in the form of their kind: codes and phone numbers without marks between characters."""
    steps = {
        "phone": [_V.str.replace_all(r"\D", ""), _V.str.replace(r"^(?:00|44|0)+", "")],
        "code": [_V.str.replace_all(r"[^A-Z0-9]", "")],
        "number": [_V.str.replace(",", "."), _V.str.replace(r"\.0+$", "")],
        "text": [_V.str.replace_all(r"[^A-Z0-9 ]", "")],
    }.get(kind, [])
    return stepwise(values, [*steps, pl.when(_V != "").then(_V)])
