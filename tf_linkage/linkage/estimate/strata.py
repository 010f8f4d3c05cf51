"""What kind of person a left record is, by sex and age, and what that says before anything is compared.

How often such people are in the right table at all, and how often their names and homes change. Few children are
known to the police and few grandparents to a school; women change surnames oftener than men. Learnt from the first
weights, without labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.model.comparisons import Role
from tf_linkage.linkage.tables.encoded import Tables
from tf_linkage.linkage.tables.records import STRATUM

CHANGING = (Role.SURNAME, Role.HOME)
"""Comparisons that life changes: by marriage and by moving, at some ages and for one sex more than another."""


@dataclass(frozen=True)
class Strata:
    """What is known of the kinds.

    Attributes:
        of: the kind of each left row.
        presence: for each kind, bits by which its people are oftener in the right table than people are on average.
        shifts: for each comparison that life changes, its place and, for each kind and level, bits by which links
            of this kind look so oftener than links do on average; the last column stands for unknown.
    """

    of: NDArray[np.int64]
    presence: NDArray[np.float64]
    shifts: tuple[tuple[int, NDArray[np.float64]], ...]

    def present(self, left_rows: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Bits for each of these left rows."""
        found: NDArray[np.float64] = self.presence[self.of[left_rows]]
        return found

    def shifted(self, levels: Levels, left_rows: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Bits for each pair and comparison."""
        found = np.zeros(levels.shape, order="F")
        for place, bits in self.shifts:
            found[:, place] = bits[self.of[left_rows], levels[:, place]]
        return found


def no_strata(tables: Tables) -> Strata:
    """Before anything is known."""
    return Strata(np.zeros(tables.left.height, dtype=np.int64), np.zeros(1), ())


def strata_of(weighed: pl.DataFrame, tables: Tables, free: dict[str, int]) -> Strata:
    """The kinds, by the first weights.

    Args:
        weighed: every weighed pair: `left_row`, `pattern`, `rules`, `match_probability`.
        tables: both tables.
        free: for each comparison's id, bits of the rules that leave it free.
    """
    few = tables.model.settings.strata.few
    kind = stratum_of(tables.left, tables.model.settings.strata.years)
    number = int(kind.max(initial=0)) + 1
    rows, probable = weighed["left_row"].to_numpy(), weighed["match_probability"].to_numpy()
    people = np.bincount(kind, minlength=number).astype(np.float64)
    found = np.bincount(kind[rows], weights=probable, minlength=number)
    overall = found.sum() / max(people.sum(), 1.0)
    share = (found + few * overall) / (people + few)
    levels = unpack(weighed["pattern"].to_numpy(), tables.model.comparisons)
    shifts = []
    for place, comparison in enumerate(tables.model.comparisons):
        if comparison.role not in CHANGING:
            continue
        taken = (levels[:, place] >= 0) & (weighed["rules"].to_numpy() & free[comparison.id] != 0)
        counts = np.zeros((number, len(comparison.levels)))
        np.add.at(counts, (kind[rows[taken]], levels[taken, place]), probable[taken])
        average = (counts.sum(axis=0) + 1 / counts.shape[1]) / (counts.sum() + 1)
        own = (counts + few * average) / (counts.sum(axis=1, keepdims=True) + few)
        shifts.append((place, np.pad(np.log2(own / average), ((0, 0), (0, 1)))))
    presence = np.log2(share / overall) if overall > 0 else np.zeros(number)
    return Strata(kind, presence, tuple(shifts))


def stratum_of(left: pl.DataFrame, years: int) -> NDArray[np.int64]:
    """A number for each left row: its sex and years of birth, each possibly unknown.

    Where the years are unknown, whether a NINO is known tells children from adults: nobody has one before 16. A
    table of hashes names the band of years itself.
    """
    unknown = pl.lit(None, pl.String)
    if not {"gender", "dob_year", "nino"} & set(left.columns):
        return np.zeros(left.height, dtype=np.int64)
    sex = pl.col("gender") if "gender" in left.columns else unknown
    year = pl.col("dob_year") if "dob_year" in left.columns else unknown
    band = year.cast(pl.Int64, strict=False) // years
    if STRATUM in left.columns:
        band = pl.col(STRATUM)
    numbered = band.is_null() & pl.col("nino").is_not_null() if "nino" in left.columns else pl.lit(False)
    kind: NDArray[np.int64] = (
        left.select(
            pl.struct(sex.alias("sex"), band.alias("band"), numbered.alias("numbered")).rank("dense").cast(pl.Int64)
            - 1
        )
        .to_series()
        .to_numpy()
    )
    return kind
