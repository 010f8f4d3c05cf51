"""A register: which people it holds, how many records each has, under which keys, in key order.

What the departments' registers share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.lived import Columns
from tf_linkage.bodies.recording.births import relative
from tf_linkage.bodies.recording.error_rates import duplicate_rate, merged_rate
from tf_linkage.bodies.recording.keys import record_number, shuffled
from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.people.households import NEVER
from tf_linkage.population.settings import Settings


@dataclass(frozen=True)
class Register:
    """Records of a body, in key order.

    Attributes:
        body: whose register.
        seed: the world's seed, from which its keys follow.
        rows: whom each record describes (positions in people).
        copy: 0 for a person's first record, 1 for a second.
        key: the record's key.
        present: for each of the people, whether the register holds them.
        doubled: likewise, whether it holds them twice.
        holder: likewise, the position of the person under whose record they stand: themselves, or a relative with
            whom they have been merged.
    """

    body: str
    seed: int
    rows: Ints
    copy: Ints
    key: NDArray[np.uint64]
    present: Flags
    doubled: Flags
    holder: Ints

    @classmethod
    def of(cls, settings: Settings, draws: Draws, body: str, everyone: Columns, rows: Ints) -> Register:
        """The register of some people: a few have two records, a few share one with a relative."""
        person = everyone["person"]
        noise = min(settings.multiplier, 2.0)
        present = np.zeros(len(person), dtype=bool)
        present[rows] = True
        holder = np.arange(len(person))
        merged = _merged(
            draws, body, everyone, rows[draws.below(f"{body}/merged", person[rows], merged_rate(body) * noise)]
        )
        merged = merged[present[merged[:, 1]]]
        holder[merged[:, 0]] = merged[:, 1]
        # Anyone who holds a relative's record keeps their own.
        holder[merged[:, 1]] = merged[:, 1]
        rows = rows[holder[rows] == rows]
        twice = rows[draws.below(f"{body}/two records", person[rows], duplicate_rate(body) * noise)]
        doubled = np.zeros(len(person), dtype=bool)
        doubled[twice] = True
        every = np.concatenate([rows, twice])
        copy = np.concatenate([np.zeros(len(rows), dtype=np.int64), np.ones(len(twice), dtype=np.int64)])
        key = shuffled(draws, body, record_number(person[every], copy))
        order = in_key_order(key)
        return cls(body, settings.seed, every[order], copy[order], key[order], present, doubled, holder)

    def keys_for(self, draws: Draws, at: Ints, everyone: Columns, event: Ints) -> tuple[Flags, NDArray[np.uint64]]:
        """For events of people (positions `at`): whether the register holds them, and under which key.

        Half the events of a person with two records stand under the second.
        """
        held, at = self.present[at], self.holder[at]
        second = self.doubled[at] & draws.below(f"{self.body}/second record", event, 0.5)
        return held, shuffled(draws, self.body, record_number(everyone["person"][at], second))

    @property
    def absorbed(self) -> Ints:
        """Positions of the people who stand under a relative's record."""
        return np.flatnonzero(self.present & (self.holder != np.arange(len(self.holder))))


def _merged(draws: Draws, body: str, everyone: Columns, rows: Ints) -> Ints:
    """Pairs of people whose records a body takes for one: relatives of one gender (twins, father and son)."""
    other = relative(draws, f"{body}/merged with", everyone, rows, record_number(everyone["person"][rows]))
    alike = (other != rows) & (everyone["gender"][other] == everyone["gender"][rows])
    return np.stack([rows[alike], other[alike]], axis=1)


def in_key_order(key: NDArray[Any], *then: NDArray[Any]) -> Ints:
    """The order of rows by key, then by the other columns, then as they came."""
    if then:
        return np.lexsort((*reversed(then), key))
    # A key and a position fit one number, and sorting numbers is several times faster than sorting positions.
    packed = (key.astype(np.uint64) << _POSITION) | np.arange(len(key), dtype=np.uint64)
    packed.sort()
    return (packed & ((np.uint64(1) << _POSITION) - np.uint64(1))).astype(np.int64)


_POSITION = np.uint64(25)
"""Bits of a position: keys have fewer than 39, and no piece has 33 million rows."""


def dates(days: Ints) -> pl.Series:
    """Days since 1970 as dates, none where the day never comes."""
    known = days < NEVER
    values = pl.Series(np.where(known, days, 0).astype(np.int32)).cast(pl.Date)
    return values if known.all() else values.scatter(np.flatnonzero(~known), None)


def enum_of(codes: Sequence[str], values: Sequence[str | None]) -> pl.Series:
    """The values as a column of the closed list of codes, to be gathered from."""
    return pl.Series(list(values), dtype=pl.Enum(list(codes)))
