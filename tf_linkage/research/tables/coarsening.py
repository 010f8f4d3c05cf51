"""How a value is made coarse: the steps of the contracts' ladders, as expressions.

Ages, money, lengths and dates turned into bands; histories cut to the months of which they tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.research import HISTORY_MONTHS

FIRST, LAST = HISTORY_MONTHS


def band(value: pl.Expr, upper: Mapping[str, float], *, closed: bool = True) -> pl.Expr:
    """The first band whose upper bound is not exceeded (or, not closed, not reached); null stays null.

    >>> pl.select(band(pl.lit(11), {"0-10": 10, "11+": 200})).item()
    '11+'
    """
    labels = list(upper)
    result = pl.lit(None, pl.String)
    for label in reversed(labels):
        within = value <= upper[label] if closed else value < upper[label]
        result = pl.when(within).then(pl.lit(label)).otherwise(result)
    return result.cast(pl.Enum(labels))


def money_band(pounds: pl.Expr, step: int, top: int, labels: Sequence[str]) -> pl.Expr:
    """The band of an amount: equal steps, the last one open."""
    number = (pounds.clip(upper_bound=top) / step).floor().cast(pl.Int32)
    return number.replace_strict(
        list(range(top // step + 1)), list(labels), default=None, return_dtype=pl.Enum(labels)
    )


def count_band(number: pl.Expr, labels: Sequence[str]) -> pl.Expr:
    """The band of a count: each number its own, the last label for that many and more ("0", "1", "2+")."""
    first, last = int(labels[0]), int(labels[-1].rstrip("+"))
    clipped = number.cast(pl.Int32).clip(first, last)
    return clipped.replace_strict(
        list(range(first, last + 1)), list(labels), default=None, return_dtype=pl.Enum(labels)
    )


def months_from(start: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Calendar months from the month of the start to the month of the day; before it, negative."""
    years = day.dt.year() - start.dt.year()
    months = day.dt.month().cast(pl.Int32) - start.dt.month().cast(pl.Int32)
    return (12 * years + months).cast(pl.Int32)


def whole_years_from(start: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The same, brought down to a multiple of twelve: which year before or after, and nothing finer."""
    return ((months_from(start, day) / 12).floor() * 12).cast(pl.Int32)


def financial_year(day: pl.Expr) -> pl.Expr:
    """The financial year of a day, which begins on 1 April: "2016-17"."""
    first = day.dt.year() - pl.when(day.dt.month() < 4).then(1).otherwise(0)
    return first.cast(pl.String) + "-" + ((first + 1) % 100).cast(pl.String).str.zfill(2)


def academic_year(day: pl.Expr) -> pl.Expr:
    """The academic year of a day, which begins on 1 September, by its first calendar year."""
    return (day.dt.year() - pl.when(day.dt.month() < 9).then(1).otherwise(0)).cast(pl.Int32)


def spells_told(spells: pl.LazyFrame) -> pl.LazyFrame:
    """The spells of the months of which histories tell.

    Args:
        spells: with `starts` and `ends`, in months from the start; empty where not known, or while it lasts.

    Returns:
        Those that overlap these months. One that began earlier begins with the first of them, and one that lasts
        beyond the last has no end.
    """
    starts, ends = pl.col("starts"), pl.col("ends")
    overlap = (starts.is_null() | (starts <= LAST)) & (ends.is_null() | (ends >= FIRST))
    return spells.filter(overlap).with_columns(
        starts=starts.clip(lower_bound=FIRST), ends=pl.when(ends <= LAST).then(ends)
    )


def events_told(events: pl.LazyFrame, month: str, before: str) -> pl.LazyFrame:
    """The events of the months of which histories tell.

    Args:
        events: with a month from the start.
        month: the column by which an event lies in these months or not.
        before: the month of what led to it, which is not told further back than the first of them.
    """
    return events.filter(pl.col(month).is_between(FIRST, LAST)).with_columns(
        pl.col(before).clip(lower_bound=FIRST).alias(before)
    )
