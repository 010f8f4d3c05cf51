"""What systems write where nothing is known, in any column and in single ones."""

from __future__ import annotations

import polars as pl

MARKS = (
    "null", "n/a", "na", "-", ".", "..", "none", "nil", "<blank>", "no data", "not known", "not recorded",
    "unknown", "not stated", "#n/a", "nk", "n/k", "n.k.", "unk", "not given", "none given", "tbc", "tba", "?", "??",
)  # fmt: skip
"""What systems write for blank. `NOBT` and the like are codes and stay."""

_FAR = tuple(
    form.format(year)
    for year in (9999, 2999, 2099)
    for form in (
        "{}-12-31", "{}1231", "{}/12/31", "31/12/{}", "31-12-{}", "31.12.{}", "31-dec-{}", "31 dec {}",
        "31 december {}", "3112{}",
    )
)  # fmt: skip
OPEN_ENDS = (
    *_FAR,
    *(f"{day} {time}" for day in _FAR for time in ("00:00", "00:00:00", "00:00:00.000")),
    "ongoing", "open", "current", "present", "to date", "continuing", "still open",
)  # fmt: skip
"""What systems write for an end that has not come."""

OF_COLUMN = {
    "postcode": ("nopostcode", "no postcode", "xxxx", "xxxx xxx", "no fixed", "homeless", "nfa", "zz99 3vz"),
    "nino": ("xx999999xx", "zx999999xz", "tn000000", "zz999999z"),
    "forename": ("unborn", "baby", "unknown", "duplicate", "do not use"),
    "address": ("not found", "no fixed abode", "nfa", "unknown"),
    "end_date": OPEN_ENDS,
    "service_end_date": OPEN_ENDS,
}
"""Placeholders of single columns, which strangers would otherwise agree on."""

_SYSTEMS = (
    "(null)", "<null>", "[null]", "nan", "pd.na", "not applicable", "not available", "not specified",
    "not provided", "missing", "blank", "(blank)", "undefined", "dummy", "anonymous", "no surname", "no name",
    "no nino", "no address", "data not captured", "#multivalue", "**do not use**", "-1", "-9", "-99", "--", "---",
)  # fmt: skip
"""More of them, too rare to be asked about in every draft."""

_RUNS = (
    r"^x{3,}(?: x{3,})*$",
    r"^z{3,}$",
    r"^9{5,}$",
    r"^0{2,}$",
    r"^[a-z]{2} ?(?:00 ?00 ?00|99 ?99 ?99|12 ?34 ?56) ?[a-z]{0,2}$",  # a National Insurance number of no one
    r"^zz99 ?[0-9][a-z]{2}$",  # the postcode of no fixed abode
)
"""One letter or digit again and again."""

_OF_TEXT = sorted(
    {*MARKS, *_SYSTEMS} | {mark for column, marks in OF_COLUMN.items() if "date" not in column for mark in marks}
)


def marks_in(cells: pl.Series) -> pl.Series:
    """Which cells of a text column say that nothing is known, whatever column the mark is usual in.

    Args:
        cells: text; blanks are none of them.
    """
    found = words_in(cells)
    for run in _RUNS:
        found |= _bare(cells).str.contains(run).fill_null(value=False)
    return found


def words_in(cells: pl.Series) -> pl.Series:
    """The same by words alone: 99999 is a number of a person like any other; arguments as in `marks_in`."""
    return _bare(cells).is_in(_OF_TEXT).fill_null(value=False)


def _bare(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()
