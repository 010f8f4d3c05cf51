"""Worlds in which links miss more of one group, and what differences in share and in costs make of it.

As in `missed_links`, only what the estimators read is drawn. The true difference is an integral over the traits of
families, so that no estimate is held to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import polars as pl
from missed_links import SIZE, YEARS, Choices, World, drawn_families, linked_and_found
from telling import told

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, METHODS
from tf_linkage.research.estimates.differences import share_differences
from tf_linkage.research.estimates.linkage_error import ByAge, corrected_costs, corrected_shares
from tf_linkage.research.estimates.linkage_error.differences_allowed import register_of
from tf_linkage.research.estimates.linkage_error.recall import recall_of
from tf_linkage.research.estimates.money import THEMES, cost_differences
from tf_linkage.research.estimates.weighting import grouped

WEIGHTED = METHODS[1]
EVENT, MEASURED, THEME, WINDOW = "conviction", "persistent_absence", "crime and justice", "24 months after"
POUNDS_EACH = 100
"""What one event costs on average."""

ABSENT = (0.3, 0.25)
"""Share of pupils persistently absent at the mean of both traits, comparison and programme."""


def rows_of(choices: Choices, seed: int) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Weighted, corrected and bounding rows of one world, by outcome, unit and method."""
    world = drawn_families(choices, seed)
    rng = np.random.default_rng((seed, 1))
    each = rng.integers(0, 2 * 100 * POUNDS_EACH + 1, world.people.height)
    people = world.people.with_columns(pence=pl.Series(world.people["events"].to_numpy() * each))
    group = np.where(world.on, "programme", "comparison")
    groups = grouped(pl.DataFrame({"family_id": world.family, "study_group": group, "seen": world.seen}))
    events, in_court = _shares(people, EVENT, pl.col("events") > 0)
    of_schools = _pupils(choices, world, rng)
    absences, at_school = _shares(of_schools, MEASURED, pl.col("absent"))
    shares = pl.concat([events, absences])
    families = _whole(shares)
    linked_people = pl.concat([in_court, at_school], how="diagonal")
    recall = recall_of(people, np.random.default_rng(seed))
    recalls = {
        register_of(EVENT): recall,
        register_of(MEASURED): recall_of(of_schools, np.random.default_rng((seed, 2))),
    }
    weighted = list(share_differences(pl.concat([shares, families]), groups, WEIGHTED))
    costs, spent = _costs(people)
    of_costs = [row for row in cost_differences(costs, groups, WEIGHTED) if row["outcome"] == THEME]
    rows = [
        *weighted,
        *corrected_shares(ByAge(shares, linked_people), groups, recalls, weighted),
        *of_costs,
        *corrected_costs(spent, costs, groups, {THEMES[THEME]: recall}, of_costs),
    ]
    return {(row["outcome"], row["unit"], row["method"]): row for row in rows}


def _absent(seen: np.ndarray, need: np.ndarray, on: np.ndarray) -> np.ndarray:
    odds = np.log(np.where(on, ABSENT[1] / (1 - ABSENT[1]), ABSENT[0] / (1 - ABSENT[0])))
    return np.asarray(1 / (1 + np.exp(-(odds + 0.4 * seen + 0.4 * need))))


def _pupils(choices: Choices, world: World, rng: np.random.Generator) -> pl.DataFrame:
    """Everybody as schools hold them: four in five children, of whom links find as many as of others."""
    people, of = world.people, np.repeat(np.arange(len(world.on)), SIZE)
    child = ~people["adult"].to_numpy()
    registered = child & (rng.random(len(of)) < 0.8)
    linked, found = linked_and_found(choices, rng, world.on, of, registered=registered)
    absent = rng.random(len(of)) < _absent(world.seen, world.need, world.on)[of]
    strange = rng.random(len(of)) < 0.5
    doubtful = rng.random(len(of)) < np.where(found, 0.02, 0.6)
    return people.with_columns(
        linked=pl.Series(linked & child), absent=pl.Series(np.where(found, absent, strange)),
        present=pl.Series(registered & (rng.random(len(of)) < choices.flagged)),
        confidence=pl.Series(np.where(doubtful, "moderate", "very high")),
    ).with_columns(pl.when("linked").then("confidence").alias("confidence"))  # fmt: skip


