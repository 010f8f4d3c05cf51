"""What cannot follow in a life, and what is rare but does: joint checks across the true lives.

Job dates that are known only to the tax year (imputed 6 April and 5 April) are left out: such overlaps are
artefacts of records, kept on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.calibration.lived_rows import Lived
from tf_linkage.bodies.calibration.measures import World
from tf_linkage.bodies.lived import Columns
from tf_linkage.population.lives.benefit_rules import DLA_FROM, PIP_FROM, state_pension_day
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, OUT_OF_WORK, STOPS_IN_CUSTODY, WORK
from tf_linkage.population.lives.calendar import is_school_day, is_working_day
from tf_linkage.population.lives.offending import DISPOSALS, custody_periods
from tf_linkage.population.lives.schooling import NO_TESTS
from tf_linkage.population.people.care import EPISODES

_YEAR = 365.25
_UC_FROM: Final = 15_824
"""29 April 2013."""

Count = Callable[[World], int]


def impossible(world: World) -> pl.DataFrame:
    """How often each impossible sequence occurs: columns sequence, found (must be 0), looked_at."""
    return pl.DataFrame(list(_counts(world)), schema=["sequence", "found", "looked_at"], orient="row")


def _counts(world: World) -> Iterator[tuple[str, int, int]]:
    crime, work, school = Lived(world, "offences"), Lived(world, "work"), Lived(world, "school_years")
    excluded, care, results = Lived(world, "exclusions"), Lived(world, "care"), Lived(world, "results")
    yield from _of_crime(crime)
    yield from _of_work(crime, work)
    yield from _of_school(school, excluded, results)
    yield from _of_care(care)
    for name, lived in (
        ("an offence", crime),
        ("a claim or job begun", work),
        ("an exclusion", excluded),
        ("an episode", care),
    ):
        late = lived.rows["start"] > lived.people["death"][lived.who]
        yield f"{name} after death", int(late.sum()), len(late)


def _of_crime(crime: Lived) -> Iterator[tuple[str, int, int]]:
    rows = crime.rows
    age = (rows["start"] - crime.people["birth"][crime.who]) / _YEAR
    yield "an offence before ten", int((age < 10).sum()), len(age)
    yield "a sentence before the offence", int((rows["disposed"] < rows["start"]).sum()), len(age)
    yield "a court sits on a weekend or bank holiday", int((~is_working_day(rows["disposed"])).sum()), len(age)
    inside = _covered(custody_periods(rows), rows["person"], rows["start"], rows["start"] + 1, margin=1)
    yield "an offence outside while in custody", int(inside.sum()), len(age)
    length = (rows["disposal"] == DISPOSALS.index("CUSTODY")) & (rows["days"] < 0)
    yield "custody without a length", int(length.sum()), len(age)


def _of_work(crime: Lived, work: Lived) -> Iterator[tuple[str, int, int]]:
    rows, many = work.rows, len(work.who)
    exact = ~(rows["start_imputed"] | rows["end_imputed"])
    job = (rows["kind"] == WORK) & exact
    custody = custody_periods(crime.rows)
    inside = _covered(custody, rows["person"], rows["start"], rows["end"], margin=4)
    yield "a job held in custody", int((inside & job).sum()), int(job.sum())
    stops = np.isin(rows["kind"], [BENEFITS.index(name) for name in STOPS_IN_CUSTODY])
    yield "a claim paid in custody", int((inside & stops).sum()), int(stops.sum())
    jsa = rows["kind"] == BENEFITS.index("JSA")
    beside = _covered(
        (rows["person"][job], rows["start"][job], rows["end"][job]),
        rows["person"],
        rows["start"],
        rows["end"],
        margin=15,
    )
    yield "Jobseeker's Allowance next to a job", int((beside & jsa).sum()), int(jsa.sum())
    for name, first in (("DLA", DLA_FROM), ("PIP", PIP_FROM - 70)):
        mine = rows["kind"] == BENEFITS.index(name)
        yield f"{name} before it existed", int((mine & (rows["start"] < first)).sum()), int(mine.sum())
    credit = np.isin(rows["kind"], [BENEFITS.index(name) for name in ("UAA", "UBC", "UCE", "UDF", "UAB")])
    yield "Universal Credit before it existed", int((credit & (rows["start"] < _UC_FROM)).sum()), int(credit.sum())
    pension = rows["kind"] == BENEFITS.index("RP")
    due = state_pension_day(work.people["birth"], work.people["gender"] == 1)[work.who]
    yield "a state pension before its age", int((pension & (rows["start"] < due)).sum()), int(pension.sum())
    out_of_work = np.isin(rows["kind"], [BENEFITS.index(name) for name in OUT_OF_WORK])
    old = rows["start"] - work.people["birth"][work.who] > 67.5 * _YEAR
    yield (
        "an out-of-work claim begun long after pension age",
        int((out_of_work & old).sum()),
        int(out_of_work.sum()),
    )
    young = rows["start"] - work.people["birth"][work.who] < 15.9 * _YEAR
    yield "a claim or job before sixteen", int((young & exact).sum()), many


def _of_school(school: Lived, excluded: Lived, results: Lived) -> Iterator[tuple[str, int, int]]:
    rows = school.rows
    missed = [
        rows[f"authorised_{term}"] + rows[f"unauthorised_{term}"] > rows[f"sessions_{term}"] for term in (1, 2, 3)
    ]
    yield "more sessions missed than there were", int(np.sum(missed)), 3 * len(rows["year"])
    keys = rows["person"] * 64 + rows["year"] % 64
    yield "two school years in one", len(keys) - len(np.unique(keys)), len(keys)
    when, age = excluded.rows["start"], (excluded.rows["start"] - excluded.people["birth"][excluded.who]) / _YEAR
    yield "an exclusion on a day without school", int((~is_school_day(when)).sum()), len(when)
    yield "an exclusion before four or after seventeen", int(((age < 4) | (age > 17)).sum()), len(when)
    tests = results.rows["year"]
    yield "tests in a year without tests", int(np.isin(tests, NO_TESTS).sum()), len(tests)


def _of_care(care: Lived) -> Iterator[tuple[str, int, int]]:
    rows = care.rows
    age = (rows["start"] - care.people["birth"][care.who]) / _YEAR
    yield "social care begun after eighteen", int((age > 18).sum()), len(age)
    yield "an episode that ends before it starts", int((rows["end"] < rows["start"]).sum()), len(age)
    need = rows["episode"] == EPISODES.index("CIN")
    plan = rows["episode"] == EPISODES.index("CPP")
    periods = (rows["person"][need], rows["start"][need], rows["end"][need] + 1)
    known = _covered(periods, rows["person"], rows["start"], rows["start"] + 1, margin=0)
    yield "a protection plan for a child not in need", int((plan & ~known).sum()), int(plan.sum())


def _covered(
    periods: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    person: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    *,
    margin: int,
) -> NDArray[np.bool_]:
    """Which spells share more than `margin` days with a period of the same person."""
    owner, begins, ends = periods
    order = np.argsort(owner, kind="stable")
    owner, begins, ends = owner[order], begins[order], ends[order]
    first = np.searchsorted(owner, person, side="left")
    size = np.searchsorted(owner, person, side="right") - first
    which = np.repeat(np.arange(len(person)), size)
    row = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
    shared = np.minimum(ends[row], end[which]) - np.maximum(begins[row], start[which])
    hit = shared > margin if margin else shared > 0
    out = np.zeros(len(person), dtype=bool)
    out[which[hit]] = True
    return out


RARE: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("permitted work next to a claim for illness", 0.08, 0.06, "A"),
    ("second or later protection plan", 0.18, 0.10, "Children in need 2019: 14.9-20.8%"),
    (
        "permanently excluded of those ever excluded",
        0.08,
        0.05,
        "A, Exclusions 2016/17: .10 against 2.3 of 100 a year",
    ),
    ("custody for under 18s sentenced", 0.08, 0.05, "A: 6-7%"),
    ("offences begun at a weekend", 0.34, 0.04, "A"),
)
"""Sequences that are rare and plausible: name, expected share, tolerance, source."""


def rare(world: World) -> pl.DataFrame:
    """Rare sequences at their rate: columns sequence, expected, tolerance, found, looked_at, passed, source."""
    rows = []
    for name, expected, tolerance, source in RARE:
        hits, of = _RARE[name](world)
        found = hits / max(of, 1)
        error = 3 * float(np.sqrt(expected * (1 - expected) / max(of, 1)))
        passed = of < 30 or abs(found - expected) <= tolerance + error
        rows.append((name, expected, tolerance + error, found, of, passed, source))
    schema = ["sequence", "expected", "tolerance", "found", "looked_at", "passed", "source"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _permitted(world: World) -> tuple[int, int]:
    rows = Lived(world, "work").rows
    ill = np.isin(rows["kind"], [BENEFITS.index(name) for name in ("ESA", "UBC")]) & (
        rows["end"] - rows["start"] > 120
    )
    job = (rows["kind"] == WORK) & ~rows["start_imputed"] & ~rows["end_imputed"]
    hit = _covered(
        (rows["person"][job], rows["start"][job], rows["end"][job]),
        rows["person"],
        rows["start"],
        rows["end"],
        margin=30,
    )
    return int((hit & ill).sum()), int(ill.sum())


def _second_plan(world: World) -> tuple[int, int]:
    rows = Lived(world, "care").rows
    plans = rows["person"][rows["episode"] == EPISODES.index("CPP")]
    return len(plans) - len(np.unique(plans)), len(plans)


def _permanent(world: World) -> tuple[int, int]:
    rows = Lived(world, "exclusions").rows
    return len(np.unique(rows["person"][rows["category"] == 0])), len(np.unique(rows["person"]))


def _young_custody(world: World) -> tuple[int, int]:
    lived = Lived(world, "offences")
    young = (lived.rows["start"] - lived.people["birth"][lived.who]) < 18 * _YEAR
    sentenced = young & ~np.isin(lived.rows["disposal"], [DISPOSALS.index("CAUTION"), DISPOSALS.index("NONE")])
    return int((sentenced & (lived.rows["disposal"] == 0)).sum()), int(sentenced.sum())


def _weekend(world: World) -> tuple[int, int]:
    rows: Columns = Lived(world, "offences").rows
    return int(((rows["start"] + 3) % 7 >= 5).sum()), len(rows["start"])


_RARE: Final[dict[str, Callable[[World], tuple[int, int]]]] = {
    "permitted work next to a claim for illness": _permitted,
    "second or later protection plan": _second_plan,
    "permanently excluded of those ever excluded": _permanent,
    "custody for under 18s sentenced": _young_custody,
    "offences begun at a weekend": _weekend,
}
