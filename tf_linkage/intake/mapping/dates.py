"""The forms in which senders write days, each named by what it looks like."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.intake.reading.cells import OF_TWO_DIGITS, TWO_DIGITS

__all__ = ["A_TIME", "DAYS", "OF_TWO_DIGITS", "TIMES", "TWO_DIGITS", "Form", "fitting", "form_of", "most_fitting"]

DAYS = {
    "yyyy-mm-dd": ("%Y-%m-%d", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "yyyy/mm/dd": ("%Y/%m/%d", r"[0-9]{4}/[0-9]{2}/[0-9]{2}"),
    "yyyymmdd": ("%Y%m%d", r"[0-9]{8}"),
    "yyyy-Mon-dd": ("%Y-%b-%d", r"[0-9]{4}-[A-Za-z]{3}-[0-9]{2}"),
    "dd/mm/yyyy": ("%d/%m/%Y", r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"),
    "mm/dd/yyyy": ("%m/%d/%Y", r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"),
    "dd-mm-yyyy": ("%d-%m-%Y", r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}"),
    "dd.mm.yyyy": ("%d.%m.%Y", r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}"),
    "dd-Mon-yyyy": ("%d-%b-%Y", r"[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4}"),
    "dd Mon yyyy": ("%d %b %Y", r"[0-9]{1,2} [A-Za-z]{3} [0-9]{4}"),
    "ddmmyyyy": ("%d%m%Y", r"[0-9]{8}"),
}
"""Form, as a mapping names it: how it is read, and its shape. A year has four digits: two would be a guess."""

TIMES = {
    "": "",
    " hh:mm": r" [0-9]{2}:[0-9]{2}",
    " hh:mm:ss": r" [0-9]{2}:[0-9]{2}:[0-9]{2}",
    " hh:mm:ss.000": r" [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}",
    "Thh:mm:ss": r"T[0-9]{2}:[0-9]{2}:[0-9]{2}",
}
MIDNIGHT = r"[T ][0:.]+$"
A_TIME = "a time of day other than 00:00:00"


@dataclass(frozen=True)
class Form:
    """One form of a date, with a time of day or without."""

    name: str
    day: str
    time: str

    def read(self, cells: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Days as yyyy-mm-dd, null where a cell is not of the form; and which cells have a time of day."""
        how, shape = DAYS[self.day]
        fits = cells.str.contains(f"^{shape}{TIMES[self.time]}$").fill_null(value=False)
        timed = fits & ~cells.str.contains(MIDNIGHT).fill_null(value=False) if self.time else fits & False
        texts = pl.select(pl.when(fits & ~timed).then(cells)).to_series()
        bare = texts.str.extract(f"^({shape})", 1)
        return bare.str.to_date(how, strict=False).dt.to_string("%Y-%m-%d"), timed


def form_of(name: str) -> Form | None:
    """The form of a name such as `dd/mm/yyyy` or `yyyy-mm-dd hh:mm:ss`; None where there is none."""
    for time in sorted(TIMES, key=len, reverse=True):
        if name.endswith(time) and name.removesuffix(time) in DAYS:
            return Form(name, name.removesuffix(time), time)
    return None


def most_fitting(cells: pl.Series) -> tuple[str, int]:
    """The form in which most cells are days, the first of several; and how many are; for a draft."""
    known = cells.drop_nulls()
    counts = {
        day + time: int(Form(day + time, day, time).read(known)[0].is_not_null().sum())
        for day in DAYS
        for time in TIMES
    }
    best = max(counts, key=lambda form: counts[form])
    return best, counts[best]


def fitting(cells: pl.Series) -> list[str]:
    """The forms in which every cell is a day of the calendar, whatever its time of day; for a draft."""
    known = cells.drop_nulls()
    if not len(known):
        return []
    found = []
    for day in DAYS:
        for time in TIMES:
            read, timed = Form(day + time, day, time).read(known)
            if not (read.is_null() & ~timed).any() and not timed.all():
                found.append(day + time)
    return found
