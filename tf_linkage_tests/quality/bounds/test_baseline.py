"""A baseline is kept, and a fall below it is seen."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.outputs.quality import Baseline
from tf_linkage.quality.bounds.baseline import (
    BaselineRefused,
    baseline_of,
    below_baseline,
    read_baseline,
    write_baseline,
)
from tf_linkage.quality.measures.figures import laid_out, shares


def metrics(right: int) -> pl.DataFrame:
    totals = pl.DataFrame({"level": ["all"], "right": [right], "links": [1000]})
    return laid_out({("dwp", "all"): shares(totals, {"precision": ("right", "links")})})


@pytest.fixture
def baseline() -> pl.DataFrame:
    return baseline_of({seed: metrics(right) for seed, right in enumerate((980, 985, 990))})


def test_baseline_by_hand(baseline: pl.DataFrame) -> None:
    Baseline.validate(baseline)
    row = baseline.row(0, named=True)
    assert (row["seeds"], row["mean"], row["least"]) == (3, 0.985, 0.98)
    assert row["spread"] == pytest.approx(0.005)


def test_a_fall_beyond_the_spread_is_seen(baseline: pl.DataFrame) -> None:
    assert below_baseline(metrics(971), baseline).is_empty()  # three spreads below .985 is .970
    fallen = below_baseline(metrics(969), baseline)
    assert fallen.row(0)[:3] == ("dwp", "precision", 0.969)


def test_no_accepted_figure_is_refused() -> None:
    """Nineteen seeds without a false link and one with two: the spread alone would refuse the one."""
    rights = [1000] * 19 + [998]
    accepted = baseline_of({seed: metrics(right) for seed, right in enumerate(rights)})
    row = accepted.row(0, named=True)
    assert row["mean"] - 3 * row["spread"] > 0.998
    assert below_baseline(metrics(998), accepted).is_empty()
    assert below_baseline(metrics(997), accepted).row(0)[:3] == ("dwp", "precision", 0.997)


def test_an_accepted_figure_with_many_digits_is_not_refused() -> None:
    """507 of 509 is .99607073; kept as .996071, which is more than it."""
    totals = [pl.DataFrame({"level": ["all"], "right": [right], "links": [509]}) for right in (507, 509, 509)]
    seeds = {
        seed: laid_out({("dwp", "all"): shares(total, {"precision": ("right", "links")})})
        for seed, total in enumerate(totals)
    }
    low = baseline_of(seeds).with_columns(spread=pl.lit(0.0))
    assert below_baseline(seeds[0], low).is_empty()


def test_silence_is_no_proof(baseline: pl.DataFrame) -> None:
    assert below_baseline(metrics(985).filter(pl.col("value") > 1), baseline).height == 1


def test_it_is_read_as_it_was_written(baseline: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "baseline.csv"
    write_baseline(baseline, path)
    assert read_baseline(path).equals(baseline)
    assert [file.name for file in tmp_path.iterdir()] == ["baseline.csv"]


def test_what_cannot_be_a_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineRefused, match="two seeds"):
        baseline_of({1: metrics(980)})
    with pytest.raises(BaselineRefused, match="no baseline"):
        read_baseline(tmp_path / "none.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BaselineRefused, match="columns"):
        read_baseline(tmp_path / "other.csv")
