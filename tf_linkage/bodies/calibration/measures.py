"""What a measure of a simulated world may look at, and what it returns.

The world as a measure sees it, and shares with their errors.

People of families in high need are drawn more often than they occur; measures of the population weigh them back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from tf_linkage.bodies.lived import Population
from tf_linkage.population.settings import Settings, day

_YEAR = 365.25


@dataclass(frozen=True)
class Found:
    """A measured value and what it rests on.

    Attributes:
        value: the value.
        error: its standard error, from what was found.
        observations: on how many people, families or records it rests.
        spread: for a rate of events that few people have many of, its variance divided by its mean. Where hardly
            an event was found, what was found does not tell how far off chance can be; a published spread does.
    """

    value: float
    error: float
    observations: int
    spread: float = 0.0

    def error_at(self, expected: float) -> float:
        """Its standard error were the expected value the true one."""
        return max(self.error, float(np.sqrt(abs(expected) * self.spread)))


@dataclass(frozen=True)
class World:
    """Everything a measure may look at."""

    population: Population
    extracts: dict[str, pl.LazyFrame]
    truth: dict[str, pl.LazyFrame]
    settings: Settings

    @classmethod
    def of(
        cls,
        population: Population,
        extracts: dict[str, pl.LazyFrame],
        truth: dict[str, pl.LazyFrame],
        settings: Settings,
    ) -> World:
        """The world of these tables."""
        return cls(population, extracts, truth, settings)

    @cached_property
    def people(self) -> pl.DataFrame:
        """The population with age at the extract and the registers that hold each person."""
        extract = day(self.settings.extract)
        held = self.truth["people"].select(
            pl.col("true_person").cast(pl.Int64).alias("person"), "in_dwp", "in_moj", "in_dfe"
        )
        people = self.population["people"].with_columns(
            age=(extract - pl.col("birth")) / _YEAR,
            resident=(pl.col("birth") <= extract)
            & (pl.col("death") > extract)
            & (pl.col("arrived") <= extract)
            & (pl.col("emigrated") > extract),
        )
        return people.join(held, on="person", how="left", maintain_order="left").collect()

    @cached_property
    def families(self) -> pl.DataFrame:
        """Families with their weight."""
        return self.population["families"].collect()

    @cached_property
    def members(self) -> pl.DataFrame:
        """The cohort's first record of each true person with what is true of the person."""
        keys = self.extracts["council_cohort"].with_columns(
            record_key=pl.col("la_code") + "|" + pl.col("person_ref")
        )
        truth = self.truth["records"].filter(pl.col("body").cast(pl.String) == "council")
        named = keys.join(
            truth.select("record_key", pl.col("true_person").cast(pl.Int64).alias("person")), on="record_key"
        )
        first = (
            named.sort("identified_date", "record_key")
            .unique("person", keep="first", maintain_order=True)
            .collect()
        )
        true = self.people.select("person", "birth", "family", "kind", "role", "cla_from", "cla_to")
        return first.join(true, on="person", maintain_order="left").with_columns(
            found_at=(pl.col("identified_date").cast(pl.Int32)),
            true_age=(pl.col("identified_date").cast(pl.Int32) - pl.col("birth")) / _YEAR,
        )

    @cached_property
    def errors(self) -> pl.DataFrame:
        """Errors by body, column and kind: how many records they hit."""
        return (
            self.truth["errors"]
            .group_by("body", "column", "kind")
            .len()
            .with_columns(pl.col("body").cast(pl.String))
            .collect()
        )

    @cached_property
    def records(self) -> dict[str, int]:
        """Records by body."""
        counts = self.truth["records"].group_by("body").len().with_columns(pl.col("body").cast(pl.String)).collect()
        return dict(counts.iter_rows())


@dataclass(frozen=True)
class Target:
    """A published figure, how far from it the world may be, and how it is measured."""

    name: str
    expected: float
    tolerance: float
    source: str
    measure: Callable[[World], Found]


def share(hit: pl.Series, weight: pl.Series | None = None) -> Found:
    """A share, weighted if asked, with its standard error."""
    count = len(hit)
    if not count:
        return Found(float("nan"), 0.0, 0)
    weights = np.ones(count) if weight is None else weight.to_numpy().astype(float)
    value = float((hit.to_numpy().astype(float) * weights).sum() / weights.sum())
    effective = weights.sum() ** 2 / (weights**2).sum()
    bounded = min(max(value, 1 / effective), 1 - 1 / max(effective, 2))
    return Found(value, float(np.sqrt(bounded * (1 - bounded) / effective)), count)


def ratio(top: np.ndarray, bottom: np.ndarray, weight: np.ndarray) -> Found:
    """A ratio of weighted sums over people (or families), with its standard error."""
    count = len(top)
    below = float((weight * bottom).sum())
    if not count or below <= 0:
        return Found(float("nan"), 0.0, 0)
    value = float((weight * top).sum()) / below
    error = float(np.sqrt(((weight * (top - value * bottom)) ** 2).sum()) / below)
    return Found(value, error, int((bottom > 0).sum()))
