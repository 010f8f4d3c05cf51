"""The noise of counts keeps its promises: none for nobody, nothing between none and ten, mean zero, ten open."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.disclosure.requested.cell_keys import (
    FARTHEST,
    KEYS,
    SPREAD,
    noise_of,
    perturbed,
    possible,
    record_keys,
)

SECRET = b"a secret of this test"


@given(st.integers(1, 5_000))
def test_noise_keeps_its_promises(count: int) -> None:
    noise = noise_of(count)
    assert math.isclose(sum(noise.values()), 1.0, abs_tol=1e-12)
    assert all(number == 0 or number >= 10 for number in noise)
    assert all(abs(number - count) <= FARTHEST for number in noise)
    assert abs(sum(number * share for number, share in noise.items()) - count) < 1e-3
    variance = sum((number - count) ** 2 * share for number, share in noise.items())
    if count >= 20:
        assert abs(variance - SPREAD) < 0.05
    elif count < 10:
        # No number between none and ten can be shown, so that the least variance is that of the two.
        assert variance >= count * (10 - count) - 0.01


def test_nobody_is_shown_as_nobody() -> None:
    assert noise_of(0) == {0: 1.0}
    assert perturbed([0, 0], [0, KEYS - 1]) == [0, 0]
    with pytest.raises(ValueError, match="not below zero"):
        noise_of(-1)


@pytest.mark.parametrize("count", [1, 5, 9, 10, 11, 15, 19, 30, 31, 400])
def test_over_all_cell_keys_a_count_is_shown_as_its_noise_says(count: int) -> None:
    shown = pl.Series(perturbed([count] * KEYS, list(range(KEYS)))).value_counts().sort("count")
    told = {number: times / KEYS for number, times in shown.iter_rows()}
    assert told == pytest.approx(noise_of(count))


@given(st.integers(10, 3_000))
def test_a_shown_number_leaves_ten_numbers_and_more_open(shown: int) -> None:
    least, most = possible(shown)
    assert most - least >= 9
    assert most >= 10


def test_none_or_few_may_be_none_or_ten() -> None:
    assert possible(0) == (0, 10)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=30, unique=True), st.randoms(use_true_random=False))
def test_the_same_people_are_shown_as_the_same_number(people: list[str], order: object) -> None:
    keys = record_keys(pl.Series(people), SECRET)
    turned = list(people)
    order.shuffle(turned)  # type: ignore[attr-defined]
    again = record_keys(pl.Series(turned), SECRET)
    assert sorted(keys) == sorted(again)
    assert perturbed([len(people)], [int(keys.sum())]) == perturbed([len(people)], [int(again.sum())])


def test_without_the_secret_keys_cannot_be_made_again() -> None:
    people = pl.Series([f"P{at}" for at in range(2_000)])
    ours, theirs = record_keys(people, SECRET), record_keys(people, b"another secret of this test")
    assert (ours == theirs).mean() < 0.01
    tenths = (ours * 10 // KEYS).value_counts()["count"]
    assert tenths.min() > 140, "keys are spread evenly: of 2,000 some 200 in each tenth"


def test_taking_two_tables_from_each_other_hardly_tells_whether_a_family_left() -> None:
    """The attack: the same cell before and after. With counts as they are it always succeeds."""
    right = right_on_exact = trials = 0
    for cell in range(1_500):
        people = [f"C{cell}P{at}" for at in range(20 + cell % 60)]
        keys = record_keys(pl.Series(people), SECRET)
        total, size = int(keys.sum()), len(people)
        for family in (0, 4):
            left = int(keys.tail(family).sum()) if family else 0
            # Somebody else came and went meanwhile, so that the cell's key is another either way.
            other = int(record_keys(pl.Series([f"C{cell}X"]), SECRET)[0]) - int(keys[0])
            before, after = perturbed([size, size - family], [total, total - left + other])
            right += (before - after >= 2) == bool(family)
            right_on_exact += (size - (size - family) >= 2) == bool(family)
            trials += 1
    assert right_on_exact == trials
    assert right / trials < 0.72, right / trials
