"""The data dictionary tells of every column what the contract says and on which step it stands."""

from __future__ import annotations

import duckdb
import polars as pl
from rehearsing import Rehearsed
from research_rows import nothing_shown, research_table

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import columns_of, empty
from tf_linkage.contracts.ladders import EVENT_STEPS, STEPS, standing_step, steps_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.research import data_dictionary, dictionary_page, withheld_rows

FAMILY = {"region": "North", "adults": "0-1", "children": "2", "youngest": None, "start_year": None}


def entry(dictionary: pl.DataFrame, table: str, column: str) -> dict[str, object]:
    return dictionary.row(
        by_predicate=(pl.col("table_name") == table) & (pl.col("column_name") == column), named=True
    )


def test_every_column_has_a_row_and_every_ladder_a_step() -> None:
    dictionary = data_dictionary({name: empty(table).lazy() for name, table in RESEARCH_TABLES.items()})
    columns = [(name, column) for name, table in RESEARCH_TABLES.items() for column in columns_of(table)]
    assert dictionary.select("table_name", "column_name").rows() == [
        (name, column.name) for name, column in columns
    ]
    for name, column in columns:
        row = entry(dictionary, name, column.name)
        assert row["description"] == column.description
        assert (row["given_as"] is not None) is bool(column.ladder)
        assert (row["why"] is not None) is bool(column.ladder)
        chosen = {*STEPS.get(name, {}), *EVENT_STEPS.get(name, {}), *PROBLEMS}
        if column.ladder and column.name not in chosen:
            assert row["given_as"] == standing_step(column.ladder)


def test_steps_are_those_of_the_table() -> None:
    dictionary = data_dictionary({"families": research_table("families", [FAMILY])})
    found = {column: entry(dictionary, "families", column) for column in STEPS["families"]}
    assert {column: row["given_as"] for column, row in found.items()} == {
        "region": "region", "adults": "wide band", "children": "band", "youngest": "none", "start_year": "none",
        "study_group": "as recorded", "service_received": "as recorded", "problems": "six flags",
    }  # fmt: skip
    assert "most detail" in str(found["region"]["why"])
    assert "would stand out" in str(found["youngest"]["why"])


def test_steps_of_offences_are_those_of_the_table() -> None:
    rows = [{"offence_group": "against property", "disposal": "CUSTODY"}, {"disposal": "FINE"}]
    dictionary = data_dictionary({"offending": research_table("offending", rows)})
    kind, disposal = (entry(dictionary, "offending", column) for column in ("offence_group", "disposal"))
    assert (kind["given_as"], disposal["given_as"]) == ("broad group", "kind")
    assert "would stand out" in str(kind["why"])
    length = data_dictionary({"offending": research_table("offending", [{"sentence": "1 to 4 years"} | rows[0]])})
    assert entry(length, "offending", "disposal")["given_as"] == "with its length"
    assert "most detail" in str(entry(length, "offending", "disposal")["why"])


def test_a_column_that_is_empty_in_every_row_says_so() -> None:
    """Ethnic group and first language are shown or not, as the data allows."""
    dictionary = data_dictionary({"schooling": research_table("schooling", [{"ethnic_group": "white"}])})
    shown, gone = (entry(dictionary, "schooling", column) for column in ("ethnic_group", "language_group"))
    assert (shown["given_as"], gone["given_as"]) == ("broad group", "none")
    assert "would stand out" in str(gone["why"])


def test_withheld_rows_are_counted() -> None:
    table = research_table("families", [FAMILY, nothing_shown("families"), nothing_shown("families")])
    assert withheld_rows({"families": table}) == {"families": 2}
    assert "2 of families" in dictionary_page(data_dictionary({"families": table}), {"families": 2})


def test_it_lies_beside_the_tables_and_in_the_database(rehearsed: Rehearsed) -> None:
    folder = rehearsed.study.data / "research"
    page = (folder / "data_dictionary.md").read_text(encoding="utf-8")
    with duckdb.connect(str(folder / "linked.duckdb"), read_only=True) as database:
        rows = database.sql("SELECT table_name, column_name, given_as FROM data_dictionary").fetchall()
    steps = {(table, column): step for table, column, step in rows}
    assert set(steps) == {(name, c.name) for name, table in RESEARCH_TABLES.items() for c in columns_of(table)}
    for name in STEPS:
        stored = rehearsed.research(name)
        assert isinstance(stored, pl.LazyFrame)
        assert {column: steps[name, column] for column in STEPS[name]} == steps_of(name, stored)
    for name in RESEARCH_TABLES:
        assert f"\n## {name}\n" in page
    assert page.count("\n| `") == len(rows)
