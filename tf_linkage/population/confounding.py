"""Why families on the programme differ from those that wait, beyond what any register holds: the rates.

How strongly each kind of confounding works, by council where it does.

Every strength is multiplied by `Settings.confounding_strength`; at 0 the world is the one without.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Floats, Ints
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.settings import Settings

MODERATE: Final = 0.4
"""The strength at which the shares below hold; others scale with it (A)."""

NEED: Final = (1.97, 0.53)
"""Mean and standard deviation of adversity among families that councils choose (measured, two worlds of 4,000)."""

SURPRISE: Final = (1.06, 1.16)
"""Mean and standard deviation of a chosen family's events and police contacts in the half-year before it is found
(measured likewise)."""

RECORDED: Final[dict[str, float]] = {
    "E10000016": 0.95, "E09000012": 0.85, "E08000032": 0.75, "E08000003": 0.65, "E06000010": 0.55,
}  # fmt: skip
"""Share of true problems that a council's lead workers write down, at moderate strength (A)."""

RECORDED_ELSEWHERE: Final = 0.75
NO_HEALTH: Final = "E06000010"
"""The council that does not collect health at moderate strength: nobody there has the problem recorded (A)."""

IN_ERROR: Final = 0.02
"""Share of people without a problem for whom one is written down, by problem, at moderate strength (A)."""

UPTAKE: Final[dict[str, float]] = {
    "E10000016": -1.0, "E09000012": -0.5, "E08000032": 0.0, "E08000003": 0.5, "E06000010": 1.0,
}  # fmt: skip
"""A council's effect on the chance of being served (probit): those of more need serve more families (A)."""

JOINS_BY_NEED: Final = (0.5, 0.8)
"""What a standard deviation of need, and an event since the family was found, add to the chance of joining (A)."""

DRIFT_A_YEAR: Final = 0.1
"""What a standard deviation of need adds to the log rate of events each year, at moderate strength (A)."""

OTHERS_NEED: Final = 0.25
"""What a unit of UPTAKE adds to a council's log rates of events, at strength 1 (A)."""


def by_authority(values: dict[str, float], otherwise: float) -> Floats:
    """A council's figure at each authority's position."""
    return np.array([values.get(place.code, otherwise) for place in AUTHORITIES])


def missed_share(settings: Settings, council: str) -> float:
    """Share of true problems that a council does not write down."""
    scale = abs(settings.strength_of("reporting")) / MODERATE
    return min((1 - RECORDED.get(council, RECORDED_ELSEWHERE)) * scale, 0.95)


def health_not_collected(settings: Settings, council: str) -> float:
    """Share of health problems that a council does not record because it does not collect them."""
    return min(abs(settings.strength_of("reporting")) / MODERATE, 1.0) if council == NO_HEALTH else 0.0


def need(adversity: NDArray[Any]) -> Floats:
    """Adversity standardised among families that councils choose, within three standard deviations."""
    mean, deviation = NEED
    return np.clip((np.asarray(adversity, dtype=np.float64) - mean) / deviation, -3, 3)


def poisson(draws: Draws, name: str, ids: Ints, mean: Floats) -> Ints:
    """A Poisson count of small mean for each id, by inversion: a larger mean never gives a smaller count."""
    left = draws.unit(name, ids)
    share = np.exp(-mean)
    out = np.zeros(len(ids), dtype=np.int64)
    for count in range(1, 20):
        left = left - share
        out += left >= 0
        share = share * mean / count
    return out
