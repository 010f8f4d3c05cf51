"""How long each custodian may hold its data: the batches and the last day of each.

The notice's deadlines as rules over the study's calendar.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from tf_linkage.contracts.registry import DEPARTMENTS

EXCHANGE, STUDY = "exchange", "study"
"""What a department receives or makes for the study, and what the trusted third party holds."""


@dataclass(frozen=True)
class Deadlines:
    """The days from which every deadline follows.

    Attributes:
        exchange: the day on which the departments receive their requests.
        end: the day by which the trusted third party destroys all personal information.
    """

    exchange: dt.date
    end: dt.date

    @property
    def month(self) -> dt.date:
        """The day by which every department has destroyed what it was sent and made."""
        return month_after(self.exchange)

    def of(self, custodian: str) -> tuple[str, dt.date]:
        """The batch of what a custodian holds for the study, and its last day.

        Departments keep names no longer than a month (notice); all else ends with the study. A department's copy
        of its register, read in for the linkage, is a working file like any other; the register is not the study's.
        """
        if custodian in DEPARTMENTS:
            return EXCHANGE, self.month
        return STUDY, self.end


def month_after(day: dt.date) -> dt.date:
    """The same day of the next calendar month, or that month's last day.

    >>> month_after(dt.date(2020, 1, 31))
    datetime.date(2020, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
