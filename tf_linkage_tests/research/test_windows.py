"""How far histories reach: by hand at both ends, and in a rehearsal nothing older and nothing later."""

from __future__ import annotations

import polars as pl
from rehearsing import Rehearsed

from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.outputs.research import HISTORY_MONTHS, RESEARCH_TABLES
from tf_linkage.research.tables.coarsening import events_told, spells_told

INT = {"starts": pl.Int32, "ends": pl.Int32}


def test_spells_are_told_from_36_months_before_to_24_after() -> None:
    given = [(-80, -37), (-80, -36), (-36, -30), (0, None), (24, 25), (20, 24), (25, 30), (None, -40), (None, 3)]
    told = spells_told(pl.LazyFrame(given, schema=INT, orient="row")).collect()
    assert told.rows() == [(-36, -36), (-36, -30), (0, None), (24, None), (20, 24), (None, 3)]


def test_events_are_told_by_their_month_and_what_led_to_them_no_further_back() -> None:
    given = [(-37, -40), (-36, -50), (0, -3), (24, None), (25, 20)]
    events = pl.LazyFrame(given, schema={"sentenced": pl.Int32, "offence": pl.Int32}, orient="row")
    told = events_told(events, "sentenced", "offence").collect()
    assert told.rows() == [(-36, -36), (0, -3), (24, None)]


def test_no_history_by_month_reaches_further(rehearsed: Rehearsed) -> None:
    first, last = HISTORY_MONTHS
    seen = 0
    for name in ("benefits_and_work", "offending", "social_care"):
        table = rehearsed.research(name).collect()
        for column in columns_of(RESEARCH_TABLES[name]):
            if column.unit == "months":
                assert table[column.name].drop_nulls().is_between(first, last).all(), (name, column.name)
                seen += table.height
    assert seen > 1000
