"""How many people or families look alike in a table: in the sample, and in the population where that is known.

Classes of rows that somebody outside cannot tell apart, the counts behind them, and the rule that they have to
pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.ladders import COUNTED, REFERENCES, STEPS, Step, emptiness_tells, shown_labels, steps_of

ROWS, POPULATION, PATTERN = "rows", "population", "cells_empty"

CHILDREN_ALONE = "looked_after_year_before"
"""A cell that is empty of every family without a child."""


@dataclass(frozen=True)
class Rule:
    """How many must look alike.

    Attributes:
        known: in the sample, and in the population, where the population is known.
        alone: in the sample, where it is not.
    """

    known: int = 10
    alone: int = 20

    def kept(self) -> pl.Expr:
        """Whether a class passes, from its `rows` and its `population` (null where that is not known)."""
        rows, population = pl.col(ROWS), pl.col(POPULATION)
        return (
            pl.when(population.is_null())
            .then(rows >= self.alone)
            .otherwise((rows >= self.known) & (population >= self.known))
        )

    def least(self, *, population_known: bool) -> int:
        """Fewest rows of a class."""
        return self.known if population_known else self.alone


RULE = Rule()
"""Ten is the threshold of the Secure Research Service for counts; twenty where the population behind them is not
known is our choice: a sample of one in two hides a family among as many as ten do where it is known."""


def sample_classes(name: str, table: pl.LazyFrame, sensitive: pl.LazyFrame | None = None) -> pl.DataFrame:
    """Classes of rows that share every column of `ladders.STEPS` and the same empty cells.

    Args:
        name: of the table.
        table: that table, on whatever steps.
        sensitive: flags by the table's reference; of each class as many rows have it as its column then says.

    Returns:
        One row for each class: the columns as text, `cells_empty`, `rows`, and the counts of the flags; in their
        own order.
    """
    reference, flags = REFERENCES[name], []
    labelled = table.select(reference, *shown_labels(name).values(), empty_cells(name))
    if sensitive is not None:
        flags = [column for column in sensitive.collect_schema() if column != reference]
        labelled = labelled.join(sensitive, on=reference, how="left")
    columns = [*STEPS[name], PATTERN]
    return (
        labelled.group_by(columns)
        .agg(pl.len().cast(pl.Int64).alias(ROWS), *(pl.col(flag).sum().cast(pl.Int64) for flag in flags))
        .sort(columns, nulls_last=True)
        .collect()
    )


def empty_cells(name: str) -> pl.Expr:
    """Which of the cells are empty whose emptiness tells of a family's make-up, as text."""
    released = emptiness_tells(name)
    if not released:
        return pl.lit("").alias(PATTERN)
    return pl.concat_str(pl.col(column).is_null().cast(pl.Int8) for column in released).alias(PATTERN)


def counted_by_cells(name: str, cells: str) -> bool:
    """Whether families of these empty cells are among those that the population counts: families with children."""
    told = emptiness_tells(name)
    return CHILDREN_ALONE not in told or cells[told.index(CHILDREN_ALONE)] == "0"


def population_classes(name: str, counts: pl.LazyFrame, regions: Mapping[str, str]) -> pl.DataFrame:
    """The population in the same words, on the finest steps: families with children, or the children themselves.

    Args:
        name: of the table.
        counts: `contracts.handovers.population_counts.PopulationCounts`.
        regions: region by council.

    Returns:
        The columns that the population knows, as text, and `population`.
    """
    region = pl.col("la_code").replace_strict(list(regions), list(regions.values()), return_dtype=pl.String)
    named = counts.with_columns(region=region, child=pl.col("children_ages").str.split(" "))
    if name == "family_outcomes":
        found = named.select("region", population=pl.col("families").cast(pl.Int64))
    elif name == "families":
        age = pl.col("child").list.first().str.slice(1).cast(pl.Int32)
        found = named.select(
            "region",
            adults=_banded(pl.col("adults"), bands.ADULTS),
            children=_banded(pl.col("children"), bands.CHILDREN),
            youngest=_aged(age),
            population=pl.col("families").cast(pl.Int64),
        )
    else:
        child = pl.col("child")
        found = named.explode("child").select(
            "region",
            age_band=_aged(child.str.slice(1).cast(pl.Int32)),
            gender=child.str.slice(0, 1).replace_strict({"f": "female", "m": "male"}, return_dtype=pl.String),
            population=pl.col("families").cast(pl.Int64),
        )
    columns = [column for column in found.collect_schema() if column != POPULATION]
    return found.group_by(columns).agg(pl.col(POPULATION).sum()).sort(columns).collect()


