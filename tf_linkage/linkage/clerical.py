"""Clerical review: which pairs a clerk should see, and what the answers change.

Belongs here: sampling by pattern, reading decisions back, agreement between reviewers, and what decisions do to
links and to m. Does not belong here: where the sheet is kept; it holds identifiers side by side, so it belongs in
the custodian's folder or encrypted, which is the caller's duty.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.result import LinkResult
from tf_linkage.linkage.training import Shares, Trained

DECISIONS = ("link", "non-link", "unsure")
DOUBLE = 5
"""Every fifth pair goes to two reviewers, for kappa."""


def review_sheet(
    result: LinkResult, left: pl.LazyFrame, right: pl.LazyFrame, *, most: int = 200, highest: float = 0.99
) -> pl.DataFrame:
    """Pairs to review, side by side, sampled by pattern: one answer speaks for all like it.

    Args:
        result: a linkage by engine `duckdb`.
        left: the table its left ids come from.
        right: the table its right ids come from; alias rows give the first.
        most: pairs on the sheet.
        highest: posterior from which a pair needs no review.

    Returns:
        `pair` (its number), `left_id`, `right_id`, `stands_for` (pairs of its pattern in the zone), `reviewers`
        (one or two), `decision` (empty), and each field of the model as `<field>` and `<field> candidate`.
        Neither weight nor status is shown: a clerk decides blind.
    """
    zone = _with_patterns(result).filter(pl.col("match_probability") < highest)
    zone = zone.with_columns(pl.len().over("pattern").alias("stands_for"))
    # One pair of each pattern first, the commonest pattern first; then a second of each, and so on.
    zone = zone.sort("stands_for", "pattern", "left_id", "right_id", descending=[True, False, False, False])
    zone = zone.with_columns(pl.int_range(pl.len()).over("pattern").alias("turn"))
    chosen = zone.sort("turn", maintain_order=True).head(most).with_row_index("pair", offset=1)
    fields = [*result.model.fields, *result.model.extra]
    ours = left.select(pl.col(result.model.left_id).cast(pl.String).alias("left_id"), *fields)
    theirs = right.select(
        pl.col(result.model.entity).cast(pl.String).alias("right_id"),
        *[pl.col(field).alias(f"{field} candidate") for field in fields],
    )
    theirs = theirs.unique(subset=["right_id"], keep="first", maintain_order=True)
    both = chosen.lazy().join(ours, on="left_id", how="left").join(theirs, on="right_id", how="left")
    side_by_side = [name for field in fields for name in (field, f"{field} candidate")]
    reviewers = pl.when(pl.col("pair") % DOUBLE == 0).then(2).otherwise(1).alias("reviewers")
    decision = pl.lit(None, pl.String).alias("decision")
    return (
        both.select("pair", "left_id", "right_id", "stands_for", reviewers, decision, *side_by_side)
        .sort("pair")
        .collect()
    )


def decisions_of(sheets: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Answers of one sheet for each reviewer: `left_id`, `right_id`, `reviewer` (1, 2, ...), `decision`.

    Raises:
        LinkageRefused: an answer that is none of `DECISIONS`, or a sheet without the columns.
    """
    found = []
    for number, sheet in enumerate(sheets, start=1):
        missing = {"left_id", "right_id", "decision"} - set(sheet.columns)
        if missing:
            raise LinkageRefused(f"sheet {number} has no column {sorted(missing)[0]!r}")
        answered = sheet.select("left_id", "right_id", "decision").drop_nulls("decision")
        unknown = answered.filter(~pl.col("decision").is_in(DECISIONS))
        if unknown.height:
            raise LinkageRefused(
                f"sheet {number} has {unknown.height} answers that are none of {', '.join(DECISIONS)}"
            )
        found.append(answered.with_columns(pl.lit(number).alias("reviewer")))
    return pl.concat(found).sort("left_id", "right_id", "reviewer")


def kappa(decisions: pl.DataFrame) -> float:
    """Cohen's kappa of the pairs that two reviewers answered: 1 agreement throughout, 0 no better than chance.

    Raises:
        LinkageRefused: no pair has two answers.
    """
    first, second = (decisions.filter(pl.col("reviewer") == number) for number in (1, 2))
    both = first.join(second, on=["left_id", "right_id"], suffix="_second")
    if both.is_empty():
        raise LinkageRefused("no pair was reviewed twice, so agreement cannot be measured")
    one, other = both["decision"].to_numpy(), both["decision_second"].to_numpy()
    agree = float(np.mean(one == other))
    chance = float(sum(np.mean(one == word) * np.mean(other == word) for word in DECISIONS))
    return 1.0 if chance == 1 else (agree - chance) / (1 - chance)


