"""How far a long piece of work is: what, how far, how long still. Work that is done in a few seconds says nothing.

A command, a target of make or a log of the web UI gives the place where lines go; none comes sooner than a few
seconds after the last, so that a file that keeps them stays short.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

EVERY = 5.0
"""Seconds between two lines, and before the first."""

LEAST_SHARE = 0.02
"""Share of the work that must be done before what is left of it is foretold."""

T = TypeVar("T")
Say = Callable[[str], None]
Clock = Callable[[], float]


def standing(share: float | None, seconds: float) -> str:
    """How long a piece of work has been under way and how long it still takes, in words.

    Args:
        share: what part of it is done, from 0 to 1; None where nobody knows.
        seconds: since it began.

    >>> standing(0.25, 30)
    '30 s so far, about 90 s still'
    >>> standing(None, 200)
    '3 min so far'
    """
    so_far = f"{_lasting(seconds)} so far"
    if share is None or not LEAST_SHARE <= share < 1:
        return so_far
    return f"{so_far}, about {_lasting(seconds / share - seconds)} still"


def _lasting(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def counted(
    items: Iterable[T], what: str, say: Say, *, of: int | None = None, clock: Clock = time.monotonic
) -> Iterator[T]:
    """The items, one by one; every few seconds a line on how many are done.

    Args:
        items: what is worked through.
        what: what they are, such as "files searched".
        say: receives the lines.
        of: how many there are, where `items` does not say.
        clock: seconds that go by.
    """
    total = of if of is not None else len(items) if isinstance(items, Sized) else None
    began = last = clock()
    for done, item in enumerate(items):
        now = clock()
        if done and now - last >= EVERY:
            of_all = f" of {total:,}" if total else ""
            say(f"{what}: {done:,}{of_all}; {standing(done / total if total else None, now - began)}")
            last = now
        yield item


class Working:
    """Says every few seconds what is being done, for as long as the work itself says nothing.

    `say` is handed to the work in place of the place where lines go. Lines come from a thread of their own, which
    ends with the work.
    """

    def __init__(
        self, say: Say, what: str, share: Callable[[], float | None] = lambda: None, *, every: float = EVERY
    ) -> None:
        """Not yet under way.

        Args:
            say: receives the lines.
            what: what is done, until something says more.
            share: what part of the present step is done, from 0 to 1; asked from another thread. Where it falls,
                another part of the step has begun.
            every: seconds of silence before a line.
        """
        self._say, self._what, self._share, self._every = say, what, share, every
        self._step, self._began, self._last = "", time.monotonic(), time.monotonic()
        self._seen, self._part = 0.0, self._began
        self._over, self._hushed = threading.Event(), False
        self._one_at_a_time = threading.Lock()
        self._thread = threading.Thread(target=self._tell, name="progress", daemon=True)

    def __enter__(self) -> Working:
        self._began = self._last = self._part = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def say(self, line: str) -> None:
        """Passes on a line of the work itself; a step ends with it."""
        with self._one_at_a_time:
            self._last = self._began = self._part = time.monotonic()
            self._seen = 0.0
            self._step = f" (after: {line})"
            self._say(line)

    def now(self, what: str) -> None:
        """Notes what is done from here on, without a line."""
        self._what, self._step = what, ""
        self._began = self._part = time.monotonic()
        self._seen = 0.0

    def doing(self, what: str) -> None:
        """Notes what the present step is about; it goes on."""
        self._what = what

    @contextmanager
    def hushed(self) -> Iterator[None]:
        """No line for as long as this is open, as while a person is asked something."""
        self._hushed = True
        try:
            yield
        finally:
            self._hushed = False
            self._last = time.monotonic()

    def noticed(self) -> None:
        """Notes that somebody else wrote a line."""
        self._last = time.monotonic()

    def _tell(self) -> None:
        while not self._over.wait(max(0.05, self._every - (time.monotonic() - self._last))):
            with self._one_at_a_time:
                now = time.monotonic()
                if now - self._last >= self._every:
                    if not self._hushed:
                        self._say(f"{self._what}{self._step}: {self._standing(now)}")
                    self._last = now

    def _standing(self, now: float) -> str:
        share = self._share()
        if share is None or share < self._seen:
            self._part = now
        self._seen = share or 0.0
        # All of the step, or that part of it whose share is known.
        if self._part <= self._began:
            return standing(share, now - self._began)
        whole = standing(None, now - self._began)
        return whole if share is None else f"{whole}; its present part {standing(share, now - self._part)}"
