"""What rounding may have moved, and the steps that figures are rounded to."""

from __future__ import annotations

from collections.abc import Sequence

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


def round_step(wanted: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50 and so on that is no finer than wanted.

    >>> round_step(0.3), round_step(74.6), round_step(200), round_step(201)
    (1.0, 100.0, 200.0, 500.0)
    """
    power = 1.0
    while power * 10 < wanted:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= wanted)
