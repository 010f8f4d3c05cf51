"""The bodies' own keys: keyed, one to one, and unrelated to anything about the person.

Keys and references.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.draws import Bits, Draws, Ints
from tf_linkage.population.places.places import LOCALITIES_PER_COUNCIL, PEOPLE_PER_LOCALITY

COPIES: Final = 4
"""Records of one person that a body can hold."""

_WIDTH: Final = 38
_FIRST: Final = 10**11
"""Keys have twelve digits: the shuffle of a 38-bit number, above this."""


def record_number(person: NDArray[Any], copy: NDArray[Any] | int = 0) -> Ints:
    """A number for each record of a person."""
    return np.asarray(person, dtype=np.int64) * COPIES + copy


def shuffled(draws: Draws, body: str, record: NDArray[Any]) -> Bits:
    """A body's key of each record as a number: a one-to-one keyed shuffle."""
    return draws.permute(f"key/{body}", record, width=_WIDTH) + np.uint64(_FIRST)


def as_text(key: NDArray[Any], prefix: str = "") -> pl.Series:
    """Keys as text of one length, so that their order is that of the numbers."""
    text = pl.Series("key", key.astype(np.int64)).cast(pl.String)
    return (prefix + text) if prefix else text


NINOS: Final = 95_000_000
SPARE_NINOS: Final = 5 * LOCALITIES_PER_COUNCIL * PEOPLE_PER_LOCALITY
"""Numbers from here on belong to no person: a second number on a second account comes from them."""

_PREFIXES: Final = tuple(first + second for first in "DFIUV" for second in "ABCEGHJKLMNPRSTWXYZ")
"""Prefixes that are never allocated: D, F, I, U and V are never a first letter (HMRC NIM39110)."""


def nino_number(draws: Draws, person: NDArray[Any]) -> Ints:
    """The number behind each person's National Insurance number: one to one."""
    return draws.permute_below("nino", np.asarray(person), count=NINOS).astype(np.int64)


def temporary_nino(birth: NDArray[Any], gender: NDArray[Any]) -> pl.Series:
    """Temporary numbers of old accounts: TN, date of birth, M or F; TN was never a prefix of a real number."""
    date = pl.Series(np.asarray(birth).astype(np.int32)).cast(pl.Date).dt.strftime("%d%m%y")
    return "TN" + date + pl.Series(["M", "F"]).gather(np.asarray(gender).astype(np.int64))


def nino_text(number: NDArray[Any]) -> pl.Series:
    """National Insurance numbers of the right shape, none of which can ever be allocated."""
    prefix = pl.Series(_PREFIXES).gather(number // 1_000_000)
    digits = pl.Series(number % 1_000_000 + 1_000_000).cast(pl.String).str.slice(1)
    suffix = pl.Series(list("ABCD")).gather(number % 7 % 4)
    return prefix + digits + suffix
