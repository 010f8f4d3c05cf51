"""What goes wrong when a body records a person: every rate, by body, with its source.

Belongs here: the tables. Does not belong here: how an error looks (`recording.py`) or who is prone (`quality.py`).
Sources: `4c`, `4b`, `4e` are sections of the facts page on the population, `Ek` its evidence, `A` an assumption.
"""

from __future__ import annotations

from typing import Final

import polars as pl

BODIES: Final = ("council", "dwp", "moj", "dfe")

ERROR_RATES: Final[dict[str, tuple[str, tuple[float, float, float, float], str]]] = {
    # kind: (group of cells, rates of council, dwp, moj, dfe; source)
    "surname misspelt": ("name", (0.015, 0.005, 0.015, 0.007), "4c: typo, phonetic, transliteration"),
    "surname part dropped": ("name", (0.25, 0.20, 0.30, 0.10), "4c: share of double surnames"),
    "surname of the family": ("name", (0.042, 0.020, 0.045, 0.025), "4c: known as; A, tuned to E1"),
    "forename misspelt": ("name", (0.015, 0.010, 0.015, 0.010), "4c remainder of 'forename differs'"),
    "nickname": ("name", (0.06, 0.015, 0.03, 0.03), "4c: 4/1/2/2% of all, of the two in three that have one"),
    "other spelling": ("name", (0.15, 0.08, 0.15, 0.08), "4c: share of carriers"),
    "middle name first": ("name", (0.009, 0.003, 0.009, 0.004), "4c"),
    "initial only": ("name", (0.006, 0.002, 0.006, 0.003), "4c"),
    "names swapped": ("name", (0.003, 0.0005, 0.004, 0.001), "4c"),
    "placeholder": ("name", (0.003, 0.0, 0.0, 0.001), "4e: Baby, Unborn, Unknown"),
    "date of birth wrong": ("birth", (0.010, 0.001, 0.015, 0.001), "4c, E2"),
    "date of birth missing": ("birth", (0.015, 0.0, 0.002, 0.0), "4c"),
    "gender wrong": ("birth", (0.005, 0.001, 0.002, 0.001), "4c, E2"),
    "gender missing": ("birth", (0.010, 0.0, 0.0, 0.0), "4c"),
    "address style": ("address", (0.10, 0.04, 0.10, 0.05), "4c, E12"),
    "address wrong": ("address", (0.006, 0.003, 0.010, 0.003), "4c, E12: identity-shifting"),
    "postcode missing": ("address", (0.020, 0.010, 0.060, 0.005), "4c"),
    "postcode misspelt": ("address", (0.004, 0.002, 0.006, 0.002), "A"),
    "nino not known": (
        "nino",
        (0.40, 0.0, 0.70, 0.0),
        "4c: 60% of adults known to councils, 30% to the police; E7, E10",
    ),
    "nino wrong": ("nino", (0.007, 0.0, 0.02, 0.0), "4c, E7: digit .6, transposed .1"),
    "nino of another": ("nino", (0.003, 0.0, 0.0, 0.0), "4c, 4e: the partner's on the claim"),
}
"""Share of records by kind of error, before the person's group moves it."""

LAG_YEARS: Final[dict[str, tuple[tuple[float, float, float, float], str]]] = {
    "surname": ((0.5, 1.2, 0.5, 0.5), "4c: DWP 6-24 months, DfE 0-12; MoJ keeps the name of the first event (E10)"),
    "address": ((0.45, 1.05, 0.5, 0.45), "4c: 8/12/35/10% out of date; E11: 40% not re-registered after 6 months"),
}
"""Mean time by which a body's knowledge lags, in years; an error follows only for those who changed meanwhile."""

NINO_NOT_KNOWN_YOUNG: Final = 0.75
"""4c: at 16 and 17 a council knows one in four."""

