"""The whole population: families, people and the lives they lead.

Putting the parts of the room together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws
from tf_linkage.population.lives.lives import live
from tf_linkage.population.people.households import draw_families, draw_members
from tf_linkage.population.people.localities import Localities, localities
from tf_linkage.population.people.names import name_people
from tf_linkage.population.people.persons import describe
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
    return {name: frame(columns) for name, columns in simulate_columns(settings, places).items()}


def simulate_columns(settings: Settings, places: Localities) -> dict[str, Columns]:
    """The same as arrays, in the precision in which they would be stored."""
    draws = Draws(settings.seed)
    families = draw_families(settings, draws, places)
    people = draw_members(settings, draws, families)
    people |= name_people(draws, families, people)
    people |= describe(settings, draws, families, people, places.units)
    kept = {name: values for name, values in people.items() if name != "returns_name"}
    lives = live(settings, draws, families, kept)
    family_of = families["family"][kept.pop("row")]
    tables = {"people": {"person": kept.pop("person"), "family": family_of} | kept, "families": families.columns}
    return {name: _as_stored(columns) for name, columns in (tables | lives).items()}


def _as_stored(columns: Columns) -> Columns:
    """Whole numbers as int64, others as float32, so that a world kept in memory is the world kept in files."""
    stored = {"f": np.float32, "i": np.int64, "u": np.int64, "b": np.bool_}
    return {name: values.astype(stored[values.dtype.kind], copy=False) for name, values in columns.items()}


def frame(columns: Columns) -> pl.DataFrame:
    """Columns as a frame, whole numbers in a smaller type that always holds them."""
    return pl.DataFrame({name: _narrow(name, values) for name, values in columns.items()})


_WIDE = {"person", "family"}
_SMALL = {
    "gender", "role", "place", "change", "community", "ethnic", "kind", "deprivation", "slot", "family_type",
    "episode", "need", "abuse", "legal", "placement", "case", "group", "second_group", "adjudication", "disposal",
    "curriculum", "authority", "sen", "category", "stage", "measure", "problem", "la_at_extract", "origin",
    "next_authority",
}  # fmt: skip
"""Columns of codes, all below 128."""


def _narrow(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind != "i" or name in _WIDE:
        return values
    return values.astype(np.int8 if name in _SMALL else np.int32)
