"""Dates of birth in whatever form they are written: eight digits, year first, or the year alone.

The order of day and month is decided for a whole column by its values. A string that is no day of the calendar
keeps its digits where it has eight, for they still tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.standardise.distinct import VALUE, stepwise
from tf_linkage.linkage.standardise.reading import ORDERS, Reading

NO_DATES = ("19000101", "18000101", "99991231", "19010101", "00000000", "11111111", "99999999", "00010101")
"""What systems write where no date is known."""

_V = pl.col(VALUE)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MARK = r"[-/. ,]+"
_TIME = r"(?i)[T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([AP]M)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$"
_YEAR_FIRST = rf"^(?<y>\d{{4}}){_MARK}(?<m>\d{{1,2}}){_MARK}(?<d>\d{{1,2}})$"
_YEAR_LAST = rf"^(?<a>\d{{1,2}}){_MARK}(?<b>\d{{1,2}}){_MARK}(?<y>\d{{4}}|\d{{2}})$"
_DAY_WORD = (
    r"^(?:[A-Z]{3,9}[ ,]+)?(?<d>\d{1,2})(?:ST|ND|RD|TH)?[-/., ]*(?<w>[A-Z]{3})[A-Z]{0,6}[-/., ]*(?<y>\d{4}|\d{2})$"
)
_WORD_DAY = (
    r"^(?:[A-Z]{3,9}[ ,]+)?(?<w>[A-Z]{3})[A-Z]{0,6}[-/., ]*(?<d>\d{1,2})(?:ST|ND|RD|TH)?[-/., ]+(?<y>\d{4})$"
)
_YEAR_WORD = r"^(?<y>\d{4})[-/., ]+(?<w>[A-Z]{3})[A-Z]{0,6}[-/., ]+(?<d>\d{1,2})$"
_SERIAL = r"^[1-6]\d{4}$"
"""Excel counts days from 1900; four digits are a year, and a number beyond is of a later century."""


@dataclass(frozen=True)
class DatesRead:
    """What a column of dates says.

    Attributes:
        dob: eight digits, year first, for each value; null where no day is known.
        year: four digits; known where the year alone is.
        order: how its days, months and years are written where a value leaves that open, one of `ORDERS`.
        open_to: values that could be read in two orders.
        two_digits: values whose year has two digits.
        serials: values that are numbers of days.
        written: whether they are text, of which the order had to be found.
    """

    dob: pl.Series
    year: pl.Series
    order: str
    open_to: int
    two_digits: int
    serials: int
    written: bool = True


def dates_of(values: pl.Series, reading: Reading) -> DatesRead:
    """Read the distinct values of a column."""
    if values.dtype in (pl.Date, pl.Datetime):
        dob = stepwise(values.dt.strftime("%Y%m%d"), [_without_sentinels(reading)])
        return DatesRead(dob, dob.str.slice(0, 4), "ymd", 0, 0, 0, written=False)
    bare = [
        _V.str.strip_chars().str.to_uppercase(),
        _V.str.replace(_TIME, ""),
        _V.str.replace(r"^(\d+)\.0+$", "${1}"),
        _V.str.strip_chars(),
    ]
    text = pl.DataFrame({"text": stepwise(reading.known(values.cast(pl.String)), bare)})
    parts = text.select(
        "text",
        first=pl.col("text").str.extract_groups(_YEAR_FIRST),
        last=pl.col("text").str.extract_groups(_YEAR_LAST),
        day=pl.col("text").str.extract_groups(_DAY_WORD),
        word=pl.col("text").str.extract_groups(_WORD_DAY),
        year=pl.col("text").str.extract_groups(_YEAR_WORD),
        eight=pl.when(pl.col("text").str.contains(r"^\d{8}$")).then(pl.col("text")),
        number=pl.when(pl.col("text").str.contains(r"^\d{4,5}$")).then(pl.col("text").str.to_integer(strict=False)),
    )
    order, open_to = _order(parts, reading)
    a, b, y = (pl.col("last").struct.field(name) for name in ("a", "b", "y"))
    month, day = (a, b) if order == "mdy" else (b, a)
    century = pl.when(y.str.to_integer(strict=False) <= reading.pivot).then(pl.lit("20")).otherwise(pl.lit("19"))
    full = pl.when(y.str.len_chars() == 2).then(century + y).otherwise(y)
    serial = pl.col("text").str.contains(_SERIAL)
    found = parts.select(
        digits=pl.coalesce(
            _joined(*(pl.col("first").struct.field(name) for name in "ymd")),
            _joined(full, month, day),
            _worded("day", reading),
            _worded("word", reading),
            _worded("year", reading),
            _eight(order),
            pl.when(serial).then((_EXCEL + pl.duration(days=pl.col("number"))).dt.strftime("%Y%m%d")),
        ),
        alone=pl.when(pl.col("number").is_between(1850, 2100)).then(pl.col("text")),
    )
    dob = stepwise(found["digits"], [_without_sentinels(reading)])
    # A date that is a placeholder tells no year; a year alone does.
    year = found.select(pl.coalesce(pl.lit(dob).str.slice(0, 4), "alone").alias("year"))["year"]
    two = int(parts.select((y.str.len_chars() == 2).sum()).item() or 0)
    return DatesRead(dob, year, order, open_to, two, int(parts.select(serial.sum()).item() or 0))


_EXCEL = pl.date(1899, 12, 30)


def _without_sentinels(reading: Reading) -> pl.Expr:
    return pl.when(~_V.is_in(reading.without(NO_DATES))).then(_V)


def _joined(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    return year + month.str.zfill(2) + day.str.zfill(2)


def _worded(group: str, reading: Reading) -> pl.Expr:
    word, day, year = (pl.col(group).struct.field(name) for name in ("w", "d", "y"))
    month = word.replace_strict({name: f"{at:02d}" for at, name in enumerate(_MONTHS, start=1)}, default=None)
    century = pl.when(year.str.to_integer(strict=False) <= reading.pivot).then(pl.lit("20")).otherwise(pl.lit("19"))
    return pl.when(year.str.len_chars() == 2).then(century + year).otherwise(year) + month + day.str.zfill(2)


def _turned(digits: pl.Expr, order: str) -> pl.Expr:
    """Eight digits written in an order, year first."""
    if order == "ymd":
        return digits
    year, one, other = digits.str.slice(4, 4), digits.str.slice(0, 2), digits.str.slice(2, 2)
    return year + other + one if order == "dmy" else year + one + other


def _eight(order: str) -> pl.Expr:
    """Eight digits are year first wherever that makes a date; else in the column's order; else as they stand."""
    plain = pl.col("eight")
    turned = _turned(plain, "dmy" if order == "ymd" else order)
    return pl.when(_is_day(plain)).then(plain).when(_is_day(turned)).then(turned).otherwise(plain)


