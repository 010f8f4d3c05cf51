"""Families as clusters: how much they widen the variance of a share of people."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def summed_by(family: pl.Series, values: Floats) -> Floats:
    """Sums of the values over each family, in the order in which families first come."""
    places = family.rank("dense").cast(pl.Int64).to_numpy() - 1
    return np.bincount(places, weights=values).astype(np.float64)


def design_effect(family: pl.Series, having: pl.Series) -> float:
    """Variance of a share with families as clusters, over that of as many unrelated people; 1 or more."""
    off = having.cast(pl.Float64).to_numpy() - float(having.cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]
    alone = float((off**2).sum())
    return max(1.0, float((summed_by(family, off) ** 2).sum()) / alone) if alone > 0 else 1.0
