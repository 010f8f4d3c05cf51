"""Recall from an identifier that was held back: by hand, where it holds, and how it fails."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.quality.without_truth.rule import HEADLINE, headline_of
from tf_linkage.quality.without_truth.second_identifier import MEASURE, second_identifier_figures


def tables(numbers: list[str | None], held: list[str | None]) -> tuple[pl.DataFrame, pl.DataFrame]:
    refs = [f"r{at}" for at in range(len(numbers))]
    keys = [f"k{at}" for at in range(len(held))]
    return (
        pl.DataFrame({"ref": refs, "number": numbers}, schema={"ref": pl.String, "number": pl.String}),
        pl.DataFrame({"key": keys, "number": held}, schema={"key": pl.String, "number": pl.String}),
    )


def linked(*places: int) -> pl.DataFrame:
    return pl.DataFrame({"ref": [f"r{at}" for at in places], "key": [f"k{at}" for at in places]},
                        schema={"ref": pl.String, "key": pl.String})  # fmt: skip


def test_by_hand() -> None:
    """Ten people, eight with a number, of whom four agree with the register; the rest finds three of these four.

    It makes six links, five of them of people with a number, of which three agree: a = 3/4, b = 3/5, and five in
    six have one: 5/6 (1 - 1/4 x 2/5) + 1/6 x 3/4 = .875.
    """
    numbers = [*"ABCDEFGH", None, None]
    held = ["A", "B", "C", "D", None, "X", "Y", None, "Z", None]
    found = second_identifier_figures(*tables(numbers, held), linked(0, 1, 2, 4, 5, 8)).row(0, named=True)
    assert found["measure"] == MEASURE
    assert (found["numerator"], found["denominator"]) == (3, 4)
    assert found["value"] == pytest.approx(0.875)
    assert found["low"] < 0.875 < found["high"]


def test_a_number_that_two_records_bear_says_nothing_of_either() -> None:
    request, register = tables(["A", "B", "B"], ["A", "B", "C", "A"])
    assert second_identifier_figures(request, register, linked(0, 1)).is_empty()


def world(seed: int, *, together: float) -> tuple[float, dict[str, float]]:
    """True recall with the number, and what is estimated; `together`: how far bad names go with bad numbers."""
    rng = np.random.default_rng(seed)
    n = 3_000
    bad_name = rng.random(n) < 0.06
    bad_number = rng.random(n) < np.where(bad_name, 0.2 + together, 0.2)
    has = rng.random(n) < 0.8
    numbers = [f"N{at}" if has[at] else None for at in range(n)]
    held = [f"M{at}" if bad_number[at] else f"N{at}" for at in range(n)]
    found = second_identifier_figures(*tables(numbers, held), linked(*np.flatnonzero(~bad_name)))
    return float((~bad_name | (has & ~bad_number)).mean()), found.row(0, named=True)


def test_its_interval_holds_where_both_go_wrong_by_themselves() -> None:
    """Of 60 at 95%, 51 or fewer come less than once in five hundred times."""
    held = [
        row["low"] - 0.002 <= true <= row["high"] + 0.002 for true, row in (world(s, together=0) for s in range(60))
    ]
    assert sum(held) >= 52


def test_it_runs_high_where_bad_numbers_go_with_bad_names() -> None:
    gaps = [row["value"] - true for true, row in (world(seed, together=0.5) for seed in range(20))]
    assert np.mean(gaps) > 0.005


def test_the_recall_to_quote_is_chosen_by_a_rule() -> None:
    assert headline_of(HEADLINE) == "search_recall"
    assert headline_of({"known_recall"}) == "known_recall"
    assert headline_of({"match_rate", "expected_found"}) is None
