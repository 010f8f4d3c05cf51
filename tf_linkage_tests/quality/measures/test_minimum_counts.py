"""What may be shown of real people cannot be computed back."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.quality.measures.figures import counted, laid_out, shares
from tf_linkage.quality.measures.minimum_counts import MINIMUM_COUNT, of_real_people, of_ten_or_more


def table(parts: list[tuple[int, int]]) -> pl.DataFrame:
    totals = pl.DataFrame(
        {
            "level": [f"g{i}" for i in range(len(parts))],
            "linked": [linked for linked, _ in parts],
            "sent": [sent for _, sent in parts],
        }
    )
    figures = pl.concat([shares(totals, {"match_rate": ("linked", "sent")}), counted(totals, {"linked": "sent"})])
    return laid_out({("dwp", "community"): figures})


def rate(metrics: pl.DataFrame, level: str) -> dict[str, object]:
    return metrics.filter(pl.col("level") == level, pl.col("measure").cast(pl.String) == "match_rate").row(
        0, named=True
    )


def test_simulated_figures_need_ten() -> None:
    shown = of_ten_or_more(table([(3, 9), (3, 10)]))
    assert rate(shown, "g0")["value"] is None
    assert rate(shown, "g1")["value"] == 0.3


def test_small_numerators_of_real_people_become_intervals() -> None:
    shown = of_real_people(table([(3, 100), (2, 100), (60, 100), (97, 100)]))
    few, many = rate(shown, "g0"), rate(shown, "g3")
    assert (few["value"], few["numerator"], few["low"]) == (None, None, 0)
    assert few["high"] == pytest.approx(0.1622, abs=1e-3)  # Wilson's upper end of 9 in 100
    assert (many["value"], many["high"]) == (None, 1)
    assert rate(shown, "g2")["value"] == 0.6
    Metrics.validate(shown)


def test_every_small_numerator_shows_the_same() -> None:
    shown = {str(rate(of_real_people(table([(n, 100), (4, 80), (60, 100)])), "g0")) for n in range(MINIMUM_COUNT)}
    assert len(shown) == 1


def test_one_hidden_group_does_not_stand_alone() -> None:
    shown = of_real_people(table([(3, 100), (40, 100), (60, 100)]))
    assert rate(shown, "g1")["value"] is None  # the next smallest goes with it
    assert rate(shown, "g2")["value"] == 0.6


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 60).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))), min_size=1, max_size=6)
)
def test_nothing_small_is_ever_shown(parts: list[tuple[int, int]]) -> None:
    shown = of_real_people(table(parts))
    values = shown.filter(pl.col("value").is_not_null())
    assert values.filter((pl.col("denominator") < MINIMUM_COUNT) | (pl.col("numerator") < MINIMUM_COUNT)).is_empty()
    assert values.filter(pl.col("denominator") - pl.col("numerator") < MINIMUM_COUNT).is_empty()
