"""The sum of a pair's parts by hand, and the most that a pattern could weigh."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.linkage.estimate.certain_links import CertainLinks
from tf_linkage.linkage.estimate.em import NO_DEPENDENCE, Dependence, HouseholdMembers, Trained
from tf_linkage.linkage.estimate.frequencies import Rarity
from tf_linkage.linkage.estimate.strata import Strata
from tf_linkage.linkage.score.weights import Evidence, best_possible, comparison_bits, weigh

NAME, PLACE = 0, 1
EQUAL, OTHER, UNKNOWN = 0, 1, -1


def trained(prior: float = 0.25, dependence: Dependence = NO_DEPENDENCE) -> Trained:
    """Two comparisons: a name that agrees in 3/4 of links and 3/16 of strangers, a place in 1/2 and 1/8."""
    m = [np.array([0.75, 0.25]), np.array([0.5, 0.5])]
    u = [np.array([0.1875, 0.8125]), np.array([0.125, 0.875])]
    members = HouseholdMembers(m, (True, False), dependence, 1.0)
    return Trained(m, u, members, prior, 0.5, pl.DataFrame(), 0.0, held=True, floor=1e-6, dependence=dependence)


def pattern(*codes: int) -> np.ndarray:
    return np.array([codes], dtype=np.int8)


RARE = Rarity(EQUAL, np.array([0.0, 5.0, -1.0]))
"""Bits of rarity of the names of three left records: common, rare, commoner than most."""

PRIOR = np.log2(1 / 3)
"""A prior of one in four is odds of one to three."""


@pytest.mark.parametrize(
    ("codes", "row", "bits"),
    [
        ((EQUAL, EQUAL), 0, [2.0, 2.0]),
        ((EQUAL, EQUAL), 1, [7.0, 2.0]),
        ((EQUAL, EQUAL), 2, [1.0, 2.0]),
        ((OTHER, EQUAL), 1, [np.log2(0.25 / 0.8125), 2.0]),
        ((UNKNOWN, UNKNOWN), 1, [0.0, 0.0]),
    ],
)
def test_a_comparison_is_m_over_u_and_rarity_counts_where_the_value_agrees(
    codes: tuple[int, int], row: int, bits: list[float]
) -> None:
    found = comparison_bits(pattern(*codes), np.array([row], dtype=np.uint32), trained(), [RARE, None])
    assert found[0] == pytest.approx(bits)


def test_the_most_that_a_pattern_could_weigh_is_that_of_its_rarest_value() -> None:
    """By hand: prior log2(1/3); equal names 2 bits and five of rarity; equal places 2 bits and no rarity."""
    levels = np.vstack([pattern(EQUAL, EQUAL), pattern(OTHER, EQUAL), pattern(UNKNOWN, OTHER)])
    found = best_possible(levels, trained(), [RARE, None])
    assert found == pytest.approx(
        [PRIOR + 2 + 5 + 2, PRIOR + np.log2(0.25 / 0.8125) + 2, PRIOR + np.log2(0.5 / 0.875)]
    )
    common = best_possible(levels, trained(), [Rarity(EQUAL, np.array([-3.0, -1.0])), None])
    assert common[0] == pytest.approx(PRIOR + 2 + 2), "where every value is common, rarity adds nothing"


def test_what_names_together_add_is_counted_and_what_they_take_off_is_not() -> None:
    logs = np.zeros((4, 4, 3))
    logs[0, :, :], logs[1, :, :] = 3 * np.log(2), -3 * np.log(2)
    together = Dependence((NAME, None, None), ((EQUAL, OTHER), (EQUAL, OTHER)), logs)
    levels = np.vstack([pattern(EQUAL, UNKNOWN), pattern(OTHER, UNKNOWN)])
    apart = best_possible(levels, trained(), [None, None])
    assert best_possible(levels, trained(dependence=together), [None, None]) - apart == pytest.approx([3.0, 0.0])


@given(
    st.tuples(st.sampled_from([EQUAL, OTHER, UNKNOWN]), st.sampled_from([EQUAL, OTHER, UNKNOWN])),
    st.lists(st.floats(-4, 20), min_size=1, max_size=4),
    st.floats(0.001, 0.9),
)
def test_no_pair_weighs_more_than_its_patterns_best(
    codes: tuple[int, int], rare: list[float], prior: float
) -> None:
    """Dropping by the best possible weight drops no pair that could have been kept."""
    model, rows = trained(prior), np.arange(len(rare), dtype=np.uint32)
    levels = np.repeat(pattern(*codes), len(rare), axis=0)
    weigh = comparison_bits(levels, rows, model, [Rarity(EQUAL, np.array(rare)), None]).sum(axis=1) + np.log2(
        prior / (1 - prior)
    )
    assert (weigh <= best_possible(pattern(*codes), model, [Rarity(EQUAL, np.array(rare)), None]) + 1e-9).all()


def nothing_else(rows: int) -> Evidence:
    """Pairs of which nothing is known but their levels."""
    nobody = CertainLinks(
        pl.DataFrame(schema={"left_row": pl.UInt32, "entity": pl.UInt32}),
        np.zeros(rows, bool),
        np.zeros(rows, bool),
    )
    kinds = Strata(np.zeros(rows, dtype=np.int64), np.zeros(1), ())
    return Evidence([None, None], np.zeros(rows), np.zeros(rows), np.zeros(rows, bool), nobody, kinds)


def test_the_parts_add_up_to_the_odds_against_strangers_and_household_members() -> None:
    """By hand: odds of 1 to 3, times 4, times 4 are 16 to 3; one in two of such is of the home: 16/3 by 1 + 8/3.

    Members of a home look like links here, and there is one for each two pairs: the odds become 16 to 11.
    """
    found = weigh(pattern(EQUAL, EQUAL), np.array([0], dtype=np.uint32), trained(), nothing_else(1))
    assert found.prior == pytest.approx(PRIOR)
    assert found.comparisons[0] == pytest.approx([2, 2])
    assert found.names == pytest.approx([0])
    assert found.total == pytest.approx([np.log2(16 / 11)])
    assert found.probability == pytest.approx([16 / 27])


def test_what_names_say_together_is_counted_in_bits() -> None:
    logs = np.zeros((4, 4, 3))
    logs[0, :, :] = 3 * np.log(2)
    together = Dependence((NAME, None, None), ((EQUAL, OTHER), (EQUAL, OTHER)), logs)
    row = np.array([0], dtype=np.uint32)
    found = weigh(pattern(EQUAL, UNKNOWN), row, trained(dependence=together), nothing_else(1))
    assert found.names == pytest.approx([3])
