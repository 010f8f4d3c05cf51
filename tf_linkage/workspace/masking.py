"""Errors in which somebody's data may stand are not told to Dagster, which would keep them for good.

Polars, DuckDB and Python quote the value that they could not read, and Dagster stores what exceptions say. Where
people are real, Dagster is therefore told only that a step failed, and stderr gets the exception's class and the
lines of code it passed, which help and name nobody. The house's own errors never quote anybody and stay. That rule
and nothing else. Of a rehearsal every error is told in full.
"""

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from tf_linkage.errors import TfLinkageError

REDACT = "DAGSTER_REDACT_USER_CODE_ERRORS"
REDACTED = logging.getLogger("dagster.redacted_errors")
"""Where Dagster hands over what it masked; without a handler of ours it would print it whole."""


@contextmanager
def masked_errors() -> Iterator[None]:
    """For as long as it lasts, exceptions reach neither Dagster's storage nor stderr with what they say."""
    before = os.environ.get(REDACT)
    handler = _WhereOnly(sys.stderr)
    propagated, REDACTED.propagate = REDACTED.propagate, False
    REDACTED.addHandler(handler)
    os.environ[REDACT] = "1"
    try:
        yield
    finally:
        REDACTED.removeHandler(handler)
        REDACTED.propagate = propagated
        if before is None:
            del os.environ[REDACT]
        else:
            os.environ[REDACT] = before


@contextmanager
def unsaid() -> Iterator[None]:
    """For as long as it lasts, a command's unforeseen exceptions say only of what class they are and where.

    Raises:
        TfLinkageError: in their place.
    """
    try:
        yield
    except (TfLinkageError, OSError, KeyboardInterrupt):
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise TfLinkageError(
            f"{type(error).__qualname__} in {last.filename}:{last.lineno}; what it said is withheld"
        ) from None


class _WhereOnly(logging.StreamHandler):  # type: ignore[type-arg]
    """Prints where an unforeseen exception arose and of what class it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether there is anything to print: the house's own refusals are told in their own words, once."""
        return not any(isinstance(error, TfLinkageError) for error in _behind(record)) and super().filter(record)

    def format(self, record: logging.LogRecord) -> str:
        """The record's own words, then class and lines of code of each exception behind it, outermost first."""
        said = [record.getMessage()]
        for error in _behind(record):
            said.append(f"  {type(error).__module__}.{type(error).__qualname__} (what it said is withheld)")
            frames = traceback.extract_tb(error.__traceback__)
            said += [f"    {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[-6:]]
        return "\n".join(said)


def _behind(record: logging.LogRecord) -> Iterator[BaseException]:
    """The exceptions of a record, outermost first."""
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
