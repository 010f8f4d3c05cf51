"""Cell-key perturbation: counts moved a little, by a noise that is the same wherever the same people are counted.

Everybody has a random record key. The keys of those in a cell add up to the cell's key, and count and cell key
together name the noise in a fixed table of noise. A cell of the same people therefore shows the same number in
every table and every release, so that asking again tells nothing, and tables of other people move otherwise (the
method of the Australian Bureau of Statistics, which ONS uses for its census tables: Fraser and Wooton 2005;
Thompson, Broadfoot and Elazar 2013).

The noise is drawn by the principle of greatest entropy: none at all where there is nobody, mean zero, no number
shown between none and ten, nothing moved by more than `FARTHEST` (Marley and Leaver 2011; Giessing 2016).
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import brentq

from tf_linkage.contracts.outputs.published import MINIMUM_COUNT

KEYS = 2**16
"""Record keys and cell keys are below this."""

FARTHEST = 10
"""The most by which a count is moved. With ten on either side, a shown number never leaves fewer than ten
possible."""

SPREAD = 10.0
"""Variance of the noise. Differences of two shown counts then have a standard deviation of 4.5, several times what
one family's leaving changes; shares of a hundred families are moved by about 3 points. Our choice."""

NONE_BUT_SHOWN = 0

_LIKE_ALL_ABOVE = MINIMUM_COUNT + 2 * FARTHEST
"""From this count on the noise is the same: nothing near none or ten is in reach."""


def record_keys(refs: pl.Series, secret: bytes) -> pl.Series:
    """The record key of each person or family.

    Args:
        refs: references, text.
        secret: known to nobody who sees tables. Who knows it can take the noise off.

    Returns:
        Whole numbers from 0 to `KEYS` - 1, in the order of `refs`; the same for the same reference and secret.
    """
    made = [
        int.from_bytes(hmac.digest(secret, b"record key\0" + ref.encode(), "sha256")[:2], "big") for ref in refs
    ]
    return pl.Series(refs.name, made, dtype=pl.UInt32)


def perturbed(counts: Sequence[int], keys: Sequence[int]) -> list[int]:
    """Counts as they may be shown.

    Args:
        counts: how many there are in each cell.
        keys: sum of the record keys of those in the cell.

    Returns:
        For each cell 0, which stands for none or few, or a number of at least ten.
    """
    return [_shown(count, key % KEYS) for count, key in zip(counts, keys, strict=True)]


def possible(shown: int) -> tuple[int, int]:
    """The least and the greatest count that may be behind a shown number."""
    candidates = range(max(0, shown - FARTHEST), shown + FARTHEST + 1)
    behind = [count for count in candidates if shown in noise_of(count)]
    return min(behind), max(behind)


def noise_of(count: int) -> dict[int, float]:
    """What a count may be shown as, with probabilities over all cell keys.

    Raises:
        ValueError: the count is below zero.
    """
    if count < 0:
        raise ValueError("a count is not below zero")
    if count == 0:
        return {NONE_BUT_SHOWN: 1.0}
    numbers, bounds = _thresholds(min(count, _LIKE_ALL_ABOVE))
    shares = np.diff(np.concatenate([[0], bounds, [KEYS]])) / KEYS
    moved = max(0, count - _LIKE_ALL_ABOVE)
    return {int(number) + moved: float(share) for number, share in zip(numbers, shares, strict=True) if share}


def _shown(count: int, key: int) -> int:
    if count == 0:
        return NONE_BUT_SHOWN
    numbers, bounds = _thresholds(min(count, _LIKE_ALL_ABOVE))
    return int(numbers[np.searchsorted(bounds, key, side="right")]) + max(0, count - _LIKE_ALL_ABOVE)


@functools.cache
def _thresholds(count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The numbers that a count may be shown as, and the cell keys from which the next one is."""
    numbers, shares = _distribution(count)
    return numbers, np.rint(np.cumsum(shares)[:-1] * KEYS).astype(np.int64)


@functools.cache
def _distribution(count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The noise of greatest entropy with mean zero and the variance wanted, or the least that is possible."""
    allowed = [
        number
        for number in range(max(0, count - FARTHEST), count + FARTHEST + 1)
        if number == NONE_BUT_SHOWN or number >= MINIMUM_COUNT
    ]
    numbers = np.array(allowed, dtype=np.int64)
    moves = (numbers - count).astype(np.float64)

    def tilted(narrow: float) -> npt.NDArray[np.float64]:
        """Shares that fall off with the square of the move, tilted to have mean zero."""

        def shares(tilt: float) -> npt.NDArray[np.float64]:
            powers = tilt * moves - narrow * moves**2
            weights = np.exp(powers - powers.max())
            return np.asarray(weights / weights.sum())

        tilt = brentq(lambda one: float(shares(one) @ moves), -60.0, 60.0, xtol=1e-14, rtol=1e-14)
        return shares(tilt)

    def variance(narrow: float) -> float:
        return float(tilted(narrow) @ moves**2)

    widest, narrowest = 0.0, 2.0
    if variance(widest) <= SPREAD:
        return numbers, tilted(widest)
    if variance(narrowest) >= SPREAD:
        # Counts below ten have no small moves to make: the least variance is that of 0 and 10 alone.
        return numbers, tilted(narrowest)
    return numbers, tilted(brentq(lambda one: variance(one) - SPREAD, widest, narrowest, xtol=1e-12))
