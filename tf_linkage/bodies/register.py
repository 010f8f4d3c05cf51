"""A register: which people it holds, how many records each has, under which keys, in key order.

Belongs here: what the three departments' registers share. Does not belong here: who is in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.keys import record_number, shuffled
from tf_linkage.bodies.lived import Columns
from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.households import NEVER


@dataclass(frozen=True)
class Register:
    """Records of a body, in key order.

    Attributes:
        body: whose register.
        rows: whom each record describes (positions in people).
        copy: 0 for a person's first record, 1 for a second.
        key: the record's key.
        present: for each of the people, whether the register holds them.
        doubled: likewise, whether it holds them twice.
    """

    body: str
    rows: Ints
    copy: Ints
    key: NDArray[np.uint64]
    present: Flags
    doubled: Flags

    @classmethod
    def of(cls, draws: Draws, body: str, everyone: Columns, rows: Ints, twice: Ints) -> Register:
        """The register of some people, a few of them with two records."""
        every = np.concatenate([rows, twice])
        copy = np.concatenate([np.zeros(len(rows), dtype=np.int64), np.ones(len(twice), dtype=np.int64)])
        key = shuffled(draws, body, record_number(everyone["person"][every], copy))
        order = np.argsort(key, kind="stable")
        present = np.zeros(len(everyone["person"]), dtype=bool)
        present[rows] = True
        doubled = np.zeros(len(present), dtype=bool)
        doubled[twice] = True
        return cls(body, every[order], copy[order], key[order], present, doubled)

    def keys_for(self, draws: Draws, at: Ints, everyone: Columns, event: Ints) -> tuple[Flags, NDArray[np.uint64]]:
        """For events of people (positions `at`): whether the register holds them, and under which key.

        Half the events of a person with two records stand under the second.
        """
        held = self.present[at]
        second = self.doubled[at] & draws.below(f"{self.body}/second record", event, 0.5)
        return held, shuffled(draws, self.body, record_number(everyone["person"][at], second))


def in_key_order(key: NDArray[Any], *then: NDArray[Any]) -> Ints:
    """The order of rows by key, then by the other columns, then as they came."""
    return np.lexsort((*reversed(then), key)) if then else np.argsort(key, kind="stable")


def dates(days: Ints) -> pl.Series:
    """Days since 1970 as dates, none where the day never comes."""
    known = days < NEVER
    values = pl.Series(np.where(known, days, 0).astype(np.int32)).cast(pl.Date)
    return values if known.all() else values.scatter(np.flatnonzero(~known), None)


def enum_of(codes: Sequence[str], values: Sequence[str | None]) -> pl.Series:
    """The values as a column of the closed list of codes, to be gathered from."""
    return pl.Series(list(values), dtype=pl.Enum(list(codes)))
