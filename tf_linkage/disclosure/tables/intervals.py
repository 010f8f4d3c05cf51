"""What rounding may have moved, and the steps that figures are rounded to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tf_linkage.contracts.outputs.published import NUMBER_ROUNDING, ROUNDING


def moved_by_rounding(some: int, all_of: int) -> float:
    """By how much rounding may have moved a share at most, up or down.

    25 of 100 may have been 22.5 to 27.5 of 95 to 105.

    >>> round(moved_by_rounding(25, 100), 4)
    0.0395
    """
    share = some / all_of
    most = min(1.0, (some + ROUNDING / 2) / (all_of - NUMBER_ROUNDING / 2))
    least = (some - ROUNDING / 2) / (all_of + NUMBER_ROUNDING / 2)
    return max(most - share, share - least)


def grid_of(wanted: float, steps: Sequence[float]) -> float:
    """The first of the steps that is no finer than wanted, or the last.

    >>> grid_of(0.008, (0.001, 0.005, 0.01, 0.05))
    0.01
    """
    return next((step for step in steps if step >= wanted), steps[-1])


RATIO_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""By what part of itself a ratio is rounded: the first that is no finer than what five families make."""


def rounded_ratio(estimate: float, low: float, high: float, families_with: int) -> dict[str, float]:
    """A ratio on a grid of powers, so that rounding means the same at .1 and at 3; its interval outwards.

    Written to two figures, or three on a fine grid, the ends of the interval outwards again.

    Args:
        estimate: the ratio, above nothing.
        low: lower end of its interval.
        high: upper end.
        families_with: families that have it, in the group with fewer.

    Returns:
        estimate, low, high, and rounded_to (part of itself).

    >>> rounded_ratio(0.62, 0.21, 1.83, 10)
    {'estimate': 0.67, 'low': 0.19, 'high': 2.3, 'rounded_to': 0.5}
    """
    step = grid_of(ROUNDING / families_with, RATIO_STEPS)
    figures = _figures(step)
    power = math.log1p(step)
    # What floating point leaves next to a power must not move an end by a whole step.
    down, up = (math.floor(math.log(low) / power + EXACT), math.ceil(math.log(high) / power - EXACT))
    return {
        "estimate": _to_figures(math.exp(round(math.log(estimate) / power) * power), figures, round),
        "low": _to_figures(math.exp(down * power), figures, math.floor),
        "high": _to_figures(math.exp(up * power), figures, math.ceil),
        "rounded_to": step,
    }


def moved_ratio(rounded: float, by: float, step: float, way: Callable[[float], int] = round) -> float:
    """A ratio that follows from another, so that the second does not narrow what rounding left open of the first.

    Args:
        rounded: the first, as rounded.
        by: the second over the first, as computed.
        step: what the first was rounded to.
        way: `math.floor` or `math.ceil` for the ends of an interval.

    >>> moved_ratio(0.853, 1.021, 0.02)
    0.871
    """
    return _to_figures(rounded * by, _figures(step), way)


def _figures(step: float) -> int:
    return 3 if step <= RATIO_STEPS[1] else 2


def _to_figures(value: float, figures: int, way: Callable[[float], int]) -> float:
    """A number to so many significant figures."""
    places = figures - 1 - math.floor(math.log10(value))
    return float(round(way(round(value * 10.0**places, 9)) / 10.0**places, places))


EXACT = 1e-9
"""Below this, what a figure lies next to its step is floating point's."""


def on_grid(grid: float, steps: int) -> float:
    """So many steps of a grid, without the trail of digits that floating point leaves."""
    return round(steps * grid, 9) + 0.0


def e_values(estimate: float, low: float, high: float) -> tuple[float, float]:
    """How strong an unseen common cause would have to be to explain a ratio, and to bring its interval to 1.

    >>> e_values(0.68, 0.58, 0.80)
    (2.3, 1.81)
    """
    nearer = 1.0 if low <= 1 <= high else (high if high < 1 else low)
    return _e_value(estimate), _e_value(nearer)


def _e_value(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return round(above + math.sqrt(above * (above - 1)), 2)


def round_step(wanted: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50 and so on that is no finer than wanted.

    >>> round_step(0.3), round_step(74.6), round_step(200), round_step(201)
    (1.0, 100.0, 200.0, 500.0)
    """
    power = 1.0
    while power * 10 < wanted:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= wanted)
