"""Chosen rows are the rows of the table."""

from __future__ import annotations

import numpy as np
import pytest

from tf_linkage.population.rows import Chosen

TABLE = {"person": np.arange(5) * 10, "birth": np.array([5, 4, 3, 2, 1])}


@pytest.mark.parametrize(
    "rows", [np.array([3, 0, 3]), np.array([True, False, False, True, False]), np.array([], int)]
)
def test_every_column_has_the_rows(rows) -> None:
    chosen = Chosen(TABLE, rows)
    assert set(chosen) == set(TABLE)
    assert len(chosen) == 2
    for name, values in chosen.items():
        assert values.tolist() == TABLE[name][rows].tolist()


def test_rows_of_rows_and_columns_laid_over() -> None:
    inner = Chosen(TABLE, np.array([4, 2, 0]), {"birth": np.array([7, 8, 9]), "age": np.array([1, 2, 3])})
    outer = Chosen(inner, np.array([2, 0]))
    assert {name: values.tolist() for name, values in outer.items()} == {
        "person": [0, 40], "birth": [9, 7], "age": [3, 1],
    }  # fmt: skip
    with pytest.raises(KeyError):
        outer["gender"]
