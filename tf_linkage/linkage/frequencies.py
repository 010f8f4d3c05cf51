"""How often values agree by chance: u of each level, and the rarity of each value.

Belongs here: u and term frequencies. Plain equality needs no sample: the chance that two strangers agree is the sum
over values of the product of their shares on either side. Does not belong here: m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.candidates import compare_rows
from tf_linkage.linkage.comparison import Comparison
from tf_linkage.linkage.model import Model
from tf_linkage.linkage.patterns import Levels, unpack
from tf_linkage.linkage.records import Records
from tf_linkage.linkage.training import Shares, Trained, shares_of

RANDOM_PAIRS = 500_000
ANOTHER = 0.1
"""Others expected to bear a full name that one person bears: a judgement between none and one."""

SEED = 2015
"""Of the random pairs."""


def chance_agreement(connection: duckdb.DuckDBPyConnection, records: Records, model: Model) -> Shares:
    """U of each level of each comparison."""
    number = min(RANDOM_PAIRS, records.left.height * records.right.height)
    draw = np.random.default_rng(SEED)
    left = draw.integers(0, records.left.height, number, dtype=np.uint32)
    right = draw.integers(0, records.right.height, number, dtype=np.uint32)
    patterns, counts = np.unique(compare_rows(connection, model, left, right), return_counts=True)
    sampled = shares_of(unpack(patterns, model.comparisons), counts, model.comparisons, smoothing=1.0)
    return tuple(
        _exact_where_equal(records, comparison, share)
        for comparison, share in zip(model.comparisons, sampled, strict=True)
    )


def rarity(records: Records, comparison: Comparison, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bits by which the value of each left record is rarer in the right table than values are on average.

    They are added to the weight of a pair that agrees on it. A value that only the left table has counts as one
    that the right table has once.
    """
    column = str(comparison.frequency)
    counted = records.right[column].drop_nulls().value_counts()
    total = max(1, int(counted["count"].sum()))
    found = records.left.select(column).join(counted, on=column, how="left", maintain_order="left")["count"]
    share = found.fill_null(1).to_numpy() / total
    bits: NDArray[np.float64] = np.log2(max(u[0], 1e-12) / share)
    return np.where(records.left[column].is_null().to_numpy(), 0.0, bits)


def full_names(records: Records, model: Model, trained: Trained) -> NDArray[np.float64] | None:
    """Bits by which forename and surname together are less rare than the two taken apart; never positive.

    Communities choose forenames to go with surnames, so that two agreements on rare names are not two pieces of
    evidence. What counts is how many others bear the full name in the right table. None without both names.
    """
    present = [comparison.name for comparison in model.comparisons]
    if not {"forename", "surname"} <= set(present):
        return None
    on = ["forename", "surname"]
    bearers = records.right.select("entity", *on).drop_nulls().unique().group_by(on).len("bearers")
    people = records.right["entity"].n_unique()
    share = records.left.select(on).join(bearers, on=on, how="left", maintain_order="left")["bearers"]
    others = np.maximum(share.fill_null(1).to_numpy() - 1.0, ANOTHER)
    together = np.log2(others / people)
    apart = np.zeros(records.left.height)
    for column in on:
        place = present.index(column)
        apart += np.log2(max(trained.u[place][0], 1e-12)) - rarity(
            records, model.comparisons[place], trained.u[place]
        )
    return np.minimum(0.0, apart - together)


@dataclass(frozen=True)
class NameDependence:
    """How much oftener strangers share both names than if the two were drawn apart, in bits.

    Communities choose forenames to go with surnames, and live near one another.

    Attributes:
        far: between people of different districts.
        near: between people of one district.
    """

    far: float
    near: float

    def bits(self, levels: Levels, model: Model) -> NDArray[np.float64]:
        """Bits for each pattern; nought unless forename and surname are equal."""
        names = [comparison.name for comparison in model.comparisons]
        if not {"forename", "surname"} <= set(names):
            return np.zeros(len(levels))
        both = (levels[:, names.index("forename")] == 0) & (levels[:, names.index("surname")] == 0)
        return np.where(both, np.where(near(levels, model), self.near, self.far), 0.0)


def near(levels: Levels, model: Model) -> NDArray[np.bool_]:
    """Patterns of pairs in one postcode district."""
    names = [comparison.name for comparison in model.comparisons]
    place = next((names.index(name) for name in ("address and postcode", "postcode") if name in names), None)
    if place is None:
        return np.zeros(len(levels), dtype=bool)
    last = len(model.comparisons[place].levels) - 1
    return (levels[:, place] >= 0) & (levels[:, place] < last)


def name_dependence(records: Records, model: Model, u: Shares) -> NameDependence:
    """Counted between different people of the right table, where no pair is a link."""
    names = [comparison.name for comparison in model.comparisons]
    if not {"forename", "surname"} <= set(names):
        return NameDependence(0.0, 0.0)
    apart = float(u[names.index("forename")][0] * u[names.index("surname")][0])
    people = records.right.unique(subset=["entity"], keep="first", maintain_order=True)
    both = people.drop_nulls(["forename", "surname"])
    every, same = float(both.height) ** 2, _same_pairs(both, ["forename", "surname"])
    if "district" not in records.right.columns:
        overall = _bits_of(same / every, apart)
        return NameDependence(overall, overall)
    located = both.drop_nulls(["district"])
    district, inside = _same_pairs(located, ["district"]), _same_pairs(located, ["forename", "surname", "district"])
    far = _bits_of(max(same - inside, 0.0) / max(every - district, 1.0), apart)
    return NameDependence(far, max(far, _bits_of(inside / max(district, 1.0), apart)))


def _same_pairs(people: pl.DataFrame, on: list[str]) -> float:
    number = pl.col("number").cast(pl.Int64)
    return float(people.group_by(on).len("number").select((number * (number - 1)).sum()).item() or 0)


def _bits_of(together: float, apart: float) -> float:
    return max(0.0, float(np.log2(max(together, 1e-15) / max(apart, 1e-15))))


def _exact_where_equal(
    records: Records, comparison: Comparison, sampled: NDArray[np.float64]
) -> NDArray[np.float64]:
    known = _pairs_known(records, comparison.columns[0])
    share = sampled.copy()
    exact = np.zeros(len(share), dtype=bool)
    for code, level in enumerate(comparison.levels):
        if level.equal_on and known:
            equal = _equal_pairs(records, level.equal_on)
            better = _equal_pairs(records, level.beyond) if level.beyond else 0
            share[code] = max(equal - better, 0.5) / known
            exact[code] = True
    rest = 1 - share[exact].sum()
    if exact.any() and not exact.all() and share[~exact].sum() > 0:
        share[~exact] *= max(rest, 1e-9) / share[~exact].sum()
    found: NDArray[np.float64] = share / share.sum()
    return found


def _equal_pairs(records: Records, columns: Sequence[str]) -> float:
    on = list(columns)
    ours = records.left.select(on).drop_nulls().group_by(on).len("ours")
    found = records.right.select(on).join(ours, on=on)
    return float(found["ours"].cast(pl.Int64).sum())


def _pairs_known(records: Records, column: str) -> float:
    ours, theirs = (float(frame.height - frame[column].null_count()) for frame in (records.left, records.right))
    return ours * theirs
