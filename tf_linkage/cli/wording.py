"""What the commands say: lines on stderr, and the one line of a refusal.

The wording that commands share.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tf_linkage.progress import Working

FOUND, REFUSED = 1, 2
INTERRUPTED = 130
STOPPED_READING = 141
"""Exit codes."""


_under_way: list[Working] = []
"""The command that is at work in this process, innermost last."""


def say(line: str) -> None:
    """Tells a person how far a command is; what it is asked for goes to files or stdout."""
    if _under_way:
        _under_way[-1].say(line)
    else:
        _write(line)


def _write(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def under_way(what: str, share: Callable[[], float | None] = lambda: None) -> Iterator[None]:
    """Lets a person know every few seconds that a command is still at work, for as long as it says nothing.

    Args:
        what: what it does.
        share: what part of its present step is done, from 0 to 1; None where nobody knows.
    """
    with hushed(), Working(_write, what, share) as working:  # the command around it is silent meanwhile
        _under_way.append(working)
        try:
            yield
        finally:
            _under_way.pop()


@contextmanager
def hushed() -> Iterator[None]:
    """Nothing is said of what is under way, as while a person is asked something."""
    if not _under_way:
        yield
        return
    with _under_way[-1].hushed():
        yield


def now(what: str) -> None:
    """Notes what the command does from here on; a line comes of it only if it takes long."""
    if _under_way:
        _under_way[-1].now(what)


def refused(why: str) -> int:
    """Says in one line why a command does not go on; the exit code."""
    say("tf_linkage: " + "; ".join(part.strip() for part in why.splitlines() if part.strip()))
    return REFUSED
