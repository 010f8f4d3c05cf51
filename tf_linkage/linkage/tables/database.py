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


@contextmanager
def connected(bounds: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that writes nothing to disk.

    Raises:
        LinkageRefused: what was asked of it needs more memory than the bounds give.
    """
    with duckdb.connect(":memory:") as connection:
        try:
            _settle(connection, bounds)
            yield connection
        except duckdb.OutOfMemoryException:
            raise LinkageRefused(
                f"the linkage needs more than {bounds.memory_gb:g} GB of memory, and nothing of it may go to disk "
                "in the clear. Link fewer records at once, block by more specific rules, or allow more (memory_gb) "
                "if the machine has it"
            ) from None


def _settle(connection: duckdb.DuckDBPyConnection, bounds: Limits) -> None:
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET preserve_insertion_order = false")
    # It squeezes every string on its way through a join, which costs more than what is saved.
    connection.execute("SET disabled_optimizers = 'compressed_materialization'")
    connection.execute(f"SET memory_limit = '{bounds.memory_gb:.6f}GB'")
    # DuckDB encrypts no temporary file without an extension from the network, and plain ones hold names.
    connection.execute("SET temp_directory = ''")
    connection.execute("SET temp_file_encryption = true")
    if bounds.threads is not None:
        connection.execute(f"SET threads = {int(bounds.threads)}")
