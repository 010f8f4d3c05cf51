"""The researchers' database: one DuckDB file with every research table, rebuilt whole.

The file, its tables and their comments. A row taken out of a DuckDB file stays readable in it, so the file is never
altered: it is written anew next to its place and put in it, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from tf_linkage.contracts.columns import columns_of, words_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.research.dictionary import CODE_COLUMNS, COLUMNS, code_lists, data_dictionary
from tf_linkage.research.quality_statement import STATEMENT
from tf_linkage.research.tables.starts import ResearchRefused

DICTIONARY = (
    "One row for each column of the other tables: what it is, in what detail it is given, and why not in more"
)
LISTS = "One row for each code that a column may have, with what it means; join on the code of table and column"
QUALITY = "How the tables were linked, how well as far as is known without truth, who signed it off, and known gaps"
EXPLAINED = {**{name: words for name, (_, words) in {**COLUMNS, **STATEMENT}.items()}, **CODE_COLUMNS}


def write_duckdb(tables: Mapping[str, pl.LazyFrame], statement: pl.DataFrame, path: Path) -> Path:
    """Writes the research tables into one DuckDB file, with comments and the tables about them.

    These are `data_dictionary`, `code_lists` and `quality_statement`.

    Args:
        tables: research tables by name (`contracts.outputs.research.RESEARCH_TABLES`).
        statement: `quality_statement`.
        path: the file. Replaced as a whole when all tables are written; untouched if anything fails.

    Returns:
        The file.

    Raises:
        ResearchRefused: a table that is no research table, or with other columns than its contract.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.partial")
    leftovers = (fresh, fresh.with_name(f"{fresh.name}.wal"))
    _remove(leftovers)
    try:
        with duckdb.connect(str(fresh), config={"python_enable_replacements": "false"}) as database:
            database.execute("SET temp_directory = ''")  # nothing spills: memory has to do
            database.execute("SET enable_external_access = false")
            for name, table in tables.items():
                _write(database, name, table.collect())
            _explain(database, "data_dictionary", DICTIONARY, data_dictionary(tables))
            _explain(database, "code_lists", LISTS, code_lists(tables))
            _explain(database, "quality_statement", QUALITY, statement)
            database.execute("CHECKPOINT")
        fresh.replace(path)
    finally:
        _remove(leftovers)
    return path


def _write(database: duckdb.DuckDBPyConnection, name: str, table: pl.DataFrame) -> None:
    contract = RESEARCH_TABLES.get(name)
    if contract is None:
        raise ResearchRefused(f"{name} is not a research table; known are {', '.join(RESEARCH_TABLES)}")
    columns = list(columns_of(contract))
    if table.columns != [column.name for column in columns]:
        raise ResearchRefused(f"the table {name} does not have the columns of its contract, in their order")
    database.register("handed_over", table.to_arrow())
    database.execute(f"CREATE TABLE {name} AS SELECT * FROM handed_over")
    database.unregister("handed_over")
    database.execute(f"COMMENT ON TABLE {name} IS {_quoted(words_of(contract))}")
    for column in columns:
        database.execute(f"COMMENT ON COLUMN {name}.{column.name} IS {_quoted(column.words)}")


def _explain(database: duckdb.DuckDBPyConnection, name: str, about: str, table: pl.DataFrame) -> None:
    """Writes a table about the tables."""
    database.register("handed_over", table.to_arrow())
    database.execute(f"CREATE TABLE {name} AS SELECT * FROM handed_over")
    database.unregister("handed_over")
    database.execute(f"COMMENT ON TABLE {name} IS {_quoted(about)}")
    for column in table.columns:
        database.execute(f"COMMENT ON COLUMN {name}.{column} IS {_quoted(EXPLAINED[column])}")


def _quoted(words: str) -> str:
    """A SQL string; DuckDB takes no parameters in a COMMENT statement."""
    return "'" + words.replace("'", "''") + "'"


def _remove(paths: tuple[Path, ...]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
