"""School years, absence, exclusions and key stages.

Schooling of everyone of school age in the window.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.councils import cut, log_rate
from tf_linkage.population.draws import Draws, Ints, normal_share, odds
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.lives.calendar import is_school_day, sessions_of_terms
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.people.persons import dwelling
from tf_linkage.population.rates import rate, series
from tf_linkage.population.rows import Chosen, Table
from tf_linkage.population.settings import Settings, day

ABSENCE_BY_YEAR_GROUP: Final = (
    0.955,
    0.955,
    0.86,
    0.84,
    0.86,
    0.86,
    0.86,
    0.945,
    1.12,
    1.225,
    1.31,
    1.33,
    1.33,
    1.33,
)
"""Absence of curriculum years 0-13 against the mean of years 1-11 (`Absence 2016/17`)."""

ABSENCE_BY_TERM: Final = ((0.955, 1.01, 1.04), (0.93, 1.0, 1.075))
"""Absence of the three terms against the year's, in primary and secondary schools (`Absence 2016/17`)."""

BIRTH_MONTH: Final = (0.50, 0.27, 0.18)
"""What being born in September and not in August is worth at key stages 1, 2 and 4, standard deviations (`Birth
month`)."""

GIRLS_AHEAD: Final = ((0.25, 0.37, 0.06), (0.25, 0.40, 0.0), (0.0, 0.0, 0.0, 0.20))
"""What girls are ahead by at a key stage and measure, standard deviations (A; key stage 4: `Key stage 4 2018`)."""

SUSPENDED_AT: Final = (
    (4.6, 0.0), (6.0, 0.016), (8.0, 0.05), (9.0, 0.075), (10.0, 0.103), (11.0, 0.14), (12.0, 0.25), (13.0, 0.42),
    (14.0, 0.625), (15.0, 0.84), (15.85, 1.0),
)  # fmt: skip
"""Share of suspensions up to an age, most at 14 (`Exclusions 2016/17`)."""

SUSPENDED_DAYS = odds([0.0, 0.457, 0.238, 0.138, 0.034, 0.110, 0.008, 0.004, 0.003, 0.003, 0.005])
"""Length of a suspension in days (`Exclusions 2016/17`)."""
MOST_SUSPENSIONS: Final = 24

SCHOOLS: Final = (90, 25)
"""Primary and secondary schools of an authority (about 90 and 25 in a large one; assumption)."""

CATEGORIES: Final = ("PERM", "FIXED", "LNCH")
NO_TESTS: Final = (2019,)
"""Academic years whose key stage tests were not held."""


