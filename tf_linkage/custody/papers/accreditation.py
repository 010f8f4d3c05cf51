"""The study's accreditation: which project, in which setting, approved by whom, until when, before anybody is real.

Research on public authorities' records asks for an accredited project, an accredited processor and accredited
researchers (Digital Economy Act 2017, Part 5, Chapter 5), and for each controller's agreement. What was granted
stands in one file of the data folder, which people fill in; a run on real records reads it before anything else. It
holds numbers and days, nobody's name. Nothing here can tell whether a number is a true one: who signs can.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "accreditation.toml"
DRAFT = """\
# What has to be granted before real records are taken in. Runs on real records are refused while anything is empty.
# Numbers and days, nobody's name.

project = ""                # number of the accredited project
setting = ""                # number of the accredited processing environment
researchers = ""            # number of the list of accredited researchers
impact_assessment = ""      # number under which the data protection impact assessment was signed off
starts = ""                 # first day, yyyy-mm-dd
ends = ""                   # last day

# One for each body whose records are used.
{approvals}"""
_APPROVAL = """\
[approvals.{body}]
reference = ""              # of the agreement
on = ""                     # day on which it was signed
"""
TEXTS = ("project", "setting", "researchers", "impact_assessment")
DAYS = ("starts", "ends")


@dataclass(frozen=True)
class Accreditation:
    """What was granted.

    Attributes:
        texts: number of each of `TEXTS`; empty where it is not filled in.
        days: each of `DAYS`; None where it is not filled in or no day.
        approvals: by body, reference and day of its agreement.
        faults: what in the file cannot be read.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, dt.date | None] = field(default_factory=dict)
    approvals: Mapping[str, tuple[str, dt.date | None]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def lacks(self, bodies: Iterable[str], today: dt.date) -> list[str]:
        """What stands in the way of taking in real records today, each in a few words.

        Args:
            bodies: whose records are used.
            today: the day it is.
        """
        return [*self.faults, *self._empty(bodies), *self._out_of_time(today)]

    def _empty(self, bodies: Iterable[str]) -> Iterator[str]:
        for name in TEXTS:
            if not self.texts.get(name):
                yield f"{name} is empty"
        for name in DAYS:
            if not self.days.get(name):
                yield f"{name} is no day (yyyy-mm-dd)"
        for body in sorted(set(bodies)):
            reference, on = self.approvals.get(body, ("", None))
            if not reference or not on:
                yield f"the agreement of {body} lacks {' and '.join(_missing(reference, on))}"

    def _out_of_time(self, today: dt.date) -> Iterator[str]:
        starts, ends = self.days.get("starts"), self.days.get("ends")
        if starts and today < starts:
            yield f"it starts on {starts}, and it is {today}"
        if ends and today > ends:
            yield f"it ended on {ends}, and it is {today}"
        for body, (_, on) in sorted(self.approvals.items()):
            if on and on > today:
                yield f"the agreement of {body} is dated {on}, and it is {today}"


def draft(bodies: Iterable[str]) -> str:
    """The file with everything still to be filled in."""
    return DRAFT.format(approvals="\n".join(_APPROVAL.format(body=body) for body in bodies))


def accreditation_of(folder: Path) -> Accreditation | None:
    """What the data folder's file says; None where there is no file.

    Keys that it cannot have, and values of another kind, are told as faults, without what they hold.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return Accreditation(faults=("it is no TOML file that can be read",))
    approvals = told.pop("approvals", {})
    unknown = set(told) - {*TEXTS, *DAYS}
    faults = [f"{len(unknown)} keys are not of this file"] if unknown else []
    if not isinstance(approvals, dict) or not all(isinstance(one, dict) for one in approvals.values()):
        approvals = {}
        faults.append("approvals are no tables by body")
    return Accreditation(
        texts={name: _text(told.get(name)) for name in TEXTS},
        days={name: _day(told.get(name)) for name in DAYS},
        approvals={body: (_text(one.get("reference")), _day(one.get("on"))) for body, one in approvals.items()},
        faults=tuple(faults),
    )


def _missing(reference: str, on: dt.date | None) -> list[str]:
    return [*([] if reference else ["a reference"]), *([] if on else ["a day"])]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _day(value: Any) -> dt.date | None:
    """A day as TOML has it, or as text."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
