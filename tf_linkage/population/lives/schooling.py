"""School years, absence, exclusions and key stages.

Schooling of everyone of school age in the window.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Ints, normal_share
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.people.persons import dwelling
from tf_linkage.population.rates import rate
from tf_linkage.population.rows import Chosen, Table
from tf_linkage.population.settings import Settings, day

SESSIONS: Final = (140, 120, 118)
"""Sessions (half days) of the autumn, spring and summer terms, of a school year of 190 days."""

SCHOOLS: Final = (90, 25)
"""Primary and secondary schools of an authority (about 90 and 25 in a large one; assumption)."""

CATEGORIES: Final = ("PERM", "FIXED", "LNCH")
NO_TESTS: Final = (2019,)
"""Academic years whose key stage tests were not held."""


def draw_schooling(
    settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """School years, exclusions and key-stage results.

    School years: person, year, curriculum (year), school, authority, start, end (NEVER at extract), fsm, sen, moved
    (day of a change of school within the year, NEVER for most), next_school, next_authority, authorised_1..3 and
    unauthorised_1..3 (sessions missed by term, 0 in reception and where none were collected).
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
    ability = -0.40 * pupils["adversity"] - 0.25 * pupils["conduct"] + 0.88 * draws.normal("school/ability", person)
    stays_on = draws.below("school/sixth form", person, np.clip(0.45 + 0.25 * ability, 0, 0.9))
    fsm_score = 0.75 * pupils["adversity"] + 0.66 * draws.normal("school/meals", person)
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
    # Share of sessions missed: lognormal, median 3.4%; one in ten misses a tenth (overall about 4.7%).
    score = 0.85 * liable + 0.527 * draws.normal("school/absence year", key)
    share = np.minimum(0.034 * np.exp(0.86 * score), 0.9)
    without_leave = np.clip(0.12 + 0.14 * score + 0.15 * draws.unit("school/leave", key), 0.02, 0.85)
    out = {
        "person": person,
        "year": np.full(len(person), year),
        "curriculum": curriculum.astype(np.int8),
        "school": school,
        "authority": authority.astype(np.int8),
        "start": np.maximum(starts, np.minimum(pupils["arrived"], ends - 10)),
        "end": np.where(ends > day(settings.extract), NEVER, np.full(len(person), ends)),
        "fsm": fsm_score > threshold(0.15),
        "sen": sen,
        "moved": np.where(moved, since, NEVER),
        "next_school": next_school,
        "next_authority": its_authority.astype(np.int8),
    }
    counted = (curriculum >= 1) & (curriculum <= 11)
    for term, sessions in enumerate(SESSIONS, start=1):
        wobble = 0.6 + 0.8 * draws.unit(f"school/term {term}", key)
        missed = np.minimum(share * wobble * sessions, sessions) * counted
        unauthorised = (missed * without_leave).astype(np.uint8)
        out[f"unauthorised_{term}"] = unauthorised
        out[f"authorised_{term}"] = (missed - unauthorised).astype(np.uint8)
    return out


def _school_at(draws: Draws, place: Ints, phase: Ints) -> Ints:
    """The school of each dwelling, primary or secondary."""
    return np.asarray(
        draws.whole("school/which", place * 2 + phase, np.array(SCHOOLS)[phase]) + phase * 500, dtype=np.int64
    )


def _exclusions(settings: Settings, draws: Draws, pupils: Table) -> dict[str, NDArray[Any]]:
    person = pupils["person"]
    liable = liability(draws, "exclusion", person, pupils["adversity"], pupils["conduct"])
    at = np.flatnonzero(liable > threshold(rate("ever excluded")))
    permanent = liable[at] > threshold(rate("ever permanently excluded"))
    count = np.minimum(1 + (draws.exponential("exclusion/count", person[at]) * 1.6).astype(np.int64), 6)
    keys = person[at][:, None] * 16 + np.arange(6)
    age = 15.9 - 6.5 * draws.unit("exclusion/age", keys.ravel()).reshape(-1, 6) ** 1.7
    when = _school_day(pupils["birth"][at][:, None] + (age * YEAR).astype(np.int64))
    low, high = day(settings.history_from), day(settings.extract)
    gone = np.minimum(pupils["death"], pupils["emigrated"])[at][:, None]
    here = (np.arange(6) < count[:, None]) & (when >= low) & (when <= high) & (when < gone)
    here &= when > pupils["arrived"][at][:, None] + 60
    who, which = np.nonzero(here)
    key = keys[who, which]
    last = which == count[who] - 1
    category = np.where(
        permanent[who] & last,
        0,
        np.where(draws.below("exclusion/lunch", key, rate("exclusion at lunchtime")), 2, 1),
    )
    sessions = np.where(category == 0, -1, 2 + 2 * draws.whole("exclusion/length", key, 5))
    return {
        "person": person[at][who],
        "start": when[who, which],
        "category": category.astype(np.int8),
        "sessions": sessions,
    }


def _school_day(when: Ints) -> Ints:
    """The nearest later day that is neither a weekend nor in August."""
    month = when.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    when = np.where(month == 7, when + 40, when)
    weekday = (when + 3) % 7
    return np.where(weekday >= 5, when + 7 - weekday, when)


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
            score = normal_share(0.8 * ability[at] + 0.6 * draws.normal("results", key))
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
