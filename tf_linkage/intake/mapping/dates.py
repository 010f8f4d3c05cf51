"""The forms in which senders write days, each named by what it looks like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.intake.reading.cells import OF_TWO_DIGITS, TWO_DIGITS

__all__ = [
    "A_TIME", "DAYS", "EXCEL", "OF_TWO_DIGITS", "TIMES", "TWO_DIGITS", "Form", "fitting", "form_of", "forms_within",
    "read_in", "rivals", "said_turned", "turned",
]  # fmt: skip

EXCEL, _EXCELS_FIRST = "excel", dt.date(1899, 12, 30)
"""Days as Excel counts them, where a column of days was saved as numbers: 33000 is 7 May 1990. Numbers of
four digits, up to 17 May 1927, may as well be years and are none."""

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
    "dd Month yyyy": ("%d %B %Y", r"[0-9]{1,2} [A-Za-z]{3,9} [0-9]{4}"),
    "ddmmyyyy": ("%d%m%Y", r"[0-9]{8}"),
    EXCEL: ("", r"[1-9][0-9]{4}(?:\.0+)?"),
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
        if self.day == EXCEL:
            return _counted(cells, shape), pl.repeat(False, len(cells), dtype=pl.Boolean, eager=True)
        fits = cells.str.contains(f"^{shape}{TIMES[self.time]}$").fill_null(value=False)
        timed = fits & ~cells.str.contains(MIDNIGHT).fill_null(value=False) if self.time else fits & False
        texts = pl.select(pl.when(fits & ~timed).then(cells)).to_series()
        bare = texts.str.extract(f"^({shape})", 1)
        return bare.str.to_date(how, strict=False).dt.to_string("%Y-%m-%d"), timed


def _counted(cells: pl.Series, shape: str) -> pl.Series:
    fits = pl.select(pl.when(cells.str.contains(f"^{shape}$")).then(cells)).to_series()
    days = fits.str.extract(r"^([0-9]+)", 1).cast(pl.Int32, strict=False)
    return pl.select(pl.lit(_EXCELS_FIRST) + pl.duration(days=pl.lit(days))).to_series().dt.to_string("%Y-%m-%d")


LATE, LEAST_HELD, LEAST_LEFT = 12, 10, 5
"""The last month's number; and cells of either kind from which it is no accident that one kind has no day above it
and the other no others."""
USUAL = "yyyy-mm-dd"


def form_of(name: str) -> Form | None:
    """The form of a name such as `dd/mm/yyyy` or `yyyy-mm-dd hh:mm:ss`; None where there is none."""
    for time in sorted(TIMES, key=len, reverse=True):
        day = name.removesuffix(time) if time else name
        if name.endswith(time) and day in DAYS and not (time and day == EXCEL):
            return Form(name, day, time)
    return None


def read_in(forms: Sequence[Form], cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Days as yyyy-mm-dd in any of some forms, no two of which can read one cell; else as `Form.read`."""
    days, timed = forms[0].read(cells)
    for form in forms[1:]:
        more, hours = form.read(cells)
        days, timed = pl.select(pl.coalesce(days, more)).to_series(), timed | hours
    return days, timed


def rivals(forms: Sequence[Form]) -> list[str]:
    """Forms among some that could read one cell as two days: none of them may stand next to the other."""
    days = dict.fromkeys(form.day for form in forms)
    shapes = [DAYS[day][1] for day in days]
    return [form.name for form in forms if shapes.count(DAYS[form.day][1]) > 1]


def turned(cells: pl.Series, days: pl.Series) -> tuple[int, int] | None:
    """Whether a spreadsheet read days the other way round where it could, and left as text those it could not.

    Args:
        cells: of one column, as they are written.
        days: what they were read as, yyyy-mm-dd.

    Returns:
        How many are held as days, none of them above the twelfth, and how many as text, all of them above it; None
        where it is not so, or too few for it to be no accident (once in 10^5 columns).
    """
    late = days.str.slice(8).cast(pl.Int32, strict=False) > LATE
    held = cells.str.contains(rf"^(?:{DAYS[USUAL][1]}(?:[T ].*)?|{DAYS[EXCEL][1]})$") & days.is_not_null()
    left = cells.str.contains(r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}") & days.is_not_null()
    counts = int(held.sum()), int(left.sum())
    if counts[0] < LEAST_HELD or counts[1] < LEAST_LEFT or (held & late).any() or (left & ~late).any():
        return None
    return counts


def said_turned(held: int, left: int) -> str:
    """What `turned` found, in words."""
    return (
        f"none of {held:,} days that a spreadsheet holds is above the twelfth, and all {left:,} are that it left "
        "as text: it will have turned day and month of the former. Export the column again as text"
    )


def forms_within(cells: pl.Series) -> tuple[list[str], pl.Series]:
    """The forms in which a column's cells are days, the most usual first, one for cells of one shape; for a draft.

    Returns:
        The forms, and which of the cells are days in one of them, whatever their time of day.
    """
    told = pl.Series([text is None for text in cells], dtype=pl.Boolean)
    blank, found = told, list[str]()
    forms = {day + time: form for day in DAYS for time in TIMES if (form := form_of(day + time))}
    fits = {name: _days_of(form, cells) for name, form in forms.items()}
    while not told.all():
        most = max(fits, key=lambda name: int((fits[name] & ~told).sum()))
        if not (fits[most] & ~told).any():
            break
        found.append(most)
        told |= fits[most]
        # The other way round would read the same cells as other days.
        fits = {name: days for name, days in fits.items() if not rivals([forms[most], forms[name]])}
    return found, told & ~blank


def _days_of(form: Form, cells: pl.Series) -> pl.Series:
    read, timed = form.read(cells)
    return read.is_not_null() | (timed if read.is_not_null().any() else timed & False)


def fitting(cells: pl.Series) -> list[str]:
    """The forms, but Excel's, in which every cell is a day of the calendar, whatever its time; for a draft."""
    known = cells.drop_nulls()
    if not len(known):
        return []
    found = []
    for day in (day for day in DAYS if day != EXCEL):
        for time in TIMES:
            read, timed = Form(day + time, day, time).read(known)
            if not (read.is_null() & ~timed).any() and not timed.all():
                found.append(day + time)
    return found
