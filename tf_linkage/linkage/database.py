"""A DuckDB connection that keeps to its bounds and leaves nothing behind.

Belongs here: settings. Memory is bounded, nothing spills to disk, no Python variable is taken for a table, and no
database file is ever made. Does not belong here: queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from tf_linkage.errors import LinkageRefused


@dataclass(frozen=True)
class Bounds:
    """What a linkage may use.

    Attributes:
        memory: DuckDB's memory limit, such as `4GB`; beyond it, the linkage is refused.
        threads: number of threads; all cores if none is given.
        most_pairs: candidate pairs that a blocking rule may make before it is refused.
    """

    memory: str = "4GB"
    threads: int | None = None
    most_pairs: int = 500_000_000


@contextmanager
def connected(bounds: Bounds) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that writes nothing to disk.

    Raises:
        LinkageRefused: what was asked of it needs more memory than the bounds give.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = false")
        # It squeezes every string on its way through a join, which costs more than what is saved.
        connection.execute("SET disabled_optimizers = 'compressed_materialization'")
        connection.execute(f"SET memory_limit = '{bounds.memory}'")
        # DuckDB encrypts no temporary file without an extension from the network, and plain ones hold names.
        connection.execute("SET temp_directory = ''")
        connection.execute("SET temp_file_encryption = true")
        if bounds.threads is not None:
            connection.execute(f"SET threads = {int(bounds.threads)}")
        try:
            yield connection
        except duckdb.OutOfMemoryException:
            raise LinkageRefused(
                f"the linkage needs more than {bounds.memory} of memory, and nothing of it may go to disk in the "
                "clear. Link fewer records at once, or block by more specific rules"
            ) from None
