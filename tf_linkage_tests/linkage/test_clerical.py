"""Clerical review: sheets, answers, and what they change."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import polars as pl
import pytest

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import department_model, link
from tf_linkage.linkage.clerical import (
    REVIEW,
    WRONG,
    clerks_sheet,
    review_sheet,
    simulated_answers,
)
from tf_linkage.linkage.decisions import decisions_of, kappa, with_decisions

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")
MODEL = dataclasses.replace(department_model("dwp", FIELDS), review_threshold=0.001)


@pytest.fixture(scope="module")
def reviewed(village_of: Any) -> Any:
    village = village_of(seed=9, moves=0.5)
    result = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="duckdb")
    sheet = review_sheet(result, village.cohort.lazy(), village.register.lazy(), highest=0.9999)
    truth = pl.DataFrame(sorted(village.truth), schema=["left_id", "right_id"], orient="row")
    return result, sheet, truth


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


def decided(result: Any, words: dict[tuple[str, str], str]) -> pl.DataFrame:
    return decisions_of({"sheet": filled_in(*words.values())}, asked_about(*words))


def test_the_sheet_is_blind_and_side_by_side(reviewed: Any) -> None:
    _, sheet, _ = reviewed
    assert sheet.height > 0
    assert {"surname", "surname candidate", "decision"} <= set(sheet.columns)
    assert not {"match_weight", "match_probability", "status", "stage"} & set(sheet.columns)
    assert sheet["decision"].is_null().all()


def test_each_pattern_comes_once_before_any_comes_twice(reviewed: Any) -> None:
    result, sheet, _ = reviewed
    levels = [f"{comparison.name} level" for comparison in result.model.comparisons]
    shown = sheet.join(result.explanations, on=["left_id", "right_id"], maintain_order="left").select(levels)
    distinct = shown.unique().height
    assert shown.head(distinct).unique().height == distinct


def test_kappa_by_hand() -> None:
    first, second = ("link", "link", "non-link", "non-link"), ("link", "non-link", "non-link", "non-link")
    sheets = {"one": filled_in(*first), "two": filled_in(*second)}
    asked = asked_about(*zip("abcd", "abcd", strict=True), reviewers=2)
    # 3 of 4 agree; chance is .5 * .25 + .5 * .75 = .5; kappa = (.75 - .5) / .5.
    assert kappa(decisions_of(sheets, asked)) == pytest.approx(0.5)


def test_kappa_needs_two_reviewers() -> None:
    with pytest.raises(LinkageRefused, match="twice"):
        kappa(decisions_of({"one": filled_in("link")}, asked_about(("a", "b"))))


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
    found = decisions_of({"sheet": sheet}, asked_about(("a", "b"), ("c", "d")))
    assert found.rows() == [("a", "b", 1, "link"), ("c", "d", 1, "non-link")]


@pytest.mark.parametrize(
    ("pairs", "words", "said"),
    [
        (["1", "7"], ["link", "link"], "sheet_1.csv, row 3: its pair was not asked about.*pair 2 is missing"),
        (["1", "x"], ["link", "link"], "row 3: its pair was not asked about"),
        (["1", "2", "1"], ["link", "unsure", "non-link"], "row 4: its pair has a decision in an earlier row"),
        (["1", "2"], ["link", None], "row 3: no decision"),
        (["1", "2"], ["perhaps", "link"], "row 2: the decision is none of link, non-link, unsure"),
        (["1"], ["link"], "sheet_1.csv: pair 2 is missing"),
    ],
)
def test_a_sheet_that_is_not_sound_is_refused_by_row(pairs: list[str], words: list[str], said: str) -> None:
    sheet = pl.DataFrame({"pair": pairs, "decision": words}, schema={"pair": pl.String, "decision": pl.String})
    with pytest.raises(LinkageRefused, match=said) as refusal:
        decisions_of({"sheet_1.csv": sheet}, asked_about(("a", "b"), ("c", "d")))
    assert "perhaps" not in str(refusal.value)


def test_many_problems_are_told_in_part() -> None:
    pairs = [(f"a{number}", f"b{number}") for number in range(30)]
    with pytest.raises(LinkageRefused, match=r"row 2: no decision.*row 11: no decision.*; and 20 more"):
        decisions_of({"sheet": filled_in(*[None] * 30)}, asked_about(*pairs))


def test_a_sheet_without_its_columns_is_refused() -> None:
    with pytest.raises(LinkageRefused, match="sheet has no column pair"):
        decisions_of({"sheet": filled_in("link").drop("pair")}, asked_about(("a", "b")))


def test_decisions_change_links_and_unreviewed_pairs_stay(reviewed: Any) -> None:
    result, _, _ = reviewed
    linked = result.links.filter(pl.col("status") == "link")
    review = result.links.filter(pl.col("status") == "review")
    yes, no = (part.select("left_id", "right_id").head(1) for part in (review, linked))
    after = with_decisions(result, decided(result, {yes.row(0): "link", no.row(0): "non-link"}))
    pairs = set(after.links.filter(pl.col("status") == "link").select("left_id", "right_id").iter_rows())
    assert yes.row(0) in pairs
    assert no.row(0) not in pairs
    untouched = after.links.filter(pl.col("stage") != "clerical review")
    assert untouched.join(result.links, on=result.links.columns).height == untouched.height


def test_reviewers_who_differ_leave_the_pair_as_it_was(reviewed: Any) -> None:
    result, _, _ = reviewed
    one = result.links.head(1).select("left_id", "right_id").row(0)
    sheets = {word: filled_in(word) for word in ("link", "non-link")}
    decisions = decisions_of(sheets, asked_about(one, reviewers=2))
    assert with_decisions(result, decisions).links.equals(result.links)


def test_decisions_about_other_pairs_change_nothing(reviewed: Any) -> None:
    result, _, _ = reviewed
    after = with_decisions(result, decided(result, {("nobody", "no one"): "link"}))
    assert after.links.equals(result.links)
    assert after.counts["confirmed by clerks"] == 0


def test_a_confirmed_link_takes_the_place_of_another(reviewed: Any) -> None:
    result, _, _ = reviewed
    link = result.links.filter(pl.col("status") == "link").head(1)
    rival = link.with_columns(right_id=pl.lit("somebody else"), status=pl.lit("review"))
    explained = result.explanations.filter(
        pl.col("left_id") == link["left_id"][0], pl.col("right_id") == link["right_id"][0]
    ).with_columns(right_id=pl.lit("somebody else"))
    both = dataclasses.replace(
        result,
        links=pl.concat([result.links, rival]),
        explanations=pl.concat([result.explanations, explained]),
    )
    after = with_decisions(both, decided(result, {(link["left_id"][0], "somebody else"): "link"}))
    theirs = after.links.filter(pl.col("left_id") == link["left_id"][0])
    assert theirs.select("right_id", "status", "stage").rows() == [("somebody else", "link", "clerical review")]
    assert after.counts["displaced by clerks"] == 1


@pytest.mark.parametrize(("one_to_one", "left"), [(True, ["first"]), (False, ["first", "second"])])
def test_of_two_confirmed_records_of_somebody_the_likelier_stands(
    reviewed: Any, one_to_one: bool, left: list[str]
) -> None:
    result, _, _ = reviewed
    row = result.links.filter(pl.col("status") == "review").head(1)
    twins = [
        row.with_columns(left_id=pl.lit("one"), right_id=pl.lit(name), match_weight=pl.lit(weight))
        for name, weight in (("second", -2.0), ("first", 1.0))
    ]
    model = dataclasses.replace(result.model, one_to_one=one_to_one)
    both = dataclasses.replace(result, links=pl.concat([result.links, *twins]), model=model)
    after = with_decisions(both, decided(result, {("one", "first"): "link", ("one", "second"): "link"}))
    theirs = after.links.filter(pl.col("left_id") == "one")
    assert theirs["right_id"].to_list() == left
    assert after.counts["confirmed beside a likelier one"] == 2 - len(left)


def test_perfect_answers_move_m_towards_the_truth(reviewed: Any) -> None:
    result, sheet, truth = reviewed
    answers = simulated_answers(sheet, truth, reviewer=1, wrong=0, unsure=0)
    decisions = decisions_of({"sheet": answers}, sheet.with_columns(reviewers=pl.lit(1, pl.Int64)))
    after = with_decisions(result, decisions, highest=0.9999)
    assert after.trained is not None
    for before, now in zip(result.trained.m, after.trained.m, strict=True):
        assert now.sum() == pytest.approx(1)
        assert np.all(now > 0)
        assert np.abs(now - before).max() < 0.1
    assert any(
        np.abs(now - before).max() > 0 for before, now in zip(result.trained.m, after.trained.m, strict=True)
    )
    assert not after.training["m"].equals(result.training["m"])
    assert after.training["u"].equals(result.training["u"])


def test_reviewers_who_err_as_published_agree_as_published() -> None:
    # Half of the pairs are matches; (1 - 2 * .11)² = .608, and Boyd's reviewers reached .601.
    pairs = [(f"a{number}", f"b{number}") for number in range(4000)]
    asked = asked_about(*pairs, reviewers=2)
    truth = pl.DataFrame(pairs[::2], schema=["left_id", "right_id"], orient="row")
    sheets = {f"{n}": simulated_answers(asked, truth, reviewer=n, wrong=WRONG, unsure=0) for n in (1, 2)}
    assert kappa(decisions_of(sheets, asked)) == pytest.approx(0.601, abs=0.04)
