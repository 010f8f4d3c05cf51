"""The whole population: families, people and the lives they lead.

Belongs here: putting the parts of the room together. Does not belong here: any draw of its own that a named
concept's file could hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws
from tf_linkage.population.households import draw_families, draw_members
from tf_linkage.population.lives import live
from tf_linkage.population.localities import Localities, localities
from tf_linkage.population.names import name_people
from tf_linkage.population.persons import describe
from tf_linkage.population.settings import Settings

CHUNK = 20
"""Localities simulated at a time: about a quarter of a million people, a few hundred megabytes."""

Columns = dict[str, NDArray[Any]]


def simulate(settings: Settings, *, chunk: int = CHUNK) -> dict[str, pl.LazyFrame]:
    """The population and its lives.

    Args:
        settings: the world.
        chunk: localities simulated at a time; changes memory, never the result.

    Returns:
        Tables `people` (one row per person), `families`, and the lives `work` (benefit and employment spells),
        `offences`, `terms` (school terms), `exclusions`, `results` (key stages), `care` (social care episodes),
        `problems` (what only a council sees). Dates are days since 1970, categories are codes.
    """
    every = localities(settings)
    parts = [simulate_part(settings, every.part(start, start + chunk)) for start in range(0, len(every), chunk)]
    return {name: pl.concat([part[name] for part in parts]).lazy() for name in parts[0]}


def simulate_part(settings: Settings, places: Localities) -> dict[str, pl.DataFrame]:
    """The same tables for some localities alone."""
    draws = Draws(settings.seed)
    families = draw_families(settings, draws, places)
    people = draw_members(settings, draws, families)
    people |= name_people(draws, families, people)
    people |= describe(settings, draws, families, people, places.units)
    kept = {name: values for name, values in people.items() if name != "returns_name"}
    lives = live(settings, draws, families, kept)
    family_of = families["family"][kept.pop("row")]
    tables = {
        "people": frame({"person": kept.pop("person"), "family": family_of} | kept),
        "families": frame(families.columns),
    }
    return tables | {name: frame(columns) for name, columns in lives.items()}


def frame(columns: Columns) -> pl.DataFrame:
    """Columns as a frame, whole numbers in the smallest type that always holds them."""
    return pl.DataFrame({name: _narrow(name, values) for name, values in columns.items()})


_WIDE = {"person", "family", "group", "case"}


def _narrow(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype == np.int64 and name not in _WIDE:
        return values.astype(np.int32)
    if values.dtype == np.float64:
        return values.astype(np.float32)
    return values
