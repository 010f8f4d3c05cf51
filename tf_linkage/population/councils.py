"""How councils differ: what their rates are against the mean of the five, by topic.

Not here: how well they record (`bodies/recording/error_rates.py`), whom they serve (`confounding.py`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Floats
from tf_linkage.population.liability import threshold
from tf_linkage.population.places.places import AUTHORITIES

TYPES: Final[dict[str, str]] = {
    "E09000012": "inner London", "E08000003": "metropolitan", "E06000010": "unitary", "E08000032": "metropolitan",
    "E10000016": "county",
}  # fmt: skip

BY_TYPE: Final[dict[str, dict[str, float]]] = {
    "in need": {"inner London": 440, "metropolitan": 402, "unitary": 333, "county": 282},
    "plan": {"inner London": 39, "metropolitan": 57, "unitary": 45, "county": 37},
    "looked after": {"inner London": 68, "metropolitan": 92, "unitary": 69, "county": 56},
    "offending": {"inner London": 496, "metropolitan": 349, "unitary": 313, "county": 304},
}
"""Medians of councils of a type (`Councils 2016-19`): per 10,000 children in 2019; first-time entrants of 10-17 per
100,000 in 2016."""

WITHIN: Final[dict[str, float]] = {
    "in need": 0.25, "plan": 0.30, "looked after": 0.30, "offending": 0.25, "exclusion": 0.35, "absence": 0.06,
    "attainment": 0.08,
}  # fmt: skip
"""Standard deviation of a council's log rate (attainment: of its score) about its type (A, after the published
spread of all: .30, .39, .42, .42, .49, .17, .08)."""

_PLACE: Final[dict[str, dict[str, float]]] = {
    "in need": {"E09000012": -0.4, "E08000003": 0.9, "E06000010": 1.0, "E08000032": -0.8, "E10000016": -0.2},
    "plan": {"E09000012": 0.3, "E08000003": -0.4, "E06000010": 1.1, "E08000032": -0.9, "E10000016": 0.1},
    "looked after": {"E09000012": -0.2, "E08000003": 0.7, "E06000010": 1.0, "E08000032": -0.9, "E10000016": -0.1},
    "offending": {"E09000012": -0.6, "E08000003": 0.9, "E06000010": 0.9, "E08000032": -0.2, "E10000016": -0.6},
    "exclusion": {"E09000012": -0.7, "E08000003": 0.3, "E06000010": 1.2, "E08000032": 0.1, "E10000016": -0.6},
    "absence": {"E09000012": -0.9, "E08000003": 0.7, "E06000010": 0.9, "E08000032": 0.3, "E10000016": -0.6},
    "attainment": {"E09000012": 0.8, "E08000003": -0.4, "E06000010": -1.2, "E08000032": -0.5, "E10000016": 0.9},
}
"""Where each council lies about its type, in standard deviations (A: their own figures were not seen)."""


def log_rate(topic: str) -> Floats:
    """What each authority's log rate lies above the mean of the five councils; 0 elsewhere."""
    types = BY_TYPE.get(topic)
    own = {
        council: WITHIN[topic] * place + (np.log(types[TYPES[council]]) if types else 0.0)
        for council, place in _PLACE[topic].items()
    }
    mean = float(np.log(np.mean(np.exp(list(own.values()))))) if types else float(np.mean(list(own.values())))
    return np.array([own.get(place.code, mean) - mean for place in AUTHORITIES])


def cut(topic: str, share: float, slot: NDArray[Any]) -> Floats:
    """The score that a topic's share exceeds in each person's council."""
    shares = np.minimum(share * np.exp(log_rate(topic)), 0.95)
    return np.array([threshold(float(value)) for value in shares])[np.asarray(slot, dtype=np.int64)]
