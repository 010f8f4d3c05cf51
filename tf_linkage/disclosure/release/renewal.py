"""A release after others: what it withholds besides, so that it can be given next to all of them.

A figure that an earlier release shows, and that changed since by too few, is withheld. Then all releases are
attacked as one, and more is withheld of the new one, as in one release alone (`suppression.secondary`), until
nothing sensitive of any of them can be worked out. What earlier releases show cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass

import polars as pl

from tf_linkage.disclosure.release.across_releases import (
    Released,
    all_releases,
    given_away,
    gives_anything_away,
    known_before,
)
from tf_linkage.disclosure.release.earlier_releases import too_near
from tf_linkage.disclosure.suppression.attack import AttackFailed, Known, Worlds, leaves_open
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.secondary import MARGIN, to_withhold

ROUNDS, ATTEMPTS = 12, 30
"""How many rounds at most look for what to withhold in one part before all of it is, and how often it is tried to
show withheld numbers again. Each takes a whole attack: more time shows more."""


@dataclass(frozen=True)
class Earlier:
    """What is kept of a release.

    Attributes:
        told: its numbers, how they add up, and which are shown.
        behind: of `earlier_releases.behind`.
    """

    told: Released
    behind: pl.DataFrame


def before_this(system: System, earlier: Sequence[Earlier]) -> Sequence[Earlier]:
    """Those released before the same numbers were released, if they were: they are released as they were then."""
    values = _values(system)
    again = (at for at, each in enumerate(earlier) if _values(each.told.system) == values)
    return earlier[: next(again, len(earlier))]


def near_cells(decisions: pl.DataFrame, earlier: Sequence[Earlier]) -> dict[str, frozenset[str]]:
    """Cells of figures that are near an earlier release, by table and figure as `table.figure`."""
    found: dict[str, set[str]] = {}
    for each in earlier:
        for table, figure, cell in too_near(decisions, each.behind).iter_rows():
            found.setdefault(f"{table}.{figure}", set()).add(cell)
    return {name: frozenset(cells) for name, cells in found.items()}


def protect_together(system: System, shown: Set[Key], earlier: Sequence[Earlier]) -> frozenset[Key]:
    """Of what a release by itself may show, what it may show next to the earlier ones.

    Args:
        system: the new release's numbers.
        shown: names of those that may be shown.
        earlier: the releases before it, in their order.

    Returns:
        Names of those that are left. Where earlier releases and what stays the same give something away whatever
        the new one shows, all that stands in relation with it is withheld; the gates say whether that does.
    """
    if not earlier:
        return frozenset(shown)
    together = [*(each.told for each in earlier), Released(system, frozenset(shown))]
    return frozenset().union(*map(_protected, _parts(together)))


def _parts(releases: Sequence[Released]) -> Iterator[list[Released]]:
    """The releases cut into parts that no relation joins, neither within one nor between them."""
    parts = all_releases(releases).system.components()
    place = {key: at for at, part in enumerate(parts) for key in part.quantities}
    cut = [[(dict[Key, Quantity](), list[Relation]()) for _ in releases] for _ in parts]
    for number, each in enumerate(releases):
        for key, quantity in each.system.quantities.items():
            cut[place[str(number), *key]][number][0][key] = quantity
        for relation in each.system.relations:
            cut[place[str(number), *relation.left[0]]][number][1].append(relation)
    for part in cut:
        yield [
            Released(System(quantities, relations), each.shown & quantities.keys())
            for each, (quantities, relations) in zip(releases, part, strict=True)
        ]


def _protected(releases: Sequence[Released]) -> frozenset[Key]:
    """What the last of these releases may show."""
    *told, new = releases
    if not new.shown:
        return new.shown
    already = known_before(told)
    left, withheld, worlds = set(new.shown), list[Key](), Worlds()
    for turn in range(ROUNDS + 1):
        narrow = given_away([*told, Released(new.system, frozenset(left))], already, worlds)
        if not narrow or not left:
            break
        more = _to_take_back(told, new.system, left, narrow) if turn < ROUNDS else sorted(left)
        left -= set(more)
        withheld += more
    waiting = [sorted(withheld, key=lambda key: (-new.system.quantities[key].cost, key))]
    for _ in range(ATTEMPTS):  # shown again where nothing is lost by it, many at once where that will do
        if not waiting:
            break
        several = waiting.pop()
        more_shown = [*told, Released(new.system, frozenset(left.union(several)))]
        if several and not gives_anything_away(more_shown, already, worlds):
            left |= set(several)
        elif len(several) > 1:
            half = len(several) // 2
            waiting += [several[half:], several[:half]]
    return frozenset(left)


def _to_take_back(told: Sequence[Released], system: System, shown: Set[Key], narrow: Sequence[Key]) -> list[Key]:
    """Numbers of the new release to withhold, so that the narrow ones open, by their names in it."""
    both = all_releases([*told, Released(system, frozenset(shown))])
    tag, more = str(len(told)), set[Key]()
    known = Known.of(both.system, both.shown)
    for key in narrow:
        if more and leaves_open(both.system, key, known.interval(key)):
            continue  # by what others of them took back
        still = {(tag, *name) for name in shown - more}
        fixed = both.system.quantities.keys() - still
        now = both.shown - {(tag, *name) for name in more}
        for margin in (MARGIN, 0.0):
            with suppress(AttackFailed):  # next to what was shown, such worlds need not exist; others may
                taken = to_withhold(both.system, now, key, fixed, margin=margin)
                known.hide(taken)
                more |= {name[1:] for name in taken}
                break
    if not more and shown:
        more = {min(shown, key=lambda name: (system.quantities[name].cost, name))}
    return sorted(more)


def _values(system: System) -> Mapping[Key, tuple[float, int, int]]:
    return {key: (number.value, number.people, number.families) for key, number in system.quantities.items()}
