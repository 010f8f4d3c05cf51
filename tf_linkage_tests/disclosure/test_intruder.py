"""The intruder: who knows a household's make-up, and has the whole population, finds nobody better than one in ten.

Each attack has its control: on the tables before they were made coarser, the same attack succeeds.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import research
from tf_linkage.contracts.ladders import STEPS, emptiness_tells, shown_labels, steps_of
from tf_linkage.study import COUNCILS, REGIONS

CHANCE = 1 / 10


@pytest.fixture(scope="module")
def finest(rehearsed: Rehearsed) -> dict[str, pl.DataFrame]:
    """The tables before they were made coarser."""
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    known = research.study_tables(linked_set)
    made = {
        "people": research.people(known.linked_people, known.attributes, REGIONS),
        "families": research.families(known.linked_people, known.attributes, REGIONS),
        "family_outcomes": research.outcomes_of_families(
            known.linked_people, known.attributes, known.returns, REGIONS
        ),
    }
    return {name: table.with_columns(labels(name)).collect() for name, table in made.items()}


@pytest.fixture(scope="module")
def released(rehearsed: Rehearsed) -> dict[str, pl.DataFrame]:
    tables = {}
    for name in STEPS:
        stored = rehearsed.research(name)
        assert isinstance(stored, pl.LazyFrame)
        tables[name] = stored.with_columns(labels(name)).collect()
    return tables


def labels(name: str) -> list[pl.Expr]:
    """What a table shows of each column that somebody may know, beside its own columns."""
    return [label.alias(f"shown {column}") for column, label in shown_labels(name).items()]


def best_guess(name: str, target: dict[str, object], table: pl.DataFrame) -> float:
    """The chance with which an intruder picks the right row for a target whose finest row he knows by heart.

    He reads from the table on which steps it stands, looks for the rows that show what he knows on these steps, and
    takes one of them; where there is none his target was withheld, and he takes one of the withheld rows.
    """
    steps, ladders = steps_of(name, table.lazy()), STEPS[name]
    shown = {column: next(step for step in ladders[column] if step.name == steps[column]) for column in ladders}
    sought = {column: step.label(_text(target[f"shown {column}"])) for column, step in shown.items()}
    like = [pl.col(f"shown {column}").eq_missing(pl.lit(label, pl.String)) for column, label in sought.items()]
    like += [pl.col(column).is_null() == (target[column] is None) for column in emptiness_tells(name)]
    found = table.filter(like)
    if found.is_empty():
        found = table.filter(pl.col(f"shown {column}").is_null() for column in ladders)
    reference = table.columns[0]
    right = target[reference] in set(found[reference])
    return 1 / found.height if right else 0.0


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@pytest.mark.parametrize("name", STEPS)
def test_whoever_knows_a_row_by_heart_finds_it_no_better_than_one_in_ten(
    name: str, finest: dict[str, pl.DataFrame], released: dict[str, pl.DataFrame]
) -> None:
    guesses = [best_guess(name, target, released[name]) for target in finest[name].iter_rows(named=True)]
    assert max(guesses) <= CHANCE
    control = [best_guess(name, target, finest[name]) for target in finest[name].iter_rows(named=True)]
    assert max(control) == 1
    assert sum(control) > 3 * sum(guesses)


def households(rehearsed: Rehearsed, on: dt.date) -> pl.DataFrame:
    """Every household of the simulated population with a child, as a neighbour sees it on a day."""
    people = rehearsed.store.read(["population", "people"])
    assert isinstance(people, dict)
    day = (on - dt.date(1970, 1, 1)).days
    present = (
        (pl.col("birth") <= day)
        & (pl.col("death") > day)
        & (pl.col("arrived") <= day)
        & (pl.col("emigrated") > day)
        & (pl.col("joined") <= day)
        & (pl.col("left") > day)
    )
    age = ((day - pl.col("birth")) / 365.25).floor()
    council = pl.col("slot").replace_strict(dict(enumerate(COUNCILS)), return_dtype=pl.String)
    child = pl.col("age") < 18
    return (
        people["people"]
        .filter(present)
        .select("family", region=council.replace_strict(REGIONS, return_dtype=pl.String), age=age)
        .group_by("family")
        .agg(
            pl.col("region").first(),
            adults=(~child).sum().clip(upper_bound=2),
            children=child.sum().clip(upper_bound=3),
            youngest=pl.col("age").filter(child).min(),
        )
        .filter(pl.col("children") > 0)
        .select(
            "region",
            adults=pl.col("adults").replace_strict({0: "0", 1: "1", 2: "2+"}, return_dtype=pl.String),
            children=pl.col("children").replace_strict({1: "1", 2: "2", 3: "3+"}, return_dtype=pl.String),
            youngest=pl.when(pl.col("youngest") < 5)
            .then(pl.lit("0-4"))
            .when(pl.col("youngest") < 11)
            .then(pl.lit("5-10"))
            .otherwise(pl.lit("11-17")),
        )
        .collect()
    )


def candidates(known: pl.DataFrame, table: pl.DataFrame) -> pl.Series:
    """For each household of the population, how many rows of the families' table might be it."""
    steps, ladders = steps_of("families", table.lazy()), STEPS["families"]
    shown = {c: next(step for step in ladders[c] if step.name == steps[c]) for c in known.columns}
    on_steps = known.with_columns(step.of(pl.col(column)) for column, step in shown.items())
    rows = table.group_by(pl.col(column).cast(pl.String) for column in shown).len()
    return on_steps.join(rows, on=list(shown), how="left", nulls_equal=True)["len"].fill_null(0)


@pytest.mark.parametrize("year", [2016, 2020])
def test_nobody_of_the_whole_population_is_one_of_fewer_than_ten_rows(
    rehearsed: Rehearsed, finest: dict[str, pl.DataFrame], released: dict[str, pl.DataFrame], year: int
) -> None:
    """The intruder has every household of the councils in the study, and tries each of them."""
    population = households(rehearsed, dt.date(year, 3, 31))
    assert population.height > 900
    found = candidates(population, released["families"])
    assert (found >= 10).sum() > population.height / 2, "most households find rows like them"
    assert ((found == 0) | (found >= 10)).all()
    control = candidates(population, finest["families"])
    assert ((control > 0) & (control < 10)).sum() > population.height / 4
    assert (control == 1).any()


def test_what_is_known_of_make_up_is_gone_from_what_is_withheld(released: dict[str, pl.DataFrame]) -> None:
    table = released["families"]
    withheld = table.filter(pl.col(column).is_null() for column in STEPS["families"])
    assert 10 <= withheld.height < table.height / 5
    for column in emptiness_tells("families"):
        assert withheld[column].null_count() == withheld.height
