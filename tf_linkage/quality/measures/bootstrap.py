"""Bootstrap intervals for figures that are no simple shares.

Resampling of clusters that stand for themselves, and the ends it gives. Percentile bootstrap (Efron 1979) of a
ratio of sums, clusters drawn whole.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.intervals import wilson_of

DRAWS = 400
SEED = 2015


def ratio_ends(
    numerators: NDArray[np.float64], denominators: NDArray[np.float64], *, draws: int = DRAWS, seed: int = SEED
) -> tuple[float, float]:
    """Ends of the 95% interval of sum(numerators) / sum(denominators), clusters drawn with replacement.

    Where every cluster has the same ratio, all draws are alike and the bootstrap says nothing: then each cluster
    counts as one trial that succeeded to that degree, and Wilson's interval is given.

    Args:
        numerators: of each cluster; its ratio lies within 0 and 1.
        denominators: of each cluster, above 0.
        draws: how many resamples.
        seed: of the resamples; the same clusters in the same order give the same ends.
    """
    clusters = len(denominators)
    ratios = numerators / denominators
    if np.ptp(ratios) < 1e-12:
        low, high = wilson_of(pl.lit(float(ratios[0] * clusters)), pl.lit(clusters))
        return tuple(pl.select(low=low, high=high).row(0))
    rng = np.random.default_rng(seed)
    estimates = np.empty(draws)
    for i in range(draws):
        times = np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)
        # Summed by numpy itself, not by a linear algebra library: the same on any number of threads.
        estimates[i] = (times * numerators).sum() / (times * denominators).sum()
    low_end, high_end = np.quantile(estimates, [0.025, 0.975])
    value = float(numerators.sum() / denominators.sum())
    return min(value, float(low_end)), max(value, float(high_end))
