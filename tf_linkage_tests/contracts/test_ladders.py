"""The steps of the ladders agree with the contracts, and can be read back from a released table."""

from __future__ import annotations

import itertools

import polars as pl
import pytest

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.ladders import NUMBER, REFERENCES, SIX_FLAGS, STEPS, emptiness_tells, steps_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES

FINEST = {
    "region": ["London", "North"],
    "start_year": ["2015-16", "2016-17"],
    "age_band": ["0-4", "5-10", "11-17", "18-24", "25-44", "45+", None],
    "gender": ["male", "female", None],
    "study_group": ["programme", "comparison"],
    "service_received": ["true", "false"],
    "adults": ["0", "1", "2+"],
    "children": ["0", "1", "2", "3+"],
    "youngest": ["0-4", "5-10", "11-17", None],
}


LISTS = ["".join(digits) for digits in itertools.product("01", repeat=len(PROBLEMS))]


def finest(name: str) -> pl.LazyFrame:
    """Every label of every column at least once, the six problems as the list of their flags."""
    there = FINEST | {"problems": LISTS}
    most = max(len(labels) for labels in there.values())
    return pl.LazyFrame({column: (there[column] * most)[:most] for column in STEPS[name]})


def as_released(name: str, labels: pl.LazyFrame, shown: str) -> pl.LazyFrame:
    """The table whose rows have these labels: six flags where their list is shown, else none."""
    digits = (
        pl.when(pl.lit(shown == SIX_FLAGS)).then(pl.col("problems").str.slice(at, 1) == "1").alias(problem)
        for at, problem in enumerate(PROBLEMS)
    )
    number = dict(next(step for step in STEPS[name]["problems"] if step.name == NUMBER).merged)
    counted = pl.col("problems").replace(number) if shown == SIX_FLAGS else pl.col("problems")
    return labels.with_columns(digits).with_columns(counted.alias("problems"))


@pytest.mark.parametrize("name", STEPS)
def test_every_quasi_identifier_has_steps_and_nothing_else_has(name: str) -> None:
    quasi = [c.name for c in columns_of(RESEARCH_TABLES[name]) if c.column_class is ColumnClass.QUASI]
    assert sorted(quasi) == sorted([*STEPS[name], *PROBLEMS]), "the six flags are a step of `problems`"


@pytest.mark.parametrize("name", STEPS)
def test_steps_are_the_coarse_end_of_the_contracts_ladder(name: str) -> None:
    for column in columns_of(RESEARCH_TABLES[name]):
        if column.name in STEPS[name]:
            names = tuple(step.name for step in STEPS[name][column.name])
            assert column.ladder[-len(names) :] == names, column.name
            assert column.nullable, "on the last step it is empty"


@pytest.mark.parametrize("name", STEPS)
def test_every_label_of_every_step_is_in_the_contract(name: str) -> None:
    for column in columns_of(RESEARCH_TABLES[name]):
        if isinstance(column.dtype, pl.Enum):
            # The finest step of the problems stands in six columns of their own.
            for step in STEPS[name].get(column.name, ())[column.name == "problems" :]:
                labels = finest(name).select(step.of(pl.col(column.name)).unique()).collect().to_series()
                assert set(labels.drop_nulls()) <= set(column.dtype.categories), (column.name, step.name)


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_of_a_table_are_read_back_from_it(name: str) -> None:
    for steps in itertools.product(*STEPS[name].values()):
        chosen = dict(zip(STEPS[name], steps, strict=True))
        labels = finest(name).with_columns(step.of(pl.col(column)) for column, step in chosen.items())
        table = as_released(name, labels, chosen["problems"].name)
        assert steps_of(name, table) == {column: step.name for column, step in chosen.items()}


def test_a_label_becomes_the_same_one_by_one_and_as_a_column() -> None:
    for name in STEPS:
        for column, ladder in STEPS[name].items():
            for step in ladder:
                labels = FINEST.get(column, LISTS)
                made = pl.DataFrame({column: labels}).with_columns(step.of(pl.col(column)))[column].to_list()
                assert made == [step.label(label) for label in labels]


def test_what_is_empty_without_a_child_counts_with_the_make_up() -> None:
    told = (*emptiness_tells("families"), *emptiness_tells("family_outcomes"))
    assert {"looked_after_year_before", "exclusion_two_years_after", "dfe_found"} <= set(told)
    assert not {"region", "youngest", "persistent_absence_year_before", *REFERENCES.values()} & set(told)
    assert emptiness_tells("people") == ()
