"""The population as NumPy arrays, as the bodies read it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.draws import Ints
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS
from tf_linkage.population.lives.offending import DISPOSALS
from tf_linkage.population.places.places import PEOPLE_PER_LOCALITY

Columns = dict[str, NDArray[Any]]
Population = dict[str, pl.LazyFrame]

_CUSTODY, _COMMUNITY = DISPOSALS.index("CUSTODY"), DISPOSALS.index("COMMUNITY")
_SEARCHING = (BENEFITS.index("JSA"), BENEFITS.index("UAA"))


def columns(table: pl.LazyFrame) -> Columns:
    """A table as arrays: whole numbers as int64, so that nothing overflows."""
    frame = table.collect()
    out: Columns = {}
    for series in frame:
        values = series.to_numpy()
        out[series.name] = values.astype(np.int64) if values.dtype.kind in "iu" else values
    return out


def position(people: Columns, person: Ints) -> Ints:
    """Where each person stands in `people`.

    People are numbered one by one within their locality and stand in that order, so no search is needed.
    """
    locality = people["locality"]
    if not len(locality):
        return np.zeros(len(person), dtype=np.int64)
    first = np.flatnonzero(np.diff(locality, prepend=-1))
    start = np.zeros(int(locality[-1]) + 1, dtype=np.int64)
    start[locality[first]] = first
    return np.asarray(start[person // PEOPLE_PER_LOCALITY] + person % PEOPLE_PER_LOCALITY)
