"""Secondary suppression: what more is withheld so that nothing sensitive can be worked out.

Sensitive numbers are withheld first. Then, as long as the attacker of `attack` narrows one down too far, the
cheapest numbers are withheld with which it would have stayed open: those that would have to differ from what is
shown if it were as large, and as small, as it has to be thinkable (a linear programme; Kelly, Golden and Assad 1992
give the idea for exact tables, here shown numbers may move within their rounding for nothing). At the end each is
shown again if nothing is lost by it. That the outcome is safe rests on the last attack alone, not on this choice.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import bmat, coo_array, csr_array, eye_array

from tf_linkage.disclosure.suppression.attack import SMALL, AttackFailed, Known, exposed
from tf_linkage.disclosure.suppression.linked_counts import Key, System

MARGIN = 1.0
"""How much more than needed is asked of a choice, since counts are whole and the programme's numbers are not."""


@dataclass(frozen=True)
class Protected:
    """What of a system may be shown.

    Attributes:
        shown: names of the numbers that are shown.
        primary: withheld because they are sensitive themselves.
        secondary: withheld because something sensitive could have been worked out from them.
    """

    shown: frozenset[Key]
    primary: frozenset[Key]
    secondary: frozenset[Key]


def protect(system: System, kept_back: Set[Key] = frozenset()) -> Protected:
    """Withholds what has to be withheld, and as little more as can be found.

    Tables are protected apart first and then together, as `Relation.links` says.

    Args:
        system: the numbers and how they add up.
        kept_back: names of numbers that are withheld for another reason than that they are sensitive.
    """
    could_be = {key for key, quantity in system.quantities.items() if quantity.grid is not None}
    primary = {key for key in could_be if system.quantities[key].need is not None}
    shown = could_be - primary - kept_back
    for step in (system.apart(), system):
        for part in step.components():
            here = shown & part.quantities.keys()
            shown -= here - _safe(part, here)
    return Protected(frozenset(shown), frozenset(primary), frozenset(could_be - primary - kept_back - shown))


def _safe(part: System, candidates: Set[Key]) -> set[Key]:
    """The candidates that can be shown."""
    shown, withheld = set(candidates), list[Key]()
    while narrow := exposed(part, shown):
        more: list[Key] = []
        for key in narrow:
            more += to_withhold(part, shown - set(more), key)
        # The solver's tolerance may see a choice as free that the attack does not: then the cheapest number goes.
        more = more or [min(shown, key=lambda name: (part.quantities[name].cost, name))]
        shown -= set(more)
        withheld += more
    for key in sorted(withheld, key=lambda key: (-part.quantities[key].cost, key)):
        if not exposed(part, shown | {key}):
            shown.add(key)
    return shown


def to_withhold(
    part: System, shown: Set[Key], key: Key, fixed: Set[Key] = frozenset(), *, margin: float = MARGIN
) -> list[Key]:
    """The cheapest shown numbers without which one sensitive number stays open.

    Two worlds are sought, one in which the number is large enough and one in which it is small enough; each shown
    number may leave its rounding by some slack, the same in both, and slack is dear.

    Args:
        part: numbers that relations join.
        shown: names of those that are shown.
        key: the sensitive number.
        fixed: names of numbers that cannot be taken back; each world keeps what is known of them.
        margin: how much more is asked for than needed; among fixed numbers there may be no room for any.

    Raises:
        AttackFailed: no choice does it.
    """
    known = Known.of(part, shown)
    n, at = len(known.keys), known.at[key]
    quantity = part.quantities[key]
    assert quantity.need is not None  # noqa: S101 - only sensitive numbers are exposed
    top = max(quantity.need.reach, min(quantity.value, quantity.need.width) + quantity.need.width / 2) + margin
    top = max(top, quantity.value, float(known.low[at]) + quantity.need.width + 2 * margin)
    bottom = max(0.0, top - quantity.need.width - 2 * margin)
    with_slack = [known.at[name] for name in part.quantities if name in shown and name not in fixed]
    m = len(with_slack)
    pick = csr_array((np.ones(m), (range(m), with_slack)), shape=(m, n))
    none, slack = coo_array((m, n)), eye_array(m)
    limits = bmat(
        [[pick, none, -slack], [none, pick, -slack], [-pick, none, -slack], [none, -pick, -slack]], format="csr"
    )
    low, high = known.low[with_slack], known.high[with_slack]
    rows = known.equal.shape[0]
    equal = bmat([[known.equal, None, coo_array((rows, m))], [None, known.equal, None]], format="csr")
    bounds = np.column_stack([np.zeros(2 * n + m), np.full(2 * n + m, np.inf)])
    for place in (known.at[name] for name in part.quantities if name in fixed):
        bounds[[place, n + place]] = known.low[place], known.high[place]
    bounds[at, 0], bounds[n + at, 1] = top, bottom
    cost = [part.quantities[known.keys[i]].cost for i in with_slack]
    found = linprog(
        np.concatenate([np.zeros(2 * n), cost]),
        A_ub=limits,
        b_ub=np.concatenate([high, high, -low, -low]),
        A_eq=equal if rows else None,
        b_eq=np.zeros(2 * rows) if rows else None,
        bounds=bounds,
        method="highs-ds",
    )
    if found.status != 0:
        raise AttackFailed("no choice of figures to withhold was found; this is a fault of the program: report it")
    return [known.keys[i] for i, by in zip(with_slack, found.x[2 * n :], strict=True) if by > SMALL]
