"""What a body has written down, and when it learned it.

The shape of a recording.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.draws import Flags, Ints


@dataclass
class Recorded:
    """Recorded identities, one row for each record, and what went wrong in each.

    Attributes:
        identity: forename, surname, date_of_birth, gender, address, postcode, nino.
        errors: (column, kind, rows hit).
        tally: by kind of error, for each community: records, errors requested, errors realised.
    """

    identity: pl.DataFrame
    errors: list[tuple[str, str, Flags]] = field(default_factory=list)
    tally: dict[str, tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Occasion:
    """When a body last learned each record's name and address, before its own lag (days)."""

    name: Ints
    address: Ints


def blank(values: pl.Series, where: Flags) -> pl.Series:
    """The values, none where marked."""
    at = np.flatnonzero(where)
    return values.scatter(at, None) if at.size else values
