"""Lives have shape: each topic against the figures it was drawn after, and against each other."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tf_linkage.bodies.lived import columns, position
from tf_linkage.population import Settings, simulate
from tf_linkage.population.draws import Draws
from tf_linkage.population.lives.benefit_rules import LONE_PARENT_RULES, state_pension_day, youngest_limit
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, WORK, interrupted
from tf_linkage.population.lives.offending import DISPOSALS, custody_periods
from tf_linkage.population.lives.pay import yearly_pay
from tf_linkage.population.settings import day

SETTINGS = Settings(
    seed=8, families=600, population=70_000, councils=("E09000012", "E08000003", "E10000016"), confounding="none"
)
YEAR = 365.25


@pytest.fixture(scope="module")
def world():
    return {name: columns(table) for name, table in simulate(SETTINGS).items()}


@pytest.mark.parametrize(
    ("birth", "woman", "reached"),
    [
        (dt.date(1949, 6, 1), True, dt.date(2009, 6, 1)),
        (dt.date(1949, 6, 1), False, dt.date(2014, 6, 1)),
        (dt.date(1953, 4, 20), True, dt.date(2016, 7, 6)),
        (dt.date(1953, 11, 20), True, dt.date(2018, 11, 6)),
        (dt.date(1954, 11, 1), True, dt.date(2020, 11, 1)),
        (dt.date(1954, 11, 1), False, dt.date(2020, 11, 1)),
    ],
)
def test_state_pension_age_follows_the_timetable(birth, woman, reached) -> None:
    """Within three months of the published day: the steps are drawn as a line."""
    found = state_pension_day(np.array([day(birth)]), np.array([woman]))[0]
    assert abs(found - day(reached)) <= 95


def test_a_lone_parents_income_support_ends_earlier_year_by_year() -> None:
    days = np.array([day(date) for date, _ in LONE_PARENT_RULES])
    assert youngest_limit(days).tolist() == [16, 12, 10, 7, 5]
    assert youngest_limit(days[1:] - 1).tolist() == [16, 12, 10, 7]


def test_custody_ends_a_job_for_good_and_a_claim_until_release() -> None:
    """One prisoner with a job over the sentence, a claim within it, a pension over it; one free man."""
    spells = {
        "person": np.array([1, 1, 1, 2]),
        "kind": np.array([WORK, BENEFITS.index("JSA"), BENEFITS.index("RP"), WORK], dtype=np.int8),
        "start": np.array([100, 210, 100, 100]),
        "end": np.array([900, 260, 900, 900]),
        "key": np.array([1, 2, 3, 4]),
        "few_hours": np.zeros(4, dtype=bool),
    }
    found = interrupted(Draws(1), spells, (np.array([1]), np.array([200]), np.array([300])))
    columns_of = [found[name].tolist() for name in ("person", "kind", "start", "end")]
    rows = sorted(zip(*columns_of, strict=True))
    assert rows == [(1, WORK, 100, 200), (1, BENEFITS.index("RP"), 100, 900), (2, WORK, 100, 900)]


def test_nobody_works_claims_or_offends_in_custody(world) -> None:
    prisoner, inside, outside = custody_periods(world["offences"])
    assert len(prisoner) > 50
    work = world["work"]
    exact = ~(work["start_imputed"] | work["end_imputed"])
    stops = exact & np.isin(work["kind"], [WORK, *(BENEFITS.index(name) for name in ("JSA", "ESA", "IS", "UAA"))])
    for person, enters, leaves in zip(prisoner, inside, outside, strict=True):
        mine = stops & (work["person"] == person)
        shared = np.minimum(work["end"][mine], leaves) - np.maximum(work["start"][mine], enters)
        assert (shared <= 4).all()


def test_few_hold_most_cases_and_courts_look_at_the_offence(world) -> None:
    rows = world["offences"]
    counts = np.sort(np.unique(rows["person"], return_counts=True)[1])[::-1]
    assert 0.33 < counts[: len(counts) // 10].sum() / counts.sum() < 0.62
    assert counts.max() >= 15
    sentenced = ~np.isin(rows["disposal"], [DISPOSALS.index("CAUTION"), DISPOSALS.index("NONE")])
    jailed = rows["disposal"] == DISPOSALS.index("CUSTODY")

    def share(groups) -> float:
        of = sentenced & np.isin(rows["group"], groups)
        return float(jailed[of].mean())

    assert share([1, 2]) > share([0, 3]) > share([4]) > share([10, 11])
    assert share([10, 11]) < 0.06


def test_offending_rises_to_the_late_teens_and_falls(world) -> None:
    rows, people = world["offences"], world["people"]
    age = (rows["start"] - people["birth"][position(people, rows["person"])]) / YEAR
    when = day(dt.date(2016, 4, 1))
    ages = (when - people["birth"]) / YEAR

    def rate(low: float, high: float) -> float:
        return float(((age >= low) & (age < high)).sum() / ((ages >= low) & (ages < high)).sum())

    rates = [rate(10, 13), rate(13, 16), rate(16, 21), rate(21, 30), rate(30, 45), rate(45, 65)]
    assert rates[0] < rates[1] < rates[2]
    assert rates[2] > rates[3] > rates[4] > rates[5]


def test_children_offend_less_and_less(world) -> None:
    rows, people = world["offences"], world["people"]
    young = rows["start"] - people["birth"][position(people, rows["person"])] < 18 * YEAR
    early = (young & (rows["start"] < day(dt.date(2015, 4, 1))) & (rows["start"] >= day(dt.date(2012, 4, 1)))).sum()
    late = (young & (rows["start"] >= day(dt.date(2017, 4, 1)))).sum()
    assert late < 0.8 * early


def test_pay_follows_age_sex_hours_and_the_minimum_wage() -> None:
    many = np.arange(4_000)

    def middle(age: float, *, woman: bool, full: bool, year: int = 2016) -> float:
        when = np.full(4_000, day(dt.date(year, 4, 1)))
        birth = when - int(age * YEAR)
        paid = yearly_pay(
            Draws(3), many, many + 10**6, birth, np.full(4_000, woman), when, np.full(4_000, full), np.zeros(4_000)
        )
        return float(np.median(paid))

    assert (
        middle(45, woman=False, full=True) > middle(30, woman=False, full=True) > middle(20, woman=False, full=True)
    )
    assert middle(45, woman=False, full=True) > 1.15 * middle(45, woman=True, full=True)
    assert middle(45, woman=True, full=False) < 0.5 * middle(45, woman=True, full=True)
    assert middle(45, woman=False, full=True, year=2019) > middle(45, woman=False, full=True, year=2013)
    when = np.full(4_000, day(dt.date(2016, 6, 1)))
    poor = yearly_pay(Draws(3), many, many, when - 9_500, many % 2 == 0, when, many >= 0, np.full(4_000, 3.0))
    assert poor.min() >= 7.0 * 37 * 52 * 0.97


def test_benefits_exist_only_in_their_day(world) -> None:
    rows = world["work"]

    def first(name: str) -> int:
        return int(rows["start"][rows["kind"] == BENEFITS.index(name)].min())

    assert first("DLA") >= day(dt.date(1992, 4, 6))
    assert first("PIP") >= day(dt.date(2013, 4, 8))
    assert min(first(name) for name in ("UAA", "UBC", "UCE", "UAB")) >= day(dt.date(2013, 4, 29))
    moved = np.intersect1d(
        rows["person"][rows["kind"] == BENEFITS.index("DLA")], rows["person"][rows["kind"] == BENEFITS.index("PIP")]
    )
    assert len(moved) > 50, "people go from DLA to PIP"


def test_absence_rises_through_secondary_school_and_sessions_differ(world) -> None:
    rows = world["school_years"]
    missed = sum(rows[f"{kind}_{term}"] for kind in ("authorised", "unauthorised") for term in (1, 2, 3))
    possible = sum(rows[f"sessions_{term}"] for term in (1, 2, 3))

    def share(*years: int) -> float:
        of = np.isin(rows["curriculum"], years)
        return float(missed[of].sum() / possible[of].sum())

    assert share(1) > share(3, 4, 5) < share(8) < share(10, 11)
    exams = rows["curriculum"] == 11
    assert possible[exams].mean() < possible[rows["curriculum"] == 10].mean() - 40
    assert len(np.unique(possible)) > 10
    assert (missed <= possible).all()


def test_suspensions_peak_at_14_for_boys_and_lie_on_every_weekday(world) -> None:
    rows, people = world["exclusions"], world["people"]
    who = position(people, rows["person"])
    age = ((rows["start"] - people["birth"][who]) / YEAR).astype(int)
    counts = np.bincount(age, minlength=18)
    assert counts.argmax() in {13, 14}
    assert counts[8] < counts[12] > counts[10]
    assert (people["gender"][who] == 0).mean() > 0.6
    weekdays = np.bincount((rows["start"] + 3) % 7, minlength=7) / len(age)
    assert weekdays[5:].sum() == 0
    assert weekdays[:5].max() < 0.28


def test_attainment_goes_with_birth_month_and_sex(world) -> None:
    rows, people = world["results"], world["people"]
    who = position(people, rows["person"])
    month = (people["birth"][who].astype("datetime64[D]").astype("datetime64[M]").astype(int) - 8) % 12
    infants = rows["stage"] == 0
    assert rows["score"][infants & (month < 3)].mean() > rows["score"][infants & (month > 8)].mean() + 0.06
    writing = infants & (rows["measure"] == 1)
    girls, boys = (rows["score"][writing & (people["gender"][who] == sex)].mean() for sex in (1, 0))
    assert girls > boys + 0.04


def test_children_in_need_come_back_and_plans_lie_within_need(world) -> None:
    rows = world["care"]
    need = rows["episode"] == 0
    counts = np.unique(rows["person"][need], return_counts=True)[1]
    assert (counts > 1).mean() > 0.2
    assert counts.max() >= 4


def test_births_do_not_halve(world) -> None:
    people = world["people"]
    here = ~people["abroad"].astype(bool)

    def born(year: int) -> float:
        of = here & (people["birth"] >= day(dt.date(year, 1, 1))) & (people["birth"] < day(dt.date(year + 1, 1, 1)))
        return float(people["weight"][of].sum())

    assert 0.7 < (born(2018) + born(2017)) / (born(2009) + born(2010)) < 1.2
