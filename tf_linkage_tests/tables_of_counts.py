"""What the tests of disclosure share: tables of counts that add up, and the rules laid on them."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

import polars as pl
from within_groups import subgroups

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import (
    ALL_REGIONS,
    ALL_TOGETHER,
    ALL_WINDOWS,
    EVENT_HALF_YEARS,
    HALF_YEARS,
    PLACEBOS,
    REFERENCE,
    Balance,
    BenefitPaths,
    Characteristics,
    Differences,
    EventStudy,
    Money,
    OutcomeCounts,
    Overlap,
    Placebos,
    Pretrends,
    ServiceUse,
)
from tf_linkage.disclosure import propose_release
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count
from tf_linkage.intervals import Z

ALL = "all"

SIDES = ("programme", "comparison")

COMPARED = [name for name in EVENT_HALF_YEARS if name != REFERENCE]
"""Half-years that the event study holds against its reference."""

LIKELY = {"0.4-0.5": 120, "0.5-0.6": 180}
"""Families of each group by band of the propensity."""

KINDS = {"three problems": "problems", "four problems or more": "problems"}

USING = (40, 120, 90, 30, 3)
"""Families by the number of services they used: with four, too few to be shown."""


def margins(cells: Mapping[tuple[int, int], int], grid: float) -> System:
    """A table of counts with its margins, rounded to a grid when shown; small counts are sensitive."""
    rows, columns = (sorted({cell[way] for cell in cells}) for way in (0, 1))
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []

    def add(key: Key, value: int, cost: float) -> None:
        need = open_count(value) if few(value, value) else None
        quantities[key] = Quantity(value, grid, need, least=10, cost=cost)

    for (i, j), value in cells.items():
        add((str(i), str(j)), value, 1)
    for i in rows:
        add((str(i), ALL), sum(cells[i, j] for j in columns), 2)
        relations.append(Relation(((str(i), ALL),), tuple((str(i), str(j)) for j in columns)))
    for j in columns:
        add((ALL, str(j)), sum(cells[i, j] for i in rows), 2)
        relations.append(Relation(((ALL, str(j)),), tuple((str(i), str(j)) for i in rows)))
    add((ALL, ALL), sum(cells.values()), 4)
    relations.append(Relation(((ALL, ALL),), tuple((str(i), ALL) for i in rows)))
    return System(quantities, relations)


def random_margins(seed: int, rows: int, columns: int, grid: float, mean: float = 25) -> System:
    """Such a table with counts drawn at random, many of them small."""
    rng = random.Random(seed)
    cells = {at: int(rng.expovariate(1 / mean)) for at in itertools.product(range(rows), range(columns))}
    return margins(cells, grid)


def primary_alone(system: System) -> set[Key]:
    """What a table shows from which sensitive numbers alone are withheld: the control of every attack."""
    return {key for key, quantity in system.quantities.items() if quantity.grid and quantity.need is None}


def counts(cells: Mapping[tuple[str, ...], tuple[int, int]], *, size: int = 3) -> pl.DataFrame:
    """`OutcomeCounts` from families and families with, by unit, outcome, group, window and region.

    Args:
        cells: families, and those with the outcome, of each cell; the totals over regions are added.
        size: people in a family; one of them has the outcome.
    """
    everywhere: dict[tuple[str, ...], tuple[int, int]] = {}
    for (*cell, _), (families, having) in cells.items():
        before = everywhere.get((*cell, ALL_REGIONS), (0, 0))
        everywhere[*cell, ALL_REGIONS] = (before[0] + families, before[1] + having)
    rows = [
        dict(zip(["unit", "outcome", "study_group", "window", "region"], cell, strict=True))
        | {"people": size * families, "families": families, "people_with": having, "families_with": having}
        | {"share": having / families, "low": 0.0, "high": 1.0, "design_effect": 1.0}
        for cell, (families, having) in (everywhere | dict(cells)).items()
    ]
    return pl.DataFrame(rows).cast(pl.Schema(schema_of(OutcomeCounts)))


def estimates(frame: pl.DataFrame) -> dict[str, pl.LazyFrame]:
    """The estimates that go with such counts: of each cell for all regions, the weighted difference."""
    everywhere = frame.with_columns(pl.selectors.enum().cast(pl.String)).filter(pl.col("region") == ALL_REGIONS)
    cell = ["outcome", "unit", "window"]
    sides = [
        everywhere.filter(pl.col("study_group") == side).select(
            *cell,
            pl.col("share").alias(side),
            pl.col("families").alias(f"{side}_families"),
            pl.col("people").alias(f"{side}_people"),
            pl.col("families_with").alias(f"{side}_families_with"),
        )
        for side in ("programme", "comparison")
    ]
    both = sides[0].join(sides[1], on=cell).sort(cell)
    schema = pl.Schema(schema_of(Differences))
    compared = both.with_columns(
        measure=pl.lit("difference in share"),
        method=pl.lit("weighted"),
        role=pl.lit("exploratory"),
        estimate=pl.col("programme") - pl.col("comparison"),
        standard_error=pl.lit(0.02),
        effective_families=pl.col("comparison_families").cast(pl.Float64),
    ).with_columns(low=pl.col("estimate") - 0.04, high=pl.col("estimate") + 0.04)
    of_linkage = [pl.lit(None).alias(name) for name in schema.names() if name not in compared.columns]
    spent = {("benefits", side, "year before"): [0] * 100 + [1000] * 200 for side in ("programme", "comparison")}
    return {
        "outcome_counts": frame.lazy(),
        "differences": compared.with_columns(of_linkage).select(schema.names()).cast(schema).lazy(),
        "money": costs(spent).lazy(),
        "benefit_paths": paths({("out of work", "working", "programme", "1-6 months after"): (80, 70)}).lazy(),
        "service_use": services({("programme", "1-6 months after"): USING}).lazy(),
        "characteristics": characteristics({("crime", side): (300, 120) for side in SIDES}).lazy(),
        "overlap": overlap({(band, side): n for band, n in LIKELY.items() for side in SIDES}).lazy(),
        "balance": balance({"crime": (0.4, 0.4, 0.0)}).lazy(),
        "placebos": placebos({(window, ALL_TOGETHER): (1.2, 0.05, 60) for window in PLACEBOS}).lazy(),
        "event_study": event_study({(name, ALL_TOGETHER): (1.1, 0.05, 60) for name in COMPARED}).lazy(),
        "pretrends": pretrends({ALL_TOGETHER: (1.05, 0.05, 0.3, 60)}).lazy(),
        "subgroups": subgroups({("conviction", "problem", "crime"): (1.1, 60)}).lazy(),
    }


def characteristics(cells: Mapping[tuple[str, str], tuple[int, int]], *, size: int = 3) -> pl.DataFrame:
    """`Characteristics` from families and those that have it, by name and group."""
    rows = [
        {"characteristic": name, "study_group": group, "kind": KINDS.get(name, name), "families": families,
         "people": size * families, "families_with": some, "people_with": size * some}
        for (name, group), (families, some) in cells.items()
    ]  # fmt: skip
    schema = pl.Schema(schema_of(Characteristics))
    return pl.DataFrame(rows).select(schema.names()).cast(schema)


def overlap(cells: Mapping[tuple[str, str], int], *, size: int = 3) -> pl.DataFrame:
    """`Overlap` from families by band of the propensity and group."""
    rows = [
        {"propensity": band, "study_group": group, "families": n, "people": size * n, "weighted": float(n)}
        for (band, group), n in cells.items()
    ]
    return pl.DataFrame(rows).cast(pl.Schema(schema_of(Overlap)))


def balance(covariates: Mapping[str, tuple[float, float, float]]) -> pl.DataFrame:
    """`Balance` from the share in each group and the weighted difference, by covariate."""
    rows = [
        {"covariate": name, "programme": on, "comparison": off, "comparison_weighted": on, "families_with": 100,
         "spread": 0.5, "difference_before": (on - off) / 0.5, "difference_after": after}
        for name, (on, off, after) in covariates.items()
    ]  # fmt: skip
    return pl.DataFrame(rows).cast(pl.Schema(schema_of(Balance)))


def placebos(cells: Mapping[tuple[str, str], tuple[float, float, int]], *, families: int = 300) -> pl.DataFrame:
    """`Placebos` from ratio, standard error and families with it on each side, by window and outcome."""
    sides = ("programme", "comparison")
    rows = [
        {"window": window, "outcome": outcome, "estimate": ratio, "standard_error": error,
         "low": ratio * math.exp(-Z * error), "high": ratio * math.exp(Z * error), "detectable": 1.1,
         "effective_families": float(families),
         **{f"{side}_families": families for side in sides}, **{f"{side}_people": 3 * families for side in sides},
         **{f"{side}_families_with": having for side in sides}}
        for (window, outcome), (ratio, error, having) in cells.items()
    ]  # fmt: skip
    schema = pl.Schema(schema_of(Placebos))
    return pl.DataFrame(rows).select(schema.names()).cast(schema) if rows else pl.DataFrame(schema=schema)


def _sides(having: int, families: int) -> dict[str, float]:
    return {
        "effective_families": float(families),
        **{f"{side}_families": families for side in SIDES},
        **{f"{side}_people": 3 * families for side in SIDES},
        **{f"{side}_families_with": having for side in SIDES},
    }


def event_study(cells: Mapping[tuple[str, str], tuple[float, float, int]], *, families: int = 300) -> pl.DataFrame:
    """`EventStudy` from ratio, standard error and families with it on each side, by half-year and outcome."""
    rows = [
        {"half_year": name, "outcome": outcome, "estimate": ratio, "standard_error": error,
         "low": ratio * math.exp(-Z * error), "high": ratio * math.exp(Z * error),
         "band_low": ratio * math.exp(-2.7 * error), "band_high": ratio * math.exp(2.7 * error),
         **_sides(having, families)}
        for (name, outcome), (ratio, error, having) in cells.items()
    ]  # fmt: skip
    schema = pl.Schema(schema_of(EventStudy))
    return pl.DataFrame(rows).select(schema.names()).cast(schema) if rows else pl.DataFrame(schema=schema)


def pretrends(cells: Mapping[str, tuple[float, float, float, int]], *, families: int = 300) -> pl.DataFrame:
    """`Pretrends` from slope, standard error, p-value and families with it on each side, by outcome."""
    rows = [
        {"outcome": outcome, "slope": slope, "standard_error": error, "p_joint": p,
         "low": slope * math.exp(-Z * error), "high": slope * math.exp(Z * error),
         "detectable": math.exp(2.8 * error), "carried": math.exp(2.8 * 2.75 * error), **_sides(having, families)}
        for outcome, (slope, error, p, having) in cells.items()
    ]  # fmt: skip
    schema = pl.Schema(schema_of(Pretrends))
    return pl.DataFrame(rows).select(schema.names()).cast(schema) if rows else pl.DataFrame(schema=schema)


def paths(cells: Mapping[tuple[str, str, str, str], tuple[int, int]]) -> pl.DataFrame:
    """`BenefitPaths` from adults and their families, by state before, state after, group and window."""
    key = ["from_state", "to_state", "study_group", "window"]
    rows = [
        dict(zip(key, cell, strict=True)) | {"people": people, "families": families}
        | {"share": 0.5, "low": 0.0, "high": 1.0}
        for cell, (people, families) in cells.items()
    ]  # fmt: skip
    return pl.DataFrame(rows).cast(pl.Schema(schema_of(BenefitPaths)))


def services(cells: Mapping[tuple[str, str], Sequence[int]], *, size: int = 3) -> pl.DataFrame:
    """`ServiceUse` from families by the number of services they used, by group and window."""
    rows = [
        {"services": n, "study_group": group, "window": window, "families": some, "people": size * some}
        | {"share": some / max(1, sum(counts)), "low": 0.0, "high": 1.0}
        for (group, window), counts in cells.items()
        for n, some in enumerate(counts)
    ]
    return pl.DataFrame(rows).cast(pl.Schema(schema_of(ServiceUse)))


def costs(cells: Mapping[tuple[str, str, str], Sequence[float]]) -> pl.DataFrame:
    """`Money` from what each family cost, by theme, group and window; two people of each family have the cost."""
    rows = []
    for (theme, group, window), pounds in cells.items():
        n, mean = len(pounds), sum(pounds) / len(pounds)
        error = (sum((each - mean) ** 2 for each in pounds) / (n - 1) / n) ** 0.5
        first, second = sorted(pounds, reverse=True)[:2]
        having = sum(each > 0 for each in pounds)
        rows.append(
            {"theme": theme, "study_group": group, "window": window, "families": n, "families_with": having,
             "people_with": 2 * having, "pounds": float(sum(pounds)), "largest": float(first),
             "second_largest": float(second), "mean": mean, "low": mean - Z * error,
             "high": mean + Z * error}
        )  # fmt: skip
    return pl.DataFrame(rows).cast(pl.Schema(schema_of(Money)))


def random_counts(seed: int, families: int) -> dict[tuple[str, ...], tuple[int, int]]:
    """Cells of two outcomes, one within the other, in every window, group and region: nested, rare and common."""
    rng = random.Random(seed)
    cells: dict[tuple[str, ...], tuple[int, int]] = {}
    for group, region in itertools.product(("programme", "comparison"), ("London", "North", "South")):
        size = rng.randint(families // 2, families)
        rate, share = rng.choice([0.02, 0.1, 0.4]), rng.choice([0.1, 0.5, 1.0])
        for first_window, window in enumerate(ALL_WINDOWS):
            left = 0 if group == "programme" or first_window < 5 else rng.randint(0, 3)
            size = max(size - left, 1)
            length = (ALL_WINDOWS[window][1] - ALL_WINDOWS[window][0]) / 12
            convicted = min(size, round(size * min(1.0, rate * length * rng.uniform(0.8, 1.2))))
            cells["family", "conviction", group, window, region] = (size, convicted)
            cells["family", "custody", group, window, region] = (size, round(convicted * share))
    return cells


def published(**claiming: int) -> dict[str, pl.DataFrame]:
    """A release in which so many of 600 families claim, before and two years on, with costs."""
    cells = {
        ("family", "out_of_work_benefit", side, window, "North"): (600, claiming[when])
        for side in SIDES for when, window in (("before", "1-6 months before"), ("after", list(HALF_YEARS)[-1]))
    }  # fmt: skip
    convicted = {("family", "conviction", side, "year before", "North"): (600, 60) for side in SIDES}
    made = estimates(counts(cells | convicted))
    spent = {("benefits", side, "24 months after"): [0.0] * 100 + [4_000.0] * 300 for side in SIDES}
    spent["the programme", "programme", "24 months after"] = [2_300.0] * 400
    made["money"] = costs(spent).lazy()
    return {name: plain(table) for name, table in propose_release(made).items()}
