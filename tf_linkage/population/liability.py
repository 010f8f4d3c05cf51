"""One life, many domains: how adversity and conduct make crime, exclusion, absence, care and benefits go together.

The liability of a person in a domain.

A liability is a normal score; who exceeds the threshold of a share experiences the thing. Its correlation with
another domain's is the sum of the products of their loadings (`rates.LOADINGS`).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Floats
from tf_linkage.population.rates import LOADINGS


def liability(
    draws: Draws, domain: str, person: NDArray[Any], adversity: NDArray[Any], conduct: NDArray[Any]
) -> Floats:
    """The score of each person in a domain, normal with variance 1 in the natural population."""
    family, own = LOADINGS[domain]
    rest = np.sqrt(1 - family**2 - own**2)
    return np.asarray(family * adversity + own * conduct + rest * draws.normal(f"liability/{domain}", person))


def threshold(share: float) -> float:
    """The score that the given share of people exceed."""
    return NormalDist().inv_cdf(1 - share)
