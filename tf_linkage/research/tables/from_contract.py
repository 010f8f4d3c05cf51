"""A research table of one history, made from what its contract says of each column.

Applying `contracts.outputs.history_tables` to rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.outputs.history_tables import BANDS, Given, How, columns_given, history_table
from tf_linkage.research.tables.coarsening import money_band, months_from, whole_years_from
from tf_linkage.research.tables.starts import in_contract, on_the_clock

FIXED_DAY = 0.05
"""Share of a column's dates on one calendar day (such as 6 April) from which that day is the register's own doing.

One in 365 would be 0.3%. A known calendar day next to its distance from the start would give away the start's
month, and with it who is of one family (`benefits_and_work`), so such dates are given in whole years."""


def history_from_contract(
    department: Department,
    history: str,
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returned: Mapping[str, pl.LazyFrame],
) -> pl.LazyFrame:
    """Makes the table.

    Args:
        department: whose history it is.
        history: its name.
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        returned: what the department gave back, by history, keyed by `request_ref`.

    Returns:
        The contract's table (`history_tables.history_table`).
    """
    rows = on_the_clock(returned[history], department.name, linked_people, attributes)
    given = columns_given(department, history)
    return in_contract(
        rows.select("person_study_ref", *(_coarse(one).alias(one.name) for one in given)),
        history_table(department, history),
    )


def _coarse(given: Given) -> pl.Expr:
    value = pl.col(given.source)
    if given.how is How.MONTHS:
        return _months(value)
    if given.how is How.BAND:
        return money_band(value, given.width, given.width * (BANDS - 1), given.labels)
    return value


def _months(day: pl.Expr) -> pl.Expr:
    """Months from the start; whole years where many of the column's dates fall on that calendar day."""
    start = pl.col("start")
    calendar_day = day.dt.month().cast(pl.Int32) * 100 + day.dt.day().cast(pl.Int32)
    fixed = pl.len().over(calendar_day) >= FIXED_DAY * day.count()
    return pl.when(fixed).then(whole_years_from(start, day)).otherwise(months_from(start, day))
