"""What certain links change for all other pairs, whose records no certain link uses.

How much rarer strangers and household members are among the records that no certain link has claimed. A twin who
stands in both tables is claimed by himself, so few of the pairs that look like twins and are still free are twins.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.estimate.household_members import moved
from tf_linkage.linkage.estimate.strata import stratum_of
from tf_linkage.linkage.model.comparisons import Role, place_of
from tf_linkage.linkage.standardise.fields import whole_columns
from tf_linkage.linkage.tables.encoded import Tables


@dataclass(frozen=True)
class CertainLinks:
    """Records claimed, and what is left among the others.

    Attributes:
        pairs: `left_row`, `entity` of the certain links.
        left: for each left row, whether a certain link has claimed it.
        right: for each right person, the same.
        strangers: share of pairs of strangers in which both records are free still.
        alike: for each left row, the same of those whose left record is of its stratum and as incomplete. A record
            without a date of birth is seldom linked for certain, nor is one of an age that the right table
            hardly holds, so that its being free says little.
        members: share of pairs of household members in which both are.
        twins: the same of those born on one day.
        born: place of the date of birth among the comparisons and its code of full agreement, if it is compared.
    """

    pairs: pl.DataFrame
    left: NDArray[np.bool_]
    right: NDArray[np.bool_]
    strangers: float = 1.0
    alike: NDArray[np.float64] | None = None
    members: float = 1.0
    twins: float = 1.0
    born: tuple[int, int] | None = None

    def free(self, pairs: pl.DataFrame) -> NDArray[np.bool_]:
        """Which pairs (`left_row`, `entity`) are between two records that are free."""
        found: NDArray[np.bool_] = (
            ~self.left[pairs["left_row"].to_numpy()] & ~self.right[pairs["entity"].to_numpy()]
        )
        return found

    def strangers_bits(self, left_rows: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Bits by which strangers are rarer among free pairs than among all, for pairs of these left rows."""
        if self.alike is None:
            return np.full(len(left_rows), -np.log2(self.strangers))
        found: NDArray[np.float64] = -np.log2(self.alike[left_rows])
        return found

    def household_members(self, levels: Levels) -> NDArray[np.float64]:
        """Bits by which household members of each pattern are rarer among free records; never positive."""
        if self.born is None:
            return np.full(len(levels), np.log2(self.members))
        return np.log2(np.where(self.on_one_day(levels), self.twins, self.members))

    def on_one_day(self, levels: Levels) -> NDArray[np.bool_]:
        """Patterns that share a date of birth."""
        if self.born is None:
            return np.zeros(len(levels), dtype=bool)
        place, equal = self.born
        found: NDArray[np.bool_] = levels[:, place] == equal
        return found


def no_certain_links(tables: Tables) -> CertainLinks:
    """Before anything is known."""
    nobody = pl.DataFrame(schema={"left_row": pl.UInt32, "entity": pl.UInt32})
    return CertainLinks(nobody, np.zeros(tables.left.height, dtype=bool), np.zeros(tables.people, dtype=bool))


def certain_of_deterministic(
    deterministic_links: pl.DataFrame, standing: pl.DataFrame, tables: Tables
) -> CertainLinks:
    """Claims of the links that stand before anything is weighed.

    Args:
        deterministic_links: `left_row`, `entity`, `pattern` of those links.
        standing: pairs at one address; see `at_one_address`.
        tables: both tables.
    """
    levels = unpack(deterministic_links["pattern"].to_numpy(), tables.model.comparisons)
    weighed = deterministic_links.with_columns(
        pl.lit(1.0).alias("match_probability"), pl.Series("moved", moved(levels, tables.model), pl.Boolean)
    )
    return certain_links_of(deterministic_links.select("left_row", "entity"), weighed, standing, tables)


