"""The least a linkage must reach, and the most its groups may lie apart: fixed before any run, with reasons.

The two tables of bounds and the verdict on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.departments import Department, DepartmentRefused
from tf_linkage.contracts.outputs.quality import MEASURES, NO_CASE, STATUSES, SUBGROUPS, FloorResults, Gaps
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import newcombe, wilson_of
from tf_linkage.quality.measures.minimum_counts import MINIMUM_COUNT


@dataclass(frozen=True)
class Floor:
    """The least a figure of a department may be.

    Attributes:
        department: whose register, or `council` for the cohort's own de-duplication.
        measure: a measure of `contracts.outputs.quality.MEASURES`.
        floor: least value, between 0 and 1.
        reason: why it stands there, with its source.
    """

    department: str
    measure: str
    floor: float
    reason: str


OF_THE_COHORT = (
    Floor(
        "council",
        "pair_precision",
        0.95,
        "Duplicates within the census were found at a precision of 96.93% (ONS, census to Personal Demographics "
        "Service)",
    ),
)


def declared_floors(departments: Iterable[Department]) -> tuple[Floor, ...]:
    """The floors that departments declare, measure by measure.

    Raises:
        DepartmentRefused: a floor is of something that is not measured.
    """
    declared = list(departments)
    for department in declared:
        if unknown := sorted({bound.measure for bound in department.floors} - set(MEASURES)):
            raise DepartmentRefused(
                f"department {department.name}: it declares a floor of {unknown[0]!r}, which is no measure; known "
                f"are {', '.join(MEASURES)}"
            )
    return tuple(
        Floor(department.name, bound.measure, bound.least, bound.reason)
        for measure in MEASURES
        for department in declared
        for bound in department.floors
        if bound.measure == measure
    )


QUALITY_FLOORS: tuple[Floor, ...] = (*declared_floors(DEPARTMENTS.values()), *OF_THE_COHORT)
"""Those that each department declares in its entry of the registry; then the cohort's own."""

GAP_BOUNDS: dict[str, tuple[float, str]] = {
    "recall": (
        0.10,
        "Birth cohorts of one published linkage lie 7 points apart (NPD to NHS: 92% to 99%); a little more, since "
        "the worst of many groups is picked",
    ),
    "precision": (
        0.03,
        "Half as much again as the share of false links that the floor allows everybody",
    ),
}
"""The most by which any group may fare worse than everybody else, by measure, with the reason."""

UNBOUNDED = ("hard_case",)
"""Hard cases are hard by design; they are reported, not bounded."""


def floor_results(metrics: pl.DataFrame, floors: tuple[Floor, ...] = QUALITY_FLOORS) -> pl.DataFrame:
    """Each floor and what became of it.

    A figure below its floor is `missed` when its whole interval is below, else `in doubt`. A figure that is not
    there or too small to show is `not judged`; so is every floor of a department that was not linked.

    Args:
        metrics: `contracts.outputs.quality.Metrics`.
        floors: the floors.

    Returns:
        `contracts.outputs.quality.FloorResults`, in the order of the floors.
    """
    wanted = pl.DataFrame([floor.__dict__ for floor in floors])
    figures = metrics.filter(pl.col("breakdown").cast(pl.String) == "all").select(
        pl.col("department", "measure").cast(pl.String), "value", "low", "high"
    )
    status = (
        pl.when(pl.col("value").is_null())
        .then(pl.lit("not judged"))
        .when(pl.col("value") >= pl.col("floor"))
        .then(pl.lit("kept"))
        .when(pl.col("high") >= pl.col("floor"))
        .then(pl.lit("in doubt"))
        .otherwise(pl.lit("missed"))
    )
    schema = schema_of(FloorResults)
    return (
        wanted.join(figures, on=["department", "measure"], how="left", maintain_order="left")
        .with_columns(status=status)
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    )


def floors_missed(metrics: pl.DataFrame, floors: tuple[Floor, ...] = QUALITY_FLOORS) -> pl.DataFrame:
    """The floors that a linkage missed beyond sampling doubt: what turns a check red. Empty when all is well."""
    return floor_results(metrics, floors).filter(pl.col("status").cast(pl.String) == "missed")


