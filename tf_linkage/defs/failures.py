"""Our own errors, as Dagster shows them: one plain line instead of a traceback.

The only translation of the house's errors into Dagster's. Other exceptions are programming mistakes and keep their
traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tf_linkage.defs.internals import PlainFailure
from tf_linkage.errors import InputRefused, TfLinkageError

BAD_INPUT = "bad input"
"""Metadata of a failure that a file is to blame for."""


@contextmanager
def plainly() -> Iterator[None]:
    """Turn an error meant for people into a failure that says just that, and is not tried again."""
    try:
        yield
    except TfLinkageError as refusal:
        refused = {BAD_INPUT: True} if isinstance(refusal, InputRefused) else None
        raise PlainFailure(str(refusal), refused) from None