GROUP_ODDS: Final[dict[str, tuple[dict[str, float], str]]] = {
    "transliterated name": ({"name": 2.5}, "4b"),
    "other minority": ({"name": 1.4, "birth": 1.4, "address": 1.2}, "4b"),
    "most deprived fifth": ({"name": 1.4, "birth": 1.4, "address": 1.4, "nino": 1.4}, "4b"),
    "moved within a year": ({"name": 1.2, "address": 2.5}, "4b"),
    "man of 18 to 29": ({"name": 1.3, "birth": 1.3, "address": 1.3}, "4b"),
    "looked after": ({"name": 1.8, "birth": 1.8, "address": 3.0, "nino": 1.8}, "4b"),
    "infant": ({"name": 1.5, "birth": 1.5}, "4b"),
    "hostel or no fixed abode": ({"address": 3.0}, "4b"),
}
"""Odds of an error by group of people and group of cells (facts: assumption, tuned to E1, E4, E6)."""

TRANSLITERATED: Final = (
    "somali", "pakistani", "bangladeshi", "chinese", "vietnamese", "turkish", "charedi", "other",
)  # fmt: skip
"""Origins whose names come from another script or orthography."""

WOMEN_25_TO_44: Final = 3.0
"""4c: another surname three times as often among women of these ages."""

SWAP_ODDS: Final = 5.0
"""4c: forename and surname swapped five times as often where the order of names differs."""

QUALITY_SHARES: Final[dict[str, float]] = {"person": 0.20, "family": 0.12, "unit": 0.08}
"""4b: shares of the quality score's variance; they sum to the correlation .40 and are scaled to any other."""

DATE_ERRORS: Final = (
    ("digit", 0.35),
    ("day and month", 0.25),
    ("year", 0.15),
    ("copied", 0.10),
    ("1 January", 0.10),
    ("decade", 0.05),
)
"""4c: what a wrong date of birth looks like."""

TYPO_MIX: Final = (("substitute", 0.66), ("delete", 0.18), ("insert", 0.12), ("transpose", 0.04))
"""1b: Damerau's shares of single errors, without the multiple ones."""

FIRST_LETTER: Final = 0.078
"""1b: share of misspellings in the first letter (Pollock and Zamora)."""

DUPLICATES: Final[dict[str, tuple[float, str]]] = {
    "council person": (0.02, "4c: duplicate record 4%, half as a second record in the same family"),
    "council family": (0.02, "4c: the other half as a re-referral of the whole family"),
    "dwp": (0.003, "4c: two NINOs .3%"),
    "moj": (0.02, "4c: 2% not consolidated"),
    "dfe": (0.01, "4c: 1%, a new pupil number after a move of school"),
}
MERGED: Final[dict[str, tuple[float, str]]] = {
    "dwp": (0.0002, "4c"),
    "moj": (0.0002, "4c"),
    "dfe": (0.0005, "4c: twins"),
}
"""People whose record a body takes for that of a relative of the same gender."""

ALIASES: Final = (0.12, "4c: share of people with an alias row; A")
INHERITED: Final = (0.15, "4b: share of children whose council record copies the school's")
PERSISTENT: Final = (0.80, "4b: errors persist across a source's own repeat records")

COVERAGE: Final[dict[str, tuple[float, str]]] = {
    "dwp residents": (0.967, "4d, E5: 96-97% of residents 16+"),
    "dwp arrived within two years": (0.80, "4d: less for recent migrants; A"),
    "council members": (0.97, "4d: 3% of members missing"),
    "council former partners": (0.25, "4d: some non-resident partners; A"),
}


def error_rate(kind: str, body: str) -> float:
    """The rate of a kind of error in a body's records."""
    return ERROR_RATES[kind][1][BODIES.index(body)]


def error_table() -> pl.DataFrame:
    """Every error rate: columns kind, cells, council, dwp, moj, dfe, source."""
    return pl.DataFrame(
        [(kind, cells, *rates, source) for kind, (cells, rates, source) in ERROR_RATES.items()],
        schema=["kind", "cells", *BODIES, "source"],
        orient="row",
    )
