"""The calibration checks: green on what fits, red on what does not, with the target named."""

import dagster as dg
import polars as pl
import pytest

from tf_linkage.defs.assets.calibration import noise_within_tolerance, within_targets


def targets(found: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "target": ["twins"],
            "source": ["a source"],
            "expected": [0.015],
            "tolerance": [0.002],
            "found": [found],
            "observations": [10_000],
            "passed": [abs(found - 0.015) <= 0.002],
        }
    )


def test_a_missed_target_is_red_and_named() -> None:
    assert within_targets(targets(0.016)).passed
    missed = within_targets(targets(0.04))
    assert not missed.passed
    assert missed.severity is dg.AssetCheckSeverity.ERROR
    assert "twins: 0.04, expected 0.015" in (missed.description or "")


def test_noise_chosen_not_to_be_englands_only_warns() -> None:
    assert within_targets(targets(0.04), realistic=False).severity is dg.AssetCheckSeverity.WARN


@pytest.mark.parametrize(("outside", "passed"), [(0, True), (2, True), (3, False)])
def test_more_cells_outside_than_chance_leaves_are_red(outside: int, *, passed: bool) -> None:
    cells = 100
    noise = pl.DataFrame(
        {
            "body": ["dwp"] * cells,
            "kind": ["typo"] * cells,
            "community": ["white british"] * cells,
            "records": [1000] * cells,
            "requested": [0.01] * cells,
            "realised": [0.01] * cells,
            "tolerance": [0.005] * cells,
            "passed": [False] * outside + [True] * (cells - outside),
        }
    )
    assert noise_within_tolerance(noise, errors=1000).passed is passed


@pytest.mark.parametrize(("errors", "passed"), [(0, True), (1, False)])
def test_where_no_error_was_asked_for_none_may_be_there(errors: int, *, passed: bool) -> None:
    found = noise_within_tolerance(pl.DataFrame(), errors)
    assert found.passed is passed
    assert f"{errors} are listed in the truth" in (found.description or "")
