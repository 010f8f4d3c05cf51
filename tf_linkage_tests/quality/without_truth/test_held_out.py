"""What posteriors are worth by a number held back: by hand, where they are off, and where nothing can be said."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.quality.without_truth.held_out import FEWEST, by_posterior, held_out_pairs, refit


def pairs(
    seed: int, doubtful: int, level: float, slope: float, *, sure: int = 2_000, agreeing: float = 0.98
) -> pl.DataFrame:
    """Pairs of which each is of one person with the chance that its logit, moved and multiplied, tells."""
    rng = np.random.default_rng(seed)
    logit = rng.uniform(-2.5, 5.0, doubtful)
    right = rng.random(doubtful) < 1 / (1 + np.exp(-(level + slope * logit)))
    posterior = np.concatenate([1 / (1 + np.exp(-logit)), np.full(sure, 0.9999)])
    agrees = np.concatenate([right & (rng.random(doubtful) < agreeing), rng.random(sure) < agreeing])
    return pl.DataFrame(
        {"ref": [f"{i:06}" for i in range(len(posterior))], "match_probability": posterior, "agrees": agrees}
    )


def test_pairs_hold_the_number_on_both_sides() -> None:
    request = pl.DataFrame({"ref": ["a", "b", "c"], "number": ["1", "2", None]})
    register = pl.DataFrame({"key": ["x", "x", "y", "z"], "number": ["9", "1", None, "3"]})
    made = pl.DataFrame(
        {"ref": ["a", "b", "b", "c"], "key": ["x", "y", "z", "x"], "match_probability": [0.9, 0.8, 0.7, 0.6]}
    )
    found = held_out_pairs(request, register, made)
    assert found.rows() == [("a", 0.9, True), ("b", 0.7, False)], "a record with two rows holds both numbers"


def test_bands_by_hand() -> None:
    """40 pairs between .5 and .9 of which 30 agree, and of the surest 9 in ten: 30 of 36 that are of one person."""
    told = pl.DataFrame(
        {"ref": [f"{i}" for i in range(140)], "match_probability": [0.7] * 40 + [0.9999] * 100,
         "agrees": [i < 30 for i in range(40)] + [i < 90 for i in range(100)]}
    )  # fmt: skip
    expected, row = by_posterior(told).iter_rows(named=True)
    assert (expected["measure"], row["measure"]) == ("held_out_expected", "held_out_share")
    assert (row["level"], row["numerator"], row["denominator"]) == ("0.5 to 0.9", 30, 40)
    assert expected["value"] == pytest.approx(0.7)
    assert row["value"] == pytest.approx(30 / 40 / 0.9)
    assert row["low"] < row["value"] < row["high"] <= 1
    assert by_posterior(told.head(40)).is_empty(), "without sure pairs nobody knows how many numbers are wrong"
    assert by_posterior(told.filter(pl.col("ref").cast(pl.Int64) >= 31)).is_empty(), "nine are too few"


@pytest.mark.parametrize(("level", "slope"), [(0.0, 1.0), (1.5, 0.6), (-1.0, 1.2)])
def test_its_interval_holds_what_posteriors_are_worth(level: float, slope: float) -> None:
    """Of 100 runs, 88 or fewer at 95% come less than once in two hundred times; sandwich and refit together."""
    held, told = 0, 0
    true = 1 / (1 + np.exp(-level))
    for seed in range(100):
        found = refit(pairs(seed, 400, level, slope))
        assert found is not None
        _, low, high = found.worth(0.5)
        held += low <= true <= high
        told += found.worth(0.2)[0] < found.worth(0.8)[0]
    assert held >= 89
    assert told == 100


def test_posteriors_that_hold_are_left_as_they_are_and_others_are_moved() -> None:
    right, timid = refit(pairs(1, 5_000, 0.0, 1.0)), refit(pairs(1, 5_000, 1.5, 1.0))
    assert right is not None
    assert timid is not None
    assert right.even == pytest.approx(0.5, abs=0.06)
    assert timid.worth(0.3)[1] > 0.3, "the review band is of one person oftener than it says"
    assert timid.even == pytest.approx(1 / (1 + np.exp(1.5)), abs=0.06)
    # Numbers that are written down wrongly are no sign of two people: without the share of the surest it would be.
    assert right.agreeing == pytest.approx(0.98, abs=0.01)
    wrong = refit(pairs(1, 5_000, 0.0, 1.0, agreeing=0.8))
    assert wrong is not None
    assert wrong.worth(0.9)[0] == pytest.approx(0.9, abs=0.04)


def test_nothing_is_refitted_where_nothing_tells() -> None:
    assert refit(pairs(1, FEWEST - 1, 0.0, 1.0)) is None, "too few in doubt"
    assert refit(pairs(1, 400, 0.0, 1.0, sure=10)) is None, "too few sure"
    assert refit(pairs(1, 400, 9.0, 0.0)) is None, "hardly any that does not agree"
    assert refit(pairs(2, 60, 1.0, 0.0)) is None, "a higher posterior tells nothing"
