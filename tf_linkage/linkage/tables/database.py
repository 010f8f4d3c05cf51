"""A DuckDB connection that keeps to its bounds and leaves nothing behind.

Settings. Memory is bounded, nothing spills to disk, no Python variable is taken for a table, and no database file
is ever made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.limits import Limits

_open: list[duckdb.DuckDBPyConnection] = []
"""Connections of linkages that are at work in this process."""


@contextmanager
def connected(bounds: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that writes nothing to disk.

    Raises:
        LinkageRefused: what was asked of it needs more memory than the bounds give.
    """
    with duckdb.connect(":memory:") as connection:
        try:
            _settle(connection, bounds)
            _open.append(connection)
            yield connection
        except duckdb.OutOfMemoryException:
            raise LinkageRefused(
                f"the linkage needs more than {bounds.memory_gb:g} GB of memory, and nothing of it may go to disk "
                "in the clear. Link fewer records at once, block by more specific rules, or allow more (memory_gb) "
                "if the machine has it"
            ) from None
        finally:
            if connection in _open:
                _open.remove(connection)


def share_of_query() -> float | None:
    """What part of the query that a linkage of this process runs is done, from 0 to 1; None where none tells."""
    try:
        done = _open[-1].query_progress() if _open else -1.0
    except (duckdb.Error, IndexError):  # closed in the meantime
        return None
    return done / 100 if done >= 0 else None


def _settle(connection: duckdb.DuckDBPyConnection, bounds: Limits) -> None:
    connection.execute("SET python_enable_replacements = false")
    # Kept, so that a person can be told; never drawn, for what a command prints is its own.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("SET preserve_insertion_order = false")
    # It squeezes every string on its way through a join, which costs more than what is saved.
    connection.execute("SET disabled_optimizers = 'compressed_materialization'")
    connection.execute(f"SET memory_limit = '{bounds.memory_gb:.6f}GB'")
    # DuckDB encrypts no temporary file without an extension from the network, and plain ones hold names.
    connection.execute("SET temp_directory = ''")
    connection.execute("SET temp_file_encryption = true")
    if bounds.threads is not None:
        connection.execute(f"SET threads = {int(bounds.threads)}")
