"""The population as arrays, and what the programme changed in its lives.

Reading the population's tables, and applying the programme's true effects to the families that receive it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.lives.offending import DISPOSALS
from tf_linkage.population.lives.work import BENEFITS
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.places.places import PEOPLE_PER_LOCALITY
from tf_linkage.population.rates import EFFECTS
from tf_linkage.population.settings import Settings, day

Columns = dict[str, NDArray[Any]]
Population = dict[str, pl.LazyFrame]

_CUSTODY, _COMMUNITY = DISPOSALS.index("CUSTODY"), DISPOSALS.index("COMMUNITY")
_SEARCHING = (BENEFITS.index("JSA"), BENEFITS.index("UAA"))


class Lives(Mapping[str, Columns]):
    """Tables of the population after the programme has done what it does, each made when first asked for."""

    def __init__(
        self, settings: Settings, draws: Draws, people: Columns, served: Columns, tables: Mapping[str, Any]
    ) -> None:
        """Lays the programme's effects over tables.

        Args:
            settings: the world.
            draws: its draws.
            people: everyone, before any effect.
            served: families that receive the programme: family, start.
            tables: the population's tables by name, as frames or arrays.
        """
        self._world = (settings, draws, people, served)
        self._tables, self._made = tables, dict[str, Columns]()

    def __getitem__(self, name: str) -> Columns:
        if name not in self._made:
            table = self._tables[name]
            events = columns(table) if isinstance(table, pl.LazyFrame) else table
            self._made[name] = with_effects(*self._world, name, events)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def columns(table: pl.LazyFrame) -> Columns:
    """A table as arrays: whole numbers as int64, so that nothing overflows."""
    frame = table.collect()
    out: Columns = {}
    for series in frame:
        values = series.to_numpy()
        out[series.name] = values.astype(np.int64) if values.dtype.kind in "iu" else values
    return out


def position(people: Columns, person: Ints) -> Ints:
    """Where each person stands in `people`.

    People are numbered one by one within their locality and stand in that order, so no search is needed.
    """
    locality = people["locality"]
    if not len(locality):
        return np.zeros(len(person), dtype=np.int64)
    first = np.flatnonzero(np.diff(locality, prepend=-1))
    start = np.zeros(int(locality[-1]) + 1, dtype=np.int64)
    start[locality[first]] = first
    return np.asarray(start[person // PEOPLE_PER_LOCALITY] + person % PEOPLE_PER_LOCALITY)


def service_start(people: Columns, served: Columns) -> Ints:
    """Day on which each person's family begins to receive the programme, NEVER for most."""
    if not len(served["family"]):
        return np.full(len(people["family"]), NEVER)
    order = np.argsort(served["family"], kind="stable")
    family, start = served["family"][order], served["start"][order]
    at = np.minimum(np.searchsorted(family, people["family"]), len(family) - 1)
    return np.where(family[at] == people["family"], start[at], NEVER)


def with_effects(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, people: Columns, served: Columns, table: str, events: Columns
) -> Columns:
    """The events of one table after the programme has done what it does.

    An event that would have come after the service started is averted with the chance that makes the yearly rate
    fall by the ratio in `rates.EFFECTS`; custody turns into a community sentence.

    Args:
        settings: the world.
        draws: its draws.
        people: everyone.
        served: families that receive the programme: family, start.
        table: offences, care, work and people are changed; any other is returned as it is.
        events: that table.
    """
    if table == "people":
        return _care_averted(draws, events, service_start(people, served))
    if table not in ("offences", "care", "work"):
        return events
    who = position(people, events["person"])
    after = events["start"] > service_start(people, served)[who]
    if not after.any():
        return events
    if table == "offences":
        return _offences(draws, events, after, (events["start"] - people["birth"][who]) < 18 * YEAR)
    key = events["person"] * 65_536 + events["start"]
    averted = np.zeros(len(after), dtype=bool)
    if table == "care":
        averted = after & (events["episode"] == 2) & _averted(draws, "looked after", events["person"])
        averted |= after & (events["episode"] == 1) & _averted(draws, "protection plans", key)
    if table == "work":
        searching = np.isin(events["kind"], _SEARCHING)
        averted = after & searching & _averted(draws, "JSA and Universal Credit searching", key)
    return {name: values[~averted] for name, values in events.items()}


def _averted(draws: Draws, effect: str, ids: Ints) -> Flags:
    return draws.below(f"effect/{effect}", ids, max(0.0, 1 - EFFECTS[effect][0]))


def _care_averted(draws: Draws, people: Columns, start: Ints) -> Columns:
    averted = (people["cla_from"] < NEVER) & (people["cla_from"] > start)
    averted &= _averted(draws, "looked after", people["person"])
    return people | {
        "cla_from": np.where(averted, NEVER, people["cla_from"]),
        "cla_to": np.where(averted, NEVER, people["cla_to"]),
    }


def _offences(draws: Draws, events: Columns, after: Flags, young: Flags) -> Columns:
    key = events["person"] * 16 + events["case"]
    offences, custody = EFFECTS["offences, juveniles"][0], EFFECTS["custody, juveniles"][0]
    averted = after & np.where(
        young, _averted(draws, "offences, juveniles", key), _averted(draws, "offences, adults", key)
    )
    # Custody falls by its own ratio; part of that is offences that did not happen.
    ratio = np.where(young, custody / offences, EFFECTS["custody, adults"][0] / EFFECTS["offences, adults"][0])
    spared = after & (events["disposal"] == _CUSTODY) & draws.below("effect/custody", key, np.maximum(0, 1 - ratio))
    out = events | {"disposal": np.where(spared, _COMMUNITY, events["disposal"])}
    return {name: values[~averted] for name, values in out.items()}


def alive_between(settings: Settings, people: Columns) -> Flags:
    """Who is resident at some time between the first day of the histories and the extract."""
    start, extract = day(settings.history_from), day(settings.extract)
    return (
        (people["birth"] <= extract)
        & (people["arrived"] <= extract)
        & (people["emigrated"] > start)
        & (people["death"] > start)
    )
