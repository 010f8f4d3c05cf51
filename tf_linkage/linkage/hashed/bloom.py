"""Bloom filters of names: pairs of neighbouring letters as bits, so that likeness of spelling can be measured.

After Schnell, Bachteler and Reiher (2009, BMC Medical Informatics and Decision Making 9:41), with positions taken
from the digest itself in place of two hashes added up, which are easier to break (Niedermeyer and others 2014).
Nothing here hardens them further: equal names have equal filters, and like names like ones.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.distinct import Distinct

_BYTES_A_PLACE = 2
_MOST_PLACES = 16
"""How many positions one digest of 32 bytes yields."""


@dataclass(frozen=True)
class Bloom:
    """How names become filters, and when two filters are taken for like names.

    Attributes:
        bits: length of a filter; a power of two from 64 to 65,536, so that every place is as likely.
        places: bits set for each pair of letters, 1 to 16.
        alike: Dice coefficient from which names are spelt almost alike; our choice, as is the next.
        close: Dice coefficient from which they resemble each other.

    Raises:
        LinkageRefused: a number out of bounds.
    """

    bits: int = 512
    places: int = 10
    alike: float = 0.8
    close: float = 0.6

    def __post_init__(self) -> None:
        """Hold each number to its bounds."""
        if self.bits.bit_count() != 1 or not 64 <= self.bits <= 1 << 16:
            raise LinkageRefused("bits of a Bloom filter are a power of two from 64 to 65536")
        if not 1 <= self.places <= _MOST_PLACES:
            raise LinkageRefused(f"a pair of letters sets from 1 to {_MOST_PLACES} bits of a Bloom filter")
        if not 0 < self.close <= self.alike <= 1:
            raise LinkageRefused("Dice coefficients must satisfy 0 < close <= alike <= 1")

    def cut(self, name: float | str) -> float:
        """The coefficient that stands for a cut of the Jaro-Winkler similarity, by the name of its setting."""
        if name not in {"alike", "close"}:
            raise LinkageRefused(f"no Dice coefficient stands for the similarity cut {name!r}")
        return self.alike if name == "alike" else self.close


def filter_column(column: str) -> str:
    """The name of a column's filters."""
    return f"bloom_{column}"


def filters(column: pl.Series, derived: bytes, bloom: Bloom) -> pl.Series:
    """The filter of each value: bytes, null where the value is."""
    held = Distinct.of(column)
    made = [filter_of(value, derived, bloom) for value in held.values]
    return held.rows(pl.Series(made, dtype=pl.Binary)).alias(filter_column(column.name))


def filter_of(value: str, derived: bytes, bloom: Bloom) -> bytes:
    """The filter of one value, whose ends count as letters."""
    ended, found = f"_{value}_", 0
    for at in range(len(ended) - 1):
        digest = hmac.digest(derived, ended[at : at + 2].encode(), "sha256")
        for place in range(bloom.places):
            start = place * _BYTES_A_PLACE
            found |= 1 << int.from_bytes(digest[start : start + _BYTES_A_PLACE], "big") % bloom.bits
    return found.to_bytes(bloom.bits // 8, "big")
