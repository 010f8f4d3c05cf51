"""Relations of rows to births and to the years that a study asks about, declared as those of `relations` are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tf_linkage.contracts.relations import KnownPeople, MostHaveRows, Relation, Strength

EARLY_BIRTHS, LEAST_EARLY = 0.005, 5
"""Share of a history's rows that may begin before their person's birth, and the number from which the share is
asked about. A wrong year of birth does that to single people; a column of keys that slid by a row does it to one in
ninety (measured on benefit spells), and to more where children have histories. Our choice between the two."""

PREGNANCY = 280
"""Days for which an unborn child may be known: forty weeks."""

MOSTLY_OUTSIDE = 0.5
"""Share of days outside those that the study asks about, above which a file is another period's."""

ENOUGH_A_YEAR = 20
"""Rows in an average year from which a year without a row is no accident: by chance it comes once in e^20 years."""

STALE = dt.timedelta(days=730)
"""Days before the extract without a new row, from which a history was drawn earlier: registers lag by months."""

LATELY, OF_A_YEAR = 183, 366
"""Days before the extract in which something begins: of a register, of which single months lag; and of a council's
families, who are fewer."""

DRAWN_EARLIER = 183
"""Days by which a file may have been drawn before the others."""


@dataclass(frozen=True)
class Asked:
    """The days that a study asks about.

    Attributes:
        histories_from: first day of the histories; they end with the extract.
        identified: first and last day on which a family could be identified.
    """

    histories_from: dt.date
    identified: tuple[dt.date, dt.date]


@dataclass(frozen=True, kw_only=True)
class IdentifiedThen(Relation):
    """No more days of a column than this share lie outside those on which a family could be identified."""

    column: str
    most: float


@dataclass(frozen=True, kw_only=True)
class InTheYears(Relation):
    """Some row lies in the years that the study asks about."""

    began: str
    ended: str | None = None


@dataclass(frozen=True, kw_only=True)
class EveryYear(Relation):
    """Of a large history, rows begin in every whole year that the study asks about."""

    began: str


@dataclass(frozen=True, kw_only=True)
class UpToDate(Relation):
    """Of a large history, a row begins in the two years before the extract."""

    began: str


@dataclass(frozen=True, kw_only=True)
class Lately(Relation):
    """Of a large file, some day of these columns lies so many days before the extract or less.

    Nothing new is to be expected where every spell has ended, if families were identified up to an earlier day.

    Attributes:
        columns: the days of which one is new.
        days: before the extract.
        spell: first and last day of a spell that may still go on.
    """

    columns: tuple[str, ...]
    days: int
    spell: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class DrawnThen(Relation):
    """A file was drawn, as its mapping says, no more than so many days before the extract."""

    days: int = DRAWN_EARLIER


@dataclass(frozen=True, kw_only=True)
class BornFirst(Relation):
    """No more rows than this share begin before their person was born, by more than so many days."""

    key: str
    people: str
    began: str = "start_date"
    most: float = 0
    least: int = 1
    ahead: int = 0


_TOO_MANY = "keys slid against their people, or the births are other people's"
_SLIP = "one of the two days is a slip; both are kept as sent"


def born_first(
    key: str,
    people: str,
    began: str = "start_date",
    *,
    ahead: int = 0,
    too_many: str = _TOO_MANY,
    single: str = _SLIP,
) -> tuple[Relation, ...]:
    """What holds of a history of people who were born: a row before birth is one person's slip, many are not.

    Args:
        key: the register's key.
        people: stem of the file in which its people stand, such as `dwp_people`.
        began: column of the history's first day.
        ahead: days before a birth on which a row may begin, however many do.
        too_many: why many rows earlier than that are refused.
        single: why a row before a birth is noted.
    """
    return (
        BornFirst(
            strength=Strength.REFUSE,
            reason=too_many,
            key=key,
            people=people,
            began=began,
            most=EARLY_BIRTHS,
            least=LEAST_EARLY,
            ahead=ahead,
        ),
        BornFirst(
            strength=Strength.NOTE,
            reason=single,
            key=key,
            people=people,
            began=began,
        ),
    )


def in_time(began: str, ended: str | None) -> tuple[Relation, ...]:
    """What holds of every history against the years that the study asks about.

    Args:
        began: column of the first day, or of the academic year.
        ended: column of the last day, if there is one.
    """
    return (
        InTheYears(
            strength=Strength.REFUSE,
            reason="the file is of other years, or its dates were moved",
            began=began,
            ended=ended,
        ),
        UpToDate(
            strength=Strength.REFUSE,
            reason="the file was drawn long before the day of the extract, or its dates were moved",
            began=began,
        ),
        EveryYear(
            strength=Strength.NOTE,
            reason="a year may have had no collection; or its rows were lost on the way",
            began=began,
        ),
    )


def lately(columns: tuple[str, ...], days: int = LATELY, spell: tuple[str, str] | None = None) -> Lately:
    """What holds of a large file of which something is new every month; arguments as those of `Lately`."""
    return Lately(
        strength=Strength.NOTE,
        reason="it may be the file of an extract before this one",
        columns=columns,
        days=days,
        spell=spell,
    )


BETWEEN_FILES = (KnownPeople, MostHaveRows, BornFirst)
"""Relations that need a second table."""