def _shares(people: pl.DataFrame, outcome: str, having: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `by_family.shares_by_age` and `by_family.linked_by_age` would give."""
    counted = people.filter("linked") if outcome == MEASURED else people
    told_of = counted.with_columns(
        unit=pl.when("adult").then(pl.lit("adult")).otherwise(pl.lit("child")),
        study_group=pl.when("programme").then(pl.lit("programme")).otherwise(pl.lit("comparison")),
        region=pl.lit("North"), window=pl.lit(WINDOW), outcome=pl.lit(outcome),
    )  # fmt: skip
    key = ["family_id", "outcome", "unit", "window", "study_group", "region"]
    shares = told_of.group_by(key, maintain_order=True).agg(
        people=pl.len().cast(pl.Int64), people_with=having.sum().cast(pl.Int64),
        linked=pl.col("linked").sum().cast(pl.Int64),
    )  # fmt: skip
    return shares.drop("linked"), shares.select(
        "family_id", "outcome", "unit", pl.col("linked").alias(register_of(outcome))
    )


def _whole(shares: pl.DataFrame) -> pl.DataFrame:
    key = ["family_id", "outcome", "window", "study_group", "region"]
    whole = shares.group_by(key, maintain_order=True).agg(pl.col("people", "people_with").sum())
    return whole.with_columns(unit=pl.lit("family")).select(shares.columns)


def _costs(people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `money.family_costs` and `money.costs_by_age` would give."""
    group = pl.when("programme").then(pl.lit("programme")).otherwise(pl.lit("comparison"))
    shared = {"theme": pl.lit(THEME), "window": pl.lit(WINDOW)}
    families = people.group_by("family_id", maintain_order=True).agg(
        pl.col("programme").first(), pl.col("pence").sum(), people=pl.len(),
        people_with=(pl.col("pence") > 0).sum(),
    ).with_columns(**shared, study_group=group)  # fmt: skip
    spent = people.group_by("family_id", "adult", maintain_order=True).agg(pl.col("pence").sum())
    return families, spent.with_columns(**shared)


def truth(choices: Choices) -> dict[tuple[str, str], float]:
    """The true differences on the programme, by outcome and unit: integrals over both traits."""
    at, weights = np.polynomial.hermite_e.hermegauss(60)
    seen, need = (grid.ravel() for grid in np.meshgrid(at, at))
    density = np.outer(weights, weights).ravel() / (1 + np.exp(-0.5 * seen))
    density = density / density.sum()
    rate = 0.06 * np.exp(0.5 * need + 0.3 * seen) * YEARS
    found: dict[tuple[str, str], float] = {}

    def mean(of: np.ndarray) -> float:
        return float(density @ of)

    for unit, many in (("adult", 1.2), ("child", 0.6), ("family", 3.0)):
        found[EVENT, unit] = mean(np.exp(-rate * many) - np.exp(-rate * many * choices.ratio))
    on, off = (_absent(seen, need, np.full(len(seen), group)) for group in (True, False))
    for unit in ("child", "family"):
        found[MEASURED, unit] = mean(on - off)
    # Pounds a family a year: a window of two years is what costs are told over.
    found[THEME, "family"] = mean(rate * 3.0 * (choices.ratio - 1)) * POUNDS_EACH / 2
    return found


def holding(choices: Choices, seeds: Iterable[int]) -> pl.DataFrame:
    """Over worlds, by outcome, unit and method: how often the interval holds the truth, width, bias, and errors.

    `error` is the mean standard error, `spread` how far estimates lie apart: alike if no part of it is missing.
    """
    true = truth(choices)
    rows = list(_held(choices, seeds, true))
    return (
        pl.DataFrame(rows)
        .group_by("outcome", "unit", "method", maintain_order=True)
        .agg(pl.len().alias("worlds"), pl.col("holds", "width", "off", "error").mean(), spread=pl.col("off").std())
    )


def _held(
    choices: Choices, seeds: Iterable[int], true: dict[tuple[str, str], float]
) -> Iterator[dict[str, object]]:
    for seed in told(seeds, "worlds made"):
        for (outcome, unit, method), row in rows_of(choices, seed).items():
            if (outcome, unit) in true and method in (WEIGHTED, *LINKAGE_METHODS):
                at = true[outcome, unit]
                yield {
                    "outcome": outcome, "unit": unit, "method": method, "holds": row["low"] <= at <= row["high"],
                    "width": row["high"] - row["low"], "off": row["estimate"] - at,
                    "error": row.get("standard_error"),
                }  # fmt: skip
