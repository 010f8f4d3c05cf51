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
from tf_linkage.linkage.estimate.em import Counted, Shares, Trained, shares_of
from tf_linkage.linkage.model.comparisons import Comparison, Role, both_names, place_of
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.tables.encoded import Tables


@dataclass(frozen=True)
class Rarity:
    """How rare the values of left records are in the right table.

    Attributes:
        full: code of the comparison's full agreement, which alone it bears on.
        bits: for each left row, what it adds to the weight of a pair that agrees so.
    """

    full: int
    bits: NDArray[np.float64]


def chance_agreement(tables: Tables) -> Shares:
    """U of each level of each comparison."""
    comparisons = tables.model.comparisons
    settings = tables.model.settings
    number = min(settings.sampling.random_pairs, tables.left.height * tables.right.height)
    draw = np.random.default_rng(settings.sampling.seed)
    pairs = pl.DataFrame(
        {
            "l": draw.integers(0, tables.left.height, number, dtype=np.uint32),
            "r": draw.integers(0, tables.right.height, number, dtype=np.uint32),
        }
    )
    if tables.model.one_table:
        pairs = pairs.filter(pl.col("l") != pl.col("r"))
    patterns, counts = pattern_counts(tables, pairs)
    sampled = shares_of(unpack(patterns, comparisons), counts, comparisons, settings.training.smoothing)
    return tuple(
        _exact_where_equal(tables, comparison, share)
        for comparison, share in zip(comparisons, sampled, strict=True)
    )


def rarity(
    tables: Tables, comparison: Comparison, u: NDArray[np.float64], own: float, before: Counted | None = None
) -> Rarity:
    """Bits by which the value of each left record is rarer among strangers in the right table than values are.

    They are added to the weight of a pair that agrees on it. Of the records that bear the value, a left record's
    own are no strangers'; a value that no stranger bears counts as one that part of one does (`training.unseen`).

    Args:
        tables: both tables.
        comparison: the comparison.
        u: its shares among strangers.
        own: records of the right table, on average, that are a left record's own and agree with it.
        before: frequencies of common values that were saved with a model, which count instead.
    """
    column = str(comparison.frequency)
    left = tables.left[column]
    side = people_counted(tables)
    total = max(1, _known(tables, column)[1 if side == "r" else 0])
    found = tables.frame(
        f"WITH counted AS (SELECT {column}, count(*) AS number FROM {side} SEMI JOIN l USING ({column}) "
        f"GROUP BY {column}) "
        f"SELECT number FROM l LEFT JOIN counted USING ({column}) ORDER BY l.row"
    )["number"]
    share = strangers_share(
        found.fill_null(0).to_numpy(), total, float(u[comparison.full]), own, tables.model.settings
    )
    if before is not None and before.bearers:
        kept = left.replace_strict(dict(before.bearers), default=None, return_dtype=pl.UInt32)
        common = strangers_share(
            kept.fill_null(0).to_numpy(), before.known, float(u[comparison.full]), own, tables.model.settings
        )
        share = np.where(kept.is_null().to_numpy(), share, common)
    bits: NDArray[np.float64] = np.log2(max(u[comparison.full], 1e-12) / share)
    return Rarity(comparison.full, np.where(left.is_null().to_numpy(), 0.0, bits))


def strangers_share(
    number: NDArray[np.uint32], total: int, u: float, own: float, settings: Settings
) -> NDArray[np.float64]:
    """Share of strangers that bear each value.

    Args:
        number: records of the right table that bear it.
        total: records of the right table of which the value is known.
        u: chance that two strangers agree.
        own: records, on average, that are a left record's own and agree with it.
        settings: of the model.
    """
    unseen = min(settings.training.unseen, total * u)
    found: NDArray[np.float64] = (np.maximum(number.astype(np.float64) - own, 0.0) + unseen) / total
    return found


def people_counted(tables: Tables) -> str:
    """The table in which the bearers of a value are counted: the one that holds each person once.

    Where a left record may have many right ones a person's own would make his values look common.
    """
    if tables.model.kind == "one-to-many":
        return "(SELECT * FROM l) people"
    return "r"


