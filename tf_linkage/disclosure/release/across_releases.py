"""All releases together: what each of them tells, and what follows from all of them at once.

A figure that one release withholds and another shows, and that did not change between the two, is known in both. So
releases that are safe one by one can give a number away together, and so can two wholes whose parts changed by few.
The attacker is given more than anybody is likely to have. Of every number, also of those that only follow from
others, he knows whether it is the same in two releases, and if not, that it did not rise or did not fall; and he
knows the rule by which a figure that both show and that changed did so by ten at least
(`earlier_releases.too_near`). All that he
knows of each release by itself he knows as well (`attack`). By how much numbers changed he does not know. The one
system of all releases, and what it gives away.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from tf_linkage.contracts.outputs.published import MINIMUM_COUNT
from tf_linkage.disclosure.release.earlier_releases import ReleaseRefused
from tf_linkage.disclosure.suppression.attack import Worlds, anything_exposed, exposed
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_difference, open_sum
from tf_linkage.hints import command

BETWEEN = "between"


@dataclass(frozen=True)
class Released:
    """What a release tells.

    Attributes:
        system: its numbers and how they add up.
        shown: names of those that it shows.
    """

    system: System
    shown: frozenset[Key]


def all_releases(releases: Sequence[Released]) -> Released:
    """Several releases as one system, the earliest first.

    A number's name begins with its release, counted from 0. What a number changed by stands under `between`, the
    two releases and the number's name.
    """
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []
    shown: set[Key] = set()
    for at, released in enumerate(releases):
        tag = str(at)
        quantities |= {(tag, *key): quantity for key, quantity in released.system.quantities.items()}
        shown |= {(tag, *key) for key in released.shown}
        for relation in released.system.relations:
            left, right = (tuple((tag, *key) for key in side) for side in (relation.left, relation.right))
            relations.append(Relation(left, right, relation.links))
    for key in dict.fromkeys(key for released in releases for key in released.system.quantities):
        of_each = {
            str(at): (released.system.quantities[key], key in released.shown)
            for at, released in enumerate(releases)
            if key in released.system.quantities
        }
        for more, relation in _links(key, of_each):
            quantities |= more
            relations.append(relation)
    return Released(System(quantities, relations), frozenset(shown))


def given_away(
    releases: Sequence[Released], already: Set[Key] | None = None, worlds: Worlds | None = None
) -> list[Key]:
    """Names of what the last release gives away together with the earlier ones, as `all_releases` names them.

    That is a sensitive number of any of them, or a change by few of whom more than few could be told. What the
    earlier ones gave away without it is not counted: it cannot be taken back.

    Args:
        releases: the earlier ones in their order, and the last.
        already: of `known_before` the last one, where it is at hand.
        worlds: what earlier attacks on the same releases found, whatever the last of them showed.
    """
    if len(releases) < 2:
        return []
    everything = all_releases(releases)
    found = exposed(everything.system, everything.shown, worlds, already or frozenset())
    if already is None:
        already = known_before(releases[:-1]) if found else set()
    return [key for key in found if key not in already]


def gives_anything_away(releases: Sequence[Released], already: Set[Key], worlds: Worlds) -> bool:
    """Whether `given_away` finds any; it ends with the first."""
    everything = all_releases(releases)
    return anything_exposed(everything.system, everything.shown, worlds, already)


def known_before(releases: Sequence[Released]) -> set[Key]:
    """Names of what these releases give away together, without any later one."""
    before = all_releases(releases)
    return set(exposed(before.system, before.shown))


def must_give_nothing_away(releases: Sequence[Released]) -> None:
    """Refuses a release that gives something away together with the earlier ones.

    Args:
        releases: the earlier ones in their order, and the new one last.

    Raises:
        ReleaseRefused: says how many numbers could be worked out.
    """
    found = given_away(releases)
    if found:
        changes = sum(key[0] == BETWEEN for key in found)
        raise ReleaseRefused(
            f"not released: together with the {len(releases) - 1} released before, {len(found) - changes} withheld "
            f"numbers and {changes} changes by fewer than ten people or families could be worked out. What was "
            "released before stays as it is. Wait until more has changed, or propose fewer figures; to rehearse a "
            "release from the beginning, empty the data folder: " + command("clean", "--data", "DIR")
        )


Link = tuple[dict[Key, Quantity], Relation]


def _links(key: Key, of_each: dict[str, tuple[Quantity, bool]]) -> Iterator[Link]:
    """Releases in which a number is the same, and what lies between those in which it is not."""
    different: dict[str, Quantity] = {}
    shown: dict[str, bool] = {}
    for tag, (number, is_shown) in of_each.items():
        same = next((other for other, earlier in different.items() if _same(earlier, number)), None)
        if same is not None:
            shown[same] |= is_shown
            yield {}, Relation(((same, *key),), ((tag, *key),))
            continue
        different[tag], shown[tag] = number, is_shown
    for other, tag in combinations(different, 2):
        earlier, number = different[other], different[tag]
        by = (BETWEEN, other, tag, *key)
        less, more = (other, tag) if earlier.value < number.value else (tag, other)
        change = _change(earlier, number, in_both=shown[other] and shown[tag])
        yield {by: change}, Relation(((more, *key),), ((less, *key), by))


def _same(one: Quantity, other: Quantity) -> bool:
    return math.isclose(one.value, other.value, rel_tol=1e-9, abs_tol=1e-9)


def _change(one: Quantity, other: Quantity, *, in_both: bool) -> Quantity:
    """By how much a number changed: not the other way, and by ten at least where both releases show it.

    A figure that both show and that changed by fewer is refused whatever can be worked out, so it is no number to
    attack.
    """
    by = abs(one.value - other.value)
    families = abs(one.families - other.families)
    if not one.whole:
        # Those few brought the whole sum, so it stays as open as the largest share of any other.
        of_few = not in_both and few(abs(one.people - other.people), families)
        return Quantity(by, need=open_sum(by, by, 0.0) if of_few else None, whole=False, families=families)
    if in_both:
        return Quantity(by, least=min(by, MINIMUM_COUNT), families=families)
    of_few = few(by, families if max(one.families, other.families) else by)
    return Quantity(by, need=open_difference() if of_few else None, families=families)
