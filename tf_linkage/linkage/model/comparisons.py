"""Comparisons and their levels: one definition of each, from which every engine takes what it needs.

A level's code is its place among its comparison's levels, since the first that holds counts; -1 stands for "unknown
on either side", which is no evidence. Nothing else goes by place or by words: comparisons are found by their role,
levels by their id or by what they say of themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.model.conditions import AllOf, Condition, Not, Surely

MISSING = -1
"""Code of a comparison in which either value is unknown."""


class Role(StrEnum):
    """What a comparison is about, where a linkage must know it; each but `OTHER` at most once in a model."""

    FORENAME = "forename"
    SURNAME = "surname"
    BORN = "date of birth"
    SEX = "sex"
    HOME = "home"
    NUMBER = "number"
    OTHER = "other"


@dataclass(frozen=True)
class Level:
    """One degree of agreement.

    Attributes:
        id: short name that stays when words change; unique within its comparison.
        words: what it means.
        when: the condition; the first level that holds counts. None for disagreement, which is all that is left.
        full: whether it is full agreement, which a rare value strengthens.
        equal_on: columns whose plain equality is this level, where that is so.
        beyond: columns whose equality is a better level; how often that holds is taken off.
        contradicts: whether a pair at this level is taken for two people, whatever a matchkey says.
        one_person: whether two records of one home that agree so on forename and date of birth are one person's.
        same_home: whether both records then stand at one address, so that nobody has moved.
        nearby: whether both records then stand in one district.
    """

    id: str
    words: str
    when: Condition | None = None
    full: bool = False
    equal_on: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    contradicts: bool = False
    one_person: bool = False
    same_home: bool = False
    nearby: bool = False


@dataclass(frozen=True)
class Comparison:
    """One thing that is compared, with its levels from full agreement to disagreement.

    Attributes:
        id: short name that stays when words change; unique within a model.
        name: what is compared, in words.
        role: what it is about, where a linkage must know.
        columns: standardised columns it is about; rules and keys that look at one of them do not leave it free.
        value: of these, the column whose shares of known values u is counted over.
        known: when both sides are known.
        implied: when another comparison has said it all, so that this one is no further evidence. An engine whose
            classifier takes "unknown" for a level of its own must not be told so, and goes by the levels.
        levels: from full agreement to disagreement.
        frequency: column whose rarity strengthens full agreement, if any.

    Raises:
        LinkageRefused: levels of one id, not exactly one full agreement, or not exactly one disagreement, the last.
    """

    id: str
    name: str
    role: Role
    columns: tuple[str, ...]
    value: str
    known: Condition
    levels: tuple[Level, ...]
    frequency: str | None = None
    implied: Condition | None = None

    def __post_init__(self) -> None:
        """Refuse levels that could not be told apart."""
        ids = [level.id for level in self.levels]
        if len(set(ids)) < len(ids):
            raise LinkageRefused(f"comparison {self.id!r} has two levels of one id")
        if sum(level.full for level in self.levels) != 1:
            raise LinkageRefused(f"comparison {self.id!r} needs exactly one level of full agreement")
        if [level.when is None for level in self.levels] != [False] * (len(ids) - 1) + [True]:
            raise LinkageRefused(f"comparison {self.id!r} needs a last level without a condition, and no other")

    @property
    def full(self) -> int:
        """Code of full agreement."""
        return self.codes(lambda level: level.full)[0]

    @property
    def different(self) -> int:
        """Code of disagreement."""
        return len(self.levels) - 1

    def codes(self, which: Callable[[Level], bool]) -> list[int]:
        """Codes of the levels of which something holds."""
        return [code for code, level in enumerate(self.levels) if which(level)]

    @property
    def speaks(self) -> Condition:
        """When it is evidence: known, and not implied."""
        return self.known if self.implied is None else AllOf(self.known, Not(Surely(self.implied)))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that is asked of a pair."""
        return (self.speaks, *[level.when for level in self.levels if level.when is not None])


def place_of(comparisons: Sequence[Comparison], role: Role) -> int | None:
    """Where the comparison of a role stands; None if nothing of it is compared."""
    return next((place for place, one in enumerate(comparisons) if one.role is role), None)


def both_names(comparisons: Sequence[Comparison]) -> tuple[int, int] | None:
    """Where forename and surname stand; None unless both are compared."""
    forename, surname = (place_of(comparisons, role) for role in (Role.FORENAME, Role.SURNAME))
    return None if forename is None or surname is None else (forename, surname)


def unambiguous(comparisons: Sequence[Comparison]) -> None:
    """Refuse comparisons that could not be told apart.

    Raises:
        LinkageRefused: two of one id, or of one role.
    """
    for kind in ("id", "role"):
        named = [getattr(one, kind) for one in comparisons if getattr(one, kind) is not Role.OTHER]
        for name in named:
            if named.count(name) > 1:
                raise LinkageRefused(f"two comparisons have the {kind} {str(name)!r}")
