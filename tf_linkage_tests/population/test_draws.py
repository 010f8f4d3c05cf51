"""Draws depend on seed, name and id alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.population.draws import Draws, normal_share, odds

GOLDEN = [9288589569348097600, 7258763523870243749, 8888655073021269609]
IDS = np.arange(5_000, dtype=np.uint64) * 7 + 3


@given(st.integers(0, 2**31), st.permutations(range(40)), st.integers(1, 39))
def test_a_draw_ignores_order_and_split(seed: int, order: list[int], cut: int) -> None:
    draws, ids = Draws(seed), IDS[:40]
    whole = draws.bits("x", ids)
    assert (draws.bits("x", ids[order]) == whole[order]).all()
    assert (np.concatenate([draws.bits("x", ids[:cut]), draws.bits("x", ids[cut:])]) == whole).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_keeps_the_hits_of_a_smaller(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    draws = Draws(1)
    assert (draws.below("x", IDS, low) <= draws.below("x", IDS, high)).all()


def test_names_and_seeds_give_other_draws() -> None:
    bits = Draws(1).bits("x", IDS)
    assert (bits != Draws(1).bits("y", IDS)).all()
    assert (bits != Draws(2).bits("x", IDS)).all()
    assert (bits == Draws(1).bits("x", IDS)).all()


def test_golden_draws_never_change() -> None:
    """A world is remade from its seed years later: these bits are part of the promise."""
    assert Draws(2015).bits("golden", np.array([0, 1, 2**40], dtype=np.uint64)).tolist() == GOLDEN


def test_uniform_normal_and_exponential_have_their_moments() -> None:
    ids = np.arange(200_000, dtype=np.uint64)
    draws = Draws(3)
    unit, normal, wait = draws.unit("u", ids), draws.normal("n", ids), draws.exponential("e", ids)
    assert unit.min() >= 0
    assert unit.max() < 1
    assert abs(unit.mean() - 0.5) < 0.004
    assert abs(normal.mean()) < 0.01
    assert abs(normal.std() - 1) < 0.01
    assert abs(wait.mean() - 1) < 0.01
    assert abs(np.corrcoef(unit, normal)[0, 1]) < 0.01
    assert abs(np.quantile(normal_share(normal), 0.01) - 0.01) < 0.001


@given(st.integers(0, 2**31), st.integers(2, 3_000))
def test_a_shuffle_is_one_to_one(seed: int, count: int) -> None:
    out = Draws(seed).permute_below("p", np.arange(count), count=count)
    assert sorted(out.tolist()) == list(range(count))


def test_picks_follow_the_odds() -> None:
    choice = Draws(4).pick("x", np.arange(100_000), odds([1, 2, 7]))
    assert np.allclose(np.bincount(choice) / 100_000, [0.1, 0.2, 0.7], atol=0.006)
