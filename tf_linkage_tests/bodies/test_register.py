"""Rows stand in the order of keys, and rows of one key as they came."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.bodies.recording.keys import shuffled
from tf_linkage.bodies.register import in_key_order
from tf_linkage.population.draws import Draws

KEYS = st.lists(st.integers(0, 2**39 - 1) | st.integers(0, 3), max_size=50)


@given(KEYS)
def test_key_order_is_stable(keys: list[int]) -> None:
    expected = sorted(range(len(keys)), key=lambda at: keys[at])
    assert in_key_order(np.array(keys, dtype=np.uint64)).tolist() == expected


@given(KEYS)
def test_then_orders_rows_of_one_key(keys: list[int]) -> None:
    then = np.arange(len(keys))[::-1] % 7
    expected = sorted(range(len(keys)), key=lambda at: (keys[at], then[at], at))
    assert in_key_order(np.array(keys, dtype=np.uint64), then).tolist() == expected


def test_every_key_fits_beside_a_position() -> None:
    """A sort of keys and positions together needs keys below 2**39."""
    widest = shuffled(Draws(1), "dwp", np.arange(2**38 - 1_000, 2**38))
    assert int(widest.max()) < 2**39
