"""How fine a research column is: the ladders of its steps, and the bands of the step it stands on.

Bands and their bounds, from which both the contracts and the coarsening read.
"""

from __future__ import annotations

from collections.abc import Mapping

AGE_LADDER = ("year", "age band", "child or adult", "none")
GENDER_LADDER = ("as recorded", "none")
COUNCIL_LADDER = ("local authority", "region", "none")
COUNT_LADDER = ("number", "band", "wide band", "none")
YOUNGEST_LADDER = ("year", "age band", "under 5 or not", "none")
DATE_LADDER = ("day", "months from the start", "half-years from the start")
GROUP_LADDER = ("as recorded", "none")
PROBLEM_LADDER = ("sub-codes", "six flags", "number", "none")
OFFENCE_LADDER = ("code", "group", "broad group", "none")
DISPOSAL_LADDER = ("days of the sentence", "with its length", "kind", "broad kind", "none")
YEAR_AROUND_LADDER = ("day", "year from the start", "before or after", "none")
START_LADDER = ("day", "month", "financial year", "none")
WEEKLY_LADDER = ("pound", "£25 band", "£100 band")
YEARLY_LADDER = ("pound", "£2,500 band", "£10,000 band")

AGE_BANDS: Mapping[str, int] = {"0-4": 4, "5-10": 10, "11-17": 17, "18-24": 24, "25-44": 44, "45+": 200}
"""Age bands by their last year. Few and wide: families are rare in fine ones. 17 is the last year of childhood."""

CHILD_BANDS = ("0-4", "5-10", "11-17")
ADULTS = ("0", "1", "2+")
CHILDREN = ("0", "1", "2", "3+")
WIDE_ADULTS: Mapping[str, str] = {"0": "0-1", "1": "0-1"}
"""Coarser bands of adults: no second adult, or two and more."""

WIDE_CHILDREN: Mapping[str, str] = {"1": "1-2", "2": "1-2"}
"""Coarser bands of children. Nobody is brought together with families that have none."""

WIDE_YOUNGEST: Mapping[str, str] = {"5-10": "5-17", "11-17": "5-17"}
"""Coarser bands of the youngest child: below school age, or not."""

CHILD_OR_ADULT: Mapping[str, str] = {name: "child" if last < 18 else "adult" for name, last in AGE_BANDS.items()}
"""The coarser step of an age band."""

PROBLEM_COUNTS = ("2", "3", "4+")
"""Bands of a family's problems: it has two at least."""

PERSONS_PROBLEM_COUNTS = ("0", "1", "2+")
"""Bands of the problems that were found for one person."""

FOUND = ("none", "some", "all")

WEEKLY_STEP, WEEKLY_TOP = 25, 300
YEARLY_STEP, YEARLY_TOP = 2_500, 50_000


def money_bands(step: int, top: int) -> tuple[str, ...]:
    """The labels of equal bands of pounds, the last one open: £0-£24, £25-£49, ..., £300 and over.

    >>> money_bands(25, 50)
    ('£0-£24', '£25-£49', '£50 and over')
    """
    closed = [f"£{low:,}-£{low + step - 1:,}" for low in range(0, top, step)]
    return (*closed, f"£{top:,} and over")


WEEKLY_BANDS = money_bands(WEEKLY_STEP, WEEKLY_TOP)
YEARLY_BANDS = money_bands(YEARLY_STEP, YEARLY_TOP)

SENTENCE_BANDS: Mapping[str, int] = {
    "under 6 months": 182,
    "6 to 12 months": 365,
    "1 to 4 years": 1460,
    "4 years and over": 100_000,
}
"""Lengths of sentence by their last day, at the bounds at which magistrates' powers and release rules change."""

BROAD_OFFENCES: Mapping[str, str] = {
    "violence against the person": "violent or sexual",
    "sexual offences": "violent or sexual",
    "robbery": "violent or sexual",
    "possession of weapons": "violent or sexual",
    "theft": "against property",
    "criminal damage and arson": "against property",
    "fraud": "against property",
    "drug offences": "other offences",
    "public order": "other offences",
    "miscellaneous crimes against society": "other offences",
    "summary, not motoring": "other offences",
    "summary, motoring": "other offences",
    "group 20": "other offences",
    "group 21": "other offences",
    "group 23": "other offences",
}
"""Coarser kinds of offence: against people, against property, and all others. Our choice."""

BROAD_DISPOSALS: Mapping[str, str] = {
    "SUSPENDED": "OTHER SENTENCE",
    "COMMUNITY": "OTHER SENTENCE",
    "REFERRAL": "OTHER SENTENCE",
    "FINE": "OTHER SENTENCE",
    "DISCHARGE": "OTHER SENTENCE",
    "CAUTION": "NO SENTENCE",
    "NONE": "NO SENTENCE",
}
"""Coarser kinds of disposal: custody stays by itself, for it is an outcome of the study."""

YEARS_AROUND: Mapping[str, int] = {
    "3rd year before": -36,
    "2nd year before": -24,
    "year before": -12,
    "year after": 0,
    "2nd year after": 12,
}
"""Years about a family's start by their first month from it; the last ends with the histories."""

BEFORE_OR_AFTER: Mapping[str, str] = {
    name: "before" if first < 0 else "after" for name, first in YEARS_AROUND.items()
}
"""The coarser step of a year about the start."""

ETHNIC_GROUPS = ("white", "mixed", "asian", "black", "other", "not known")
"""The census's broad groups (2011: Chinese within Asian)."""

PHASES = ("reception", "key stage 1", "key stage 2", "key stage 3", "key stage 4", "after 16")
ABSENCE_BANDS: Mapping[str, float] = {
    "under 5%": 0.05,
    "5% to under 10%": 0.10,
    "10% to under 15%": 0.15,
    "15% to under 20%": 0.20,
    "20% and over": 2.0,
}
"""Share of possible sessions missed, by its upper bound: at the thresholds of persistent absence over the years."""

EXCLUSION_COUNTS = ("0", "1", "2+")
HISTORIES = ("benefit", "employment")
