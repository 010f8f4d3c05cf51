"""What buys recall to within so much: people known to be present, or searches for people without a link."""

from __future__ import annotations

import math

from tf_linkage.intervals import Z


def people_for(recall: float, within: float, design_effect: float = 1.0) -> int:
    """People known to be present by whom recall is known to within so much, 95 times in a hundred.

    Args:
        recall: what it is about, above 0 and below 1.
        within: half of the interval's width.
        design_effect: how much families widen it.

    >>> people_for(0.98, 0.01), people_for(0.95, 0.01), people_for(0.95, 0.02)
    (753, 1825, 457)
    """
    return math.ceil(design_effect * recall * (1 - recall) * (Z / within) ** 2)


def searches_for(recall: float, linked: int, unlinked: int, within: float) -> int:
    """Searches of a register by a clerk, for people drawn from those without a link, that tell as much.

    Recall is linked / (linked + unlinked times the share of the searched who are there): what few finds leave open
    is multiplied by all who are unlinked, so that searches cost most where few are present. Drawn without putting
    back, never more than all of them.

    Args:
        recall: what it is about, above 0 and at most 1.
        linked: people linked, as if rightly.
        unlinked: people without a link.
        within: half of the interval's width.

    Returns:
        Searches; 0 where nobody is unlinked.

    >>> searches_for(0.991, 3200, 2154, 0.01), searches_for(0.95, 590, 4500, 0.02)
    (203, 1843)
    """
    missed = min(float(unlinked), linked * (1 - recall) / recall)
    if not unlinked or not missed:
        return 0
    present = missed / unlinked
    slope = recall**2 * unlinked / linked
    many = present * (1 - present) * (Z * slope / within) ** 2
    return math.ceil(many / (1 + (many - 1) / unlinked)) if many > 1 else 1
