"""The Department for Education: pupils, schooling, social care.

Coverage, second pupil numbers, school and care records under DfE's keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.council import roster
from tf_linkage.bodies.effects import with_effects
from tf_linkage.bodies.lived import Columns, Population, columns, position
from tf_linkage.bodies.recording.keys import as_text
from tf_linkage.bodies.recording.recorded import Occasion, Recorded
from tf_linkage.bodies.recording.recording import record
from tf_linkage.bodies.register import Register, dates, enum_of, in_key_order
from tf_linkage.contracts.bodies import dfe as contract
from tf_linkage.contracts.columns import as_declared
from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.lives.schooling import CATEGORIES
from tf_linkage.population.people.care import EPISODES
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import NEVER, ROLES
from tf_linkage.population.people.persons import ETHNIC_CODES
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.rows import Chosen, Table
from tf_linkage.population.settings import Settings, day


def people(population: Population, settings: Settings) -> pl.LazyFrame:
    """Pupils and children known to social care (contracts.dfe.Pupils), in key order."""
    draws = Draws(settings.seed)
    everyone, lives = _lived(population, settings, draws, ("school_years", "care"))
    pupils = register(settings, draws, everyone, lives)
    return people_of(settings, draws, everyone, pupils, lives["school_years"])[0].lazy()


def histories(population: Population, settings: Settings) -> dict[str, pl.LazyFrame]:
    """Enrolments, absence, exclusions, key stages and social care (contracts.dfe), in key order."""
    draws = Draws(settings.seed)
    everyone, lives = _lived(population, settings, draws, ("school_years", "care", "exclusions", "results"))
    pupils = register(settings, draws, everyone, lives)
    return {name: table.lazy() for name, table in histories_of(settings, draws, everyone, pupils, lives).items()}


def _lived(
    population: Population, settings: Settings, draws: Draws, tables: tuple[str, ...]
) -> tuple[Columns, dict[str, Columns]]:
    everyone = columns(population["people"])
    served = roster(population, settings, everyone).served
    after = with_effects(settings, draws, everyone, served, "people", everyone)
    lives = {
        name: with_effects(settings, draws, everyone, served, name, columns(population[name])) for name in tables
    }
    return after, lives


def register(settings: Settings, draws: Draws, everyone: Columns, lives: Mapping[str, Columns]) -> Register:
    """The pupil records: everyone with a school year or an episode, a few under two pupil numbers."""
    present = np.zeros(len(everyone["person"]), dtype=bool)
    present[position(everyone, lives["school_years"]["person"])] = True
    present[position(everyone, lives["care"]["person"])] = True
    # The record under the name before an adoption is sealed, and no linkage may find it.
    sealed = (everyone["adopted_on"] < NEVER) & (everyone["role"] != ROLES.index("adopted"))
    return Register.of(settings, draws, "dfe", everyone, np.flatnonzero(present & ~sealed))


def occasion(settings: Settings, everyone: Columns, school_years: Columns) -> Occasion:
    """The last day on which a school knew each person: those who left long ago are known as they were then."""
    extract = day(settings.extract)
    last = np.full(len(everyone["person"]), -NEVER)
    np.maximum.at(last, position(everyone, school_years["person"]), np.minimum(school_years["end"], extract))
    last = np.where(last < -1_000_000, extract, last)
    known = (extract - min(settings.multiplier, 1.0) * (extract - last)).astype(np.int64)
    return Occasion(known, known)


def people_of(
    settings: Settings, draws: Draws, everyone: Columns, pupils: Register, school_years: Columns
) -> tuple[pl.DataFrame, Recorded]:
    """The pupils of a register, and the recording behind them."""
    when = occasion(settings, everyone, school_years)
    own = Occasion(when.name[pupils.rows], when.address[pupils.rows])
    recorded = record(settings, draws, "dfe", everyone, pupils.rows, copy=pupils.copy, occasion=own)
    frame = recorded.identity.with_columns(dfe_key=as_text(pupils.key))
    return as_declared(frame, contract.Pupils), recorded


def histories_of(
    settings: Settings, draws: Draws, everyone: Columns, pupils: Register, lives: Mapping[str, Columns]
) -> dict[str, pl.DataFrame]:
    """The school and care records of a register."""
    years, key = _keyed(draws, everyone, pupils, lives["school_years"], "year")
    exclusions, exclusion_key = _keyed(draws, everyone, pupils, lives["exclusions"], "start")
    results, result_key = _keyed(draws, everyone, pupils, lives["results"], "year")
    care, care_key = _keyed(draws, everyone, pupils, lives["care"], "start")
    text = as_text(key)
    tables = {
        "enrolments": _enrolments(everyone, years, text),
        "absence": _absence(years, text),
        "exclusions": _exclusions(exclusions, exclusion_key),
        "key_stages": _key_stages(results, result_key),
        "social_care": _social_care(care, care_key),
    }
    contracts = {
        "enrolments": contract.Enrolments, "absence": contract.Absence, "exclusions": contract.Exclusions,
        "key_stages": contract.KeyStages, "social_care": contract.SocialCare,
    }  # fmt: skip
    return {name: as_declared(table, contracts[name]) for name, table in tables.items()}


def recording(
    settings: Settings, draws: Draws, everyone: Columns, lives: Mapping[str, Columns]
) -> tuple[Register, pl.DataFrame, Recorded]:
    """The register, its people and the recording behind them."""
    records = register(settings, draws, everyone, lives)
    return records, *people_of(settings, draws, everyone, records, lives["school_years"])


def histories_recorded(
    settings: Settings, draws: Draws, everyone: Columns, records: Register, lives: Mapping[str, Columns]
) -> dict[str, pl.DataFrame]:
    """The histories of a register."""
    return histories_of(settings, draws, everyone, records, lives)


def _keyed(
    draws: Draws, everyone: Columns, pupils: Register, events: Table, when: str
) -> tuple[Table, NDArray[np.uint64]]:
    """Events of the register's people in key order, with their keys and their people's positions."""
    at = position(everyone, events["person"])
    held, key = pupils.keys_for(draws, at, everyone, events["person"] * 64 + events[when] % 64)
    rows = np.flatnonzero(held)
    # School years and results come year by year already.
    order = in_key_order(key[rows]) if when == "year" else in_key_order(key[rows], events[when][rows])
    rows = rows[order]
    return Chosen(events, rows, {"at": at[rows]}), key[rows]


def _with_second_schools(years: Table) -> tuple[Table, Ints]:
    """School years with one row per school: pupils who moved within a year have two. Also whence each row came."""
    again = np.flatnonzero(years["moved"] < NEVER)
    moved = np.zeros(len(years["moved"]), dtype=bool)
    moved[again] = True
    came_from = np.sort(np.concatenate([np.arange(len(moved)), again]))
    second = np.zeros(len(came_from), dtype=bool)
    second[1:] = came_from[1:] == came_from[:-1]
    once = Chosen(years, came_from)
    by_school = {
        "start": np.where(second, once["moved"], once["start"]),
        "end": np.where(moved[came_from] & ~second, once["moved"] - 1, once["end"]),
        "school": np.where(second, once["next_school"], once["school"]),
        "authority": np.where(second, once["next_authority"], once["authority"]),
    }
    return Chosen(years, came_from, by_school), came_from


def _enrolments(everyone: Columns, years: Table, key: pl.Series) -> pl.DataFrame:
    years, came_from = _with_second_schools(years)
    key, school = key.gather(came_from), _school(years)
    codes = pl.Series([authority.code for authority in AUTHORITIES])
    languages = [origin.language for origin in ORIGINS]
    abroad = everyone["abroad"][years["at"]]
    other = np.array([language == "Other" for language in languages])[everyone["origin"][years["at"]]]
    language = np.where(other & (abroad | (years["at"] % 3 > 0)), 1, 0)
    return pl.DataFrame(
        {
            "dfe_key": key,
            "academic_year": years["year"].astype(np.int32),
            "school_id": school,
            "la_code": codes.gather(years["authority"]),
            "start_date": dates(years["start"]),
            "end_date": dates(years["end"]),
            "nc_year_actual": years["curriculum"].astype(np.int32),
            "fsm_eligible": years["fsm"].astype(bool),
            "sen_provision": enum_of(contract.SEN_PROVISION, contract.SEN_PROVISION).gather(years["sen"]),
            "ethnic_group_minor": enum_of(contract.ETHNIC_GROUPS, ETHNIC_CODES).gather(
                everyone["ethnic"][years["at"]]
            ),
            "language_group": enum_of(contract.LANGUAGE_GROUPS, contract.LANGUAGE_GROUPS).gather(language),
        }
    )


def _absence(years: Table, key: pl.Series) -> pl.DataFrame:
    """One row per term of years 1 to 11, for the years in which absence was collected."""
    counted = np.flatnonzero(
        (years["curriculum"] >= 1) & (years["curriculum"] <= 11) & ~np.isin(years["year"], contract.NO_ABSENCE_DATA)
    )
    rows = np.repeat(counted, 3)
    term = np.tile(np.arange(3), len(counted))
    # A term counts at the school where it began.
    begins = years["start"][rows] + np.array([0, 120, 225])[term]
    there = begins >= years["moved"][rows]
    at_school = {
        name: np.where(there, years[f"next_{name}"][rows], years[name][rows]) for name in ("school", "authority")
    }
    stacked = {
        kind: np.stack([years[f"{kind}_{number}"][counted] for number in (1, 2, 3)], axis=1).ravel()
        for kind in ("authorised", "unauthorised", "sessions")
    }
    return pl.DataFrame(
        {
            "dfe_key": key.gather(rows),
            "academic_year": years["year"][rows].astype(np.int32),
            "term": enum_of(contract.TERMS, contract.TERMS).gather(term),
            "school_id": _school(at_school),
            "sessions_possible": stacked["sessions"].astype(np.int32),
            "authorised_absence": stacked["authorised"].astype(np.int32),
            "unauthorised_absence": stacked["unauthorised"].astype(np.int32),
        }
    )


def _school(years: Table) -> pl.Series:
    """The school's key."""
    return _schools().gather(np.asarray(years["authority"], dtype=np.int64) * 1_000 + years["school"])


