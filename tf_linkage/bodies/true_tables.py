"""The truth: who everybody is, whose each record is, what went wrong in it, what the programme does.

The truth tables of contracts/truth.py, recomputed from the population alone by the same pure functions that made
the registers.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies import council
from tf_linkage.bodies.effects import Lives, true_effects, with_effects
from tf_linkage.bodies.hard_cases import hard_cases
from tf_linkage.bodies.lived import Columns, Population, columns
from tf_linkage.bodies.recording.keys import as_text, record_number, shuffled
from tf_linkage.bodies.recording.recorded import Recorded
from tf_linkage.bodies.register import Register, enum_of
from tf_linkage.bodies.registers import simulated
from tf_linkage.bodies.selection import flag_error_rates
from tf_linkage.contracts import truth as contract
from tf_linkage.contracts.bodies.council import PROBLEMS, STUDY_GROUPS
from tf_linkage.contracts.bodies.identity import GENDERS
from tf_linkage.contracts.columns import as_declared, schema_of
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.people.persons import COMMUNITIES, FAMILY_TYPES
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.settings import Settings, day

_BAND_EDGES = (5, 11, 16, 18, 25, 45, 65)


def truth(population: Population, settings: Settings) -> dict[str, pl.LazyFrame]:
    """The truth of a world (contracts.truth): people, records, errors, effects, assignment, flag_errors."""
    everyone, found, registers, named, recorded = recordings(population, settings)
    records, errors = true_records_and_errors(everyone, registers, named, recorded)
    return {
        "people": true_people(
            settings, everyone, found, registers, recorded, columns(population["school_years"])
        ).lazy(),
        "records": records.lazy(),
        "errors": errors.lazy(),
        "effects": true_effects(
            columns(population["people"]),
            found.served_at_once,
            {name: columns(population[name]) for name in ("offences", "work", "care")},
        ).lazy(),
        "assignment": assignment(found).lazy(),
        "flag_errors": flag_errors(settings, found).lazy(),
    }


def recordings(
    population: Population, settings: Settings
) -> tuple[Columns, council.Roster, dict[str, tuple[Register, Recorded]], pl.DataFrame, Recorded]:
    """Every body's recording of the population, made again from the same draws.

    Returns:
        The people; the roster; each department's register and recording; the council's record keys with their
        persons; the council's recording.
    """
    draws = Draws(settings.seed)
    before = columns(population["people"])
    found = council.roster(population, settings, before)
    served = found.served
    everyone = with_effects(settings, draws, before, served, "people", before)
    lives = Lives(settings, draws, before, served, population)
    _, recorded, named = council.extract(settings, draws, everyone, found)
    registers: dict[str, tuple[Register, Recorded]] = {}
    for name, body in simulated().items():
        register, _, written = body.recording(settings, draws, everyone, lives)
        registers[name] = register, written
    return everyone, found, registers, named, recorded


def true_records_and_errors(
    everyone: Columns,
    registers: dict[str, tuple[Register, Recorded]],
    named: pl.DataFrame,
    council_recorded: Recorded,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Whose each record is, and every cell that differs from the truth, in the order of record keys.

    Args:
        everyone: columns of the people.
        registers: each department's register and recording.
        named: record_key and person of the council's records.
        council_recorded: their recording.
    """
    every = [
        (body, as_text(register.key), everyone["person"][register.rows], recorded)
        for body, (register, recorded) in registers.items()
    ]
    every.append(("council", named["record_key"], named["person"].to_numpy(), council_recorded))
    records = pl.concat(
        [_records(body, key, person) for body, key, person, _ in every]
        + [_merged_records(everyone, register) for register, _ in registers.values()]
    )
    errors = pl.concat([_errors(body, key, recorded) for body, key, _, recorded in every])
    return records.sort("record_key", "body", "true_person"), errors.sort("record_key", "body", "column", "kind")


def assignment(found: council.Roster) -> pl.DataFrame:
    """How each family came to its group: what the council saw of it, and what no register shows."""
    rows = found.families
    first = rows["copy"] == 0
    codes = pl.Series([authority.code for authority in AUTHORITIES])
    return pl.DataFrame(
        {
            "true_family": as_text(rows["family"][first]),
            "la_code": codes.gather(rows["slot"][first]),
            "study_group": enum_of(STUDY_GROUPS, STUDY_GROUPS).gather(rows["group"][first]),
            "true_problems": rows["problems"][first].astype(np.int32),
            "recorded_problems": rows["recorded"][first].astype(np.int32),
            "need": rows["need"][first],
            "crisis": rows["crisis"][first],
            "programme_chance": rows["chance"][first],
        },
        schema=schema_of(contract.TrueAssignment),
    ).sort("true_family")


