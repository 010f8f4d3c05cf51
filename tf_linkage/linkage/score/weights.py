"""What a pair is worth in bits: prior, each comparison, rarity, household members, family.

The match weight: log2 odds of one person against two strangers or two household members, summed over its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import Levels
from tf_linkage.linkage.estimate.certain_links import CertainLinks
from tf_linkage.linkage.estimate.em import Trained, household_ratio, padded_log
from tf_linkage.linkage.estimate.frequencies import Rarity
from tf_linkage.linkage.estimate.strata import Strata

DECIMALS = 9
"""Weights are rounded to this many decimals, far beyond meaning, so that the last bits of a sum decide nothing."""


@dataclass(frozen=True)
class Weights:
    """The parts of each pair's weight in bits, and their sum.

    Attributes:
        prior: of any pair of the two tables.
        presence: what is added because such people are oftener in the right table, or taken off as they seldom are.
        comparisons: one column for each comparison, rarity included.
        names: what is taken off or added because forenames go with surnames and years of birth, and who errs in
            one name errs in the other.
        certain_links: what is added because both records are free while many others are claimed; never negative.
        household members: what is lost because people of one home look like this too; never positive.
        family: what the family's other links add; zero before they are known.
        total: sum of all.
    """

    prior: float
    presence: NDArray[np.float64]
    comparisons: NDArray[np.float64]
    names: NDArray[np.float64]
    certain_links: NDArray[np.float64]
    household_members: NDArray[np.float64]
    family: NDArray[np.float64]
    total: NDArray[np.float64]

    @property
    def probability(self) -> NDArray[np.float64]:
        """Posterior probability that both are one person."""
        found: NDArray[np.float64] = 1 / (1 + np.exp2(-self.total))
        return found


@dataclass(frozen=True)
class Evidence:
    """What bears on each pair besides its levels.

    Attributes:
        rare: for each comparison, the rarity of each left row's value, if the comparison has a frequency.
        names: bits of each pair because forenames go with surnames and with years of birth.
        family: bits by which a stranger is less likely, because of the family's other links.
        free: whether both records of each pair are claimed by no certain link.
        certain_links: how much rarer strangers and household members are among such pairs.
        strata: what the sex and age of each left record say.
    """

    rare: Sequence[Rarity | None]
    names: NDArray[np.float64]
    family: NDArray[np.float64]
    free: NDArray[np.bool_]
    certain_links: CertainLinks
    strata: Strata

    def members(self, levels: Levels) -> NDArray[np.float64]:
        """Bits by which household members like each pair are rarer, where both records are free."""
        return np.where(self.free, self.certain_links.household_members(levels), 0.0)

    def born(self, levels: Levels) -> NDArray[np.bool_]:
        """Pairs that share a date of birth."""
        return self.certain_links.on_one_day(levels)


def weigh(levels: Levels, left_rows: NDArray[np.uint32], trained: Trained, evidence: Evidence) -> Weights:
    """Weigh pairs: one row of levels, one left row each."""
    shifted = evidence.strata.shifted(levels, left_rows)
    comparisons = comparison_bits(levels, left_rows, trained, evidence.rare) + shifted
    presence = evidence.strata.present(left_rows)
    names = evidence.names + trained.dependence.of(levels) / np.log(2)
    prior = float(np.log2(trained.prior / (1 - trained.prior)))
    freed = np.where(evidence.free, evidence.certain_links.strangers_bits(left_rows), 0.0)
    against_strangers = prior + presence + comparisons.sum(axis=1) + names + freed + evidence.family
    ratio = household_ratio(trained.m, trained.members, levels, trained.floor, trained.dependence) / np.log(2)
    ratio = ratio + np.log2(trained.household_members)
    # What makes a link of this kind likelier makes no household member so, except that twins are of one kind.
    ratio = ratio + evidence.members(levels) - shifted.sum(axis=1) - np.where(evidence.born(levels), 0.0, presence)
    # Odds against add up: 1/odds = 1/odds against strangers + odds of a household member.
    household_members = -np.logaddexp2(0.0, against_strangers + ratio)
    total = np.round(against_strangers + household_members, DECIMALS)
    return Weights(prior, presence, comparisons, names, freed, household_members, evidence.family, total)


def comparison_bits(
    levels: Levels, left_rows: NDArray[np.uint32], trained: Trained, rare: Sequence[Rarity | None]
) -> NDArray[np.float64]:
    """Weight of each comparison of each pair in bits, rarity included."""
    found = np.empty(levels.shape, order="F")
    for place, (m, u) in enumerate(zip(trained.m, trained.u, strict=True)):
        bits = ((padded_log(m, trained.floor) - padded_log(u, trained.floor)) / np.log(2))[levels[:, place]]
        rarity = rare[place]
        if rarity is not None:
            bits = bits + np.where(levels[:, place] == rarity.full, rarity.bits[left_rows], 0.0)
        found[:, place] = bits
    return found


def best_possible(levels: Levels, trained: Trained, rare: Sequence[Rarity | None]) -> NDArray[np.float64]:
    """The most that a pair of each pattern could weigh, were its values the rarest; drops the hopeless early."""
    total = np.full(len(levels), np.log2(trained.prior / (1 - trained.prior)))
    for place, (m, u) in enumerate(zip(trained.m, trained.u, strict=True)):
        total += ((padded_log(m, trained.floor) - padded_log(u, trained.floor)) / np.log(2))[levels[:, place]]
        rarity = rare[place]
        if rarity is not None:
            most = max(0.0, float(rarity.bits.max(initial=0.0)))
            total += np.where(levels[:, place] == rarity.full, most, 0.0)
    found: NDArray[np.float64] = total + np.maximum(trained.dependence.of(levels), 0.0) / np.log(2)
    return found
