"""The smallest class of each released table, as pycanon counts it (not our program); at `demo` as SQL counts it."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from pycanon import anonymity
from rehearsing import Rehearsed
from research_rows import research_table
from true_links import truly_linked

from tf_linkage import research
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.intruders import LEAD_WORKER
from tf_linkage.contracts.ladders import STEPS, emptiness_tells
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.defs.assets.microdata_risk import released
from tf_linkage.disclosure import RULE, released_classes, risk_table
from tf_linkage.study import REGIONS, Study

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


@pytest.fixture(scope="module")
def at_demo() -> tuple[dict[str, pl.LazyFrame], dict[str, pl.LazyFrame]]:
    """The tables of `demo` as they are made, and as released, on true links."""
    world = truly_linked(Study.of("demo"))
    handed = research.StudyTables(world.linked_people, world.attributes, world.returns)
    histories = research.TABLES_OF_HISTORIES | {"schooling": research.SCHOOLING}
    made = {
        name: table.make(world.linked_people, world.attributes, world.returns[table.department]).collect().lazy()
        for name, table in histories.items()
    }
    finest = {name: table.collect().lazy() for name, table in research.finest_tables(handed, REGIONS).items()}
    sent = {name: table.collect().lazy() for name, table in research.as_sent(handed, REGIONS).items()}
    coarse = {name: released(name, made | finest, world.linked_people, world.counts, sent).table for name in finest}
    return finest, coarse


def smallest_class(name: str, table: pl.LazyFrame) -> int:
    """The fewest rows that share all that the contract says others may know, and which cells are empty."""
    known = [one.name for one in columns_of(RESEARCH_TABLES[name]) if one.column_class is ColumnClass.QUASI]
    groups = ", ".join([*known, *(f"{cell} IS NULL" for cell in emptiness_tells(name))])
    with duckdb.connect() as database:
        database.register("released", table.collect().to_arrow())
        found = database.sql(
            f"SELECT min(n) FROM (SELECT count(*) AS n FROM released GROUP BY {groups})"
        ).fetchall()
    return int(found[0][0])


@pytest.mark.parametrize("name", STEPS)
def test_at_demo_no_class_is_under_ten(
    at_demo: tuple[dict[str, pl.LazyFrame], dict[str, pl.LazyFrame]], name: str
) -> None:
    """Counted over everything that does not change, with no help of the gate; as they are made, one is alone."""
    finest, coarse = at_demo
    assert smallest_class(name, coarse[name]) >= RULE.known
    assert smallest_class(name, finest[name]) == 1


def test_they_agree_where_somebody_stands_out() -> None:
    family = {"region": "North", "start_year": "2016-17"}
    table = research_table("family_outcomes", [family] * 7 + [family | {"exclusion_year_before": None}] * 3)
    assert risk_table(released_classes("family_outcomes", table, None))["smallest class in the sample"] == 3
    assert k_by_pycanon("family_outcomes", table) == 3
    table = research_table("people", [{"health": True}] * 4 + [{}] * 6)
    assert risk_table(released_classes("people", table, None))["smallest class in the sample"] == 4
    assert k_by_pycanon("people", table) == 4
