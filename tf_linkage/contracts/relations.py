"""Rules between rows and between tables, declared with columns and keys, each with its strength and reason.

A contract's own rules (dataframely) hold within one table and always refuse. What stands here is checked when a
whole delivery is taken in (`intake.relations`): against a body's other tables and the day of its extract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import dataframely as dy

from tf_linkage.contracts.columns import Table

MOST_REPEATED, LEAST_REPEATS = 0.05, 2
"""Share of a history's rows that may be exact repeats, and the number from which the share is asked about. Real
rows repeat now and then (published cleaning code of LEO numbers its rows for that reason); a file that was appended
to itself or joined twice repeats half of them or more. Our choice between the two."""

FEW_HISTORIES = 0.2
"""Share of a register's people with any row in a history, below which the history may be that of other people."""

ENOUGH_CELLS, MANY_CELLS = 20, 50
"""Known cells from which one value in most of them is to be looked at, and one in all of them is no accident: a
council's file may hold a few families of one street."""

NEARLY_ALL, HALF = 0.99, 0.5
"""Shares of cells with one value, above which a column was filled from one cell, or the value may stand for
something else: an office's address, a first of January. Our choice: no family is half of a council's people, and no
name that of half a town."""

MOST_ALIKE, TOLD_BY = 0.2, 3
"""Share of rows that may be like others but for keys (people) or amounts (spells), and identifiers of a person from
which two rows may be told to be like each other. Registers hold some people twice and jobs on the same days; a file
that was appended to itself with one column changed holds half of its rows again."""


class Strength(StrEnum):
    """What comes of a broken relation."""

    REFUSE = "refuse"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One rule.

    Attributes:
        strength: whether what breaks it is refused, or noted with its count.
        reason: why, in a sentence for the sender.
    """

    strength: Strength
    reason: str


@dataclass(frozen=True, kw_only=True)
class KnownPeople(Relation):
    """Every key of a history is that of somebody in its register."""

    key: str
    people: str


@dataclass(frozen=True, kw_only=True)
class HasRows(Relation):
    """The file has rows."""


@dataclass(frozen=True, kw_only=True)
class FewRepeats(Relation):
    """No more whole rows than this share are exact repeats of others."""

    most: float
    least: int = 1


@dataclass(frozen=True, kw_only=True)
class MostHaveRows(Relation):
    """At least this share of a register's people has a row."""

    key: str
    people: str
    least: float


@dataclass(frozen=True, kw_only=True)
class MostlyFilled(Relation):
    """At least this share of the rows has a value in a column that may be empty."""

    column: str
    least: float = 0.5


@dataclass(frozen=True, kw_only=True)
class ByExtract(Relation):
    """No day of a column, and no academic year, begins after the day of the extract."""

    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OneOf(Relation):
    """A group has one value of a column; blanks do not count."""

    column: str
    group: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Apart(Relation):
    """Spells of one kind of one person do not overlap."""

    key: str
    kind: tuple[str, ...]
    start: str = "start_date"
    end: str = "end_date"


@dataclass(frozen=True, kw_only=True)
class StartsWithin(Relation):
    """A spell of one kind begins on a day that a spell of another kind of the same person covers."""

    key: str
    column: str
    inner: str
    outer: str
    start: str = "start_date"
    end: str = "end_date"


@dataclass(frozen=True, kw_only=True)
class Placeholders(Relation):
    """A date that stands for `not known`."""

    column: str
    year: int


@dataclass(frozen=True, kw_only=True)
class Unlike(Relation):
    """These columns are unique within a group."""

    columns: tuple[str, ...]
    group: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OnlyWhere(Relation):
    """Columns have a value only where a yes or no says yes."""

    columns: tuple[str, ...]
    told_by: str


@dataclass(frozen=True, kw_only=True)
class InOrder(Relation):
    """One day does not come before another."""

    earlier: str
    later: str


@dataclass(frozen=True, kw_only=True)
class BornBefore(Relation):
    """Birth comes before another day."""

    day: str
    birth: str = "date_of_birth"


@dataclass(frozen=True, kw_only=True)
class NotOneValue(Relation):
    """No more of a file's known cells than this share hold one and the same value."""

    columns: tuple[str, ...]
    most: float
    least: int = ENOUGH_CELLS


@dataclass(frozen=True, kw_only=True)
class NoMarks(Relation):
    """No cell says that nothing is known (`intake.marks`): in words or, of identifiers, by one digit throughout."""

    columns: tuple[str, ...]
    keys: bool = False


@dataclass(frozen=True, kw_only=True)
class OfItsSender(Relation):
    """A council's file holds the people of that council, and no other sender's file does."""

    column: str


@dataclass(frozen=True, kw_only=True)
class KnownSender(Relation):
    """Who sends a council's file is called as a council is."""

    column: str


@dataclass(frozen=True, kw_only=True)
class FewAlike(Relation):
    """No more rows than this share are like others in all columns; rows that tell too little are not compared.

    Attributes:
        columns: in which rows are alike.
        told_by: columns of which so many must be filled.
        filled: how many.
        most: share of the rows.
        least: rows from which the share is asked about.
    """

    columns: tuple[str, ...]
    told_by: tuple[str, ...]
    filled: int
    most: float
    least: int = MANY_CELLS


@dataclass(frozen=True, kw_only=True)
class SomeFilled(Relation):
    """Of a file of many rows, one of these columns has a value somewhere."""

    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class KnownCode(Relation):
    """Every code of a column is one of a list that may grow."""

    column: str
    codes: frozenset[str]


MOSTLY_DATED = MostlyFilled(
    strength=Strength.REFUSE,
    reason="a spell without a first day lies nowhere in time; of a register some are lost, never half",
    column="start_date",
)
"""What holds of spells whose first day may be lost."""


def of_history(key: str, people: str) -> Sequence[Relation]:
    """What holds of every history of a register.

    Args:
        key: the register's key.
        people: stem of the file in which its people stand, such as `dwp_people`.
    """
    return (
        HasRows(
            strength=Strength.REFUSE,
            reason="a register without a single row of a history is an export that failed",
        ),
        KnownPeople(
            strength=Strength.REFUSE,
            reason="the two files are of different extracts, or a key was changed on the way",
            key=key,
            people=people,
        ),
        FewRepeats(
            strength=Strength.REFUSE,
            reason="the file was appended to itself, or joined to another table before it was sent",
            most=MOST_REPEATED,
            least=LEAST_REPEATS,
        ),
        FewRepeats(
            strength=Strength.NOTE, reason="real rows repeat now and then; they are counted as sent", most=0
        ),
        MostHaveRows(
            strength=Strength.NOTE,
            reason="most people of a register may have no such history; or it is the history of others",
            key=key,
            people=people,
            least=FEW_HISTORIES,
        ),
    )


def relations_of(table: type[dy.Schema]) -> tuple[Relation, ...]:
    """What a contract declares, after what it inherits."""
    declared: list[Relation] = []
    for base in reversed(table.__mro__):
        if isinstance(base, type) and issubclass(base, Table):
            declared += base.__dict__.get("relations", ())
    return tuple(declared)
