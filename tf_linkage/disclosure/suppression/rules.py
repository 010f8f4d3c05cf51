"""The rules of release: when a figure may not be shown as it is, and what has to stay open about it.

Each rule with its source, in one table.
"""

from __future__ import annotations

from collections.abc import Mapping

from tf_linkage.contracts.outputs.published import MINIMUM_COUNT
from tf_linkage.contracts.outputs.release import NEAR
from tf_linkage.disclosure.suppression.linked_counts import Need

RULES: Mapping[str, str] = {
    "few": "fewer than 10 people, or people of fewer than 10 families, none included "
    "(threshold of the ONS Secure Research Service; UK LLC counts none as few)",
    "nearly all": "all of a group but fewer than 10 people or families: anyone in the group would be known to "
    "have it (class disclosure, ONS Secure Research Service)",
    "dominance": "one family is more than 43.75% of a sum of money, or two are more than 86% (rule of thumb of the "
    "ONS Secure Research Service), or the rest is less than 10% of the largest (the p% rule, ACRO's default), also "
    "by its interval",
    "degrees of freedom": "fewer than 10 degrees of freedom, or fewer than 10 people or families on a side "
    "(ACRO's default)",
    NEAR: "an earlier release shows it, and fewer than 10 people or families came or went since, who could be told "
    "by taking one from the other",
    "protects another": "a sensitive figure could have been worked out from it",
}
"""Why a figure is withheld. The first that applies is given."""

ONE_SHARE, TWO_SHARE, P = 0.4375, 0.86, 0.10

OPEN_WHOLE = MINIMUM_COUNT - 1.0
"""An attacker must be left with at least ten whole numbers: an interval nine wide."""


def few(people: float, families: float) -> bool:
    """Whether a count rests on fewer than ten people or ten families: primary suppression."""
    return people < MINIMUM_COUNT or families < MINIMUM_COUNT


def open_count(number: float, rule: str = "few") -> Need:
    """What must stay open about a sensitive count: ten possible numbers, and of a small one that it may be ten."""
    return Need(OPEN_WHOLE, MINIMUM_COUNT if number < MINIMUM_COUNT else 0.0, rule)


def open_difference() -> Need:
    """What has to stay open about the few by whom two groups differ: ten possible numbers."""
    return Need(OPEN_WHOLE, 0.0)


def dominated(pounds: float, largest: float, second: float) -> bool:
    """Whether one or two families make up too much of a sum.

    >>> dominated(100, 50, 10), dominated(100, 40, 20), dominated(0, 0, 0)
    (True, False, False)
    """
    rest = pounds - largest - second
    return largest > ONE_SHARE * pounds or largest + second > TWO_SHARE * pounds or rest < P * largest


def spread_tells(squares: float, largest: float, second: float) -> bool:
    """Whether an interval gives the largest away to within 10%: no part is above the root of the sum of squares.

    The family with the second largest takes the square of its own away.

    >>> spread_tells(10_000 + 400 + 1_000, 100, 20), spread_tells(10_000 + 400 + 3_000, 100, 20)
    (True, False)
    """
    return squares - second**2 < ((1 + P) * largest) ** 2


def open_sum(pounds: float, largest: float, second: float, rule: str = "dominance") -> Need:
    """What has to stay open about a sensitive sum: the largest contribution to within 10%, up and down.

    The family with the second largest knows its own and may take it and the rest away.
    """
    rest = pounds - largest - second
    return Need(2 * P * largest, pounds + max(0.0, P * largest - rest), rule)