@cache
def _schools() -> pl.Series:
    """Every school's key: schools are numbered below 1,000 in each authority."""
    return as_text(np.arange(len(AUTHORITIES) * 1_000) + 100_000, "S")


def _exclusions(exclusions: Table, key: NDArray[np.uint64]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "dfe_key": as_text(key),
            "start_date": dates(exclusions["start"]),
            "category": enum_of(contract.EXCLUSION_CATEGORIES, CATEGORIES).gather(exclusions["category"]),
            "sessions": _known(exclusions["sessions"]),
        }
    )


def _known(values: Ints) -> pl.Series:
    unknown = np.flatnonzero(values < 0)
    return pl.Series(np.maximum(values, 0).astype(np.int32)).scatter(unknown, None)


_NEW_CODES = ("BLW", "WTS", "EXS", "GDS")
_LEVELS = ("L1", "L2", "L3", "L4", "L5")
_LEVEL_EDGES = {0: (0.08, 0.76, 0.995, 1.0), 1: (0.005, 0.03, 0.19, 0.66)}
"""Shares below each level at key stages 1 and 2 before 2016 (A, after national results)."""

_BELOW, _GREATER = 0.05, 0.79
EXPECTED = np.array(
    [
        [[0.74, 0.76, 0.75, 0.75], [0.65, 0.68, 0.70, 0.69], [0.73, 0.75, 0.76, 0.76]],
        [[0.66, 0.72, 0.75, 0.73], [0.74, 0.76, 0.78, 0.78], [0.70, 0.75, 0.76, 0.79]],
    ]
)
"""Share at the expected standard by key stage (1, 2), subject and summer 2016-2019 (`Key stages 1 and 2`; single
subjects of key stage 2: A)."""

