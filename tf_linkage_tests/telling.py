"""What the longer proofs say while they run: how many worlds, mutants or files are done, and how long is left."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TypeVar

from tf_linkage.progress import counted

T = TypeVar("T")


def told(items: Iterable[T], what: str, *, of: int | None = None) -> Iterator[T]:
    """The items, with a line every few seconds on the screen, also where the output of tests is kept back."""
    yield from counted(items, what, partial(print, file=sys.__stderr__, flush=True), of=of)
