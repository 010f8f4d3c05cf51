"""How often chance does as much as a primary result, corrected for looking at several."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from tf_linkage.contracts.outputs.estimates import METHODS, ROLES
from tf_linkage.disclosure.tables.primary import RATIO, holm, p_of_interval, with_chance

PRIMARY, LATE, EXPLORATORY = ROLES
WEIGHTED, DIFFERENCED, RANGE = METHODS[1], METHODS[3], METHODS[4]


@pytest.fixture(scope="module", autouse=True)
def _quick_collections() -> Iterator[None]:
    """Statsmodels collects garbage at every call: what others left in memory is left out."""
    gc.freeze()
    yield
    gc.unfreeze()


def test_holm_by_hand() -> None:
    """.01 x 3, then .02 x 2, then .05 x 1; .03 x 3, and none below the one before it; never above 1."""
    assert holm([0.05, 0.01, 0.02]) == pytest.approx([0.05, 0.03, 0.04])
    assert holm([0.04, 0.03, 0.045]) == pytest.approx([0.09, 0.09, 0.09])
    assert holm([0.5, 1.0]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_that_of_statsmodels(values: list[float]) -> None:
    assert holm(values) == pytest.approx(list(multipletests(values, method="holm")[1]))


def test_the_p_value_of_an_interval_by_hand() -> None:
    """Estimate 1.96 with standard error 1: .05; 2.576 with 1: .01; in the middle of its interval: 1."""
    z = 1.959963984540054
    assert p_of_interval(0, 2 * z) == (pytest.approx(0.05), 1)
    assert p_of_interval(-2.5758293 - z, -2.5758293 + z) == (pytest.approx(0.01), -1)
    assert p_of_interval(-1, 1) == (1.0, 0)


@given(st.floats(-3, 3), st.floats(0.01, 3))
def test_it_is_below_a_twentieth_exactly_where_the_interval_leaves_nothing_out(low: float, width: float) -> None:
    high = low + width
    if min(abs(low), abs(high)) > 1e-9:
        assert (p_of_interval(low, high)[0] < 0.05) is not (low < 0 < high)


def row(outcome: str, method: str, ends: tuple[float, float] | None, role: str = EXPLORATORY) -> dict[str, object]:
    found = {"outcome": outcome, "unit": "family", "window": "w", "measure": RATIO, "method": method, "role": role}
    return found | ({"low": ends[0], "high": ends[1]} if ends else {})


def chances(*rows: dict[str, object]) -> dict[object, tuple[object, object]]:
    return {
        one["outcome"]: (one.get("p_value"), one.get("p_holm"))
        for one in with_chance(rows)
        if one["role"] != EXPLORATORY
    }


def test_a_range_shows_an_effect_only_under_both_assumptions() -> None:
    def of(weighted: tuple[float, float] | None, differenced: tuple[float, float] | None) -> object:
        return chances(row("a", WEIGHTED, weighted), row("a", DIFFERENCED, differenced),
                       row("a", RANGE, (0.5, 0.9), PRIMARY))["a"][0]  # fmt: skip

    first, second = (p_of_interval(-0.5, -0.1)[0], p_of_interval(-0.7, -0.02)[0])
    ends = [(0.6065306597, 0.9048374180), (0.4965853038, 0.9801986733)]
    assert of(*ends) == pytest.approx(max(first, second), abs=5e-5)
    assert of(ends[0], (1.1, 1.5)) == 1.0, "on two sides"
    assert of(ends[0], None) == 1.0


def test_a_withheld_result_counts_and_shows_nothing() -> None:
    shown = row("a", WEIGHTED, (0.6, 0.9), PRIMARY)
    alone = chances(shown)["a"]
    both = chances(shown, row("b", WEIGHTED, None, PRIMARY))
    assert alone[0] == alone[1]
    assert both["b"] == (None, None)
    assert both["a"][1] == pytest.approx(2 * float(str(alone[0])), abs=1e-4)
    assert chances(row("a", WEIGHTED, (0.6, 0.9))) == {}
    assert chances(row("a", WEIGHTED, (0.6, 0.9), LATE))["a"] == alone


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [
        row(name, WEIGHTED, ends, PRIMARY) for name, ends in {"a": (0.5, 0.9), "b": (1.1, 2), "c": (0.8, 3)}.items()
    ]
    found = [chances(*order) for order in itertools.permutations(rows)]
    assert all(one == found[0] for one in found)
