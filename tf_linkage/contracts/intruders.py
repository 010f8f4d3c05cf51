"""Who might look for somebody in the research tables: what each intruder knows, how many must look alike, and why.

The intruders against whom tables are made coarse, and those whose success is measured and told. Every column that
somebody may know of a person or a family and that does not change stands here; a column that none of those who are
held off knows is none by which a row can be found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES


class Held(Enum):
    """What is done about an intruder."""

    ALIKE = "gate: so many look alike"
    FOUND = "gate: so few are found"
    TOLD = "measured and told"


MOST_FOUND = 0.01
"""Largest share of people whom a council may find with a probability over `LIKELY`."""

LIKELY = 1 / 5
"""Probability from which somebody counts as likely found: one of fewer than five who might be it."""

CERTAIN = 0.95
"""Probability from which a guess counts as certain: wrong once in twenty at most."""


@dataclass(frozen=True)
class Intruder:
    """Somebody who knows something of a person or a family and looks for their row.

    Attributes:
        name: what they are called.
        knows: what they know, in words.
        columns: columns of people and of families that they know, whichever of them a table has.
        alike: how many must look alike to them in the sample; None where that is no gate.
        held: what is done about them.
        why: the reason for it.
    """

    name: str
    knows: str
    columns: tuple[str, ...]
    alike: int | None
    held: Held
    why: str

    def columns_in(self, table: str) -> list[str]:
        """The columns of a research table that they know, in its order."""
        return [column.name for column in columns_of(RESEARCH_TABLES[table]) if column.name in self.columns]


_SEEN = ("region", "start_year", "age_band", "gender", "adults", "children", "youngest")
_TOLD = ("study_group", "service_received", "problems", *PROBLEMS)

NEIGHBOUR = Intruder(
    "neighbour",
    "where and of whom a family is made up, ages, genders, the year in which help began",
    _SEEN,
    10,
    Held.ALIKE,
    "anybody may know as much, and nothing that is promised would hold if they could find a row; ten is the "
    "threshold "
    "of the Secure Research Service",
)
LEAD_WORKER = Intruder(
    "lead worker",
    "what a neighbour knows; whether the family is on the programme, receives a service, and which problems it has",
    (*_SEEN, *_TOLD),
    10,
    Held.ALIKE,
    "one worker knows many families, with everything that makes them part of the study, and knows that they are "
    "in it",
)
COUNCIL = Intruder(
    "council",
    "everything that it sent of everybody it named: exact ages and days, group, service, sub-codes of problems, "
    "and so "
    "what their histories about the start are likely to be",
    (*_SEEN, *_TOLD),
    None,
    Held.FOUND,
    "it holds the whole list and tries everybody on it at once; a match that it cannot be sure of tells it "
    "little, so "
    f"nobody may be found for certain and {MOST_FOUND:.0%} at most with a probability over one in five",
)
READER = Intruder(
    "newspaper reader",
    "one dated event: a conviction that was reported, with what it was for and what it came to, the month in which "
    "somebody lost a job",
    _SEEN,
    None,
    Held.TOLD,
    "to hide every event's day would leave no histories; row data stays in an accredited setting, and nothing "
    "leaves it but what has passed the rules of release. What an offence was and what it came to is held off: "
    "it stands beside nobody's row, and is counted where ten people of ten families share it",
)
DEPARTMENT = Intruder(
    "another department",
    "its own register: every date and every amount of the history that it returned, and age and gender",
    ("age_band", "gender", "region"),
    None,
    Held.TOLD,
    "it returned the history itself, and the notice binds it to keep no record of who was asked about; "
    "researchers' "
    "tables do not go to departments",
)

INTRUDERS: Mapping[str, Intruder] = {
    intruder.name: intruder for intruder in (NEIGHBOUR, LEAD_WORKER, COUNCIL, READER, DEPARTMENT)
}
"""Every intruder by name, from the one who knows least of what does not change."""
