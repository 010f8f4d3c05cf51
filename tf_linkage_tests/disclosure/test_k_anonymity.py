"""The smallest class of each released table, as pycanon counts it: somebody else's program."""

from __future__ import annotations

import polars as pl
import pytest
from pycanon import anonymity
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage.contracts.intruders import LEAD_WORKER
from tf_linkage.contracts.ladders import STEPS, emptiness_tells
from tf_linkage.disclosure import RULE, released_classes, risk_table

EMPTY = "(empty)"


def k_by_pycanon(name: str, table: pl.LazyFrame) -> int:
    """Its k over all that the gate goes by; an empty cell is a label like others, as pandas would drop its rows."""
    emptiness = [
        pl.col(column).is_null().cast(pl.String).alias(f"{column} empty") for column in emptiness_tells(name)
    ]
    columns = LEAD_WORKER.columns_in(name)
    known = table.select(*(pl.col(column).cast(pl.String).fill_null(EMPTY) for column in columns), *emptiness)
    frame = known.collect().to_pandas()
    return int(anonymity.k_anonymity(frame, list(frame.columns)))


@pytest.mark.parametrize("name", STEPS)
def test_k_of_the_rehearsals_tables_is_pycanons(rehearsed: Rehearsed, name: str) -> None:
    table = rehearsed.research(name)
    assert isinstance(table, pl.LazyFrame)
    ours = risk_table(released_classes(name, table, None))["smallest class in the sample"]
    assert ours == k_by_pycanon(name, table)
    assert ours >= RULE.known


def test_they_agree_where_somebody_stands_out() -> None:
    family = {"region": "North", "start_year": "2016-17"}
    table = research_table("family_outcomes", [family] * 7 + [family | {"exclusion_year_before": None}] * 3)
    assert risk_table(released_classes("family_outcomes", table, None))["smallest class in the sample"] == 3
    assert k_by_pycanon("family_outcomes", table) == 3
    table = research_table("people", [{"health": True}] * 4 + [{}] * 6)
    assert risk_table(released_classes("people", table, None))["smallest class in the sample"] == 4
    assert k_by_pycanon("people", table) == 4
