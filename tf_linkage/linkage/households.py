"""People of one home who are not one person: how alike their records are, and how many there are.

Belongs here: the third class of training, learnt from pairs inside the right table. Does not belong here: the
evidence that a family's links give its other members.
"""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.candidates import compare_rows
from tf_linkage.linkage.model import Model
from tf_linkage.linkage.patterns import Levels, unpack
from tf_linkage.linkage.records import Records
from tf_linkage.linkage.training import NO_TWINS, Housemates, Twins, shares_of

LARGEST_HOME = 12
"""People at one address beyond whom it is a hostel or a block, not a household."""

MOST_PEOPLE = 200_000
"""People at home from whose households is learnt; more add nothing."""

FEW = 50
"""Pairs of housemates below which nothing is learnt from them."""

PLACES = ("address and postcode", "postcode", "address")
"""Comparisons that say where somebody lives: among housemates they agree as often as among links."""


def housemates(
    connection: duckdb.DuckDBPyConnection, records: Records, model: Model, at_home: pl.DataFrame
) -> Housemates:
    """Learn from pairs of one home inside the right table. With no homes known there are no housemates."""
    apart = tuple(comparison.name not in PLACES for comparison in model.comparisons)
    even = tuple(np.full(len(comparison.levels), 1 / len(comparison.levels)) for comparison in model.comparisons)
    # Homes are numbered by postcode: every n-th is a sample of them all.
    sampled = at_home.filter(pl.col("home") % max(1, at_home.height // MOST_PEOPLE) == 0)
    other = sampled.rename({"row": "other", "entity": "other_entity"})
    pairs = sampled.join(other, on="home", maintain_order="left_right")
    pairs = pairs.filter(pl.col("entity") < pl.col("other_entity"))
    if pairs.height < FEW:
        return Housemates(even, apart, NO_TWINS, 0.0)
    patterns = compare_rows(connection, model, pairs["row"].to_numpy(), pairs["other"].to_numpy(), "r")
    distinct, counts = np.unique(patterns, return_counts=True)
    levels = unpack(distinct, model.comparisons)
    counts = np.where(_one_person(levels, model), 0, counts)
    return Housemates(
        shares_of(levels, counts, model.comparisons, smoothing=5.0),
        apart,
        _twins(levels, counts, model),
        at_one_address(records),
    )


def _home_columns(records: Records) -> list[str]:
    present = records.right.columns
    if {"postcode", "house"} <= set(present):
        return ["postcode", "house"]
    return ["address"] if "address" in present else []


def at_one_address(records: Records) -> float:
    """Pairs of a left record and a right person at one address, hostels and blocks left out."""
    on = _home_columns(records)
    if not on:
        return 0.0
    theirs = records.right.select("entity", *on).drop_nulls().unique().group_by(on).len("theirs")
    ours = records.left.select(on).drop_nulls().group_by(on).len("ours")
    both = ours.join(theirs.filter(pl.col("theirs") <= LARGEST_HOME), on=on)
    return float(both.select((pl.col("ours").cast(pl.Int64) * pl.col("theirs").cast(pl.Int64)).sum()).item() or 0)


def homes(records: Records) -> pl.DataFrame:
    """The home of each right row that has one: `row`, `entity`, `home`; hostels and blocks left out.

    A home is a number; with a postcode the house in it, else the address.
    """
    on = _home_columns(records)
    if not on:
        return pl.DataFrame(schema={"row": pl.UInt32, "entity": pl.UInt32, "home": pl.UInt32})
    known = records.right.select("row", "entity", *on).drop_nulls().sort(*on, "row")
    numbered = known.select("row", "entity", pl.struct(on).rle_id().alias("home"))
    people = pl.col("entity").n_unique().over("home")
    return numbered.filter(people <= LARGEST_HOME)


def _twins(levels: Levels, counts: NDArray[np.int64], model: Model) -> Twins:
    """Twins share surname and date of birth, which other housemates seldom do both."""
    names = [comparison.name for comparison in model.comparisons]
    if not {"surname", "date of birth"} <= set(names):
        return NO_TWINS
    surname, born = names.index("surname"), names.index("date of birth")
    known = (levels[:, surname] >= 0) & (levels[:, born] >= 0)
    total = float(counts[known].sum())
    same_name, same_day = (float(counts[known & (levels[:, at] == 0)].sum()) for at in (surname, born))
    both = float(counts[known & (levels[:, surname] == 0) & (levels[:, born] == 0)].sum())
    if not total or not same_name or not same_day:
        return NO_TWINS
    apart = same_name * same_day / total
    return Twins(surname, born, float(np.log((both + 1) / (apart + 1))))


def _one_person(levels: Levels, model: Model) -> NDArray[np.bool_]:
    """Patterns that look like one person registered twice, who is nobody's housemate."""
    names = [comparison.name for comparison in model.comparisons]
    if not {"forename", "date of birth"} <= set(names):
        return np.zeros(len(levels), dtype=bool)
    forename, born = levels[:, names.index("forename")], levels[:, names.index("date of birth")]
    return (forename >= 0) & (forename <= 2) & (born >= 0) & (born <= 1)
