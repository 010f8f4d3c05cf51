"""Whether it happened to anybody of a family, where links miss some of them.

Misses do not add up there: a family with two to whom it happened is missed only if both are. What a family in which
k were found counts is chosen so that families with one to whom it happened, with two, with three count 1 on
average, whichever of them are found (a Horvitz and Thompson estimator over misses). People of one family are found
or missed alike (beta-binomial), as much as among those known to be present.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tf_linkage.research.estimates.influence import Groups, levels
from tf_linkage.research.estimates.linkage_error.levels_allowed import Allowed, Part, Places
from tf_linkage.research.estimates.linkage_error.recall import COMPARISON, PROGRAMME

Floats = NDArray[np.float64]

MOST = 3
"""Found in one family, up to which misses are counted with; of four or more hardly all are missed."""

DRAWS = 500


def counted_as(found: int, recall: Floats, together: float) -> Floats:
    """What a family with so many found counts; 0 with none.

    Args:
        found: people found in it to whom it happened.
        recall: chances with which each is found.
        together: correlation of being found within a family.

    >>> float(counted_as(1, np.array(0.8), 0.3)), round(float(counted_as(2, np.array(0.8), 0.0)), 4)
    (1.25, 0.9375)
    """
    if found > MOST:
        return np.ones_like(recall)
    counts: list[Floats] = [np.zeros_like(recall, dtype=np.float64)]
    for have in range(1, found + 1):
        chance = _chances(have, recall, together)
        missed = sum((chance[k] * counts[k] for k in range(1, have)), np.zeros_like(recall))
        counts.append((1 - missed) / chance[have])
    return counts[-1]


def _chances(have: int, recall: Floats, together: float) -> list[Floats]:
    """Chances that so many of several are found, 0 to all: beta-binomial, by its rising factorials."""
    grain = together / (1 - together)
    ways = {1: (1, 1), 2: (1, 2, 1), 3: (1, 3, 3, 1)}[have]
    over = np.prod([1 + i * grain for i in range(have)])
    return [
        ways[k]
        * np.prod([recall + i * grain for i in range(k)], axis=0)
        * np.prod([1 - recall + i * grain for i in range(have - k)], axis=0)
        / over
        for k in range(have + 1)
    ]


def anybody(part: Part, groups: Groups) -> Allowed:
    """Shares of families with anybody, allowing for linkage.

    Args:
        part: rows of one age of one family; `found` is the people with it.
        groups: the families and how much each counts.
    """
    there = np.unique(part.place)
    return _compared(
        part, groups, _counts(part, groups), _everybody(there, groups), known=_summed(part, part.found)
    )


def anybody_of_found(part: Part, groups: Groups) -> Allowed:
    """The same of families of whom anybody was found, where only those found were measured.

    Families with anybody to whom it happened over families with anybody measured, both as they would be without
    errors of linkage.
    """
    of_people = replace(part, found=part.people, strangers=np.zeros(len(part.place)))
    over = _counts(of_people, groups, right=True)
    return _compared(part, groups, _counts(part, groups), over, known=_summed(part, part.people), of_found=True)


@dataclass(frozen=True)
class _Counts:
    """What each family counts, and draws of the weighted sums of comparison and programme."""

    each: Floats
    drawn: Floats


def _everybody(there: Places, groups: Groups) -> _Counts:
    """Each of those families once, whatever the links."""
    each = np.zeros(groups.families.height)
    each[there] = 1
    return _Counts(each, np.tile(_by_side(each, groups), (DRAWS, 1)))


def _compared(
    part: Part, groups: Groups, top: _Counts, bottom: _Counts, *, known: Floats, of_found: bool = False
) -> Allowed:
    there = np.unique(part.place)
    found = np.zeros(groups.families.height)
    found[: len(known)] = known > 0
    seen, corrected = _by_side(found, groups), _by_side(bottom.each if of_found else top.each, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        recalled = np.where(corrected > 0, seen / corrected, 1.0)
    return Allowed(
        levels(groups, there, top.each[there], bottom.each[there]), top.drawn / bottom.drawn,
        (float(recalled[COMPARISON]), float(recalled[PROGRAMME])), part.recall.known, of_found,
    )  # fmt: skip


def _by_side(each: Floats, groups: Groups) -> Floats:
    """Weighted sums over comparison and programme."""
    weight, on = (groups.families[name].to_numpy() for name in ("weight", "programme"))
    return np.array([float((weight * each)[on == which].sum()) for which in (COMPARISON, PROGRAMME)])


def _counts(part: Part, groups: Groups, *, right: bool = False) -> _Counts:
    """What families count; with links that are taken to be right where only their number matters."""
    recall, families = part.recall, groups.families.height
    recalled = recall.found[part.cell] if right else part.recalled
    found = _summed(part, part.found, families)
    # Of a family's children and adults recall may differ: their mean, by how many of either were found.
    of_family = _summed(part, part.found * recalled, families) / np.maximum(found, 1)
    count, less = np.zeros(families), np.zeros(families)
    for k in range(1, int(found.max(initial=0)) + 1):
        mine = found == k
        count[mine] = counted_as(k, of_family[mine], recall.together)
        less[mine] = counted_as(k - 1, of_family[mine], recall.together)
    # What a false link adds: to somebody found the link itself, to others what the stranger has.
    each = part.strangers / np.maximum(part.links, 1) / recalled
    own = _summed(part, each * part.found, families)
    strange = own * (1 - less) + (_summed(part, each * part.links, families) - own) * (1 - count)
    false = np.zeros(families)
    false[part.place] = part.false
    kinds, kind = _kinds(part, families)
    weight, on = (groups.families[name].to_numpy() for name in ("weight", "programme"))
    drawn = np.zeros((DRAWS, 2))
    for which in (COMPARISON, PROGRAMME):
        mine = on == which
        heavy = np.bincount(kind[mine], weights=weight[mine], minlength=len(kinds)).astype(np.float64)
        added = float((weight * strange)[mine].sum())
        wrong = recall.wrong_drawn[:DRAWS, which]
        drawn[:, which] = _drawn(part, kinds, heavy, np.zeros(DRAWS) if right else wrong) - wrong * added
    return _Counts(count - false * strange, drawn)


def _summed(part: Part, values: Floats, families: int = 0) -> Floats:
    return np.bincount(part.place, weights=values, minlength=families).astype(np.float64)


def _kinds(part: Part, families: int) -> tuple[Places, Places]:
    """Kinds of families by how many were found in which cells, and each family's kind.

    Returns:
        One row for each kind: a cell, how many were found there, another, how many there. Adults of a family stand
        in one cell and children in one.
    """
    there = part.found > 0
    place, cell, found = part.place[there], part.cell[there], part.found[there]
    first, last = np.full(families, len(part.recall.arm)), np.zeros(families, dtype=np.int64)
    np.minimum.at(first, place, cell)
    np.maximum.at(last, place, cell)
    some, others = (
        np.bincount(place[of], weights=found[of], minlength=families).astype(np.int64)
        for of in (cell == first[place], cell != first[place])
    )
    kinds = np.column_stack([np.where(some > 0, first, 0), some, np.where(others > 0, last, 0), others])
    unlike, kind = np.unique(kinds, axis=0, return_inverse=True)
    return unlike, kind.reshape(-1)


def _drawn(part: Part, kinds: Places, heavy: Floats, wrong: Floats) -> Floats:
    """Weighted sums of what families count, before false links are taken out, with recall drawn."""
    recall, sums = part.recall, np.zeros(DRAWS)
    for (first, some, last, others), weight in zip(kinds, heavy, strict=True):
        if weight > 0 and some + others > 0:
            found = some * recall.found_drawn[:DRAWS, first] + others * recall.found_drawn[:DRAWS, last]
            sums += weight * counted_as(int(some + others), found / (some + others) * (1 - wrong), recall.together)
    return sums
