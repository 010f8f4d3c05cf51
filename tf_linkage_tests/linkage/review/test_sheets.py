"""Clerical review: sheets and answers."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.model.settings import Review
from tf_linkage.linkage.review.answers import agreement_of, answers_of
from tf_linkage.linkage.review.sheets import (
    REVIEW,
    clerks_sheet,
    review_sheet,
    simulated_answers,
)

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")


def asked_about(*pairs: tuple[str, str], reviewers: int = 1) -> pl.DataFrame:
    """What the custodian keeps of these pairs, numbered from 1."""
    rows = [(number, one, other, 1, reviewers) for number, (one, other) in enumerate(pairs, start=1)]
    return pl.DataFrame(rows, schema=REVIEW, orient="row")


def filled_in(*decisions: str | None) -> pl.DataFrame:
    """A sheet as it comes back: pairs numbered from 1."""
    return pl.DataFrame(
        {"pair": [str(number) for number in range(1, len(decisions) + 1)], "decision": decisions},
        schema={"pair": pl.String, "decision": pl.String},
    )


def test_the_sheet_is_blind_and_side_by_side(reviewed: Any) -> None:
    _, sheet, _ = reviewed
    assert sheet.height > 0
    assert {"surname", "surname candidate", "decision"} <= set(sheet.columns)
    assert not {"match_weight", "match_probability", "status", "stage"} & set(sheet.columns)
    assert sheet["decision"].is_null().all()


def test_each_pattern_comes_once_before_any_comes_twice(reviewed: Any) -> None:
    result, sheet, _ = reviewed
    levels = [f"{comparison.id} level" for comparison in result.model.comparisons]
    shown = sheet.join(result.explanations, on=["left_id", "right_id"], maintain_order="left").select(levels)
    distinct = shown.unique().height
    assert shown.head(distinct).unique().height == distinct


def test_kappa_by_hand() -> None:
    first, second = ("link", "link", "non-link", "non-link"), ("link", "non-link", "non-link", "non-link")
    sheets = {"one": filled_in(*first), "two": filled_in(*second)}
    asked = asked_about(*zip("abcd", "abcd", strict=True), reviewers=2)
    # 3 of 4 agree; chance is .5 * .25 + .5 * .75 = .5; kappa = (.75 - .5) / .5.
    found = agreement_of(answers_of(sheets, asked))
    assert found.kappa == pytest.approx(0.5)
    assert found.pairs == 4


def test_kappa_rests_on_pairs_with_two_answers() -> None:
    # The third pair went to the first reviewer alone, who says otherwise.
    asked = pl.concat(
        [
            asked_about(("a", "a"), ("b", "b"), reviewers=2),
            asked_about(("c", "c")).with_columns(pair=pl.lit(3, pl.Int64)),
        ]
    )
    sheets = {"one": filled_in("link", "non-link", "unsure"), "two": filled_in("link", "non-link")}
    found = agreement_of(answers_of(sheets, asked.cast(REVIEW)))
    assert (found.kappa, found.pairs) == (1.0, 2)


def test_kappa_needs_two_reviewers() -> None:
    with pytest.raises(LinkageRefused, match="twice"):
        agreement_of(answers_of({"one": filled_in("link")}, asked_about(("a", "b"))))


def test_what_clerks_are_handed_names_no_reference(reviewed: Any) -> None:
    _, sheet, _ = reviewed
    first, second = (clerks_sheet(sheet, number) for number in (1, 2))
    assert first.columns[:2] == ["pair", "decision"]
    assert not {"left_id", "right_id", "stands_for", "reviewers"} & set(first.columns)
    assert first.height == sheet.height
    assert second["pair"].to_list() == [pair for pair in sheet["pair"] if pair % 5 == 0]


def test_pairs_that_clerks_have_seen_are_not_asked_again(reviewed: Any, village_of: Any) -> None:
    result, sheet, _ = reviewed
    village = village_of(seed=9, moves=0.5)
    seen = sheet.head(sheet.height // 2).select("left_id", "right_id")
    tables = village.cohort.lazy(), village.register.lazy()
    rest = review_sheet(result, *tables, highest=0.9999, most=10_000, answered=seen)
    assert rest.height > 0
    assert rest.join(seen, on=["left_id", "right_id"]).is_empty()


def test_answers_are_read_whatever_their_case_and_blank_rows_do_not_count() -> None:
    sheet = pl.concat([filled_in(" Link ", "NON-LINK"), pl.DataFrame({"pair": [None], "decision": [""]})])
    found = answers_of({"sheet": sheet}, asked_about(("a", "b"), ("c", "d")))
    assert found.rows() == [("a", "b", 1, "link"), ("c", "d", 1, "non-link")]


@pytest.mark.parametrize(
    ("pairs", "words", "said"),
    [
        (
            ["1", "7"],
            ["link", "link"],
            r"sheet_1.csv: 1 row \(3\) about a pair that was not asked about.*; sheet_1.csv: 1 pair \(2\) missing",
        ),
        (["1", "x"], ["link", "link"], r"1 row \(3\) about a pair that was not asked about"),
        (
            ["1", "2", "1"],
            ["link", "unsure", "non-link"],
            r"1 row \(4\) about a pair that has a decision in an earlier row",
        ),
        (["1", "2"], ["link", None], r"1 row \(3\) without a decision"),
        (["1", "2"], ["perhaps", "link"], r"1 row \(2\) whose decision is none of link, non-link, unsure"),
        (["1"], ["link"], r"sheet_1.csv: 1 pair \(2\) missing"),
    ],
)
def test_a_sheet_that_is_not_sound_is_refused_by_row(pairs: list[str], words: list[str], said: str) -> None:
    sheet = pl.DataFrame({"pair": pairs, "decision": words}, schema={"pair": pl.String, "decision": pl.String})
    with pytest.raises(LinkageRefused, match=said) as refusal:
        answers_of({"sheet_1.csv": sheet}, asked_about(("a", "b"), ("c", "d")))
    assert "perhaps" not in str(refusal.value)


def test_an_undecided_sheet_is_told_in_one_line() -> None:
    pairs = [(f"a{number}", f"b{number}") for number in range(30)]
    with pytest.raises(LinkageRefused) as refusal:
        answers_of({"sheet": filled_in(*[None] * 30)}, asked_about(*pairs))
    words = "without a decision; write one of link, non-link, unsure"
    assert str(refusal.value) == f"sheet: 30 rows (2, 3, 4, 5, 6, ...) {words}"


def test_a_sheet_without_its_columns_is_refused() -> None:
    with pytest.raises(LinkageRefused, match="sheet has no column pair"):
        answers_of({"sheet": filled_in("link").drop("pair")}, asked_about(("a", "b")))


def test_reviewers_who_err_as_published_agree_as_published() -> None:
    # Half of the pairs are matches; (1 - 2 * .11)² = .608, and Boyd's reviewers reached .601.
    pairs = [(f"a{number}", f"b{number}") for number in range(4000)]
    asked = asked_about(*pairs, reviewers=2)
    truth = pl.DataFrame(pairs[::2], schema=["left_id", "right_id"], orient="row")
    sheets = {f"{n}": simulated_answers(asked, truth, reviewer=n, wrong=Review.wrong, unsure=0) for n in (1, 2)}
    assert agreement_of(answers_of(sheets, asked)).kappa == pytest.approx(0.601, abs=0.04)
