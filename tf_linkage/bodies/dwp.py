"""The Department for Work and Pensions: who has an account, what they claimed, where they worked.

Coverage, double accounts, spells under DWP's keys.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tf_linkage.bodies.council import roster
from tf_linkage.bodies.effects import with_effects
from tf_linkage.bodies.lived import Columns, Population, columns, position
from tf_linkage.bodies.recording.error_rates import COVERAGE
from tf_linkage.bodies.recording.keys import as_text, record_number
from tf_linkage.bodies.recording.recorded import Recorded
from tf_linkage.bodies.recording.recording import record
from tf_linkage.bodies.register import Register, dates, enum_of, in_key_order
from tf_linkage.contracts.bodies.dwp import BENEFIT_TYPES, Benefits, Employment, People
from tf_linkage.contracts.columns import as_declared
from tf_linkage.population.draws import Draws, Flags, Ids, Ints
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, WORK
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.rows import Chosen, Table
from tf_linkage.population.settings import Settings, day


def people(population: Population, settings: Settings) -> pl.LazyFrame:
    """DWP's customers (contracts.dwp.People), in key order."""
    draws = Draws(settings.seed)
    everyone, work = _lived(population, settings, draws)
    return people_of(settings, draws, everyone, register(settings, draws, everyone, work))[0].lazy()


def histories(population: Population, settings: Settings) -> dict[str, pl.LazyFrame]:
    """Benefit and employment spells (contracts.dwp), in key order."""
    draws = Draws(settings.seed)
    everyone, work = _lived(population, settings, draws)
    tables = histories_of(settings, draws, everyone, register(settings, draws, everyone, work), work)
    return {name: table.lazy() for name, table in tables.items()}


def _lived(population: Population, settings: Settings, draws: Draws) -> tuple[Columns, Columns]:
    everyone = columns(population["people"])
    served = roster(population, settings, everyone).served
    return everyone, with_effects(settings, draws, everyone, served, "work", columns(population["work"]))


def covered(settings: Settings, draws: Draws, everyone: Columns, work: Columns) -> Flags:
    """Who has an account: everyone with a claim, and most others who were resident at 16 or over.

    Together 96.7%, fewer of recent arrivals. The dead stay on the register and emigrants linger.
    """
    extract = day(settings.extract)
    old_enough = (extract - everyone["birth"] >= 16 * YEAR) & (everyone["arrived"] < extract)
    old_enough &= np.minimum(everyone["death"], everyone["emigrated"]) - everyone["birth"] >= 16 * YEAR
    recent = everyone["abroad"] & (everyone["arrived"] > extract - 2 * YEAR)
    share = np.where(recent, COVERAGE["dwp arrived within two years"][0], COVERAGE["dwp residents"][0])
    claimed = np.zeros(len(old_enough), dtype=bool)
    claimed[position(everyone, work["person"][work["kind"] != WORK])] = True
    return claimed | (old_enough & draws.below("dwp/covered", everyone["person"], share))


def register(settings: Settings, draws: Draws, everyone: Columns, work: Columns) -> Register:
    """The accounts: whose they are, under which keys."""
    return Register.of(settings, draws, "dwp", everyone, np.flatnonzero(covered(settings, draws, everyone, work)))


def people_of(
    settings: Settings, draws: Draws, everyone: Columns, accounts: Register
) -> tuple[pl.DataFrame, Recorded]:
    """The customers of a register, and the recording behind them."""
    recorded = record(settings, draws, "dwp", everyone, accounts.rows, copy=accounts.copy)
    frame = recorded.identity.with_columns(dwp_key=as_text(accounts.key))
    return as_declared(frame, People), recorded


def histories_of(
    settings: Settings, draws: Draws, everyone: Columns, accounts: Register, work: Columns
) -> dict[str, pl.DataFrame]:
    """The spells of a register."""
    at = position(everyone, work["person"])
    held, key = accounts.keys_for(draws, at, everyone, record_number(work["person"], 0) * 64 + work["start"] % 64)
    rows = np.flatnonzero(held)
    rows = rows[in_key_order(key[rows])]
    job = work["kind"][rows] == WORK
    return {"benefits": _benefits(work, rows[~job], key), "employment": _employment(work, rows[job], key)}


def recording(
    settings: Settings, draws: Draws, everyone: Columns, lives: Mapping[str, Columns]
) -> tuple[Register, pl.DataFrame, Recorded]:
    """The register, its people and the recording behind them."""
    records = register(settings, draws, everyone, lives["work"])
    return records, *people_of(settings, draws, everyone, records)


def histories_recorded(
    settings: Settings, draws: Draws, everyone: Columns, records: Register, lives: Mapping[str, Columns]
) -> dict[str, pl.DataFrame]:
    """The histories of a register."""
    return histories_of(settings, draws, everyone, records, lives["work"])


def _benefits(work: Table, rows: Ints, key: Ids) -> pl.DataFrame:
    chosen = Chosen(work, rows)
    frame = pl.DataFrame(
        {
            "dwp_key": as_text(key[rows]),
            "benefit_type": enum_of(BENEFIT_TYPES, BENEFITS).gather(chosen["kind"]),
            "start_date": dates(chosen["start"]),
            "end_date": dates(chosen["end"]),
            "weekly_amount": chosen["amount"].astype(np.float64).round(2),
        }
    )
    return as_declared(frame, Benefits)


def _employment(work: Table, rows: Ints, key: Ids) -> pl.DataFrame:
    chosen = Chosen(work, rows)
    frame = pl.DataFrame(
        {
            "dwp_key": as_text(key[rows]),
            "start_date": dates(chosen["start"]),
            "end_date": dates(chosen["end"]),
            "uncertain_start_date": chosen["start_imputed"],
            "uncertain_end_date": chosen["end_imputed"],
            "annual_pay": chosen["amount"].astype(np.float64).round(0),
        }
    )
    return as_declared(frame, Employment)
