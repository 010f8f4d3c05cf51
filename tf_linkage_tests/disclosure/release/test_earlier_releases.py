"""One release taken from another: a family that withdrew must not be found in the difference."""

from __future__ import annotations

import polars as pl
import pytest
from tables_of_counts import counts, estimates, random_counts

from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.disclosure import ReleaseRefused, behind, content_digest, must_be_apart, propose_release
from tf_linkage.disclosure.release.earlier_releases import CELL, too_near

WHERE = ("programme", "North")


def leaving(seed: int, families: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts before and after so many families of one group and region withdrew, all of them convicted."""
    cells = random_counts(seed, 600)
    after = {
        cell: (all_of - families, having - families if having >= 10 + families else having)
        if (cell[2], cell[4]) == WHERE
        else (all_of, having)
        for cell, (all_of, having) in cells.items()
    }
    return counts(cells), counts(after)


def remembered(frame: pl.DataFrame) -> pl.DataFrame:
    return behind(propose_release(estimates(frame))[DECISIONS].collect())


def differences(before: pl.DataFrame, after: pl.DataFrame, column: str) -> set[int]:
    """The attack: what one table has more than the other, row by row."""
    key = ["unit", "outcome", "study_group", "window", "region"]
    both = before.join(after, on=key, suffix="_after").drop_nulls([column, f"{column}_after"])
    return set((both[column] - both[f"{column}_after"]).to_list())


def test_the_attack_finds_the_family_in_unprotected_tables():
    """The control: taking the second table from the first leaves the one family that withdrew."""
    before, after = leaving(3, 1)
    assert 1 in differences(before, after, "families")
    assert 1 in differences(before, after, "families_with")


def test_rounding_alone_shows_that_somebody_left():
    """A second control: without the ledger even rounded tables can differ when one family withdraws."""
    seen: set[int] = set()
    for seed in range(6):
        before, after = (propose_release(estimates(f))["outcomes"].collect() for f in leaving(seed, 1))
        seen |= differences(before, after, "number_with") | differences(before, after, "number")
    assert seen - {0}


@pytest.mark.parametrize("families", [1, 4, 9])
def test_a_release_after_few_withdrawals_is_held_back(families: int):
    before, after = leaving(3, families)
    with pytest.raises(ReleaseRefused, match="the release of 2020-04-06"):
        must_be_apart(remembered(after), [("2020-04-06", remembered(before))])


def test_withdrawals_are_batched():
    """Ten at once may be seen; nobody is told among them."""
    before, after = leaving(3, 10)
    must_be_apart(remembered(after), [("2020-04-06", remembered(before))])


def test_it_is_held_against_every_earlier_release():
    first, _ = leaving(3, 10)
    _, second = leaving(3, 10)
    _, third = leaving(3, 12)
    must_be_apart(remembered(third), [("first", remembered(first))])
    with pytest.raises(ReleaseRefused, match="the release of second"):
        must_be_apart(remembered(third), [("first", remembered(first)), ("second", remembered(second))])


def test_the_same_again_is_no_difference():
    before, _ = leaving(3, 1)
    must_be_apart(remembered(before), [("2020-04-06", remembered(before))])
    one, other = (propose_release(estimates(before)) for _ in range(2))
    assert content_digest(one) == content_digest(other)


CELLS = {"table": ["t"], "figure": ["f"], "cell": ["c"]}


def figure(value: float, people: int, families: int) -> pl.DataFrame:
    return pl.DataFrame(CELLS | {"value": [value], "people": [people], "families": [families]}).cast(
        {"people": pl.Int32, "families": pl.Int32}
    )


@pytest.mark.parametrize(
    ("new", "near"),
    [
        ((50.0, 100, 50), False),  # the same
        ((49.0, 99, 50), True),  # one person
        ((40.0, 90, 45), True),  # ten people of five families
        ((40.0, 90, 40), False),  # ten of each
        ((60.0, 110, 60), False),  # ten more of each
        ((51.0, 100, 50), True),  # the same people, another figure: a record was corrected
    ],
)
def test_too_near_by_hand(new: tuple[float, int, int], near: bool):
    assert (too_near(figure(*new), figure(50.0, 100, 50)).height == 1) is near


def test_a_figure_that_was_not_there_before_counts_from_zero():
    nothing = figure(1, 1, 1).clear()
    assert too_near(figure(5.0, 5, 5), nothing).height == 1
    assert too_near(figure(50.0, 100, 50), nothing).height == 0
    assert too_near(nothing, figure(5.0, 5, 5)).select(CELL).height == 1