THRESHOLD = {2012: 0.606, 2013: 0.568, 2014: 0.573, 2015: 0.63, 2016: 0.637, 2017: 0.643, 2018: 0.646}
"""Share with English and mathematics at key stage 4 by academic year: with five good passes up to 2014/15 (A)."""


def _key_stages(results: Table, key: NDArray[np.uint64]) -> pl.DataFrame:
    score, stage, year = results["score"], results["stage"], results["year"]
    stage, year = np.asarray(stage), np.asarray(year)
    summer = np.clip(year - 2015, 0, 3)
    subject = np.minimum(results["measure"], 2)
    expected = EXPECTED[np.minimum(stage, 1), subject, summer]
    # Tests taken in summer 2016 belong to the academic year that began in 2015.
    new = 5 + (score > _BELOW).astype(np.int64) + (score > 1 - expected) + (score > _GREATER)
    old = np.where(stage == 0, np.searchsorted(_LEVEL_EDGES[0], score), np.searchsorted(_LEVEL_EDGES[1], score))
    years = sorted(THRESHOLD)
    passing = np.array([THRESHOLD[y] for y in years])[np.clip(year - years[0], 0, len(years) - 1)]
    passed = np.where(score > 1 - passing, 9, 10)
    result = np.where(stage == 2, passed, np.where(year >= 2015, new, old))
    codes = (*_LEVELS, *_NEW_CODES, "YES", "NO")
    return pl.DataFrame(
        {
            "dfe_key": as_text(key),
            "academic_year": results["year"].astype(np.int32),
            "key_stage": enum_of(contract.KEY_STAGES, contract.KEY_STAGES).gather(stage),
            "measure": enum_of(contract.KEY_STAGE_MEASURES, contract.KEY_STAGE_MEASURES).gather(results["measure"]),
            "result": enum_of(contract.KEY_STAGE_RESULTS, codes).gather(result),
        }
    )


def _social_care(care: Table, key: NDArray[np.uint64]) -> pl.DataFrame:
    def code(codes: tuple[str, ...], values: NDArray[Any]) -> pl.Series:
        return enum_of(codes, (*codes, None)).gather(np.where(values < 0, len(codes), values))

    return pl.DataFrame(
        {
            "dfe_key": as_text(key),
            "episode_type": enum_of(contract.EPISODE_TYPES, EPISODES).gather(care["episode"]),
            "start_date": dates(care["start"]),
            "end_date": dates(care["end"]),
            "primary_need_code": code(contract.NEED_CODES, care["need"]),
            "category_of_abuse": code(contract.ABUSE_CATEGORIES, care["abuse"]),
            "legal_status": code(contract.LEGAL_STATUSES, care["legal"]),
            "placement": code(contract.PLACEMENTS, care["placement"]),
        }
    )
