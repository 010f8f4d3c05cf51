"""How often values agree by chance: u of each level, and the rarity of each value.

U and term frequencies. Plain equality needs no sample: the chance that two strangers agree is the sum over values
of the product of their shares on either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.compare.candidates import counted_pairs, pattern_counts
from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.estimate.em import Shares, Trained, shares_of
from tf_linkage.linkage.model.comparisons import Comparison
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.encoded import Tables
from tf_linkage.linkage.tables.records import Records

RANDOM_PAIRS = 500_000
ANOTHER = 0.1
"""Others expected to bear a full name that one person bears: a judgement between none and one."""

MOST_PEOPLE = 300_000
"""People of the right table among whom names that go together are counted; more add nothing."""

SEED = 2015
"""Of the random pairs."""


def chance_agreement(tables: Tables) -> Shares:
    """U of each level of each comparison."""
    records, comparisons = tables.records, tables.model.comparisons
    number = min(RANDOM_PAIRS, records.left.height * records.right.height)
    draw = np.random.default_rng(SEED)
    pairs = pl.DataFrame(
        {
            "l": draw.integers(0, records.left.height, number, dtype=np.uint32),
            "r": draw.integers(0, records.right.height, number, dtype=np.uint32),
        }
    )
    tables.connection.register("random_pairs", pairs.to_arrow())
    patterns, counts = pattern_counts(tables, "random_pairs")
    tables.connection.unregister("random_pairs")
    sampled = shares_of(unpack(patterns, comparisons), counts, comparisons, smoothing=1.0)
    return tuple(
        _exact_where_equal(tables, comparison, share)
        for comparison, share in zip(comparisons, sampled, strict=True)
    )


def rarity(tables: Tables, comparison: Comparison, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bits by which the value of each left record is rarer in the right table than values are on average.

    They are added to the weight of a pair that agrees on it. A value that only the left table has counts as one
    that the right table has once.
    """
    column = str(comparison.frequency)
    records, value = tables.records, tables.number(column)
    total = max(1, records.right.height - records.right[column].null_count())
    found = tables.frame(
        f"WITH counted AS (SELECT {value}, count(*) AS number FROM r SEMI JOIN l USING ({value}) GROUP BY {value}) "
        f"SELECT number FROM l LEFT JOIN counted USING ({value}) ORDER BY l.row"
    )["number"]
    share = found.fill_null(1).to_numpy() / total
    bits: NDArray[np.float64] = np.log2(max(u[0], 1e-12) / share)
    return np.where(records.left[column].is_null().to_numpy(), 0.0, bits)


def full_names(
    tables: Tables, trained: Trained, rare: Sequence[NDArray[np.float64] | None]
) -> NDArray[np.float64] | None:
    """Bits by which forename and surname together are less rare than the two taken apart; never positive.

    Communities choose forenames to go with surnames, so that two agreements on rare names are not two pieces of
    evidence. What counts is how many others bear the full name in the right table. None without both names.
    """
    present = [comparison.name for comparison in tables.model.comparisons]
    if not {"forename", "surname"} <= set(present):
        return None
    both = ", ".join(tables.numbers(["forename", "surname"]))
    found = tables.frame(
        f"WITH named AS (SELECT DISTINCT entity, {both} FROM r SEMI JOIN l USING ({both})), "
        f"bearing AS (SELECT {both}, count(*) AS bearers FROM named GROUP BY ALL) "
        f"SELECT bearers FROM l LEFT JOIN bearing USING ({both}) ORDER BY l.row"
    )["bearers"]
    others = np.maximum(found.fill_null(1).to_numpy() - 1.0, ANOTHER)
    together = np.log2(others / tables.people)
    apart = np.zeros(tables.records.left.height)
    for column in ("forename", "surname"):
        place = present.index(column)
        rarer = rare[place]
        assert rarer is not None  # noqa: S101  both names have frequencies
        apart += np.log2(max(trained.u[place][0], 1e-12)) - rarer
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
        """Bits for each pattern; zero unless forename and surname are equal."""
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


def name_dependence(tables: Tables, u: Shares) -> NameDependence:
    """Counted between different people of the right table, where no pair is a link."""
    names = [comparison.name for comparison in tables.model.comparisons]
    if not {"forename", "surname"} <= set(names):
        return NameDependence(0.0, 0.0)
    apart = float(u[names.index("forename")][0] * u[names.index("surname")][0])
    forename, surname = tables.numbers(["forename", "surname"])
    located = "district" in tables.records.right.columns
    counted = tables.frame(
        f"WITH people AS (SELECT {forename} AS forename, {surname} AS surname, "
        f"{'district' if located else '0'} AS district FROM r "
        f"WHERE {forename} IS NOT NULL AND {surname} IS NOT NULL AND {_first_row(tables)}"
        f"entity % {max(1, tables.people // MOST_PEOPLE)} = 0), "
        "named AS (SELECT forename, surname, district, count(*) AS number FROM people GROUP BY ALL), "
        "far AS (SELECT sum(number) AS number FROM named GROUP BY forename, surname), "
        "near AS (SELECT sum(number) AS number FROM named WHERE district IS NOT NULL GROUP BY district) "
        "SELECT (SELECT count(*) FROM people) AS people, (SELECT sum(number * (number - 1)) FROM far) AS same, "
        "(SELECT sum(number * (number - 1)) FROM near) AS district, "
        "(SELECT sum(number * (number - 1)) FROM named WHERE district IS NOT NULL) AS inside"
    )
    people, same, district, inside = (float(counted[name][0] or 0) for name in counted.columns)
    every = people**2
    if not located:
        overall = _bits_of(same / max(every, 1.0), apart)
        return NameDependence(overall, overall)
    far = _bits_of(max(same - inside, 0.0) / max(every - district, 1.0), apart)
    return NameDependence(far, max(far, _bits_of(inside / max(district, 1.0), apart)))


def _first_row(tables: Tables) -> str:
    """A condition that leaves one row of each person, where some have several."""
    return "row IN (SELECT min(row) FROM r GROUP BY entity) AND " if tables.aliased else ""


def _bits_of(together: float, apart: float) -> float:
    return max(0.0, float(np.log2(max(together, 1e-15) / max(apart, 1e-15))))


def _exact_where_equal(tables: Tables, comparison: Comparison, sampled: NDArray[np.float64]) -> NDArray[np.float64]:
    known = _pairs_known(tables.records, comparison.columns[0])
    share = sampled.copy()
    exact = np.zeros(len(share), dtype=bool)
    asked = {columns for level in comparison.levels for columns in (level.equal_on, level.beyond) if columns}
    equal = {columns: counted_pairs(tables, [(column, column) for column in columns]) for columns in asked}
    for code, level in enumerate(comparison.levels):
        if level.equal_on and known:
            better = equal[level.beyond] if level.beyond else 0
            share[code] = max(equal[level.equal_on] - better, 0.5) / known
            exact[code] = True
    rest = 1 - share[exact].sum()
    if exact.any() and not exact.all() and share[~exact].sum() > 0:
        share[~exact] *= max(rest, 1e-9) / share[~exact].sum()
    found: NDArray[np.float64] = share / share.sum()
    return found


def _pairs_known(records: Records, column: str) -> float:
    ours, theirs = (float(frame.height - frame[column].null_count()) for frame in (records.left, records.right))
    return ours * theirs
