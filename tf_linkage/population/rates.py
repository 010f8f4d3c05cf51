"""Every rate of the simulated lives, with its source: one look finds any of them.

Shares, rates and durations of the world.

Each rate cites keys of `sources.py`, where the full source stands; `A` is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from tf_linkage.population.sources import in_full

RATES: Final[dict[str, tuple[float, str]]] = {
    # households
    "families with children in high need": (
        0.059,
        "Programme 2015-20, ONS families 2011: up to 400,000 of 6.77M families",
    ),
    "step share of couples with children": (0.11, "ONS families 2011: 544,000 stepfamilies"),
    "step share of couples in high need": (0.30, "A: blended families are 15-25% of programme families"),
    "lone parents whose former partner is known": (0.70, "A"),
    "couple with children married": (0.74, "A: about three in four, 2011"),
    "couple in high need married": (0.40, "A: 40% of programme couples cohabit"),
    "lone parent once married": (0.40, "A"),
    "separation a year, couples with children": (0.02, "A"),
    "separation a year, couples in high need": (0.05, "A"),
    "wife returns to her birth surname after separation": (0.35, "A: 20% within 3 years, more later"),
    "multiple maternities": (0.0145, "ONS births: 13.7-16.1 per 1,000"),
    "twins of the same sex": (0.667, "A: about two thirds"),
    "twins named with one initial": (0.15, "A: with those that share one by chance, one pair in five"),
    "siblings born within 12 months": (0.015, "A: share of sibling pairs"),
    "son named after father": (0.05, "A, pseudopeople 1.3.1: about 5% share a relative's forename"),
    "daughter named after mother": (0.02, "A"),
    "child takes step-surname": (0.25, "A: blended families with 2-3 surnames"),
    "child of unmarried parents takes father's name": (0.60, "A"),
    "child of unmarried parents hyphenated": (0.08, "A"),
    "cousins of one name in homes of several families": (0.2, "A: .3% of all households"),
    "child adopted": (0.001, "A"),
    "adopted child keeps the forename": (0.5, "A"),
    "wife remarried": (0.4, "A: of wives in step couples"),
    "wife hyphenates": (0.08, "A"),
    "partners of another origin": (0.10, "A"),
    "girls among births": (0.488, "A: 105 boys to 100 girls"),
    "lone parents who are fathers": (0.10, "A: about one in ten"),
    "childless couples of one sex": (0.015, "A"),
    "parents of adult children who are a couple": (0.80, "A"),
    "families in high need of several generations": (0.06, "A"),
    "child of separated parents lives in two homes": (0.12, "A: 12% of children"),
    "Sikh families named Singh and Kaur": (0.30, "A: share of the Indian origin"),
    # moves
    "moves a year, general": (
        0.10,
        "Census moves 2001: 1 in 8 people; English Housing Survey 2022: households 8-9%",
    ),
    "moves a year, high need": (0.19, "Census moves 2001: unemployed nearly 1 in 5; A: 18% in programme families"),
    "moves a year, age 18-29": (0.24, "Census moves 2001: over a third at 20-24"),
    "move leaves the authority": (0.16, "A"),
    "young adult leaves home a year": (0.22, "A"),
    "hostel or refuge in high need": (0.03, "A"),
    "no fixed abode": (0.004, "A"),
    "emigration a year, born abroad": (0.015, "A"),
    "emigration a year, born here": (0.002, "A"),
    "born abroad and arrived since 2009": (0.30, "A"),
    "true 1 January birth, born abroad": (0.04, "Asylum birthdays 2009: 1 in 25"),
    "true 1 January birth, asylum route": (0.14, "Asylum birthdays 2009: 1 in 7"),
    # crime
    "any offence by age 30, men": (
        0.21,
        "ALSPAC police records: 14% by 30, 3/4 men; ONS youth justice 2022: 19.5% by 24",
    ),
    "any offence by age 30, women": (
        0.069,
        "ALSPAC police records: 14% by 30, 1/4 women; ONS youth justice 2022: 7.9% by 24",
    ),
    "custody by age 24, men": (0.0278, "ONS youth justice 2022: 1.5%, 92.6% male"),
    "custody by age 24, women": (0.0022, "ONS youth justice 2022: 1.5%, 92.6% male"),
    "offender begins as an adult": (0.25, "A"),
    "case ends in acquittal": (0.06, "A"),
    "case adjudicated J": (0.02, "A: treated as guilty, like G"),
    "second offence in a case": (0.35, "A"),
    "start of an offence unknown": (0.01, "A"),
    "custody in a case, young with a grave record": (0.32, "A"),
    "custody in a case, adults with a grave record": (0.50, "A"),
    "custody in a case, other men": (0.24, "A"),
    "custody in a case, other women": (0.033, "A"),
    # school
    "ever excluded": (0.150, "ONS youth justice 2022: 72.2/50.3/9.0% by offending group"),
    "ever permanently excluded": (0.006, "A"),
    "moves school when moving home": (0.6, "A: within the authority, and always on leaving it"),
    "exclusion at lunchtime": (0.03, "A"),
    "state school": (0.925, "ECHILD: independent schools about 7% of children"),
    "special needs support": (0.13, "A"),
    "education, health and care plan": (0.03, "A"),
    # social care
    "ever child in need": (0.12, "ONS youth justice 2022: 41.7% of those in custody"),
    "ever on a protection plan": (0.045, "A"),
    "ever looked after": (0.028, "ONS youth justice 2022: 17.6% of those in custody"),
    "placed outside the authority": (0.37, "Stability Index: 63% placed inside"),
    "plans for each new child in need": (0.35, "A: what closer watching adds to is scaled by it"),
    # work
    "claims an out-of-work benefit at some time": (0.26, "A"),
    "leaves school at 16": (0.25, "A"),
    "neither works nor claims": (0.12, "A: of those who never claim"),
    "disability benefit": (0.07, "A"),
    "start date imputed": (0.10, "A: LEO flags uncertain dates"),
    # problems only the council sees
    "domestic abuse in a family": (0.07, "A, Phase 1 monitoring 2014: 29% in programme families"),
    "mental ill health, adults": (0.16, "A, Phase 1 monitoring 2014: 46% of programme families"),
    "physical ill health": (0.06, "A"),
    "problem debt": (0.10, "A"),
    "anti-social behaviour": (0.05, "A"),
}
"""Name of the rate: value, source."""

LOADINGS: Final[dict[str, tuple[float, float]]] = {
    "offending": (0.45, 0.65),
    "exclusion": (0.45, 0.76),
    "absence": (0.50, 0.35),
    "in need": (0.70, 0.18),
    "looked after": (0.65, 0.25),
    "benefits": (0.65, 0.10),
    "domestic abuse": (0.65, 0.00),
    "health": (0.40, 0.15),
    "debt": (0.60, 0.10),
    "anti-social": (0.55, 0.50),
}
"""How strongly the family's adversity and the person's conduct weigh in each liability, whose variance is 1.

