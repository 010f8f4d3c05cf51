"""What certain links say of everybody else: a claimed record is no longer anybody else's housemate or double.

Belongs here: how much rarer strangers and housemates are among the records that no certain link has claimed. A twin
who stands in both tables is claimed by himself, so few of the pairs that look like twins and are still free are
twins. Does not belong here: which links are made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.households import at_one_address
from tf_linkage.linkage.tables import Tables

HIGH_BAR = 0.99
"""Posterior from which a link claims its two records, and speaks for its family."""

_LEAST = 0.2
"""Share of housemates taken to be free still, however few are counted: counts of a few homes cannot rule out that
the one who is asked about is absent and his twin is not."""


@dataclass(frozen=True)
class Claims:
    """Records claimed, and what is left among the others.

    Attributes:
        left: for each left row, whether a certain link has claimed it.
        right: for each right person, the same.
        strangers: share of pairs of strangers in which both records are free still.
        housemates: share of pairs of housemates in which both are.
    """

    left: NDArray[np.bool_]
    right: NDArray[np.bool_]
    strangers: float
    housemates: float

    def free(self, pairs: pl.DataFrame) -> NDArray[np.bool_]:
        """Which pairs (`left_row`, `entity`) are between two records that are free."""
        found: NDArray[np.bool_] = (
            ~self.left[pairs["left_row"].to_numpy()] & ~self.right[pairs["entity"].to_numpy()]
        )
        return found


def no_claims(tables: Tables) -> Claims:
    """Before anything is known."""
    return Claims(np.zeros(tables.records.left.height, dtype=bool), np.zeros(tables.people, dtype=bool), 1.0, 1.0)


def claims_of(links: pl.DataFrame, weighed: pl.DataFrame, tables: Tables) -> Claims:
    """Claims of the certain links.

    Args:
        links: `left_row`, `entity`, `match_probability` of links made without claims.
        weighed: every weighed pair, with `moved`.
        tables: both tables.
    """
    certain = links.filter(pl.col("match_probability") >= HIGH_BAR)
    before = no_claims(tables)
    left, right = before.left, before.right
    left[certain["left_row"].to_numpy()] = True
    right[certain["entity"].to_numpy()] = True
    claims = Claims(left, right, float(max((1 - left.mean()) * (1 - right.mean()), 1e-3)), 1.0)
    # Pairs at one address that are not links, and those of them that are free still.
    standing = at_one_address(tables)
    here = weighed.filter(~pl.col("moved"))
    probable = here["match_probability"].to_numpy()
    every = max(standing.height - float(probable.sum()), 1.0)
    rest = max(float(claims.free(standing).sum()) - float(probable[claims.free(here)].sum()), 0.0)
    return Claims(left, right, claims.strangers, float(min(1.0, max(rest / every, _LEAST))))
