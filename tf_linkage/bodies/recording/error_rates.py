"""What goes wrong when a body records a person: every rate, by body, with its source.

The tables. Each rate cites keys of `population/sources.py`; `A` is an assumption, anchored to the sources after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from tf_linkage.population.sources import in_full

BODIES: Final = ("council", "dwp", "moj", "dfe")

ERROR_RATES: Final[dict[str, tuple[str, tuple[float, float, float, float], str]]] = {
    # kind: (group of cells, rates of council, dwp, moj, dfe; source)
    "surname misspelt": ("name", (0.015, 0.005, 0.015, 0.007), "A: typing, sound, transliteration"),
    "surname part dropped": ("name", (0.25, 0.20, 0.30, 0.10), "A: share of double surnames"),
    "surname of the family": (
        "name",
        (0.042, 0.020, 0.045, 0.025),
        "A, ALSPAC 2024: known as another, tuned to 18% disagreement",
    ),
    "forename misspelt": (
        "name",
        (0.015, 0.010, 0.015, 0.010),
        "A, ALSPAC 2024: what other kinds leave of 12% disagreement",
    ),
    "nickname": ("name", (0.045, 0.015, 0.03, 0.03), "A: 3, 1, 2 and 2% of all, of the two in three that have one"),
    "other spelling": ("name", (0.15, 0.08, 0.15, 0.08), "A: share of carriers"),
    "middle name first": ("name", (0.009, 0.003, 0.009, 0.004), "A"),
    "initial only": ("name", (0.006, 0.002, 0.006, 0.003), "A"),
    "names swapped": ("name", (0.003, 0.0005, 0.004, 0.001), "A"),
    "placeholder": ("name", (0.003, 0.0, 0.0, 0.001), "A: Baby, Unborn, Unknown"),
    "date of birth wrong": ("birth", (0.010, 0.001, 0.015, 0.001), "A, HES and PDS 2017: .11% in checked records"),
    "date of birth missing": ("birth", (0.015, 0.0, 0.002, 0.0), "A"),
    "gender wrong": ("birth", (0.005, 0.001, 0.002, 0.001), "A, HES and PDS 2017: .11% in checked records"),
    "gender missing": ("birth", (0.010, 0.0, 0.0, 0.0), "A"),
    "address style": ("address", (0.10, 0.04, 0.10, 0.05), "A, Council addresses 2026: 6-13% touched"),
    "address wrong": (
        "address",
        (0.006, 0.003, 0.010, 0.003),
        "A, Council addresses 2026: another dwelling, under 1% of most",
    ),
    "postcode missing": ("address", (0.020, 0.010, 0.060, 0.005), "A"),
    "postcode misspelt": ("address", (0.004, 0.002, 0.006, 0.002), "A"),
    "nino not known": (
        "nino",
        (0.34, 0.0, 0.70, 0.0),
        "A, ISMIE, PNC names: 60% of adults known to councils, 30% to the police",
    ),
    "nino wrong": ("nino", (0.007, 0.0, 0.02, 0.0), "A, ISMIE: a digit .6%, transposed .1%"),
    "nino of another": ("nino", (0.003, 0.0, 0.0, 0.0), "A: the partner's on the claim"),
}
"""Share of records by kind of error, before the person's group moves it."""

LAG_YEARS: Final[dict[str, tuple[tuple[float, float, float, float], str]]] = {
    "surname": (
        (0.5, 1.2, 0.5, 0.5),
        "A: DWP 6-24 months, DfE 0-12; PNC names: MoJ keeps the name of the first event",
    ),
    "address": (
        (0.28, 1.10, 0.5, 0.48),
        "A: 8, 12, 35 and 10% out of date; HES chance matches: 40% not re-registered after 6 months",
    ),
}
"""Mean time by which a body's knowledge lags, in years; an error follows only for those who changed meanwhile."""

NINO_NOT_KNOWN_YOUNG: Final = 0.75
"""At 16 and 17 a council knows one in four (A)."""

GROUP_ODDS: Final[dict[str, tuple[dict[str, float], str]]] = {
    "transliterated name": ({"name": 2.5}, "A"),
    "other minority": ({"name": 1.4, "birth": 1.4, "address": 1.2}, "A"),
    "most deprived fifth": ({"name": 1.4, "birth": 1.4, "address": 1.4, "nino": 1.4}, "A"),
    "moved within a year": ({"name": 1.2, "address": 2.5}, "A"),
    "man of 18 to 29": ({"name": 1.3, "birth": 1.3, "address": 1.3}, "A"),
    "looked after": ({"name": 1.8, "birth": 1.8, "address": 3.0, "nino": 1.8}, "A"),
    "infant": ({"name": 1.5, "birth": 1.5}, "A"),
    "hostel or no fixed abode": ({"address": 3.0}, "A"),
}
"""Odds of an error by group of people and group of cells: assumptions, after who is found to link least
(`ALSPAC 2024`, `NPD-HES 2021`, `Census to PDS 2021`)."""

NOISE_BY_COUNCIL: Final[dict[str, float]] = {
    "E09000012": 0.9, "E08000003": 1.15, "E06000010": 1.35, "E08000032": 0.8, "E10000016": 0.65,
}  # fmt: skip
"""Odds of every error in a council's own records against the mean of councils (A, after `Council addresses 2026`:
addresses touched in 6% of records of most councils, 12.9% in one)."""

TRANSLITERATED: Final = (
    "somali", "pakistani", "bangladeshi", "chinese", "vietnamese", "turkish", "charedi", "other",
)  # fmt: skip
"""Origins whose names come from another script or orthography."""

