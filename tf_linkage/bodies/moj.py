"""The Ministry of Justice: people on the Police National Computer, and their offences.

Coverage, aliases, records not consolidated, offences under MoJ's keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.council import roster
from tf_linkage.bodies.effects import with_effects
from tf_linkage.bodies.lived import Columns, Population, columns, position
from tf_linkage.bodies.recording.error_rates import ALIASES, IN_PRISON
from tf_linkage.bodies.recording.keys import as_text, record_number
from tf_linkage.bodies.recording.misspelling import misspell
from tf_linkage.bodies.recording.recorded import Occasion, Recorded
from tf_linkage.bodies.recording.recording import record
from tf_linkage.bodies.register import Register, dates, enum_of, in_key_order
from tf_linkage.contracts.bodies.moj import ADJUDICATIONS, DISPOSALS, OFFENCE_GROUPS, Offences, People
from tf_linkage.contracts.columns import as_declared
from tf_linkage.population.draws import Draws, Flags
from tf_linkage.population.lives.offending import ADJUDICATIONS as ADJUDICATED
from tf_linkage.population.lives.offending import CASES
from tf_linkage.population.lives.offending import DISPOSALS as DISPOSED
from tf_linkage.population.people.households import NEVER
from tf_linkage.population.settings import Settings, day

ADDRESS_AGE = 0.25
"""How far back towards the last case an address dates: the police meet people between cases.

