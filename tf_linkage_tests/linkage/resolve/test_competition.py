"""Competing pairs: the best assignment, as scipy finds it, and in no more than its own group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tf_linkage.linkage.resolve import competition
from tf_linkage.linkage.resolve.competition import assignment, best_of, groups_of

sizes = st.tuples(st.integers(1, 7), st.integers(1, 7))
pairs = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)), st.floats(0.01, 30) | st.sampled_from([1.0, 2.0]), min_size=1
)


@settings(deadline=None, max_examples=300)
@given(size=sizes, data=st.data())
def test_the_same_cells_as_scipy_ties_included(size: tuple[int, int], data: st.DataObject) -> None:
    gains = st.integers(0, 4).map(float) | st.floats(0, 50)
    table = data.draw(
        st.lists(st.lists(gains, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )
    rows, columns = linear_sum_assignment(np.array(table), maximize=True)
    assert assignment(table) == list(zip(rows.tolist(), columns.tolist(), strict=True))


@settings(deadline=None, max_examples=100)
@given(given=pairs)
def test_groups_are_connected_components(given: dict[tuple[int, int], float]) -> None:
    left, right = (np.unique([key[side] for key in given], return_inverse=True)[1] for side in (0, 1))
    size = int(left.max()) + 1
    graph = coo_matrix((np.ones(len(left)), (left, right + size)), shape=(size + int(right.max()) + 1,) * 2)
    expected = connected_components(graph, directed=False)[1][left]
    found = groups_of(left.astype(np.int64), right.astype(np.int64))
    assert ((found[:, None] == found) == (expected[:, None] == expected)).all()


@settings(deadline=None, max_examples=100)
@given(given=pairs)
def test_a_large_group_is_assigned_alike_by_the_other_way(given: dict[tuple[int, int], float]) -> None:
    left, right = (
        np.unique([key[side] for key in given], return_inverse=True)[1].astype(np.int64) for side in (0, 1)
    )
    gain = np.array(list(given.values()))
    here = best_of(left, right, gain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(competition, "_SMALL", 0)
        assert best_of(left, right, gain).tolist() == here.tolist()


def test_the_sum_counts_and_not_the_best_pair() -> None:
    assert assignment([[10.0, 9.0], [8.0, 0.0]]) == [(0, 1), (1, 0)]
    assert assignment([[1.0], [3.0], [2.0]]) == [(1, 0)]
