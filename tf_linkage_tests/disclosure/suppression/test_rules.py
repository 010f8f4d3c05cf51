"""Each rule by hand."""

from __future__ import annotations

import pytest

from tf_linkage.contracts.outputs.release import RULES as CODES
from tf_linkage.disclosure.suppression.rules import (
    RULES,
    dominated,
    few,
    open_count,
    open_difference,
    open_sum,
    spread_tells,
)


@pytest.mark.parametrize(
    ("people", "families", "is_few"), [(10, 10, False), (9, 10, True), (10, 9, True), (0, 0, True)]
)
def test_ten_people_and_ten_families(people: int, families: int, is_few: bool):
    assert few(people, families) is is_few


@pytest.mark.parametrize(
    ("sum_of", "largest", "second", "is_dominated"),
    [
        (1000, 430, 10, False),  # 43%
        (1000, 440, 10, True),  # 44% in one family
        (1000, 430, 425, False),  # 85.5% in two
        (1000, 433, 428, True),  # 86.1% in two
        (100, 43, 42, False),
    ],
)
def test_dominance(sum_of: float, largest: float, second: float, is_dominated: bool):
    assert dominated(sum_of, largest, second) is is_dominated


def test_the_second_family_must_not_learn_the_first_to_within_a_tenth():
    """By hand: 100 is 90, 6 and 4. Less 6 it is 94, and a tenth of 90 is 9: the sum must be able to be 105."""
    need = open_sum(100, 90, 6)
    assert need.reach == pytest.approx(105)
    assert need.width == pytest.approx(18)


def test_a_small_count_must_not_be_known_to_be_small():
    assert open_count(3).reach == 10
    assert open_count(30).reach == 0


def test_every_rule_has_its_words():
    assert tuple(RULES) == CODES


@pytest.mark.parametrize(("squares", "tells"), [(12_499, True), (12_501, False), (400, True)])
def test_an_interval_must_not_give_the_largest_away(squares: float, tells: bool):
    """By hand: 100 and 20. Less 20 squared, what is left must come to 110 squared, 12,100, at least."""
    assert spread_tells(squares, 100, 20) is tells


def test_dominance_begins_above_its_shares_and_takes_pence():
    assert not dominated(1000.0, 430.0, 430.0), "two are 86% exactly"
    assert not dominated(1000.0, 437.5, 100.0), "one is 43.75% exactly"
    assert dominated(1000.5, 437.75, 100.25)


def test_of_a_difference_ten_numbers_stay_open_however_small_they_are():
    need = open_difference()
    assert (need.width, need.reach) == (9, 0)
