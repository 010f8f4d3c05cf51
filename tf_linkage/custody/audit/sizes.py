"""How large a dataset is, as the ledger, Dagster's events and papers may tell it: in classes, never as a number.

Rounded to five, two numbers of before and after a family left differ by its members, and for a department's return
by what was found about them. A class of a factor of ten differs only where its bound was crossed; so the class that
was told stays as long as the number is within a fifth of it.
"""

from __future__ import annotations

BOUNDS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
"""Where classes begin, beyond the first. Powers of ten: nobody plans a study by less, and a family is at most a few
hundred rows of any table."""

MARGIN = 0.2
"""How far beyond its bounds, as a share of them, a class that was told stays."""


def size_class(count: int, told: str | None = None) -> str:
    """The class of a number of rows.

    Args:
        count: rows.
        told: the class that was told of the same dataset before, if any.
    """
    if told is not None:
        for low, high in zip((0, *BOUNDS), (*BOUNDS, None), strict=True):
            if told == _words(low, high):
                above = count >= low * (1 - MARGIN)
                if above and (high is None or count < high * (1 + MARGIN)):
                    return told
    at = sum(count >= bound for bound in BOUNDS)
    return _words((0, *BOUNDS)[at], (*BOUNDS, None)[at])


def _words(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} and more"
    return f"{low:,} to {high - 1:,}" if low else f"fewer than {high:,}"
