"""The study's one clock, by which every deadline is kept.

What day it is. In a rehearsal the day stands in a file and moves only when a job moves it; where people are real it
is the calendar's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clock:
    """The day it is in the study.

    Attributes:
        simulated_day: file with a rehearsal's day; None where the calendar's day counts.
        first_day: a rehearsal's day as long as nobody moved it.
    """

    simulated_day: Path | None
    first_day: dt.date

    def today(self) -> dt.date:
        """The day it is."""
        if self.simulated_day is None:
            return dt.date.today()
        try:
            return dt.date.fromisoformat(self.simulated_day.read_text(encoding="ascii").strip())
        except FileNotFoundError:
            return self.first_day

    def move_to(self, day: dt.date) -> dt.date:
        """Moves a rehearsal's day forward, never back; the calendar's day cannot be moved.

        Returns:
            The day it is then.
        """
        if self.simulated_day is None or day <= self.today():
            return self.today()
        self.simulated_day.parent.mkdir(parents=True, exist_ok=True)
        new = self.simulated_day.with_name(f".{self.simulated_day.name}.new")
        new.write_text(day.isoformat(), encoding="ascii")
        new.replace(self.simulated_day)
        return day
