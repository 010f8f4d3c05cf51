"""A researcher's own tables next to what was released: the same families, counted in both, are one number.

A release rounds or withholds a count, and a table moves it by noise; who has both knows the more of it. Which
numbers of a release count the families of a cell, and both as one system.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Set
from dataclasses import dataclass

from tf_linkage.contracts.outputs.estimates import FOUR_PROBLEMS, PROBLEM_NAMES, THREE_PROBLEMS
from tf_linkage.disclosure.suppression.linked_counts import Key, Relation, System

_BANDS = {"youngest child ": "youngest", "start in ": "start_year"}
"""How names of a release's characteristics begin that go on with the value of a column."""

_SAID: dict[str, tuple[str, str]] = {
    THREE_PROBLEMS: ("problems", "3"),
    FOUR_PROBLEMS: ("problems", "4+"),
    "two adults or more": ("adults", "2+"),
} | {name: (name.replace(" ", "_"), "yes") for name in PROBLEM_NAMES}


@dataclass(frozen=True)
class Told:
    """What releases tell, in one system.

    Attributes:
        system: its numbers, the release's number before the name of each, and how they add up.
        shown: names of those that are shown.
    """

    system: System
    shown: Set[Key]


def together(tables: System, told: Told) -> System:
    """The numbers of tables and of releases as one system, those that count the same families held equal.

    A number that was the same families at the release and no longer is, is left by itself.
    """
    relations = [
        Relation((ours,), (theirs,))
        for theirs, ours in _the_same(told.system)
        if ours in tables.quantities
        and math.isclose(tables.quantities[ours].value, told.system.quantities[theirs].value, abs_tol=1e-6)
    ]
    return System(
        {**told.system.quantities, **tables.quantities},
        [*told.system.relations, *tables.relations, *relations],
    )


def _the_same(system: System) -> Iterator[tuple[Key, Key]]:
    """Numbers of releases, each with the name that a table gives to the number of the same families."""
    for key in system.quantities:
        if len(key) != 5 or key[1] != "characteristics":
            continue
        _, _, kind, name, group = key
        of_group = ("study_group", group)
        said = _said(name)
        if kind == "number":
            yield key, _as_in_tables(of_group)
        elif kind == "number_with" and said:
            yield key, _as_in_tables(of_group, said)
        elif kind == "number_without" and said and said[1] == "yes":
            yield key, _as_in_tables(of_group, (said[0], "no"))


def _said(name: str) -> tuple[str, str] | None:
    """The column and the value that a characteristic is told by, if a table can be asked by it."""
    for start, column in _BANDS.items():
        if name.startswith(start):
            return column, name.removeprefix(start)
    return _SAID.get(name)


def _as_in_tables(*said: tuple[str, str]) -> Key:
    return ("families", *(f"{column}={value}" for column, value in sorted(said)))
