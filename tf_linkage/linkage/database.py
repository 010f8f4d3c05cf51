"""A DuckDB connection that keeps to its bounds and leaves nothing behind.

Belongs here: settings. Memory is bounded, what spills to disk is encrypted and gone when the connection closes, no
Python variable is taken for a table, and no database file is ever made. Does not belong here: queries.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Bounds:
    """What a linkage may use.

    Attributes:
        memory: DuckDB's memory limit, such as `4GB`; beyond it, it spills.
        threads: number of threads; all cores if none is given.
        most_pairs: candidate pairs that a blocking rule may make before it is refused.
    """

    memory: str = "4GB"
    threads: int | None = None
    most_pairs: int = 500_000_000


@contextmanager
def connected(bounds: Bounds) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory, with a spill folder of its own that goes with it."""
    with tempfile.TemporaryDirectory(prefix="linkage-") as spill, duckdb.connect(":memory:") as connection:
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = false")
        # It squeezes every string on its way through a join, which costs more than what is saved.
        connection.execute("SET disabled_optimizers = 'compressed_materialization'")
        connection.execute(f"SET memory_limit = '{bounds.memory}'")
        connection.execute(f"SET temp_directory = '{spill}'")
        connection.execute("SET temp_file_encryption = true")
        if bounds.threads is not None:
            connection.execute(f"SET threads = {int(bounds.threads)}")
        yield connection
