"""Clerical review: which pairs a clerk should see, and how an imperfect clerk answers.

Sampling by pattern, the sheet, and simulated reviewers.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.model.settings import Review
from tf_linkage.linkage.result import LinkResult

DECISIONS = ("link", "non-link", "unsure")
REVIEW = pl.Schema(
    {"pair": pl.Int64, "left_id": pl.String, "right_id": pl.String, "stands_for": pl.Int64, "reviewers": pl.Int64}
)
"""What the custodian keeps of a review; the sheet's other columns are for clerks."""
CANDIDATE = " candidate"
"""What follows a field's name in the column of the right record."""
_OURS = {*REVIEW.names(), "decision"}
"""Names that a sheet's own columns have."""


THIRD = 3
"""The reviewer who settles what two others differ on."""


def review_sheet(
    result: LinkResult,
    left: pl.LazyFrame,
    right: pl.LazyFrame,
    *,
    most: int = 200,
    highest: float | None = None,
    answered: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Pairs to review, side by side, sampled by pattern: one answer speaks for all like it.

    Args:
        result: a linkage by engine `duckdb`.
        left: the table its left ids come from.
        right: the table its right ids come from; alias rows give the first.
        most: pairs on the sheet.
        highest: posterior from which a pair needs no review, the model's setting unless given. The zone is from
            the review threshold to here.
        answered: `left_id`, `right_id` of pairs that clerks have seen before and need not see again.

    Returns:
        `pair` (its number), `left_id`, `right_id`, `stands_for` (pairs of its pattern in the zone), `reviewers`
        (one or two), `decision` (empty), and each field of the model as `<field>` and `<field> candidate`.
        Neither weight nor status is shown: a clerk decides blind.
    """
    settings = result.model.settings.review
    zone = with_patterns(result).filter(
        pl.col("match_probability") < (settings.highest if highest is None else highest)
    )
    if answered is not None:
        zone = zone.join(answered, on=["left_id", "right_id"], how="anti", maintain_order="left")
    zone = zone.with_columns(pl.len().over("pattern").alias("stands_for"))
    # One pair of each pattern first, the commonest pattern first; then a second of each, and so on.
    zone = zone.sort("stands_for", "pattern", "left_id", "right_id", descending=[True, False, False, False])
    zone = zone.with_columns(pl.int_range(pl.len()).over("pattern").alias("turn"))
    chosen = zone.sort("turn", maintain_order=True).head(most).with_row_index("pair", offset=1)
    reviewers = pl.when(pl.col("pair") % settings.double == 0).then(2).otherwise(1).alias("reviewers")
    return side_by_side(chosen.with_columns(reviewers), left, right, result.model)


def side_by_side(chosen: pl.DataFrame, left: pl.LazyFrame, right: pl.LazyFrame, model: Model) -> pl.DataFrame:
    """Pairs with both of their records.

    Args:
        chosen: columns of `REVIEW`.
        left: the table its left ids come from.
        right: the table its right ids come from; alias rows give the first.
        model: of the linkage.

    Returns:
        As `review_sheet`.
    """
    fields = [*model.fields, *model.extra]
    shown = [f"{field} (column)" if field in _OURS else field for field in fields]
    # Under numbers, since a column may be called anything.
    ours = left.select(
        pl.col(model.left_id).cast(pl.String).alias("left_id"),
        *[pl.col(field).alias(f"left {at}") for at, field in enumerate(fields)],
    )
    theirs = right.select(
        pl.col(model.entity).cast(pl.String).alias("right_id"),
        *[pl.col(field).alias(f"right {at}") for at, field in enumerate(fields)],
    )
    theirs = theirs.unique(subset=["right_id"], keep="first", maintain_order=True)
    both = chosen.lazy().select(list(REVIEW))
    both = both.join(ours, on="left_id", how="left").join(theirs, on="right_id", how="left")
    columns = [
        column
        for at, name in enumerate(shown)
        for column in (pl.col(f"left {at}").alias(name), pl.col(f"right {at}").alias(f"{name}{CANDIDATE}"))
    ]
    decision = pl.lit(None, pl.String).alias("decision")
    sheet = both.select(*REVIEW, decision, *columns)
    return sheet.with_columns(pl.col(name).cast(kind) for name, kind in REVIEW.items()).sort("pair").collect()


def clerks_sheet(sheet: pl.DataFrame, reviewer: int) -> pl.DataFrame:
    """What one reviewer is handed: the pairs for him, without references.

    Args:
        sheet: from `review_sheet`.
        reviewer: 1, who sees every pair, 2, who sees those that two are asked about, or `THIRD`, who sees those on
            which the two differ.

    Returns:
        `pair`, `decision` (empty) and the fields side by side.
    """
    return sheet.filter(pl.col("reviewers") >= reviewer).drop("left_id", "right_id", "stands_for", "reviewers")


def simulated_answers(
    sheet: pl.DataFrame,
    truth: pl.DataFrame,
    *,
    reviewer: int,
    wrong: float = Review.wrong,
    unsure: float = Review.unsure,
) -> pl.DataFrame:
    """The sheet as an imperfect reviewer fills it in, for the rehearsal.

    Args:
        sheet: from `review_sheet`; its `pair`, `left_id`, `right_id` and `reviewers` are read.
        truth: `left_id`, `right_id` of the true pairs.
        reviewer: 1, 2, ...; a later one answers only what so many are asked about. Each errs in a way of his own.
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


def with_patterns(result: LinkResult) -> pl.DataFrame:
    """Links and pairs for review with their `pattern` and the level of each comparison.

    Raises:
        LinkageRefused: the engine keeps no patterns.
    """
    if result.links.is_empty():
        return result.links.with_columns(pl.lit(None, pl.String).alias("pattern"))
    if result.explanations.is_empty():
        raise LinkageRefused(f"engine {result.engine!r} keeps no patterns to sample by; engine 'duckdb' does")
    # In the order of their ids, so that the order of comparisons chooses no pair.
    levels = sorted(f"{comparison.id} level" for comparison in result.model.comparisons)
    patterns = result.explanations.select(
        "left_id", "right_id", pl.concat_str(levels, separator=" ").alias("pattern"), *levels
    )
    return result.links.join(patterns, on=["left_id", "right_id"], maintain_order="left")
