"""What certain links say of everybody else: a claimed record is no longer anybody else's housemate or double.

Belongs here: how much rarer strangers and housemates are among the records that no certain link has claimed. A twin
who stands in both tables is claimed by himself, so few of the pairs that look like twins and are still free are
twins. Does not belong here: which links are made.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.estimate.household_members import moved
from tf_linkage.linkage.tables.encoded import Tables

HIGH_BAR = 0.99
"""Posterior from which a link claims its two records, and speaks for its family."""

_LEAST = 0.2
"""Share of housemates taken to be free still, however few are counted: counts of a few homes cannot rule out that
the one who is asked about is absent and his twin is not."""

_SEEN_NONE = 3
"""Added to counts that may be nought: the upper 95% bound of what was never seen (the rule of three), so that a few
families cannot rule out that somebody is absent and only his twin is there."""


@dataclass(frozen=True)
class Claims:
    """Records claimed, and what is left among the others.

    Attributes:
        pairs: `left_row`, `entity` of the certain links.
        left: for each left row, whether a certain link has claimed it.
        right: for each right person, the same.
        strangers: share of pairs of strangers in which both records are free still.
        mates: share of pairs of housemates in which both are.
        twins: the same of those born on one day.
        born: place of the date of birth among the comparisons, if it is compared.
    """

    pairs: pl.DataFrame
    left: NDArray[np.bool_]
    right: NDArray[np.bool_]
    strangers: float = 1.0
    mates: float = 1.0
    twins: float = 1.0
    born: int | None = None

    def free(self, pairs: pl.DataFrame) -> NDArray[np.bool_]:
        """Which pairs (`left_row`, `entity`) are between two records that are free."""
        found: NDArray[np.bool_] = (
            ~self.left[pairs["left_row"].to_numpy()] & ~self.right[pairs["entity"].to_numpy()]
        )
        return found

    def housemates(self, levels: Levels) -> NDArray[np.float64]:
        """Bits by which housemates of each pattern are rarer among free records than among all; never positive."""
        if self.born is None:
            return np.full(len(levels), np.log2(self.mates))
        return np.log2(np.where(levels[:, self.born] == 0, self.twins, self.mates))


def no_claims(tables: Tables) -> Claims:
    """Before anything is known."""
    nobody = pl.DataFrame(schema={"left_row": pl.UInt32, "entity": pl.UInt32})
    return Claims(nobody, np.zeros(tables.records.left.height, dtype=bool), np.zeros(tables.people, dtype=bool))


def claims_of_peeled(peeled: pl.DataFrame, standing: pl.DataFrame, tables: Tables) -> Claims:
    """Claims of the links that stand before anything is weighed.

    Args:
        peeled: `left_row`, `entity`, `pattern` of those links.
        standing: pairs at one address; see `at_one_address`.
        tables: both tables.
    """
    levels = unpack(peeled["pattern"].to_numpy(), tables.model.comparisons)
    weighed = peeled.with_columns(
        pl.lit(1.0).alias("match_probability"), pl.Series("moved", moved(levels, tables.model), pl.Boolean)
    )
    return claims_of(peeled.select("left_row", "entity"), weighed, standing, tables)


def claims_of(certain: pl.DataFrame, weighed: pl.DataFrame, standing: pl.DataFrame, tables: Tables) -> Claims:
    """Claims of the certain links.

    Args:
        certain: `left_row`, `entity` of links that are certain without any claim.
        weighed: every weighed pair: `left_row`, `entity`, `match_probability`, `moved`.
        standing: pairs at one address; see `at_one_address`.
        tables: both tables.
    """
    nobody = no_claims(tables)
    nobody.left[certain["left_row"].to_numpy()] = True
    nobody.right[certain["entity"].to_numpy()] = True
    claims = dataclasses.replace(nobody, pairs=certain)
    # Pairs at one address that are not links, and those of them that are free still.
    here = weighed.filter(~pl.col("moved"))
    probable = here["match_probability"].to_numpy()
    every = max(standing.height - float(probable.sum()), 1.0)
    rest = max(float(claims.free(standing).sum()) - float(probable[claims.free(here)].sum()), 0.0)
    names = [comparison.name for comparison in tables.model.comparisons]
    mates = float(min(1.0, max(rest / every, _LEAST)))
    return dataclasses.replace(
        claims,
        strangers=float(max((1 - claims.left.mean()) * (1 - claims.right.mean()), 1e-3)),
        mates=mates,
        twins=_twins(standing, claims, mates),
        born=names.index("date of birth") if "date of birth" in names else None,
    )


def _twins(standing: pl.DataFrame, claims: Claims, mates: float) -> float:
    """Share of pairs of two people of one home and one birthday in which neither is claimed.

    Such a free pair may be a person's own two records, so it cannot be counted. It follows from the pairs of which
    one or both are claimed, by somebody else than each other, as in capture and recapture.
    """
    born = standing.filter(pl.col("born")).join(claims.pairs, on=["left_row", "entity"], how="anti")
    if born.is_empty():
        return mates
    ours = claims.left[born["left_row"].to_numpy()]
    theirs = claims.right[born["entity"].to_numpy()]
    both, one, other = float((ours & theirs).sum()), float((ours & ~theirs).sum()), float((~ours & theirs).sum())
    neither = (one + _SEEN_NONE) * (other + _SEEN_NONE) / (both + 1)
    return float(min(1.0, neither / (both + one + other + neither)))