def _is_day(digits: pl.Expr) -> pl.Expr:
    near = digits.str.slice(0, 4).str.to_integer(strict=False).is_between(1850, 2100)
    return (near & digits.str.to_date("%Y%m%d", strict=False).is_not_null()).fill_null(value=False)


def _order(parts: pl.DataFrame, reading: Reading) -> tuple[str, int]:
    """The order of a column, and how many of its values could be read in two."""
    if reading.dates:
        return reading.dates, 0
    a, b = (pl.col("last").struct.field(name).str.to_integer(strict=False) for name in "ab")
    eight = pl.col("eight").filter(~_is_day(pl.col("eight")))
    counted = parts.select(
        dmy=((a > 12) & (b <= 12)).sum(),
        mdy=((b > 12) & (a <= 12)).sum(),
        open=((a <= 12) & (b <= 12) & (a != b)).sum(),
        eight_dmy=_is_day(_turned(eight, "dmy")).sum(),
        eight_mdy=_is_day(_turned(eight, "mdy")).sum(),
    ).row(0, named=True)
    dmy = counted["dmy"] + counted["eight_dmy"]
    mdy = counted["mdy"] + counted["eight_mdy"]
    order = ORDERS[1] if mdy > dmy else ORDERS[0]
    return order, int(counted["open"]) if dmy == mdy else 0