def flag_errors(settings: Settings, found: council.Roster) -> pl.DataFrame:
    """How often each council misses a problem that a person has, and writes down one that the person has not."""
    missed, in_error = flag_error_rates(settings)
    rows = []
    for slot, column in np.ndindex(len(AUTHORITIES), len(PROBLEMS)):
        (right, wrong), (gone, kept) = found.flags[slot, column]
        if found.flags[slot].sum():
            has, has_not = int(gone + kept), int(right + wrong)
            rows.append(
                (AUTHORITIES[slot].code, list(PROBLEMS)[column], has, int(gone), float(missed[slot, column]),
                 has_not, int(wrong), in_error)
            )  # fmt: skip
    return pl.DataFrame(rows, schema=schema_of(contract.TrueFlagErrors), orient="row").sort("la_code", "problem")


def _records(body: str, key: pl.Series, person: Ints) -> pl.DataFrame:
    frame = pl.DataFrame({"record_key": key, "true_person": as_text(person)})
    return frame.select(pl.lit(body).cast(pl.Enum(contract.BODIES)).alias("body"), "record_key", "true_person")


def _merged_records(everyone: Columns, register: Register) -> pl.DataFrame:
    """A relative's record that also stands for somebody else."""
    at = register.absorbed
    number = record_number(everyone["person"][register.holder[at]])
    key = as_text(shuffled(Draws(register.seed), register.body, number))
    return _records(register.body, key, everyone["person"][at])


def _errors(body: str, key: pl.Series, recorded: Recorded) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"record_key": key.gather(np.flatnonzero(hit))}).with_columns(
            column=pl.lit(column), kind=pl.lit(kind)
        )
        for column, kind, hit in recorded.errors
    ]
    frame = pl.concat(parts)
    return frame.select(pl.lit(body).cast(pl.Enum(contract.BODIES)).alias("body"), "record_key", "column", "kind")


def true_people(  # noqa: PLR0917 (a table names each part it needs)
    settings: Settings,
    everyone: Columns,
    found: council.Roster,
    registers: dict[str, tuple[Register, Recorded]],
    council_recorded: Recorded,
    school_years: Columns,
) -> pl.DataFrame:
    """Everyone with their subgroups, hard cases, and the registers that hold them."""
    extract = day(settings.extract)
    age = (extract - everyone["birth"]) / YEAR
    codes = pl.Series([authority.code for authority in AUTHORITIES])
    unknown = pl.repeat(None, len(everyone["person"]), dtype=pl.Boolean, eager=True)
    frame = pl.DataFrame(
        {
            "true_person": as_text(everyone["person"]),
            "true_family": as_text(everyone["family"]),
            "community": enum_of(contract.COMMUNITIES, COMMUNITIES).gather(everyone["community"]),
            "gender": enum_of(GENDERS, GENDERS).gather(everyone["gender"]),
            "age_band": enum_of(contract.AGE_BANDS, contract.AGE_BANDS).gather(
                np.searchsorted(_BAND_EDGES, age, side="right")
            ),
            "la_code": codes.gather(everyone["la_at_extract"]),
            "deprivation": everyone["deprivation"].astype(np.int32),
            "family_type": enum_of(contract.FAMILY_TYPES, FAMILY_TYPES).gather(everyone["family_type"]),
            "study_group": enum_of(STUDY_GROUPS, (*STUDY_GROUPS, None)).gather(_group(everyone, found)),
            "hard_cases": hard_cases(settings, everyone, registers, (found, council_recorded), school_years),
            **{f"in_{name}": registers[name][0].present if name in registers else unknown for name in DEPARTMENTS},
        }
    )
    return as_declared(frame, contract.TruePeople).sort("true_person")


def _group(everyone: Columns, found: council.Roster) -> Ints:
    """Position in STUDY_GROUPS of each person's family, 2 outside the study."""
    first = found.families["copy"] == 0
    family, group = found.families["family"][first], found.families["group"][first]
    order = np.argsort(family, kind="stable")
    if not len(family):
        return np.full(len(everyone["family"]), 2)
    at = np.minimum(np.searchsorted(family[order], everyone["family"]), len(family) - 1)
    return np.where(family[order][at] == everyone["family"], group[order][at], 2)
