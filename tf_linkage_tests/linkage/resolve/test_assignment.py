"""Assignment by hand-computed examples and against all permutations."""

from __future__ import annotations

import itertools

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.linkage.resolve.assignment import best_per_left, one_to_one


def pairs(*rows: tuple[int, int, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["left_row", "entity", "gain"], orient="row")


def test_the_greatest_total_wins_over_the_greatest_pair() -> None:
    # Greedy takes 10 and leaves the others nothing; 9 + 8 is more.
    found = one_to_one(pairs((0, 0, 10.0), (0, 1, 9.0), (1, 0, 8.0)))
    assert found.select("left_row", "entity").rows() == [(0, 1), (1, 0)]


def test_a_pair_without_gain_is_never_chosen() -> None:
    assert one_to_one(pairs((0, 0, 0.0), (1, 1, -2.0))).is_empty()


def test_ties_fall_to_the_smaller_rows() -> None:
    found = one_to_one(pairs((0, 0, 5.0), (0, 1, 5.0), (1, 0, 5.0), (1, 1, 5.0)))
    assert found.select("left_row", "entity").rows() == [(0, 0), (1, 1)]


def test_many_to_one_takes_the_best_for_each() -> None:
    found = best_per_left(pairs((0, 0, 5.0), (1, 0, 4.0), (1, 1, 4.0), (2, 1, -1.0)))
    assert found.select("left_row", "entity").rows() == [(0, 0), (1, 0)]


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(-3, 9), min_size=1))
def test_no_other_assignment_has_more(gains: dict[tuple[int, int], int]) -> None:
    found = one_to_one(pairs(*[(left, right, float(gain)) for (left, right), gain in gains.items()]))
    assert found["left_row"].is_unique().all()
    assert found["entity"].is_unique().all()
    best = max(
        sum(max(0, gains.get((left, right), 0)) for left, right in enumerate(order))
        for order in itertools.permutations(range(4))
    )
    assert found["gain"].sum() == best


def test_links_come_in_the_order_of_the_records_asked_about() -> None:
    found = best_per_left(pairs((2, 5, 1.0), (0, 9, 1.0), (1, 7, 3.0), (0, 8, 2.0)))
    assert found["left_row"].to_list() == [0, 1, 2]
