"""The researchers' database: whole, commented, or not there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from tf_linkage import research
from tf_linkage.contracts.columns import columns_of, empty
from tf_linkage.contracts.outputs.code_labels import LABELS
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.research.quality_statement import STATEMENT

NO_STATEMENT = pl.DataFrame(schema={name: dtype for name, (dtype, _) in STATEMENT.items()})


def empty_tables() -> dict[str, pl.LazyFrame]:
    return {name: empty(contract).lazy() for name, contract in RESEARCH_TABLES.items()}


def test_every_table_and_column_is_explained(tmp_path: Path):
    path = research.write_duckdb(empty_tables(), NO_STATEMENT, tmp_path / "linked.duckdb")
    with duckdb.connect(str(path), read_only=True) as database:
        tables = dict(database.sql("SELECT table_name, comment FROM duckdb_tables()").fetchall())
        columns = database.sql("SELECT table_name, column_name, comment FROM duckdb_columns()").fetchall()
    assert set(tables) == {*RESEARCH_TABLES, "data_dictionary", "code_lists", "quality_statement"}
    assert all(tables.values())
    explained = {(table, column): comment for table, column, comment in columns}
    for name, contract in RESEARCH_TABLES.items():
        for column in columns_of(contract):
            assert explained[name, column.name].startswith(column.description)
    assert "cannot be joined to people" in tables["families"], "the caveats come along"
    assert "level of detail" in explained["data_dictionary", "given_as"]
    assert all(explained["code_lists", name] for name in ("table_name", "column_name", "position", "code", "label"))


def test_every_code_has_a_label_and_every_label_a_code(tmp_path: Path):
    path = research.write_duckdb(empty_tables(), NO_STATEMENT, tmp_path / "linked.duckdb")
    with duckdb.connect(str(path), read_only=True) as database:
        lists = database.sql("SELECT * FROM code_lists").pl()
    coded = {
        (name, column.name): column.dtype.categories.to_list()
        for name, contract in RESEARCH_TABLES.items()
        for column in columns_of(contract)
        if isinstance(column.dtype, pl.Enum)
    }
    assert {key for key, _ in lists.group_by("table_name", "column_name")} == set(coded)
    for (table, column), codes in coded.items():
        mine = lists.filter(pl.col("table_name") == table, pl.col("column_name") == column).sort("position")
        assert mine["code"].to_list() == codes
        if column in LABELS:
            assert set(LABELS[column]) == set(codes), column
    # Capitals are a code's, not a word's: each of those has words of its own.
    bare = lists.filter(pl.col("code") == pl.col("label"), pl.col("code").str.contains("^[A-Z][A-Z0-9]+$"))
    assert bare.is_empty()
    assert set(LABELS) <= {column for _, column in coded}


def test_rows_are_those_of_the_table(tmp_path: Path, linked_people: pl.LazyFrame, attributes: pl.LazyFrame,
                                     regions: dict[str, str]):  # fmt: skip
    people = research.people(linked_people, attributes, regions)
    path = research.write_duckdb({"people": people}, NO_STATEMENT, tmp_path / "linked.duckdb")
    with duckdb.connect(str(path), read_only=True) as database:
        stored = database.sql("SELECT * FROM people").pl()
    assert stored.rows() == people.collect().rows()


def test_the_file_is_replaced_as_a_whole(tmp_path: Path):
    """Nothing of the earlier file stays readable in the new one, as it would after a DELETE."""
    path = tmp_path / "linked.duckdb"
    refs = pl.LazyFrame({"person_study_ref": [f"CANARY{number}" for number in range(500)]})
    marked = pl.concat([empty_tables()["people"], refs], how="diagonal")
    research.write_duckdb({"people": marked}, NO_STATEMENT, path)
    assert b"CANARY" in path.read_bytes()
    research.write_duckdb(empty_tables(), NO_STATEMENT, path)
    assert b"CANARY" not in path.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["linked.duckdb"]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("identifiers", pl.LazyFrame({"surname": ["x"]})),
        ("people", pl.LazyFrame({"person_study_ref": ["x"], "surname": ["x"]})),
    ],
)
def test_a_table_that_is_none_of_ours_is_refused_and_leaves_what_was_there(
    tmp_path: Path, name: str, table: pl.LazyFrame
):
    path = research.write_duckdb(empty_tables(), NO_STATEMENT, tmp_path / "linked.duckdb")
    before = path.read_bytes()
    with pytest.raises(research.ResearchRefused):
        research.write_duckdb({"families": empty_tables()["families"], name: table}, NO_STATEMENT, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["linked.duckdb"]


def test_what_an_interrupted_write_left_is_cleared_away(tmp_path: Path):
    (tmp_path / ".linked.duckdb.partial").write_bytes(b"half a file")
    (tmp_path / ".linked.duckdb.partial.wal").write_bytes(b"and its log")
    research.write_duckdb(empty_tables(), NO_STATEMENT, tmp_path / "linked.duckdb")
    assert [entry.name for entry in tmp_path.iterdir()] == ["linked.duckdb"]