def gaps(metrics: pl.DataFrame) -> pl.DataFrame:
    """For each department, breakdown and bounded measure: the group that fares worst, against all others.

    Only groups with a denominator of at least ten take part; people with no hard case are no group. `range` is the
    best group less the worst; `gap` is everybody else less the worst, with Newcombe's interval, and `missed` when
    the whole interval lies above the bound. The worst of many groups is picked after looking, so the intervals hold
    for all groups of a department and measure at once (Bonferroni): with two false links among a dozen, some small
    group looks bad in any run.

    Args:
        metrics: `contracts.outputs.quality.Metrics` with truth.

    Returns:
        `contracts.outputs.quality.Gaps`, sorted; empty without truth.
    """
    rates = metrics.with_columns(pl.col("department", "breakdown", "measure").cast(pl.String)).filter(
        pl.col("measure").is_in(list(GAP_BOUNDS)),
        pl.col("value").is_not_null(),
        pl.col("denominator") >= MINIMUM_COUNT,
    )
    everybody = rates.filter(pl.col("breakdown") == "all").select(
        "department", "measure", all_n=pl.col("numerator"), all_d=pl.col("denominator")
    )
    of_people = pl.col("breakdown").is_in(SUBGROUPS), pl.col("level") != NO_CASE
    groups = rates.filter(of_people).join(everybody, on=["department", "measure"])
    rest_n, rest_d = pl.col("all_n") - pl.col("numerator"), pl.col("all_d") - pl.col("denominator")
    judged = groups.filter(rest_d >= MINIMUM_COUNT)
    z = pl.len().over("department", "measure").replace_strict(_quantiles(judged.height), return_dtype=pl.Float64)
    rest_low, rest_high = wilson_of(rest_n, rest_d, pl.col("z"))
    low, high = wilson_of(pl.col("numerator"), pl.col("denominator"), pl.col("z"))
    worst = (
        judged.with_columns(z=z)
        .with_columns(rest_value=rest_n / rest_d, rest_low=rest_low, rest_high=rest_high, low=low, high=high)
        .with_columns(
            range=(pl.col("value").max() - pl.col("value").min()).over("department", "breakdown", "measure")
        )
        .sort("department", "breakdown", "measure", "value", "level")
        .unique(["department", "breakdown", "measure"], keep="first", maintain_order=True)
    )
    gap_low, gap_high = newcombe(
        (pl.col("rest_value"), pl.col("rest_low"), pl.col("rest_high")),
        (pl.col("value"), pl.col("low"), pl.col("high")),
    )
    bound = pl.col("measure").replace_strict({name: bound for name, (bound, _) in GAP_BOUNDS.items()})
    named = worst.select(
        "department",
        "breakdown",
        "measure",
        "range",
        "rest_value",
        worst="level",
        worst_value="value",
        worst_of="denominator",
        gap=pl.col("rest_value") - pl.col("value"),
        gap_low=gap_low,
        gap_high=gap_high,
        bound=pl.when(~pl.col("breakdown").is_in(UNBOUNDED)).then(bound),
    ).with_columns(
        status=pl.when(pl.col("bound").is_null() | (pl.col("gap") <= pl.col("bound")))
        .then(pl.lit(STATUSES[0]))
        .when(pl.col("gap_low") <= pl.col("bound"))
        .then(pl.lit(STATUSES[1]))
        .otherwise(pl.lit(STATUSES[2]))
    )
    schema = schema_of(Gaps)
    return named.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _quantiles(most: int) -> dict[int, float]:
    """Normal quantiles for that many intervals to hold at once at 95%."""
    return {k: NormalDist().inv_cdf(1 - 0.025 / k) for k in range(1, most + 1)}


def kept_by_value(gap: Mapping[str, Any]) -> bool:
    """Whether a row of `gaps` is within its bound by its value alone, and not by its whole interval."""
    return gap["bound"] is not None and gap["status"] == STATUSES[0] and gap["gap_high"] > gap["bound"]


def gaps_missed(metrics: pl.DataFrame) -> pl.DataFrame:
    """The gaps that exceed their bound beyond sampling doubt."""
    return gaps(metrics).filter(pl.col("status").cast(pl.String) == "missed")
