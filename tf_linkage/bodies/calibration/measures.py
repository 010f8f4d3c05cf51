"""What a measure of a simulated world may look at, and what it returns.

The world as a measure sees it, and shares with their errors.

People of families in high need are drawn more often than they occur; measures of the population weigh them back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    def records(self) -> pl.DataFrame:
        """Every body's records with their person's weight: body, record_key, person, weight, age, origin.

        A department's register is a sample of its people as the population is; a council's records are of the
        study's own families, which stand for themselves.
        """
        people = self.people.select("person", "weight", "age", "origin")
        records = self.truth["records"].select(
            pl.col("body").cast(pl.String), "record_key", person=pl.col("true_person").cast(pl.Int64)
        )
        weight = pl.when(pl.col("body") == "council").then(1.0).otherwise(pl.col("weight").cast(pl.Float64))
        return (
            records.collect()
            .join(people, on="person", how="left", maintain_order="left")
            .with_columns(weight=weight)
        )

    def hit(self, body: str, kinds: Sequence[str], column: str | None = None) -> pl.DataFrame:
        """A body's records with `hit`: whether one of some kinds of error is in it (in one column, if named)."""
        wrong = self.truth["errors"].filter(
            (pl.col("body").cast(pl.String) == body) & pl.col("kind").cast(pl.String).is_in(list(kinds))
        )
        wrong = wrong if column is None else wrong.filter(pl.col("column").cast(pl.String) == column)
        keys = wrong.select("record_key").unique("record_key", maintain_order=True).collect()
        mine = self.records.filter(pl.col("body") == body)
        return mine.with_columns(hit=pl.col("record_key").is_in(keys["record_key"].implode()))


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


def ratio(top: np.ndarray, bottom: np.ndarray, weight: np.ndarray, cluster: np.ndarray | None = None) -> Found:
    """A ratio of weighted sums over people (or families, or rows), with its standard error.

    Args:
        top: the numerator of each.
        bottom: the denominator of each.
        weight: how many each stands for.
        cluster: the family of each, where brothers and sisters or a pupil's years go together; each for itself if
            none is given.
    """
    count = len(top)
    below = float((weight * bottom).sum())
    if not count or below <= 0:
        return Found(float("nan"), 0.0, 0)
    value = float((weight * top).sum()) / below
    off = weight * (top - value * bottom)
    if cluster is not None:
        off = np.asarray(np.bincount(np.unique(cluster, return_inverse=True)[1], weights=off), dtype=np.float64)
    return Found(value, float(np.sqrt((off**2).sum()) / below), int((bottom > 0).sum()))
