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
    decisions_of,
    kappa,
    review_sheet,
    simulated_answers,
    with_decisions,
)

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")
MODEL = dataclasses.replace(department_model("dwp", FIELDS), review_threshold=0.001)


@pytest.fixture(scope="module")
def reviewed(village_of: Any) -> Any:
    village = village_of(seed=9, moves=0.5)
    result = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="duckdb")
    sheet = review_sheet(result, village.cohort.lazy(), village.register.lazy(), highest=0.9999)
    truth = pl.DataFrame(sorted(village.truth), schema=["left_id", "right_id"], orient="row")
    return result, sheet, truth


def answer(word: str) -> pl.DataFrame:
    return pl.DataFrame({"left_id": ["a"], "right_id": ["b"], "decision": [word]})


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
    sheets = [
        pl.DataFrame({"left_id": list("abcd"), "right_id": list("abcd"), "decision": list(words)})
        for words in (first, second)
    ]
    # 3 of 4 agree; chance is .5 * .25 + .5 * .75 = .5; kappa = (.75 - .5) / .5.
    assert kappa(decisions_of(sheets)) == pytest.approx(0.5)


def test_kappa_needs_two_reviewers() -> None:
    with pytest.raises(LinkageRefused, match="twice"):
        kappa(decisions_of([answer("link")]))


def test_an_unknown_answer_is_refused_without_quoting_the_pair() -> None:
    with pytest.raises(LinkageRefused, match="1 answers that are none of"):
        decisions_of([answer("perhaps")])


def test_decisions_change_links_and_unreviewed_pairs_stay(reviewed: Any) -> None:
    result, _, _ = reviewed
    linked = result.links.filter(pl.col("status") == "link")
    review = result.links.filter(pl.col("status") == "review")
    yes, no = review.head(1), linked.head(1)
    sheet = pl.concat(
        [
            yes.select("left_id", "right_id").with_columns(pl.lit("link").alias("decision")),
            no.select("left_id", "right_id").with_columns(pl.lit("non-link").alias("decision")),
        ]
    )
    after = with_decisions(result, decisions_of([sheet]))
    pairs = set(after.links.filter(pl.col("status") == "link").select("left_id", "right_id").iter_rows())
    assert yes.select("left_id", "right_id").row(0) in pairs
    assert no.select("left_id", "right_id").row(0) not in pairs
    untouched = after.links.filter(pl.col("stage") != "clerical review")
    assert untouched.join(result.links, on=result.links.columns).height == untouched.height


def test_reviewers_who_differ_leave_the_pair_as_it_was(reviewed: Any) -> None:
    result, _, _ = reviewed
    one = result.links.head(1).select("left_id", "right_id")
    sheets = [one.with_columns(pl.lit(word).alias("decision")) for word in ("link", "non-link")]
    assert with_decisions(result, decisions_of(sheets)).links.equals(result.links)


def test_perfect_answers_move_m_towards_the_truth(reviewed: Any) -> None:
    result, sheet, truth = reviewed
    answers = simulated_answers(sheet, truth, reviewer=1, wrong=0, unsure=0)
    after = with_decisions(result, decisions_of([answers]))
    assert after.trained is not None
    for before, now in zip(result.trained.m, after.trained.m, strict=True):
        assert now.sum() == pytest.approx(1)
        assert np.all(now > 0)
        assert np.abs(now - before).max() < 0.1
    assert any(
        np.abs(now - before).max() > 0 for before, now in zip(result.trained.m, after.trained.m, strict=True)
    )


def test_imperfect_reviewers_agree_well_but_not_throughout(reviewed: Any) -> None:
    _, sheet, truth = reviewed
    everything_twice = pl.concat([sheet] * 30).with_columns(pl.lit(2).alias("reviewers"))
    everything_twice = everything_twice.with_columns(
        pl.int_range(pl.len()).alias("pair"),
        pl.format("{}#{}", "left_id", pl.int_range(pl.len())).alias("left_id"),
    )
    known = everything_twice.with_columns(pl.col("left_id").str.split("#").list.get(0).alias("asked"))
    pairs = known.join(truth.rename({"left_id": "asked"}), on=["asked", "right_id"]).select("left_id", "right_id")
    sheets = [simulated_answers(everything_twice, pairs, reviewer=number) for number in (1, 2)]
    assert 0.2 < kappa(decisions_of(sheets)) < 0.99