def with_decisions(result: LinkResult, decisions: pl.DataFrame) -> LinkResult:
    """Links as the reviewers decided, and m learnt anew. Pairs without an answer keep their posterior and status.

    A pair is a link if its reviewers agree that it is, no link if they agree that it is none; where they differ or
    are unsure it stays as it was. A confirmed link takes the place of any other link of its two records.
    """
    verdicts = decisions.group_by("left_id", "right_id", maintain_order=True).agg(
        pl.col("decision").n_unique().alias("answers"), pl.col("decision").first()
    )
    verdicts = verdicts.filter(pl.col("answers") == 1, pl.col("decision") != "unsure").drop("answers")
    links = result.links.join(verdicts, on=["left_id", "right_id"], how="left", maintain_order="left")
    confirmed = links.filter(pl.col("decision") == "link")
    displaced = (pl.col("left_id").is_in(confirmed["left_id"].implode())) | (
        pl.col("right_id").is_in(confirmed["right_id"].implode()) & result.model.one_to_one
    )
    kept = links.filter(pl.col("decision").is_null(), ~displaced)
    confirmed = confirmed.with_columns(pl.lit("link").alias("status"), pl.lit("clerical review").alias("stage"))
    decided = pl.concat([kept, confirmed]).drop("decision").sort("left_id", "right_id")
    counts = dict(result.counts) | {
        "confirmed by clerks": confirmed.height,
        "rejected by clerks": verdicts.filter(pl.col("decision") == "non-link").height,
    }
    trained = None if result.trained is None else _learnt_anew(result, result.trained, verdicts)
    return dataclasses.replace(result, links=decided, counts=counts, trained=trained)


def simulated_answers(
    sheet: pl.DataFrame, truth: pl.DataFrame, *, reviewer: int, wrong: float = 0.03, unsure: float = 0.05
) -> pl.DataFrame:
    """The sheet as an imperfect reviewer fills it in, for the rehearsal.

    Args:
        sheet: from `review_sheet`.
        truth: `left_id`, `right_id` of the true pairs.
        reviewer: 1 or 2; the second answers only what two are asked about.
        wrong: share of answers that are wrong.
        unsure: share of pairs left undecided.
    """
    draw = np.random.default_rng(reviewer)
    judged = sheet.join(
        truth.select("left_id", "right_id", pl.lit(True).alias("same")), on=["left_id", "right_id"], how="left"
    )
    judged = judged.unique(subset=["pair"], keep="first", maintain_order=True).sort("pair")
    errs, doubts = draw.random(judged.height) < wrong, draw.random(judged.height) < unsure
    same = judged["same"].fill_null(value=False).to_numpy() ^ errs
    words = np.where(doubts, "unsure", np.where(same, "link", "non-link"))
    asked = pl.col("reviewers") >= reviewer
    answers = pl.Series("decision", words.tolist(), pl.String)
    return judged.drop("same").with_columns(pl.when(asked).then(answers).alias("decision"))


def _with_patterns(result: LinkResult) -> pl.DataFrame:
    if result.explanations.is_empty():
        raise LinkageRefused(f"engine {result.engine!r} keeps no patterns to sample by; engine 'duckdb' does")
    levels = [f"{comparison.name} level" for comparison in result.model.comparisons]
    patterns = result.explanations.select(
        "left_id", "right_id", pl.concat_str(levels, separator=" ").alias("pattern"), *levels
    )
    return result.links.join(patterns, on=["left_id", "right_id"], maintain_order="left")


def _learnt_anew(result: LinkResult, trained: Trained, verdicts: pl.DataFrame) -> Trained:
    """M with each reviewed pattern counted as the clerks found it instead of as the model expected it."""
    known = _with_patterns(result)
    answered = known.join(verdicts, on=["left_id", "right_id"])
    found = answered.group_by("pattern", maintain_order=True).agg(
        (pl.col("decision") == "link").mean().alias("confirmed")
    )
    moved = known.join(found, on="pattern", maintain_order="left")
    shift = (moved["confirmed"] - moved["match_probability"]).to_numpy()
    expected = float(trained.curve["expected_links"][-1])
    shares: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for place, comparison in enumerate(result.model.comparisons):
        codes = moved[f"{comparison.name} level"].to_numpy()
        seen = codes >= 0
        change = np.bincount(codes[seen], weights=shift[seen], minlength=len(comparison.levels))
        number = np.maximum(trained.m[place] * expected + change, 1 / len(comparison.levels))
        shares.append(number / number.sum())
    m: Shares = tuple(shares)
    return dataclasses.replace(trained, m=m)