def _banded(number: pl.Expr, labels: tuple[str, ...]) -> pl.Expr:
    last = len(labels) - 1
    return number.clip(upper_bound=last).replace_strict(list(range(last + 1)), list(labels), return_dtype=pl.String)


def _aged(age: pl.Expr) -> pl.Expr:
    labels = {year: next(label for label, last in bands.AGE_BANDS.items() if year <= last) for year in range(18)}
    return age.replace_strict(list(labels), list(labels.values()), return_dtype=pl.String)


def classes_on(
    name: str, ladders: Mapping[str, Step], sample: pl.DataFrame, population: pl.DataFrame | None
) -> pl.DataFrame:
    """Classes on given, coarser steps.

    Args:
        name: of the table.
        ladders: the step of each column.
        sample: `sample_classes` on the finest steps.
        population: `population_classes`, or None where nobody has counted the population.

    Returns:
        One row for each class: the columns, `cells_empty`, `rows`, and `population`: null where it is not known
        because nobody counted it or because it counts families with children and this class has none.
    """
    keys = [*ladders, PATTERN]
    found = (
        sample.with_columns(step.of(pl.col(column)) for column, step in ladders.items())
        .group_by(keys)
        .agg(pl.col(ROWS).sum())
    )
    if population is None:
        return found.with_columns(pl.lit(None, pl.Int64).alias(POPULATION)).sort(keys, nulls_last=True)
    shared = [column for column in ladders if column in population.columns]
    cells = [each for each in found[PATTERN].unique(maintain_order=True) if counted_by_cells(name, each)]
    counted = (
        population.with_columns(ladders[column].of(pl.col(column)) for column in shared)
        .group_by(shared)
        .agg(pl.col(POPULATION).sum())
    )
    known = pl.all_horizontal(
        pl.col(PATTERN).is_in(cells),
        *(pl.col(column).is_in(sorted(COUNTED[column])).fill_null(value=False)
          for column in shared if column in COUNTED and ladders[column].shows),
    )  # fmt: skip
    return (
        found.join(counted, on=shared, how="left", nulls_equal=True)
        .with_columns(pl.when(known).then(pl.col(POPULATION).fill_null(0)))
        .sort(keys, nulls_last=True)
    )


def released_classes(name: str, table: pl.LazyFrame, population: pl.DataFrame | None) -> pl.DataFrame:
    """Classes of a table as it was released, by counting its rows: the gate's own view of it.

    The steps are read from the table. Rows that were withheld (every column empty that is shown elsewhere) form
    one class; as they show nothing, everybody counted is like them.

    Returns:
        As `classes_on`, with `withheld`.
    """
    named = steps_of(name, table)
    steps = {column: next(step for step in ladder if step.name == named[column])
             for column, ladder in STEPS[name].items()}  # fmt: skip
    # On a table that was made coarser the steps change nothing; they only lay the population next to it.
    found = classes_on(name, steps, sample_classes(name, table), population)
    shown = [column for column, step in steps.items() if step.shows]
    told = len(emptiness_tells(name))
    # Where nothing is shown of anybody, a withheld row is one of which no cell is filled.
    blank = pl.col(PATTERN) == "1" * told if told else pl.lit(value=False)
    withheld = pl.all_horizontal(pl.col(shown).is_null()) if shown else blank
    everybody = None if population is None else int(population[POPULATION].sum())
    return found.with_columns(withheld.alias("withheld")).with_columns(
        pl.when("withheld").then(pl.lit(everybody, pl.Int64)).otherwise(pl.col(POPULATION)).alias(POPULATION)
    )


def risk_table(classes: pl.DataFrame, rule: Rule = RULE) -> dict[str, int]:
    """The figures of a table's risk, from its classes.

    Returns:
        Rows, classes, rows that are alone in their class, rows in classes below the rule, the smallest class in
        the sample and, where known, in the population.
    """
    rows = classes[ROWS]
    below = classes.filter(~rule.kept())
    known = classes[POPULATION].drop_nulls()
    return {
        "rows": int(rows.sum()),
        "classes": classes.height,
        "rows alone in their class": int(classes.filter(pl.col(ROWS) == 1)[ROWS].sum()),
        "rows in classes below the rule": int(below[ROWS].sum()),
        "smallest class in the sample": _least(rows),
        "smallest class in the population": _least(known),
        "rows whose population is not known": int(classes.filter(pl.col(POPULATION).is_null())[ROWS].sum()),
    }


def _least(counts: pl.Series) -> int:
    least = counts.min()
    return int(least) if isinstance(least, int) else 0