Set so that about 35% are out of date (A)."""

UNKNOWN_DAY = day(dt.date(1900, 1, 1))


def people(population: Population, settings: Settings) -> pl.LazyFrame:
    """People the police record, one row per name (contracts.moj.People), in key order."""
    draws = Draws(settings.seed)
    everyone, offences = _lived(population, settings, draws)
    return people_of(settings, draws, everyone, register(settings, draws, everyone, offences), offences)[0].lazy()


def histories(population: Population, settings: Settings) -> dict[str, pl.LazyFrame]:
    """Offences and their disposals (contracts.moj.Offences), in key order."""
    draws = Draws(settings.seed)
    everyone, offences = _lived(population, settings, draws)
    tables = histories_of(settings, draws, everyone, register(settings, draws, everyone, offences), offences)
    return {name: table.lazy() for name, table in tables.items()}


def _lived(population: Population, settings: Settings, draws: Draws) -> tuple[Columns, Columns]:
    everyone = columns(population["people"])
    served = roster(population, settings, everyone).served
    return everyone, with_effects(settings, draws, everyone, served, "offences", columns(population["offences"]))


def register(settings: Settings, draws: Draws, everyone: Columns, offences: Columns) -> Register:
    """The records: everyone with a case since 2000, a few in two records not yet consolidated."""
    rows = np.unique(position(everyone, offences["person"]))
    return Register.of(settings, draws, "moj", everyone, rows)


def occasions(settings: Settings, everyone: Columns, offences: Columns) -> Occasion:
    """For each of the people, the day of the first and of the last case (the extract for those without).

    The police keep the name of the first event and know the address of the last (`PNC names`). Under less noise the
    days lie nearer to the extract; without noise, on it.
    """
    extract = day(settings.extract)
    first = np.full(len(everyone["person"]), extract)
    last = np.full(len(first), -NEVER)
    at = position(everyone, offences["person"])
    np.minimum.at(first, at, offences["disposed"])
    np.maximum.at(last, at, offences["disposed"])
    last = np.where(last < -1_000_000, extract, last)
    weight = min(settings.multiplier, 1.0)
    met_since = weight * ADDRESS_AGE
    return Occasion(
        (extract - weight * (extract - first)).astype(np.int64),
        (extract - met_since * (extract - last)).astype(np.int64),
    )


def in_prison(settings: Settings, draws: Draws, everyone: Columns, offences: Columns) -> Flags:
    """Who serves a sentence on the day of the extract (half of its days) and is recorded at the prison."""
    served = np.maximum(offences["days"], 0) // 2
    extract = day(settings.extract)
    now = (offences["disposal"] == DISPOSED.index("CUSTODY")) & (offences["disposed"] + served > extract)
    out = np.zeros(len(everyone["person"]), dtype=bool)
    out[position(everyone, offences["person"][now])] = True
    share = IN_PRISON[0] * min(settings.multiplier, 1.0)
    return np.asarray(out & draws.below("moj/recorded at the prison", everyone["person"], share))


def people_of(
    settings: Settings, draws: Draws, everyone: Columns, records: Register, offences: Columns
) -> tuple[pl.DataFrame, Recorded]:
    """The people of a register with their aliases, and the recording behind the filed names."""
    when = occasions(settings, everyone, offences)
    own = Occasion(when.name[records.rows], when.address[records.rows])
    inside = in_prison(settings, draws, everyone, offences)[records.rows]
    recorded = record(
        settings, draws, "moj", everyone, records.rows, copy=records.copy, occasion=own, in_prison=inside
    )
    key = as_text(records.key)
    filed = recorded.identity.with_columns(moj_key=key, name_number=pl.lit(0, dtype=pl.Int32))
    number = record_number(everyone["person"][records.rows], records.copy)
    with_alias = np.flatnonzero(has_alias(settings, draws, everyone, records))
    aliases = _aliases(settings, draws, everyone, records, with_alias, number[with_alias], recorded)
    frame = pl.concat(
        [filed, aliases.with_columns(moj_key=key.gather(with_alias), name_number=pl.lit(1, dtype=pl.Int32))]
    )
    return as_declared(frame, People).sort("moj_key", "name_number"), recorded


def has_alias(settings: Settings, draws: Draws, everyone: Columns, records: Register) -> Flags:
    """Which records have a second name."""
    number = record_number(everyone["person"][records.rows], records.copy)
    return draws.below("moj/alias", number, ALIASES[0] * min(settings.multiplier, 2.0))


def _aliases(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, everyone: Columns, records: Register, at: Any, number: Any, recorded: Recorded
) -> pl.DataFrame:
    """Other names people gave: another surname of theirs, a short or misspelt name, at times another birthday."""
    now = record(
        settings, draws, "moj", everyone, records.rows[at], copy=np.full(len(at), 2), occasion=None
    ).identity
    filed = recorded.identity[at]
    kind = draws.whole("moj/alias kind", number, 3)
    surname = pl.Series(np.where(kind == 0, 1, 0)).cast(pl.Boolean)
    surnames = now["surname"].zip_with(surname, misspell(draws, "moj/alias surname", number, filed["surname"]))
    forenames = misspell(draws, "moj/alias forename", number, now["forename"])
    forenames = forenames.zip_with(pl.Series(kind == 2), now["forename"])
    shift = 365 * (1 + draws.whole("moj/alias years", number, 2))
    other_birth = draws.below("moj/alias birth", number, 0.3)
    birth = (filed["date_of_birth"].cast(pl.Int32) + pl.Series((shift * other_birth).astype(np.int32))).cast(
        pl.Date
    )
    renamed: pl.DataFrame = filed.with_columns(forename=forenames, surname=surnames, date_of_birth=birth)
    return renamed


def histories_of(
    settings: Settings, draws: Draws, everyone: Columns, records: Register, offences: Columns
) -> dict[str, pl.DataFrame]:
    """The offences of a register since the histories begin."""
    number = offences["person"] * CASES + offences["case"]
    held, key = records.keys_for(draws, position(everyone, offences["person"]), everyone, number)
    held &= offences["disposed"] >= day(settings.history_from)
    first = {name: values[held] for name, values in offences.items()} | {
        "number": number[held] * 2,
        "key": key[held],
    }
    second = {name: values[first["second_group"] >= 0] for name, values in first.items()}
    second = second | {"group": second["second_group"], "number": second["number"] + 1}
    both = {name: np.concatenate([first[name], second[name]]) for name in first}
    order = in_key_order(both["key"], both["start"], both["number"])
    rows = {name: values[order] for name, values in both.items()}
    return {"offences": _offences(draws, rows)}


def recording(
    settings: Settings, draws: Draws, everyone: Columns, lives: Mapping[str, Columns]
) -> tuple[Register, pl.DataFrame, Recorded]:
    """The register, its people and the recording behind them."""
    records = register(settings, draws, everyone, lives["offences"])
    return records, *people_of(settings, draws, everyone, records, lives["offences"])


def histories_recorded(
    settings: Settings, draws: Draws, everyone: Columns, records: Register, lives: Mapping[str, Columns]
) -> dict[str, pl.DataFrame]:
    """The histories of a register."""
    return histories_of(settings, draws, everyone, records, lives["offences"])


def _offences(draws: Draws, rows: dict[str, NDArray[Any]]) -> pl.DataFrame:
    primary = rows["number"] % 2 == 0
    timed = rows["days"] >= 0
    timed &= primary & np.isin(
        rows["disposal"], [DISPOSED.index(name) for name in ("CUSTODY", "SUSPENDED", "COMMUNITY")]
    )
    days = pl.Series(np.where(timed, rows["days"], 0).astype(np.int32)).scatter(np.flatnonzero(~timed), None)
    case = draws.permute("key/moj case", rows["number"] // 2, width=38) + np.uint64(10**11)
    offence = draws.permute("key/moj offence", rows["number"], width=38) + np.uint64(10**11)
    frame = pl.DataFrame(
        {
            "moj_key": as_text(rows["key"]),
            "case_id": as_text(case),
            "offence_id": as_text(offence),
            "offence_start_date": dates(np.where(rows["unknown_start"], UNKNOWN_DAY, rows["start"])),
            "offence_group": enum_of(tuple(OFFENCE_GROUPS), tuple(OFFENCE_GROUPS)).gather(rows["group"]),
            "is_primary_offence": primary,
            "disposal_rank": np.where(primary, 1, 2).astype(np.int32),
            "adjudication_code": enum_of(ADJUDICATIONS, ADJUDICATED).gather(rows["adjudication"]),
            "disposal_date": dates(rows["disposed"]),
            "disposal": enum_of(DISPOSALS, DISPOSED).gather(rows["disposal"]),
            "sentence_days": days,
        }
    )
    return as_declared(frame, Offences)
