"""Wilson's and Newcombe's intervals against published examples and their own properties."""

from __future__ import annotations

from statistics import NormalDist

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from tf_linkage.intervals import Z, newcombe, wilson_ends, wilson_of


def ends(numerator: int, denominator: int) -> tuple[float, float]:
    low, high = wilson_of(pl.col("n"), pl.col("d"))
    frame = pl.DataFrame({"n": [numerator], "d": [denominator]}).select(low=low, high=high)
    return frame.item(0, "low"), frame.item(0, "high")


def test_wilson_by_hand() -> None:
    # 8 of 10: centre (.8 + 3.8415/20) / 1.38415 = .71674; half 1.95996 sqrt(.016 + .0096037) / 1.38415 = .22658
    assert ends(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_wilson_keeps_its_width_at_the_ends() -> None:
    # 0 of 10 ends at z² / (10 + z²)
    assert ends(0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)
    assert ends(10, 10) == pytest.approx((0.72247, 1.0), abs=1e-5)


def test_wilson_of_nothing_is_null() -> None:
    assert ends(0, 0) == (None, None)


@given(st.integers(1, 10**6).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))))
def test_wilson_holds_its_rate(parts: tuple[int, int]) -> None:
    numerator, denominator = parts
    low, high = ends(numerator, denominator)
    assert 0 <= low <= numerator / denominator <= high <= 1
    assert low < high


def test_newcombe_published_example() -> None:
    # Newcombe 1998, table II, contrast (a): 56/70 less 48/80, method 10: .0524 to .3339
    def rate(n: int, d: int) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        low, high = ends(n, d)
        return pl.lit(n / d), pl.lit(low), pl.lit(high)

    low, high = newcombe(rate(56, 70), rate(48, 80))
    assert pl.select(low=low, high=high).row(0) == pytest.approx((0.0524, 0.3339), abs=1e-4)


@given(st.floats(0, 1), st.floats(0.5, 1e6))
def test_statsmodels_gives_the_same_interval_of_any_share(share: float, worth: float) -> None:
    low, high = proportion_confint(share * worth, worth, alpha=0.05, method="wilson")
    assert wilson_ends(share, worth) == pytest.approx((low, high), abs=1e-9)
    assert wilson_ends(share, worth)[0] <= share <= wilson_ends(share, worth)[1]


@given(st.integers(1, 10**6).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))), st.floats(1, 5))
def test_statsmodels_gives_the_same_interval_of_a_count_at_any_quantile(parts: tuple[int, int], z: float) -> None:
    numerator, denominator = parts
    low, high = proportion_confint(numerator, denominator, alpha=2 * NormalDist().cdf(-z), method="wilson")
    found = pl.select(
        *(end.alias(str(at)) for at, end in enumerate(wilson_of(pl.lit(numerator), pl.lit(denominator), z)))
    )
    assert found.row(0) == pytest.approx((low, high), abs=1e-6)


def test_the_quantile_is_that_of_the_normal_distribution() -> None:
    assert NormalDist().inv_cdf(0.975) == pytest.approx(Z, abs=1e-15)


def test_ends_of_one_share_are_those_of_the_expressions() -> None:
    assert wilson_ends(8 / 10, 10) == ends(8, 10)
