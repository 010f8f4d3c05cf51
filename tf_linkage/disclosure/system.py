"""What a reader could reckon with: numbers, and how they add up.

Everything that is published, and everything that follows from it, is one system: a number for each count or sum, and
relations in which a whole is the sum of its parts. What nobody publishes stands in it too where it could be worked
out: those without an outcome, or the few by whom one published group exceeds another that lies within it.
Belongs here: the system and its parts. Does not belong here: which tables make it up (`counts`, `money`), attacking
it (`attack`), withholding (`suppression`).
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
    """

    width: float
    reach: float


@dataclass(frozen=True)
class Quantity:
    """A number that a reader knows, or could try to work out.

    Attributes:
        value: what it is.
        grid: what it is rounded to when it is shown; None for a number that is never shown itself.
        need: what has to stay open about it; None where it is not sensitive.
        least: a reader knows that nothing shown of this kind is smaller.
        cost: what a reader loses when it is withheld, against another.
        whole: whether it is a count.
    """

    value: float
    grid: float | None = None
    need: Need | None = None
    least: float = 0.0
    cost: float = 1.0
    whole: bool = True

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
    """A whole that is the sum of its parts."""

    whole: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True)
class System:
    """Numbers by name, none of them negative, and the relations between them."""

    quantities: Mapping[Key, Quantity]
    relations: Sequence[Relation]

    def components(self) -> list[System]:
        """The parts of the system that no relation joins, in the order of their first names."""
        root: dict[Key, Key] = {key: key for key in self.quantities}

        def find(key: Key) -> Key:
            while root[key] != key:
                root[key] = root[root[key]]
                key = root[key]
            return key

        for relation in self.relations:
            for part in relation.parts:
                root[find(part)] = find(relation.whole)
        members: dict[Key, list[Key]] = defaultdict(list)
        for key in self.quantities:
            members[find(key)].append(key)
        within: dict[Key, list[Relation]] = defaultdict(list)
        for relation in self.relations:
            within[find(relation.whole)].append(relation)
        return [
            System({key: self.quantities[key] for key in keys}, within[top]) for top, keys in members.items()
        ]

    def sensitive(self) -> list[Key]:
        """The numbers about which something has to stay open."""
        return [key for key, quantity in self.quantities.items() if quantity.need is not None]

    def broken(self, tolerance: float = 1e-6) -> list[Relation]:
        """Relations that the numbers themselves do not keep."""
        return [
            relation
            for relation in self.relations
            if abs(self.quantities[relation.whole].value - sum(self.quantities[p].value for p in relation.parts))
            > tolerance * max(1.0, abs(self.quantities[relation.whole].value))
        ]


def joined(systems: Iterable[System]) -> System:
    """Several systems as one; a name that stands in two of them is one number."""
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []
    for system in systems:
        quantities |= system.quantities
        relations += system.relations
    return System(quantities, relations)