Chosen so that liability correlations reproduce `ONS youth justice 2022`: offending with exclusion .70 (.64 fits
the ages of that study; the younger offenders of the window need more), persistent absence .45, in need .43,
looked after .46. The rest are assumptions."""

EFFECTS: Final[dict[str, tuple[float, str]]] = {
    "custody, adults": (0.75, "National evaluation 2019: 1.2% against 1.6% over 24 months"),
    "custody, juveniles": (0.62, "National evaluation 2019: .5% against .8%"),
    "offences, juveniles": (0.85, "National evaluation 2019: 3.9% against 4.6%"),
    "looked after": (0.68, "National evaluation 2019: 1.7% against 2.5% at 19-24 months"),
    "JSA and Universal Credit searching": (0.89, "A: about -11%, recalled and not checked"),
    "offences, adults": (1.0, "A: no figure seen"),
    "persistent absence": (1.0, "A: no figure seen"),
    "protection plans": (1.25, "A, National evaluation 2019: more plans in months 7-18, none more at 19-24"),
}
"""What the programme really does: ratio of the yearly rate while the effect works, and the published figure
it stands for. 1 is no effect; above 1 looks like harm, and is closer watching."""


@dataclass(frozen=True)
class Shape:
    """How an effect differs between families and over time.

    Attributes:
        from_day, to_day: days after the start between which it works.
        by_council: power of the ratio by council; the others' is 1.
        with_crime, without_crime: power of the ratio where crime is among the family's recorded problems, or not.
    """

    from_day: int = 0
    to_day: int = 2_000_000
    by_council: tuple[tuple[str, float], ...] = ()
    with_crime: float | None = None
    without_crime: float = 1.0


SHAPES: dict[str, Shape] = {
    "looked after": Shape(from_day=183),
    "protection plans": Shape(to_day=548),
    "offences, juveniles": Shape(with_crime=1.25, without_crime=0.25),
    "JSA and Universal Credit searching": Shape(
        by_council=(
            ("E09000012", 2.0),
            ("E08000003", 1.0),
            ("E06000010", 0.0),
            ("E08000032", 1.0),
            ("E10000016", 1.5),
        )
    ),
}
"""Effects that are delayed, that end, or that differ by problem or council (A); the rest are the same for all."""


def rate(name: str) -> float:
    """The value of a rate by name."""
    return RATES[name][0]


def rate_table() -> pl.DataFrame:
    """Every rate with its source in full: columns rate, value, source."""
    return pl.DataFrame(
        [(name, value, in_full(source)) for name, (value, source) in RATES.items()],
        schema={"rate": pl.String, "value": pl.Float64, "source": pl.String},
        orient="row",
    )
