"""Our own errors, as Dagster shows them: one plain line instead of a traceback.

The only translation of the house's errors into Dagster's. Other exceptions are programming mistakes and keep their
traceback.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from tf_linkage.defs.internals import (
    DagsterExecutionInterruptedError,
    DagsterUserCodeProcessError,
    SerializableErrorInfo,
)
from tf_linkage.errors import InputRefused, TfLinkageError

BAD_INPUT = "bad input"
"""Metadata of a failure that a file is to blame for."""


class PlainFailure(DagsterUserCodeProcessError, dg.Failure):
    """A step's failure of which Dagster keeps the words alone.

    Of an error that came from another process Dagster passes on what it was told, and adds no stack of its own.

    Args:
        words: all that is said.
        metadata: as of `dg.Failure`; it is not tried again.
    """

    def __init__(self, words: str, metadata: Mapping[str, Any] | None = None) -> None:
        """A failure in plain words."""
        told = [SerializableErrorInfo(words, [], dg.Failure.__name__)]
        super().__init__(words, user_code_process_error_infos=told, metadata=metadata, allow_retries=False)  # type: ignore[no-untyped-call]


class ChoicesRefused(DagsterUserCodeProcessError, dg.DagsterInvalidConfigError):
    """Choices that cannot be, refused when a run is launched, in words alone as `PlainFailure`."""

    def __init__(self, words: str, config: object) -> None:
        """A refusal in plain words."""
        told = [SerializableErrorInfo(words, [], dg.DagsterInvalidConfigError.__name__)]
        super().__init__(words, [], config, user_code_process_error_infos=told)  # type: ignore[no-untyped-call]


class PlainInterruption(DagsterExecutionInterruptedError):
    """The end of a run that nothing may catch, in words alone as `PlainFailure`.

    It is no `Exception`, or Dagster would take it for a failure of the run. Only where Dagster asks what it is,
    before it writes it down, does it pass for an error that another process told of.
    """

    def __init__(self, words: str) -> None:
        """An interruption in plain words."""
        super().__init__(words)
        self.user_code_process_error_infos = [
            SerializableErrorInfo(words, [], DagsterExecutionInterruptedError.__name__)
        ]

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return DagsterUserCodeProcessError


@contextmanager
def plainly() -> Iterator[None]:
    """Turn an error meant for people into a failure that says just that, and is not tried again."""
    try:
        yield
    except TfLinkageError as refusal:
        refused = {BAD_INPUT: True} if isinstance(refusal, InputRefused) else None
        raise PlainFailure(str(refusal), refused) from None
