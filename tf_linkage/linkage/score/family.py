"""Family evidence: where one member of a family is found, the others may be near.

The second pass. Members of a family with a certain link are retried against everybody who lives with the linked
record, and a pair in that home is less likely a stranger's by as much as such homes are rare. It can overturn a
link elsewhere. It never tells one member of a home from another: names and dates of birth do that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True)
class FamilyEvidence:
    """What the certain links say about the families' other members.

    Attributes:
        together: share of members whose record stands in the home of another member's record, of those whose record
            does not stand at the address asked about; estimated from certain links.
        moved: how many such members it is estimated from; of none, `together` is only a guess.
        pairs: `left_row`, `right_row`, `bits`: each member next to each person of the homes of his family.
    """

    together: float
    moved: int
    pairs: pl.DataFrame


def families(left: pl.DataFrame, named: pl.DataFrame | None, largest: int) -> pl.DataFrame:
    """`left_row`, `family`: members, in the left table, of families of two and more, up to the largest.

    By the families named (`record_id`, `family`) if there are any, else by the address that members share.
    """
    if named is not None:
        named = named.select(pl.col("record_id").cast(pl.String), pl.col("family").cast(pl.String)).drop_nulls()
        keyed = left.select(pl.col("row").alias("left_row"), "record_id").join(named, on="record_id")
        on = ["family"]
    else:
        on = [c for c in ("postcode", "house") if c in left.columns]
        if len(on) < 2:
            return pl.DataFrame(schema={"left_row": pl.UInt32, "family": pl.UInt32})
        keyed = left.select(pl.col("row").alias("left_row"), *on).drop_nulls()
    keyed = keyed.sort(*on, "left_row").select("left_row", pl.struct(on).rle_id().alias("family"))
    size = pl.len().over("family")
    return keyed.filter(size >= 2, size <= largest)


def family_evidence(
    members: pl.DataFrame, links: pl.DataFrame, at_home: pl.DataFrame, people: int, certainly: float
) -> FamilyEvidence:
    """What links that are certain say.

    Args:
        members: from `families`.
        links: `left_row`, `right_row`, `entity`, `match_probability`, `moved` (the record does not stand at the
            address asked about).
        at_home: from `households.homes`.
        people: number of people in the right table.
        certainly: posterior from which a link is certain.
    """
    certain = links.filter(pl.col("match_probability") >= certainly).select("left_row", "right_row", "moved")
    certain = certain.join(members, on="left_row").join(
        at_home.select(pl.col("row").alias("right_row"), "home"), on="right_row"
    )
    together, moved = _together(certain)
    # A member's own link does not speak for himself.
    anchors = certain.select(pl.col("left_row").alias("anchor"), "family", "home")
    retried = members.join(anchors, on="family").filter(pl.col("left_row") != pl.col("anchor"))
    retried = retried.select("left_row", "home").unique(maintain_order=True)
    size = at_home.group_by("home").agg(pl.col("entity").n_unique().alias("size"))
    pairs = retried.join(at_home, on="home").join(size, on="home")
    pairs = pairs.with_columns((together * people / pl.col("size")).log(2).alias("bits"))
    pairs = pairs.group_by("left_row", pl.col("row").alias("right_row")).agg(pl.col("bits").max())
    return FamilyEvidence(together, moved, pairs.sort("left_row", "right_row"))


def _together(certain: pl.DataFrame) -> tuple[float, int]:
    """Of members who moved and whose family has another certain link, the share in that one's home; how many."""
    others = certain.select("family", pl.col("left_row").alias("other"), pl.col("home").alias("other_home"))
    both = certain.filter(pl.col("moved")).join(others, on="family").filter(pl.col("left_row") != pl.col("other"))
    found = both.group_by("left_row").agg((pl.col("home") == pl.col("other_home")).any().alias("found"))
    # One who did and one who did not, so that few families do not speak with certainty.
    return float((found["found"].sum() + 1) / (found.height + 2)), found.height


def bits_of(pairs: pl.DataFrame, evidence: FamilyEvidence, moved: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Bits of family evidence for each pair (`left_row`, `right_row`); only where the address itself says nothing.

    A pair that agrees on the address has that evidence already, and would count it twice.
    """
    bits = pairs.join(evidence.pairs, on=["left_row", "right_row"], how="left", maintain_order="left")["bits"]
    found: NDArray[np.float64] = np.where(moved, bits.fill_null(0.0).to_numpy(), 0.0)
    return np.maximum(found, 0.0)
