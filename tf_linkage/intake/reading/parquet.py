"""Parquet files from elsewhere, whatever has become of them on the way."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

_ALONE = threading.Lock()


def parquet_of(source: bytes | Path) -> pl.DataFrame | None:
    """Everything in a Parquet file, or None where it cannot be read.

    What the reader says of a damaged file may quote it, so that nothing of it is passed on.

    Args:
        source: the file, or what was read of it.
    """
    try:
        with _said_to_nobody():
            return pl.read_parquet(io.BytesIO(source) if isinstance(source, bytes) else source)
    except BaseException as error:
        # A damaged page makes the reader panic, which is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return None


@contextmanager
def _said_to_nobody() -> Iterator[None]:
    """Keeps from the standard error what a panic writes there past Python, stack and values."""
    with _ALONE:
        sys.stderr.flush()
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
