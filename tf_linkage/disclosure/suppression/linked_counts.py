"""What a reader could compute with: numbers, and how they add up.

Everything that is published, and everything that follows from it, is one system: a number for each count or sum,
and relations in which a whole is the sum of its parts. What nobody publishes stands in it too where it could be
worked out: those without an outcome, or the few by whom one published group exceeds another that lies within it.
The system and its parts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Key = tuple[str, ...]
"""Name of a number: the table, then what distinguishes it there."""


@dataclass(frozen=True)
class Need:
    """What has to stay open about a sensitive number.

    Attributes:
        width: how wide at least the interval must be that a reader can work out.
        reach: how far up at least it must reach.
        rule: the rule that says so, one of `contracts.outputs.release.RULES`.
    """

    width: float
    reach: float
    rule: str = "few"


@dataclass(frozen=True)
class Quantity:
    """A number that a reader knows, or could try to work out.

    Attributes:
        value: what it is.
        grid: what it is rounded to when it is shown; None for a number that is never shown itself.
        need: what has to stay open about it; None where it is not sensitive.
        least: a reader knows that nothing shown of this kind is smaller, and of one never shown that it is not.
        cost: what a reader loses when it is withheld, against another.
        whole: whether it is a count.
        people: on how many it stands.
        families: on how many families.
    """

    value: float
    grid: float | None = None
    need: Need | None = None
    least: float = 0.0
    cost: float = 1.0
    whole: bool = True
    people: int = 0
    families: int = 0

    @property
    def shown(self) -> float:
        """The number as it is shown: rounded half up to its grid."""
        if self.grid is None:
            raise ValueError("this number is never shown")
        return self.grid * math.floor(self.value / self.grid + 0.5)

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what a reader knows it to lie when it is shown."""
        grid = self.grid or 0.0
        low, high = self.shown - grid / 2, self.shown + grid / 2
        if self.whole:
            low, high = math.ceil(low), math.ceil(high) - 1
        return max(low, self.least, 0.0), max(high, self.least)


@dataclass(frozen=True)
class Relation:
    """Numbers that add up to the same on both sides, such as a whole and its parts.

    Attributes:
        left: names of the numbers on one side.
        right: and on the other.
        links: whether it joins tables that can be protected apart first, which saves work.
    """

    left: tuple[Key, ...]
    right: tuple[Key, ...]
    links: bool = False


@dataclass(frozen=True)
class System:
    """Numbers by name, none of them negative, and the relations between them."""

    quantities: Mapping[Key, Quantity]
    relations: Sequence[Relation]

    def apart(self) -> System:
        """The same numbers without the relations that link tables."""
        return System(self.quantities, [relation for relation in self.relations if not relation.links])

    def components(self) -> list[System]:
        """The parts of the system that no relation joins, in the order of their first names."""
        root: dict[Key, Key] = {key: key for key in self.quantities}

        def find(key: Key) -> Key:
            while root[key] != key:
                root[key] = root[root[key]]
                key = root[key]
            return key

        for relation in self.relations:
            for part in (*relation.left[1:], *relation.right):
                root[find(part)] = find(relation.left[0])
        members: dict[Key, list[Key]] = defaultdict(list)
        for key in self.quantities:
            members[find(key)].append(key)
        within: dict[Key, list[Relation]] = defaultdict(list)
        for relation in self.relations:
            within[find(relation.left[0])].append(relation)
        return [System({key: self.quantities[key] for key in keys}, within[top]) for top, keys in members.items()]

    def sensitive(self) -> list[Key]:
        """The numbers about which something has to stay open."""
        return [key for key, quantity in self.quantities.items() if quantity.need is not None]

    def broken(self) -> list[Relation]:
        """Relations that the numbers themselves do not keep."""
        return [relation for relation in self.relations if not self._keeps(relation)]

    def _keeps(self, relation: Relation) -> bool:
        left, right = (sum(self.quantities[key].value for key in side) for side in (relation.left, relation.right))
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-6)


def joined(systems: Iterable[System]) -> System:
    """Several systems as one; a name that stands in two of them is one number."""
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []
    for system in systems:
        quantities |= system.quantities
        relations += system.relations
    return System(quantities, relations)