def draw_schooling(
    settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """School years, exclusions and key-stage results.

    School years: person, year, curriculum (year), school, authority, start, end (NEVER at extract), fsm, sen,
    moved     (day of a change of school within the year, NEVER for most), next_school, next_authority,
    sessions_1..3 (possible),
    authorised_1..3 and unauthorised_1..3 (missed by term, 0 in reception and where none were collected).
    """
    extract = day(settings.extract)
    first = settings.history_from.year
    years = range(first if settings.history_from.month <= 9 else first + 1, settings.extract.year + 1)
    # Academic years already begun at the extract; the first may have begun before the histories.
    begun = [year for year in (years.start - 1, *years) if _september(year) <= extract and year >= 2000]
    in_reach = np.flatnonzero(
        (people["birth"] > _september(begun[0]) - 18 * YEAR)
        & (people["birth"] < _september(begun[-1]) - 4 * YEAR + 1)
    )
    state = draws.below("school/state", people["person"][in_reach], _state_share(people["origin"][in_reach]))
    pupils = Chosen(people, in_reach[state])
    birth, person = pupils["birth"], pupils["person"]
    cohort = _school_cohort(birth)
    liable = liability(draws, "absence", person, pupils["adversity"], pupils["conduct"])
    ability = (
        log_rate("attainment")[pupils["slot"]]
        - 0.40 * pupils["adversity"]
        - 0.25 * pupils["conduct"]
        + 0.88 * draws.normal("school/ability", person)
    )
    stays_on = draws.below("school/sixth form", person, np.clip(0.45 + 0.25 * ability, 0, 0.9))
    fsm_score = 0.75 * pupils["adversity"] + 0.47 * draws.normal("school/meals", person)
    sen_score = -0.5 * ability + 0.87 * draws.normal("school/needs", person)
    sen = (sen_score > threshold(rate("special needs support") + rate("education, health and care plan"))).astype(
        np.int8
    )
    sen += sen_score > threshold(rate("education, health and care plan"))
    gone = np.minimum(pupils["death"], pupils["emigrated"])
    parts: list[dict[str, NDArray[Any]]] = []
    for year in begun:
        age = year - cohort
        starts, ends = _september(year), _september(year + 1) - 40
        here = (
            (age >= 4)
            & ((age <= 15) | ((age <= 17) & stays_on))
            & (pupils["arrived"] < ends - 60)
            & (gone > starts + 30)
        )
        at = np.flatnonzero(here)
        if not at.size:
            continue
        mine = Chosen(pupils, at)
        parts.append(
            _year(settings, draws, mine, year, age[at] - 4, liable[at], fsm_score[at], sen[at], starts, ends)
        )
    school_years = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((school_years["year"], school_years["person"]))
    school_years = {name: values[order] for name, values in school_years.items()}
    return (
        school_years,
        _exclusions(settings, draws, pupils),
        _results(draws, pupils, cohort, ability, gone, begun, extract),
    )


def _state_share(origin: NDArray[Any]) -> NDArray[Any]:
    """Share in state schools; Charedi children mostly attend independent ones (assumption)."""
    share = np.full(len(ORIGINS), rate("state school"))
    share[[origin.name for origin in ORIGINS].index("charedi")] = 0.35
    return np.asarray(share[origin])


def _school_cohort(birth: Ints) -> Ints:
    """Academic year in which each child is 0 on 1 September, so that age on that day is year minus it."""
    month = birth.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(1970 + (month + 4) // 12)


def _months_after_september(birth: Ints) -> Ints:
    """0 for a birthday in September to 11 for one in August."""
    month = birth.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray((month + 4) % 12)


def _september(year: int) -> int:
    return int(np.datetime64(f"{year}-09-01").astype(np.int64))


def _year(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings,
    draws: Draws,
    pupils: Table,
    year: int,
    curriculum: Ints,
    liable: Any,
    fsm_score: Any,
    sen: Any,
    starts: int,
    ends: int,
) -> dict[str, NDArray[Any]]:
    person = pupils["person"]
    key = person * 16 + (year - 2000) % 16
    place, authority, _ = dwelling(settings, draws, pupils, np.full(len(person), starts))
    phase = (curriculum >= 7).astype(np.int64)
    school = _school_at(draws, place, phase)
    # A family that moved within the year mostly changes the school with it.
    later, its_authority, since = dwelling(settings, draws, pupils, np.full(len(person), ends - 30))
    next_school = _school_at(draws, later, phase)
    moved = (later != place) & (since > starts + 14) & (since <= day(settings.extract))
    moved &= ((next_school != school) | (its_authority != authority)) & draws.below(
        "school/moves mid-year",
        key,
        np.where(its_authority != authority, 1.0, rate("moves school when moving home")),
    )
    moved &= since > pupils["arrived"] + 30
    # Share of sessions missed: lognormal, one in nine misses a tenth; more where there are special needs.
    score = 0.85 * liable + 0.527 * draws.normal("school/absence year", key)
    level = rate("sessions missed, middle pupil") * series("absence against 2016", np.full(1, starts + 120))[0]
    level = level * np.array(ABSENCE_BY_YEAR_GROUP)[np.clip(curriculum, 0, 13)]
    level = level * np.array([0.97, 1.22, 1.5])[sen] * np.exp(log_rate("absence"))[pupils["slot"]]
    share = np.minimum(level * np.exp(rate("spread of absence") * score), 0.9)
    without_leave = np.clip(0.12 + 0.14 * score + 0.15 * draws.unit("school/leave", key), 0.02, 0.85)
    without_leave = without_leave * (0.85 + 0.04 * np.clip(year - 2012, -2, 8))
    out = {
        "person": person,
        "year": np.full(len(person), year),
        "curriculum": curriculum.astype(np.int8),
        "school": school,
        "authority": authority.astype(np.int8),
        "start": np.maximum(starts, np.minimum(pupils["arrived"], ends - 10)),
        "end": np.where(ends > day(settings.extract), NEVER, np.full(len(person), ends)),
        "fsm": fsm_score + 0.46 * draws.normal("school/meals year", key) > threshold(0.15),
        "sen": sen,
        "moved": np.where(moved, since, NEVER),
        "next_school": next_school,
        "next_authority": its_authority.astype(np.int8),
    }
    counted = (curriculum >= 1) & (curriculum <= 11)
    possible = _sessions(draws, out, curriculum, year, school)
    by_term = np.array(ABSENCE_BY_TERM)[(curriculum >= 7).astype(np.int64)]
    for term in (1, 2, 3):
        sessions = possible[term - 1]
        wobble = 0.6 + 0.8 * draws.unit(f"school/term {term}", key)
        missed = np.minimum(share * wobble * by_term[:, term - 1] * sessions, sessions) * counted
        # Whole days, mostly: a pupil who misses a fraction of one misses a day at times.
        missed = 2 * (missed / 2 + draws.unit(f"school/whole days {term}", key)).astype(np.int64)
        missed = np.minimum(missed, sessions) * counted
        unauthorised = (missed * without_leave + 0.5).astype(np.int64)
        out[f"sessions_{term}"] = sessions.astype(np.uint8)
        out[f"unauthorised_{term}"] = unauthorised.astype(np.uint8)
        out[f"authorised_{term}"] = (missed - unauthorised).astype(np.uint8)
    return out


def _school_at(draws: Draws, place: Ints, phase: Ints) -> Ints:
    """The school of each dwelling, primary or secondary."""
    return np.asarray(
        draws.whole("school/which", place * 2 + phase, np.array(SCHOOLS)[phase]) + phase * 500, dtype=np.int64
    )


def _sessions(draws: Draws, years: Table, curriculum: Ints, year: int, school: Ints) -> list[Ints]:
    """Half days each pupil could attend by term: fewer for late arrivals, and for year 11, which leaves in June."""
    whole = sessions_of_terms(year)
    closed = draws.whole("school/closed days", school * 64 + year % 64, 4)
    starts, ends = _september(year), _september(year + 1)
    edges = (starts, starts + 122, starts + 215, ends - 40)
    out = []
    for term, sessions in enumerate(whole):
        counted = np.full(len(curriculum), sessions, dtype=np.int64) - (closed if term < 2 else 0)
        if term == 2:
            # Absence is collected up to the last half-term but for its end; exam years leave after their papers.
            counted = np.where(curriculum == 11, sessions * 0.31, sessions * 0.84).astype(np.int64)
        there = np.clip((edges[term + 1] - years["start"]) / (edges[term + 1] - edges[term]), 0, 1)
        out.append(np.maximum((counted * there).astype(np.int64), 0))
    return out


def _exclusions(settings: Settings, draws: Draws, pupils: Table) -> dict[str, NDArray[Any]]:
    """Suspensions and permanent exclusions: boys more than girls, most at 14, few pupils with many."""
    person, boy = pupils["person"], pupils["gender"] == 0
    liable = liability(draws, "exclusion", person, pupils["adversity"], pupils["conduct"])
    boys, girls = (
        cut("exclusion", share, pupils["slot"])
        for share in (rate("ever excluded, boys"), rate("ever excluded, girls"))
    )
    least = np.where(boy, boys, girls)
    at = np.flatnonzero(liable > least)
    excess = liable[at] - least[at]
    permanent = liable[at] > threshold(rate("ever permanently excluded")) - np.where(boy[at], 0.15, -0.25)
    left = np.clip(
        1 - normal_share(0.5 * (excess - 0.55) / 0.4 + 0.85 * draws.normal("exclusion/count", person[at])), 1e-4, 1
    )
    count = np.minimum(left ** (-1 / 1.25), MOST_SUSPENSIONS).astype(np.int64)
    who = np.repeat(np.arange(len(at)), count)
    which = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    key = person[at][who] * 32 + which
    shares, ages = [share for _, share in SUSPENDED_AT], [age for age, _ in SUSPENDED_AT]
    # A pupil's suspensions lie near each other.
    centre = draws.normal("exclusion/age", person[at])[who]
    u = normal_share(0.75 * centre + 0.66 * draws.normal("exclusion/age of each", key))
    when = _on_a_school_day(
        draws, key, pupils["birth"][at][who] + (np.interp(u, shares, ages) * YEAR).astype(np.int64)
    )
    low, high = day(settings.history_from), day(settings.extract)
    gone = np.minimum(pupils["death"], pupils["emigrated"])[at][who]
    here = (when >= low) & (when <= high) & (when < gone) & (when > pupils["arrived"][at][who] + 60)
    here &= draws.below("exclusion/year", key, series("suspensions against 2019", when))
    last = which == count[who] - 1
    here |= permanent[who] & last & (when >= low) & (when <= high) & (when < gone)
    who, which, key, when, last = who[here], which[here], key[here], when[here], last[here]
    category = np.where(
        permanent[who] & last,
        0,
        np.where(draws.below("exclusion/lunch", key, rate("exclusion at lunchtime")), 2, 1),
    )
    sessions = np.where(category == 0, -1, 2 * draws.pick("exclusion/length", key, SUSPENDED_DAYS))
    order = np.lexsort((which, when, person[at][who]))
    return {
        "person": person[at][who][order],
        "start": when[order],
        "category": category.astype(np.int8)[order],
        "sessions": sessions[order],
    }


def _on_a_school_day(draws: Draws, key: Ints, when: Ints) -> Ints:
    """A day of school in the same week or a week after, weekdays alike."""
    when = when - (when + 3) % 7 + draws.whole("exclusion/weekday", key, 5)
    for _ in range(9):
        when = np.where(is_school_day(when), when, when + 7)
    return when


def _results(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    pupils: Table,
    cohort: Ints,
    ability: Any,
    gone: Any,
    begun: list[int],
    extract: int,
) -> dict[str, NDArray[Any]]:
    """Key stages 1, 2 and 4: person, year, stage, measure, score (share of the ability scale, 0-1)."""
    parts: list[dict[str, NDArray[Any]]] = []
    for stage, curriculum in enumerate((2, 6, 11)):
        year = cohort + 4 + curriculum
        sat = np.isin(year, begun) & ~np.isin(year, NO_TESTS)
        day_of = ((year + 1 - 1970) * YEAR + 165).astype(np.int64)
        at = np.flatnonzero(sat & (day_of <= extract) & (gone > day_of) & (pupils["arrived"] < day_of - 200))
        for measure in range(3) if stage < 2 else (3,):
            key = pupils["person"][at] * 16 + stage * 4 + measure
            ahead = GIRLS_AHEAD[stage][measure] * (pupils["gender"][at] - 0.488)
            young = BIRTH_MONTH[stage] * (_months_after_september(pupils["birth"][at]) - 5.5) / 11
            score = normal_share(0.8 * ability[at] + 0.58 * draws.normal("results", key) + ahead - young)
            parts.append(
                {
                    "person": pupils["person"][at],
                    "year": year[at],
                    "stage": np.full(len(at), stage, dtype=np.int8),
                    "measure": np.full(len(at), measure, dtype=np.int8),
                    "score": score,
                }
            )
    out = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((out["measure"], out["stage"], out["person"]))
    return {name: values[order] for name, values in out.items()}
