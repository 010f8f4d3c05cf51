"""Random draws that are a pure function of seed, name of the draw, and entity.

Turning (seed, name, id) into bits, uniforms, normals, picks and permutations. A draw never depends on position, so
any order, split or thread count gives the same world, and raising a rate keeps the cells already hit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BLOCK = 32_768
"""Ids mixed at a time: small enough to stay in the processor's cache (200-298M draws a second, measured)."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S11, _S27, _S30, _S31 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)


class Draws:
    """Every draw of one world.

    Args:
        seed: the world's seed.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._keys: dict[str, np.uint64] = {}

    def bits(self, name: str, ids: NDArray[Any]) -> Bits:
        """64 random bits for each id, under the name of the draw."""
        key = self._key(name)
        ids = _unsigned(ids)
        out = np.empty(ids.shape[0], dtype=np.uint64)
        scratch = np.empty(min(_BLOCK, ids.shape[0]), dtype=np.uint64)
        for start in range(0, ids.shape[0], _BLOCK):
            block = out[start : start + _BLOCK]
            np.multiply(ids[start : start + _BLOCK], _GOLDEN, out=block)
            block += key
            _mix(block, scratch[: block.shape[0]])
            block += key
            _mix(block, scratch[: block.shape[0]])
        return out

    def unit(self, name: str, ids: NDArray[Any]) -> Floats:
        """A uniform draw in [0, 1) for each id."""
        bits = self.bits(name, ids)
        bits >>= _S11
        # As whole numbers with a sign, which processors turn into floats faster; the values are below 2**53.
        out: Floats = bits.view(np.int64).astype(np.float64)
        out *= 2.0**-53
        return out

    def below(self, name: str, ids: NDArray[Any], share: float | NDArray[Any]) -> Flags:
        """True for about that share of ids; a larger share keeps the ids of a smaller one."""
        return np.asarray(self.unit(name, ids) < share)

    def whole(self, name: str, ids: NDArray[Any], count: int | NDArray[Any]) -> Ints:
        """A whole number from 0 to count - 1 for each id."""
        return (self.unit(name, ids) * count).astype(np.int64)

    def normal(self, name: str, ids: NDArray[Any]) -> Floats:
        """A standard normal draw for each id."""
        return np.asarray(normal_quantiles()[self._slots(name, ids, 16)])

    def exponential(self, name: str, ids: NDArray[Any]) -> Floats:
        """An exponential draw of mean 1 for each id."""
        out = self.unit(name, ids)
        np.subtract(1.0, out, out=out)
        np.log(out, out=out)
        return np.negative(out, out=out)

    def pick(self, name: str, ids: NDArray[Any], odds: Odds) -> Ints:
        """One code of the odds for each id."""
        return np.asarray(odds.codes[self._slots(name, ids, odds.log2_slots)])

    def permute(self, name: str, ids: NDArray[Any], *, width: int) -> Bits:
        """A one-to-one shuffle of the numbers of that many bits."""
        key = int(self._key(name))
        mask = np.uint64((1 << width) - 1)
        half = np.uint64(max(width // 2, 1))
        out = np.ascontiguousarray(ids, dtype=np.uint64) & mask
        for turn in range(4):
            factor = np.uint64(
                ((key >> (turn * 8)) * 0x9E3779B97F4A7C15 + 0xD1342543DE82EF95 * (turn + 1)) & (2**64 - 1) | 1
            )
            shift = np.uint64((key * (turn + 3)) & (2**64 - 1))
            out = (out * factor + shift) & mask
            out ^= out >> half
        return out

    def permute_below(self, name: str, ids: NDArray[Any], *, count: int) -> Bits:
        """A one-to-one shuffle of the numbers below `count`, by walking until one falls below it."""
        width = max(count - 1, 1).bit_length()
        out = self.permute(name, ids, width=width)
        outside = np.flatnonzero(out >= np.uint64(count))
        while outside.size:
            walked = self.permute(name, out[outside], width=width)
            out[outside] = walked
            outside = outside[walked >= np.uint64(count)]
        return out

    def _slots(self, name: str, ids: NDArray[Any], width: int) -> Ints:
        """The topmost bits of each draw, as positions in a table."""
        bits = self.bits(name, ids)
        bits >>= np.uint64(64 - width)
        return bits.view(np.int64)

    def _key(self, name: str) -> np.uint64:
        key = self._keys.get(name)
        if key is None:
            digest = hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()
            key = np.uint64(int.from_bytes(digest, "little"))
            self._keys[name] = key
        return key


@dataclass(frozen=True)
class Odds:
    """A weighted choice as a lookup table: slot to code."""

    codes: Ints
    log2_slots: int


def odds(weights: Sequence[float] | NDArray[Any], *, log2_slots: int = 16) -> Odds:
    """A choice among codes 0, 1, ... in proportion to the weights, to one part in 2**log2_slots."""
    share = np.asarray(weights, dtype=np.float64)
    slots = 1 << log2_slots
    edges = np.rint(np.cumsum(share) / share.sum() * slots).astype(np.int64)
    counts = np.diff(edges, prepend=0)
    return Odds(codes=np.repeat(np.arange(share.shape[0]), counts), log2_slots=log2_slots)


@cache
def normal_quantiles() -> Floats:
    """The standard normal's quantiles at the middle of 65,536 equal slots."""
    quantile = NormalDist().inv_cdf
    upper = np.array([quantile((slot + 0.5) / 65_536) for slot in range(32_768, 65_536)])
    return np.concatenate([-upper[::-1], upper])


@cache
def _normal_shares() -> Floats:
    share = NormalDist().cdf
    return np.array([share(-6 + slot * 12 / 49_152) for slot in range(49_153)])


def normal_share(z: NDArray[Any]) -> Floats:
    """Share of the standard normal below z, by a table of steps of 1/4096."""
    slot = np.clip((z + 6.0) * 4_096 + 0.5, 0, 49_152).astype(np.int32)
    return np.asarray(_normal_shares()[slot])


def normal_quantile(share: NDArray[Any]) -> Floats:
    """The standard normal's quantile at each share in [0, 1)."""
    return np.asarray(normal_quantiles()[(np.asarray(share) * 65_536).astype(np.int64).clip(0, 65_535)])


def _unsigned(ids: NDArray[Any]) -> Ids:
    """Ids as unsigned whole numbers, without a copy where they are whole numbers of 64 bits."""
    if ids.dtype == np.int64 and ids.flags.c_contiguous:
        return ids.view(np.uint64)
    return np.ascontiguousarray(ids, dtype=np.uint64)


def _mix(block: Bits, scratch: Bits) -> None:
    """The finaliser of splitmix64, in place."""
    np.right_shift(block, _S30, out=scratch)
    block ^= scratch
    block *= _MIX_1
    np.right_shift(block, _S27, out=scratch)
    block ^= scratch
    block *= _MIX_2
    np.right_shift(block, _S31, out=scratch)
    block ^= scratch
