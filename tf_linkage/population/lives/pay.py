"""What a job pays: by age, sex, hours, year and means, never below the minimum wage of the day.

Not here: who works (`benefits_and_jobs.py`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Floats, Ints
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.rates import rate, series

_MEN: Final = ((16, 150), (17.5, 175), (20, 299), (25, 430), (35, 592), (45, 638), (55, 600), (62, 525), (70, 470))
_WOMEN: Final = (
    (16, 150),
    (17.5, 172),
    (20, 276),
    (25, 408),
    (35, 533),
    (45, 505),
    (55, 462),
    (62, 425),
    (70, 390),
)
"""Median pounds a week of a full-time job in April 2013 by age (`ASHE 2013 by age` for 16-29, men of 40-49 and
women
of 30-39; between them in proportion)."""

_WEEKS: Final = 52.0
FULL_HOURS: Final = 37.0


def full_time_share(woman: NDArray[Any], lone_or_poor: NDArray[Any]) -> Floats:
    """Chance that a job is full-time."""
    share = np.where(woman, rate("jobs full-time, women"), rate("jobs full-time, men"))
    return share * np.where(lone_or_poor, rate("full-time, lone parents and claimants against others"), 1.0)


def yearly_pay(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    person: Ints,
    key: Ints,
    birth: Ints,
    woman: NDArray[Any],
    when: Ints,
    full: Any,
    adversity: Floats,
) -> Floats:
    """Pounds a year of each job on a day."""
    age = np.clip((when - birth) / YEAR, 16, 75)
    men = np.interp(age, [a for a, _ in _MEN], [value for _, value in _MEN])
    women = np.interp(age, [a for a, _ in _WOMEN], [value for _, value in _WOMEN])
    weekly = np.where(woman, women, men) * series("weekly pay against 2013", when)
    hours = np.where(full, FULL_HOURS, 10 + 16 * draws.unit("pay/hours", key))
    # An hour of part-time work pays about two thirds of a full-time one at the middle.
    weekly = weekly * np.where(full, 1.0, hours / FULL_HOURS * 0.72)
    spread = np.where(full, 0.40, 0.42)
    score = 0.8 * draws.normal("pay/person", person) + 0.6 * draws.normal("pay/job", key)
    mean_of_need = np.exp(-0.13 * np.clip(adversity, -2, 3))
    least = hours * np.where(age < 18, 0.60, np.where(age < 21, 0.78, 1.0)) * series("minimum wage", when)
    return np.round(np.maximum(weekly * mean_of_need * np.exp(spread * score), least) * _WEEKS, 0)
