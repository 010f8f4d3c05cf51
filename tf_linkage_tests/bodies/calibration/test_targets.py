"""The world is held to published figures, and a world that misses them is caught."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from tf_linkage import bodies
from tf_linkage.bodies.calibration import targets as calibration
from tf_linkage.bodies.calibration.predictions import predictions
from tf_linkage.bodies.calibration.targets import calibrate, disagreement_by_community
from tf_linkage.bodies.recording.error_rates import ERROR_RATES, error_table
from tf_linkage.contracts.registry import DEPARTMENTS, extract_tables
from tf_linkage.contracts.truth import COMMUNITIES
from tf_linkage.population import Settings, simulate

COUNCILS = ("E09000012", "E08000003", "E06000010", "E08000032", "E10000016")
SETTINGS = Settings(seed=2015, families=1_000, population=80_000, councils=COUNCILS)


def _extracts(population, settings) -> dict[str, pl.LazyFrame]:
    tables = {"council_cohort": bodies.council.cohort(population, settings)}
    for name, department in DEPARTMENTS.items():
        body = getattr(bodies, name)
        tables[f"{name}_{department.people[0]}"] = body.people(population, settings)
        tables |= {f"{name}_{history}": table for history, table in body.histories(population, settings).items()}
    return tables


@pytest.fixture(scope="module")
def world():
    population = simulate(SETTINGS)
    return population, _extracts(population, SETTINGS), bodies.truth(population, SETTINGS)


@pytest.fixture(scope="module")
def calibrated(world) -> pl.DataFrame:
    return calibrate(*world, SETTINGS)


def test_every_target_is_met(calibrated) -> None:
    assert len(calibrated) == len(calibration.TARGETS)
    assert calibrated["target"].is_unique().all()
    missed = calibrated.filter(~pl.col("passed"))
    assert missed.rows() == []


def test_most_targets_rest_on_enough_people(calibrated) -> None:
    assert (calibrated["observations"] >= 30).mean() > 0.95


def test_a_wrong_world_misses_its_targets(world) -> None:
    """With noise four times as loud, disagreement between sources leaves its published range."""
    population, _, _ = world
    loud = dataclasses.replace(SETTINGS, noise_multiplier=4.0)
    frame = calibrate(population, _extracts(population, loud), bodies.truth(population, loud), loud)
    missed = set(frame.filter(~pl.col("passed"))["target"])
    assert "surname, council and DWP disagree" in missed
    assert "out of date address in DWP" in missed
    assert "lone parents among families with children" not in missed


def test_disagreement_is_shown_by_community_beside_the_published_figure(world) -> None:
    _, extracts, truth = world
    frame = disagreement_by_community(extracts, truth)
    assert set(frame["community"]) == set(COMMUNITIES)
    surname = frame.filter((pl.col("field") == "surname") & (pl.col("bodies") == "council and dwp"))
    assert surname["published"].to_list() == [0.18] * len(surname)
    assert frame["disagree"].is_between(0, 1).all()


def test_the_extracts_are_those_of_the_registry(world) -> None:
    assert set(world[1]) == set(extract_tables())


def test_every_error_rate_and_prediction_has_its_source() -> None:
    table = error_table()
    assert len(table) == len(ERROR_RATES)
    assert (table["source"].str.len_chars() > 0).all()
    assert (predictions()["source"].str.len_chars() >= 10).all()
    assert not set(predictions()["linkage"]) & {target.name for target in calibration.TARGETS}