def certain_links_of(
    certain: pl.DataFrame, weighed: pl.DataFrame, standing: pl.DataFrame, tables: Tables
) -> CertainLinks:
    """Claims of the certain links.

    Args:
        certain: `left_row`, `entity` of links that are certain without any claim.
        weighed: every weighed pair: `left_row`, `entity`, `match_probability`, `moved`.
        standing: pairs at one address; see `at_one_address`.
        tables: both tables.
    """
    settings, comparisons = tables.model.settings.certain, tables.model.comparisons
    nobody = no_certain_links(tables)
    # Who may be linked again is free however often it is linked.
    if tables.model.left_once:
        nobody.left[certain["left_row"].to_numpy()] = True
    if tables.model.right_once:
        nobody.right[certain["entity"].to_numpy()] = True
    certain_links = dataclasses.replace(nobody, pairs=certain)
    # Pairs at one address that are not links, and those of them that are free still.
    here = weighed.filter(~pl.col("moved"))
    probable = here["match_probability"].to_numpy()
    every = max(standing.height - float(probable.sum()), 1.0)
    rest = max(float(certain_links.free(standing).sum()) - float(probable[certain_links.free(here)].sum()), 0.0)
    members = float(min(1.0, max(rest / every, settings.free)))
    born = place_of(comparisons, Role.BORN)
    return dataclasses.replace(
        certain_links,
        strangers=float(
            max((1 - certain_links.left.mean()) * (1 - certain_links.right.mean()), settings.strangers)
        ),
        alike=_free_alike(certain_links, tables),
        members=members,
        twins=_twins(standing, certain_links, members, settings.unseen),
        born=None if born is None else (born, comparisons[born].full),
    )


def _free_alike(certain_links: CertainLinks, tables: Tables) -> NDArray[np.float64]:
    """For each left row, the share of free pairs among those of a left record like it and a stranger.

    By stratum, and within it by what is unknown; a small group differs little from what contains it.
    """
    model = tables.model
    few, least = model.settings.strata.few, model.settings.certain.strangers
    stratum = stratum_of(tables.left, model.settings.strata.years)
    group = np.unique(np.stack([stratum, unknown_fields(tables)]), axis=1, return_inverse=True)[1].ravel()
    free = ~certain_links.left
    of_stratum = _shrunk(free, stratum, np.full(len(free), free.mean()), few)
    found: NDArray[np.float64] = np.maximum(
        _shrunk(free, group, of_stratum, few) * (1 - certain_links.right.mean()), least
    )
    return found


def _shrunk(
    free: NDArray[np.bool_], group: NDArray[np.int64], expected: NDArray[np.float64], few: int
) -> NDArray[np.float64]:
    """Share of free rows in each row's group, with `few` more that are as free as the row is expected to be."""
    number = np.bincount(group)[group]
    among = np.bincount(group, weights=free)[group]
    found: NDArray[np.float64] = (among + few * expected) / (number + few)
    return found


def unknown_fields(tables: Tables) -> NDArray[np.int64]:
    """A number for each left row that says which of the fields compared it leaves unknown."""
    left = tables.left
    columns = whole_columns(tables.model.fields)
    unknown = left.select(pl.struct(pl.col(name).is_null() for name in columns).rank("dense").cast(pl.Int64) - 1)
    found: NDArray[np.int64] = unknown.to_series().to_numpy()
    return found


def _twins(standing: pl.DataFrame, certain_links: CertainLinks, members: float, unseen: float) -> float:
    """Share of pairs of two people of one home and one birthday in which neither is claimed.

    Such a free pair may be a person's own two records, so it cannot be counted. It follows from the pairs of which
    one or both are claimed, by somebody else than each other, as in capture and recapture.
    """
    born = standing.filter(pl.col("born")).join(certain_links.pairs, on=["left_row", "entity"], how="anti")
    if born.is_empty():
        return members
    ours = certain_links.left[born["left_row"].to_numpy()]
    theirs = certain_links.right[born["entity"].to_numpy()]
    both, one, other = float((ours & theirs).sum()), float((ours & ~theirs).sum()), float((~ours & theirs).sum())
    neither = (one + unseen) * (other + unseen) / (both + 1)
    return float(min(1.0, neither / (both + one + other + neither)))