WOMEN_25_TO_44: Final = 3.0
"""Another surname three times as often among women of these ages (A)."""

SWAP_ODDS: Final = 5.0
"""Forename and surname swapped five times as often where the order of names differs (A)."""

QUALITY_SHARES: Final[dict[str, float]] = {"person": 0.20, "family": 0.12, "unit": 0.08}
"""Shares of the quality score's variance (A); they sum to the correlation .40 and are scaled to any other."""

DATE_ERRORS: Final = (
    ("digit", 0.35),
    ("day and month", 0.25),
    ("year", 0.15),
    ("copied", 0.10),
    ("1 January", 0.10),
    ("decade", 0.05),
)
"""What a wrong date of birth looks like (A)."""

TYPO_MIX: Final = (("substitute", 0.66), ("delete", 0.18), ("insert", 0.12), ("transpose", 0.04))
"""Shares of single errors, without the multiple ones (`Damerau 1964`)."""

FIRST_LETTER: Final = 0.078
"""Share of misspellings in the first letter (`Pollock and Zamora`)."""

DUPLICATES: Final[dict[str, tuple[float, str]]] = {
    "council person": (0.02, "A: duplicate record 4%, half as a second record in the same family"),
    "council family": (0.02, "A: the other half as a re-referral of the whole family"),
    "dwp": (0.003, "A, ISMIE: two NINOs .3%, where 2.5% is the most"),
    "moj": (0.02, "A: 2% not consolidated"),
    "dfe": (0.01, "A: 1%, a new pupil number after a move of school"),
}
IN_PRISON: Final = (0.80, "A: share of people in custody at the extract whom the police record at the prison")

MERGED: Final[dict[str, tuple[float, str]]] = {
    "council": (0.0005, "A: twins, father and son"),
    "dwp": (0.0002, "A"),
    "moj": (0.0002, "A"),
    "dfe": (0.0005, "A: twins"),
}
"""People whose record a body takes for that of a relative of the same gender."""

LEGACY_NUMBERS: Final = (
    0.002,
    "A, HMRC NIM39110: temporary numbers in accounts opened before 2001, no longer used",
)
"""Share of DWP accounts opened before 2001 that still show a temporary number."""

ALIASES: Final = (0.12, "A, PNC names: share of people with an alias row")
INHERITED: Final = (0.15, "A: share of children whose council record copies the school's")
PERSISTENT: Final = (0.80, "A: errors persist across a source's own repeat records")

COVERAGE: Final[dict[str, tuple[float, str]]] = {
    "dwp residents": (
        0.942,
        "A, Census to DWP 2021: of those without a claim, so that 96-97% of residents are held",
    ),
    "dwp arrived within two years": (0.80, "A: less for recent migrants"),
    "council members": (0.97, "A: 3% of members missing"),
    "council former partners": (0.25, "A: some non-resident partners"),
}


@dataclass(frozen=True)
class BodyRates:
    """How badly a body records people, for a body that this page has no column for.

    Attributes:
        like: the body of this page whose rates it has where it states none of its own.
        errors: rate by kind of `ERROR_RATES`.
        lag_years: mean lag by cell of `LAG_YEARS`, in years.
        duplicates: share of people with two records.
        merged: share of people whose record is taken for a relative's.
        source: why.
    """

    like: str
    source: str
    errors: Mapping[str, float] = field(default_factory=dict)
    lag_years: Mapping[str, float] = field(default_factory=dict)
    duplicates: float | None = None
    merged: float | None = None


_OTHERS: dict[str, BodyRates] = {}


def state_rates(body: str, rates: BodyRates) -> None:
    """States a further body's rates: called by the module that simulates it.

    Raises:
        ValueError: the body has a column here, is to be like one that has none, or names an unknown kind.
    """
    if body in BODIES or rates.like not in BODIES:
        raise ValueError(f"the rates of {body} cannot be stated like those of {rates.like}")
    if unknown := sorted({*rates.errors} - {*ERROR_RATES} | {*rates.lag_years} - {*LAG_YEARS}):
        raise ValueError(f"{body}: there is no kind of error {unknown[0]!r}")
    _OTHERS[body] = rates


def error_rate(kind: str, body: str) -> float:
    """The rate of a kind of error in a body's records."""
    if body in _OTHERS:
        other = _OTHERS[body]
        return other.errors[kind] if kind in other.errors else error_rate(kind, other.like)
    return ERROR_RATES[kind][1][BODIES.index(body)]


def lag_years(cell: str, body: str) -> float:
    """The mean time by which a body's knowledge of a cell lags, in years."""
    if body in _OTHERS:
        other = _OTHERS[body]
        return other.lag_years[cell] if cell in other.lag_years else lag_years(cell, other.like)
    return LAG_YEARS[cell][0][BODIES.index(body)]


def duplicate_rate(body: str) -> float:
    """The share of a register's people who have two records."""
    if body in _OTHERS:
        own = _OTHERS[body].duplicates
        return duplicate_rate(_OTHERS[body].like) if own is None else own
    return DUPLICATES[body][0]


def merged_rate(body: str) -> float:
    """The share of a register's people whose record is taken for a relative's."""
    if body in _OTHERS:
        own = _OTHERS[body].merged
        return merged_rate(_OTHERS[body].like) if own is None else own
    return MERGED[body][0]


def error_table() -> pl.DataFrame:
    """Every error rate: columns kind, cells, council, dwp, moj, dfe, source (in full)."""
    return pl.DataFrame(
        [(kind, cells, *rates, in_full(source)) for kind, (cells, rates, source) in ERROR_RATES.items()],
        schema=["kind", "cells", *BODIES, "source"],
        orient="row",
    )
