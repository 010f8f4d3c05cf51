"""Every rate of the simulated lives, with its source: one look finds any of them.

Shares, rates and durations of the world.

Each rate cites keys of `sources.py`, where the full source stands; `A` is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.sources import in_full

RATES: Final[dict[str, tuple[float, str]]] = {
    # households
    "families with children in high need": (
        0.059,
        "Programme 2015-20, ONS families 2011: up to 400,000 of 6.77M families",
    ),
    "study families from outside high need": (
        0.05,
        "A: the pool is defined as the 400,000 in highest need, and few others reach two recorded problems",
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
    "ever offends, men": (0.315, "A, Born in 1953: a third of men convicted by 40, fewer since"),
    "ever offends, women": (0.105, "A, ALSPAC police records: 14% by 30, 1/4 women"),
    "power of the tail of cases": (
        0.15,
        "A, Prolific offenders 2000-16: 9% of offenders hold 52% of convictions (a power, in tenths)",
    ),
    "offence moved to a Saturday": (0.12, "A"),
    "custody, young against adults": (0.35, "A: 6-7% of young court sentences"),
    "case ends in acquittal": (0.06, "A"),
    "case adjudicated J": (0.02, "A: treated as guilty, like G"),
    "second offence in a case": (0.35, "A"),
    "start of an offence unknown": (0.01, "A"),
    # school
    "ever excluded, boys": (0.29, "Offenders and schools 2022: 14% ever suspended; A: by sex"),
    "ever excluded, girls": (0.15, "Offenders and schools 2022: 14% ever suspended; A: by sex"),
    "sessions missed, middle pupil": (
        0.0280,
        "A, Absence 2016/17: 4.65% of sessions, 10.8% of pupils miss a tenth",
    ),
    "spread of absence": (0.95, "A, Absence 2016/17: shares of pupils by band of absence"),
    "ever permanently excluded": (0.012, "A"),
    "moves school when moving home": (0.6, "A: within the authority, and always on leaving it"),
    "exclusion at lunchtime": (0.03, "A"),
    "state school": (0.925, "ECHILD: independent schools about 7% of children"),
    "special needs support": (0.13, "A"),
    "education, health and care plan": (0.03, "A"),
    # social care
    "ever child in need": (0.30, "A, Children in need 2019: 3.4% begin an episode in a year"),
    "ever on a protection plan": (0.064, "A, Children in need 2019: 66,700 plans begun"),
    "ever looked after": (0.072, "A, Looked after 2019: 31,800 began in the year"),
    "second plan": (0.2, "Children in need 2019: 20.8% of plans are second or later ones"),
    "referred again within a year": (
        0.40,
        "A, Children in need 2019: 22.6% of referrals follow one within 12 months",
    ),
    "placed outside the authority": (0.37, "Stability Index: 63% placed inside"),
    "plans for each new child in need": (0.35, "A: what closer watching adds to is scaled by it"),
    # work
    "claims an out-of-work benefit at some time": (0.31, "A"),
    "long out of work": (0.08, "A, Benefit durations 2013: 8% of working age on benefit three of four years"),
    "too ill to work, middle of working age": (
        0.105,
        "A, DWP statistics: ESA and IB 2.5 million, 6% of working age",
    ),
    "leaves school at 16": (0.25, "A"),
    "neither works nor claims": (0.06, "A: of those who never claim"),
    "mothers in couples who neither work nor claim": (0.30, "A, Families and work 2014: 71.6% of mothers work"),
    "disability benefit": (0.17, "A, DWP statistics: 3.2 million on DLA in 2012"),
    "DLA reassessed before July 2015": (0.25, "A, PIP timetable: on a change, turning 16, or the end of an award"),
    "reassessed and disallowed": (0.27, "A, PIP timetable: 450,000 of all migrants were expected to lose"),
    "illness claims of 2012 still on IB": (0.6, "A"),
    "single jobseekers on early UC": (0.6, "A, DWP statistics: 590,000 on Universal Credit in August 2017"),
    "claimants' jobs topped up": (0.10, "A, DWP statistics: 31-39% of those on Universal Credit in work"),
    "lone parents of small children who claim": (0.90, "A, Families and work 2014: lone mothers in work 62.3%"),
    "permitted work next to a claim": (0.08, "A"),
    "days of a jobseeker's claim, middle": (
        0.078,
        "A, JSA durations 2009: half end within 3 months (in thousands)",
    ),
    "new claim on release": (0.58, "A, Offenders and benefits 2014: with those who claim again 54%"),
    "claims again on release": (0.55, "Offenders and benefits 2014: 54% claim a month after release"),
    "jobs full-time, men": (0.88, "A"),
    "jobs full-time, women": (0.60, "A"),
    "full-time, lone parents and claimants against others": (0.65, "A"),
    "start date imputed": (0.10, "A: LEO flags uncertain dates"),
    # problems only the council sees
    "domestic abuse in a family": (0.07, "A, Phase 1 monitoring 2014: 29% in programme families"),
    "mental ill health, adults": (0.16, "A, Phase 1 monitoring 2014: 46% of programme families"),
    "physical ill health": (0.06, "A"),
    "problem debt": (0.10, "A"),
    "anti-social behaviour": (0.05, "A"),
}
"""Name of the rate: value, source."""
SERIES: Final[dict[str, tuple[tuple[tuple[int, float], ...], str]]] = {
    "youth cases": (
        ((2000, 1.0), (2008, 1.0), (2009, 0.9), (2010, 0.75), (2011, 0.65), (2012, 0.55), (2013, 0.45), (2014,
        0.40),
         (2015, 0.36), (2016, 0.32), (2017, 0.28), (2018, 0.24), (2019, 0.20), (2020, 0.19)),
        "Youth justice statistics: first-time entrants fell by 85% in ten years, by 28% from 2016/17 to 2018/19",
    ),
    "absence against 2016": (
        ((2009, 1.25), (2011, 1.12), (2012, 1.13), (2013, 1.08), (2014, 0.985), (2015, 0.99), (2016, 0.985),
         (2017, 1.0), (2018, 1.03), (2019, 1.02), (2020, 1.02)),
        "Absence 2016/17: 5.26% (2012/13), 4.51, 4.62, 4.57, 4.65, 4.81, 4.73, years at their middle",
    ),
    "suspensions against 2019": (
        ((2010, 0.83), (2012, 0.74), (2013, 0.655), (2014, 0.66), (2015, 0.72), (2016, 0.80), (2017, 0.89),
         (2018, 0.95), (2019, 1.0), (2020, 1.0)),
        "Exclusions 2016/17: per 100 pupils 3.51 (2012/13), 3.50, 3.88, 4.29, 4.76, 5.08, 5.36",
    ),
    "jobseekers who claim": (
        ((2008, 0.70), (2009, 1.0), (2012, 1.0), (2013, 0.92), (2014, 0.68), (2015, 0.54), (2016, 0.52), (2017,
        0.54),
         (2018, 0.62), (2019, 0.76), (2020, 0.85)),
        "Claimant count: 1,582 thousand in 2012, 772 in 2016, 1,133 in 2019, as a share of 2012",
    ),
    "weekly pay against 2013": (
        ((2008, 0.93), (2012, 0.98), (2013, 1.0), (2014, 1.002), (2015, 1.02), (2016, 1.043), (2017, 1.064),
         (2018, 1.10), (2019, 1.13), (2020, 1.15)),
        "ASHE 2015-18: full-time median a week 527, 539, 550, 569; A: other years",
    ),
    "minimum wage": (
        ((2008, 5.6), (2011, 6.0), (2012, 6.12), (2013, 6.22), (2014, 6.35), (2015, 6.55), (2016, 7.0), (2017,
        7.42),
         (2018, 7.75), (2019, 8.1), (2020, 8.5)),
        "Minimum wage table: adult rates of October 2012 to April 2020, by calendar year",
    ),
    "adult cases": (
        ((2000, 1.0), (2008, 1.0), (2012, 0.82), (2016, 0.66), (2019, 0.58), (2020, 0.56)),
        "A, First-time entrants 2019: adult first entries fell by 52% in ten years",
    ),
}  # fmt: skip
"""Figures that change by calendar year (at its start): year and value, source."""

LOADINGS: Final[dict[str, tuple[float, float]]] = {
    "offending": (0.57, 0.64),
    "exclusion": (0.47, 0.83),
    "absence": (0.50, 0.35),
    "in need": (0.70, 0.18),
    "looked after": (0.42, 0.36),
    "benefits": (0.65, 0.10),
    "domestic abuse": (0.65, 0.00),
    "health": (0.40, 0.15),
    "debt": (0.60, 0.10),
    "anti-social": (0.55, 0.50),
}
"""How strongly the family's adversity and the person's conduct weigh in each liability, whose variance is 1.

Chosen so that liability correlations reproduce `ONS youth justice 2022`: offending with exclusion .80 (.64 fits
the ages of that study; the younger offenders of the window need more), persistent absence .49, in need .50,
looked after .45 (published .45, .43 and .46; programme families offend more than those would have them). How much
of that last one goes by the family is set by the share of study children looked after (`National evaluation 2019`).
The rest are assumptions."""

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


def series(name: str, when: NDArray[Any]) -> NDArray[np.float64]:
    """The value of a series on days since 1970, between its years in proportion."""
    points = SERIES[name][0]
    years = 1970 + np.asarray(when, dtype=np.float64) / 365.25
    return np.asarray(np.interp(years, [year for year, _ in points], [value for _, value in points]))


def rate_table() -> pl.DataFrame:
    """Every rate with its source in full: columns rate, value, source."""
    return pl.DataFrame(
        [(name, value, in_full(source)) for name, (value, source) in RATES.items()],
        schema={"rate": pl.String, "value": pl.Float64, "source": pl.String},
        orient="row",
    )