def own_records(trained: Trained, tables: Tables, *places: int) -> float:
    """Records of the right table that are a left record's own and agree with it fully on comparisons, on average.

    Within one table the record itself is one more; where people are counted in the left table it is the only one.
    """
    if tables.model.kind == "one-to-many":
        return 1.0
    agreeing = [float(trained.m[place][tables.model.comparisons[place].full]) for place in places]
    return trained.prior * tables.people * float(np.prod(agreeing)) + float(tables.model.one_table)


def full_names(tables: Tables, trained: Trained, rare: Sequence[Rarity | None]) -> NDArray[np.float64] | None:
    """Bits by which forename and surname together are less rare than the two taken apart; never positive.

    Communities choose forenames to go with surnames, so that two agreements on rare names are not two pieces of
    evidence. What counts is how many others bear the full name in the right table. None without both names and
    the frequencies of both.
    """
    places = both_names(tables.model.comparisons)
    if places is None:
        return None
    both = "forename, surname"
    own = max(1.0, own_records(trained, tables, *places))
    side = people_counted(tables)
    person = "entity" if side == "r" else "row"
    found = tables.frame(
        f"WITH named AS (SELECT DISTINCT {person}, {both} FROM {side} SEMI JOIN l USING ({both})), "
        f"bearing AS (SELECT {both}, count(*) AS bearers FROM named GROUP BY ALL) "
        f"SELECT bearers FROM l LEFT JOIN bearing USING ({both}) ORDER BY l.row"
    )["bearers"]
    others = np.maximum(found.fill_null(1).to_numpy() - own, tables.model.settings.names.others)
    together = np.log2(others / (tables.people if side == "r" else tables.left.height))
    apart = np.zeros(tables.left.height)
    for place in places:
        rarer = rare[place]
        if rarer is None:
            return None
        apart += np.log2(max(trained.u[place][rarer.full], 1e-12)) - rarer.bits
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
        return np.where(both_equal(levels, model), np.where(near(levels, model), self.near, self.far), 0.0)


def both_equal(levels: Levels, model: Model) -> NDArray[np.bool_]:
    """Patterns of pairs that agree fully on forename and surname; none where one of them is not compared."""
    places = both_names(model.comparisons)
    if places is None:
        return np.zeros(len(levels), dtype=bool)
    forename, surname = (levels[:, place] == model.comparisons[place].full for place in places)
    found: NDArray[np.bool_] = forename & surname
    return found


def near(levels: Levels, model: Model) -> NDArray[np.bool_]:
    """Patterns of pairs in one postcode district."""
    place = place_of(model.comparisons, Role.HOME)
    if place is None:
        return np.zeros(len(levels), dtype=bool)
    return np.isin(levels[:, place], model.comparisons[place].codes(lambda level: level.nearby))


def name_dependence(tables: Tables, u: Shares) -> NameDependence:
    """Counted between different people of the right table, where no pair is a link."""
    comparisons = tables.model.comparisons
    places = both_names(comparisons)
    if places is None:
        return NameDependence(0.0, 0.0)
    one, other = (u[place][comparisons[place].full] for place in places)
    apart = float(one * other)
    located = "district" in tables.right.columns
    counted = tables.frame(
        "WITH people AS (SELECT forename, surname, "
        f"{'district' if located else '0'} AS district FROM r "
        f"WHERE forename IS NOT NULL AND surname IS NOT NULL AND {_first_row(tables)}"
        f"entity % {max(1, tables.people // tables.model.settings.sampling.people_named)} = 0), "
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
    ours, theirs = _known(tables, comparison.value)
    known, once = float(ours) * float(theirs), tables.model.one_table
    if once:
        # A record and itself are no pair.
        known -= theirs
    share = sampled.copy()
    exact = np.zeros(len(share), dtype=bool)
    asked = {columns for level in comparison.levels for columns in (level.equal_on, level.beyond) if columns}
    equal = {
        columns: counted_pairs(tables, [(column, column) for column in columns])
        - (tables.left.select(columns).drop_nulls().height if once else 0)
        for columns in asked
    }
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


def _known(tables: Tables, column: str) -> tuple[int, int]:
    """Records of either table of which a column is known."""
    return tables.left.height - tables.left[column].null_count(), tables.right.known[column]
