"""Every rate of the simulated lives, with its source: one look finds any of them.

Belongs here: shares, rates and durations of the world. Does not belong here: what goes wrong in records
(`bodies/error_rates.py`), names (`name_pools.py`), communities (`origins.py`), places (`places.py`).

Sources: `Ek` are the numbered pieces of evidence of the facts page on the population, section 4a; `study` the facts
page on the study; `A` an assumption without evidence, published so that it can be argued with.
"""

from __future__ import annotations

from typing import Final

import polars as pl

RATES: Final[dict[str, tuple[float, str]]] = {
    # households
    "lone parent share of families with children": (0.288, "E14: 1.95M of 6.77M families, 2011"),
    "families with children in high need": (0.059, "study 1.1, E14: up to 400,000 of 6.77M families"),
    "step share of couples with children": (0.11, "E14: 544,000 stepfamilies, 2011"),
    "step share of couples in high need": (0.30, "A: blended families are 15-25% of programme families (4e)"),
    "lone parents whose former partner is known": (0.70, "A"),
    "couple with children married": (0.74, "A: about three in four, 2011"),
    "couple in high need married": (0.40, "A: 40% of programme couples cohabit (4e)"),
    "lone parent once married": (0.40, "A"),
    "separation a year, couples with children": (0.02, "A"),
    "separation a year, couples in high need": (0.05, "A"),
    "wife returns to her birth surname after separation": (0.35, "A: 20% within 3 years (4e), more later"),
    "multiple maternities": (0.0145, "E13: 13.7-16.1 per 1,000"),
    "twins of the same sex": (0.667, "4e"),
    "siblings born within 12 months": (0.015, "4e"),
    "son named after father": (0.05, "4e"),
    "daughter named after mother": (0.02, "4e"),
    "child takes step-surname": (0.25, "A: 4e, blended families with 2-3 surnames"),
    "child of unmarried parents takes father's name": (0.60, "A: 4e"),
    "child of unmarried parents hyphenated": (0.08, "4e"),
    "wife hyphenates": (0.08, "A"),
    "partners of another origin": (0.10, "A"),
    # moves
    "moves a year, general": (0.10, "E15: 1 in 8 people, households 8-9% a year"),
    "moves a year, high need": (0.19, "E15: unemployed nearly 1 in 5; 4e: 18% in programme families"),
    "moves a year, age 18-29": (0.24, "study 4.3: over a third at 20-24"),
    "move leaves the authority": (0.16, "A"),
    "young adult leaves home a year": (0.22, "A"),
    "hostel or refuge in high need": (0.03, "A: 4e"),
    "no fixed abode": (0.004, "A: 4c"),
    "emigration a year, born abroad": (0.015, "A"),
    "emigration a year, born here": (0.002, "A"),
    "born abroad and arrived since 2009": (0.30, "A"),
    "true 1 January birth, born abroad": (0.04, "E9: 1 in 25"),
    "true 1 January birth, asylum route": (0.14, "E9: 1 in 7"),
    # crime
    "any offence by age 30, men": (0.21, "E18: 14% by 30, 3/4 male; ONS-CJS22: 19.5% by 24"),
    "any offence by age 30, women": (0.069, "E18, as above; ONS-CJS22: 7.9% by 24"),
    "custody by age 24, men": (0.0278, "ONS-CJS22: 1.5%, 92.6% male"),
    "custody by age 24, women": (0.0022, "ONS-CJS22: 1.5%, 92.6% male"),
    # school
    "ever persistently absent": (0.146, "ONS-CJS22: 52.5/35.9/10.9% by offending group"),
    "ever excluded": (0.150, "ONS-CJS22: 72.2/50.3/9.0% by offending group"),
    "ever permanently excluded": (0.006, "A"),
    "state school": (0.925, "E16: private about 7% of children"),
    "sessions missed, not persistent": (0.038, "A: overall absence is about 4.6%"),
    "special needs support": (0.13, "A"),
    "education, health and care plan": (0.03, "A"),
    # social care
    "ever child in need": (0.12, "ONS-CJS22: 41.7% of those in custody"),
    "ever on a protection plan": (0.045, "A"),
    "ever looked after": (0.028, "ONS-CJS22: 17.6% of those in custody"),
    "placed outside the authority": (0.37, "E17: 63% placed inside"),
    "two or more placement changes a year": (0.10, "E17"),
    # work
    "claims an out-of-work benefit at some time": (0.26, "A"),
    "disability benefit": (0.07, "A"),
    "start date imputed": (0.10, "A: LEO flags uncertain dates"),
    # problems only the council sees
    "domestic abuse in a family": (0.07, "A; Phase 1 monitoring found 29% in programme families (study 1.5)"),
    "mental ill health, adults": (0.16, "A; Phase 1: 46% of families"),
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

Chosen so that liability correlations reproduce ONS-CJS22 (study 1.5): offending with exclusion .70 (.64 fits
the ages of ONS-CJS22; the younger offenders of the window need more), persistent absence .45, in need .43,
looked after .46. The rest are assumptions."""

EFFECTS: Final[dict[str, tuple[float, str]]] = {
    "custody, adults": (0.75, "study 1.4: 1.2% against 1.6% over 24 months"),
    "custody, juveniles": (0.62, "study 1.4: .5% against .8%"),
    "offences, juveniles": (0.85, "study 1.4: 3.9% against 4.6%"),
    "looked after": (0.68, "study 1.4: 1.7% against 2.5% at 19-24 months"),
    "JSA and Universal Credit searching": (0.89, "study 1.4: about -11%, recalled"),
    "offences, adults": (1.0, "study 1.4: no figure seen"),
    "persistent absence": (1.0, "study 1.4: no figure seen"),
    "protection plans": (1.0, "study 1.4: no significant difference at 19-24 months"),
}
"""What the programme really does: ratio of the yearly rate after the service starts, and the published figure
it stands for. 1 is no effect."""


def rate(name: str) -> float:
    """The value of a rate by name."""
    return RATES[name][0]


def rate_table() -> pl.DataFrame:
    """Every rate with its source: columns rate, value, source."""
    return pl.DataFrame(
        [(name, value, source) for name, (value, source) in RATES.items()],
        schema={"rate": pl.String, "value": pl.Float64, "source": pl.String},
        orient="row",
    )
