"""How far histories reach: what lies before or after is not told, and what reaches beyond is cut off."""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.research import HISTORY_MONTHS

FIRST, LAST = HISTORY_MONTHS


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
