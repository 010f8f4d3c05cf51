"""The simulated register of earnings: who is in it, under which keys, and their pay."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tf_linkage.bodies.council import roster
from tf_linkage.bodies.effects import Lives
from tf_linkage.bodies.lived import Columns, Population, columns, position
from tf_linkage.bodies.recording.error_rates import BodyRates, state_rates
from tf_linkage.bodies.recording.keys import as_text, record_number
from tf_linkage.bodies.recording.recorded import Recorded
from tf_linkage.bodies.recording.recording import record
from tf_linkage.bodies.register import Register, dates, enum_of, in_key_order
from tf_linkage.contracts.columns import schema_of
from tf_linkage.population.draws import Draws
from tf_linkage.population.lives.benefits_and_jobs import WORK
from tf_linkage.population.rows import Chosen
from tf_linkage.population.settings import Settings
from tf_linkage_hmrc import INCOME_TYPES, SECTORS, Earnings, People

BODY = "hmrc"
state_rates(BODY, BodyRates(like="dwp", errors={"forename misspelt": 0.02}, source="A: an example's own"))


def people(population: Population, settings: Settings) -> pl.LazyFrame:
    """Everyone with pay (People), in key order."""
    draws, everyone, lives = _lived(population, settings)
    return recording(settings, draws, everyone, lives)[1].lazy()


def histories(population: Population, settings: Settings) -> dict[str, pl.LazyFrame]:
    """Their pay (Earnings), in key order."""
    draws, everyone, lives = _lived(population, settings)
    tables = histories_recorded(settings, draws, everyone, _register(settings, draws, everyone, lives), lives)
    return {name: table.lazy() for name, table in tables.items()}


def recording(
    settings: Settings, draws: Draws, everyone: Columns, lives: Mapping[str, Columns]
) -> tuple[Register, pl.DataFrame, Recorded]:
    """The register, its people and the recording behind them."""
    records = _register(settings, draws, everyone, lives)
    recorded = record(settings, draws, BODY, everyone, records.rows, copy=records.copy)
    frame = recorded.identity.with_columns(hmrc_key=as_text(records.key))
    return records, frame.select(schema_of(People).names()), recorded


def histories_recorded(
    settings: Settings, draws: Draws, everyone: Columns, records: Register, lives: Mapping[str, Columns]
) -> dict[str, pl.DataFrame]:
    """The pay of a register's people."""
    work = lives["work"]
    at = position(everyone, work["person"])
    held, key = records.keys_for(draws, at, everyone, record_number(work["person"], 0) * 64 + work["start"] % 64)
    rows = np.flatnonzero(held & (work["kind"] == WORK))
    rows = rows[in_key_order(key[rows])]
    jobs = Chosen(work, rows)
    scheme = draws.whole(f"{BODY}/scheme", jobs["person"] * 65_536 + jobs["start"], 10_000)
    frame = pl.DataFrame(
        {
            "hmrc_key": as_text(key[rows]),
            "scheme_ref": pl.Series(scheme + 10_000).cast(pl.String),
            "income_type": enum_of(INCOME_TYPES, INCOME_TYPES).gather(np.zeros(len(rows), dtype=np.int64)),
            "sector": enum_of(SECTORS, SECTORS).gather(scheme % len(SECTORS)),
            "payroll_note": pl.Series(["paid by post"] * len(rows), dtype=pl.String),
            "start_date": dates(jobs["start"]),
            "end_date": dates(jobs["end"]),
            "annual_pay": jobs["amount"].astype(np.float64).round(0),
            "tax_months": np.full(len(rows), 12.0),
            "student_loan": scheme % 5 == 0,
        }
    )
    return {"earnings": frame.select(schema_of(Earnings).names())}


def _register(settings: Settings, draws: Draws, everyone: Columns, lives: Mapping[str, Columns]) -> Register:
    """The records: everyone with a job since the histories begin."""
    work = lives["work"]
    rows = np.unique(position(everyone, work["person"][work["kind"] == WORK]))
    return Register.of(settings, draws, BODY, everyone, rows)


def _lived(population: Population, settings: Settings) -> tuple[Draws, Columns, Lives]:
    draws = Draws(settings.seed)
    everyone = columns(population["people"])
    served = roster(population, settings, everyone).served
    return draws, everyone, Lives(settings, draws, everyone, served, population)
