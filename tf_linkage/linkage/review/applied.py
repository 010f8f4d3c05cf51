"""Links as clerks decided: confirmed pairs stand, rejected ones are gone, and all others are settled anew.

What verdicts do to a linkage.
"""

from __future__ import annotations

import dataclasses

import polars as pl

from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.resolve.assignment import one_to_one, settled
from tf_linkage.linkage.resolve.outcome import links_and_reviews, training_table
from tf_linkage.linkage.resolve.second_records import STAGE, with_second_records
from tf_linkage.linkage.result import LinkResult
from tf_linkage.linkage.review.answers import verdicts_of
from tf_linkage.linkage.review.reestimation import reestimate, rescored

_PAIR = ["left_id", "right_id"]


def with_answers(result: LinkResult, decisions: pl.DataFrame, *, highest: float | None = None) -> LinkResult:
    """Links as the reviewers decided, m learnt anew, and all other pairs settled anew by it.

    A pair is a link if its reviewers agree that it is, no link if they agree that it is none; where they differ or
    are unsure it is a pair like any other. A confirmed link keeps its records from all others; where links are one
    to one and clerks found somebody in two records, the likelier one stands, but both where the right table may
    hold a person twice. What a rejected link kept out comes
    back: as a link, if it is likely enough, or for review. Where too few decisions teach anything (`reestimation`),
    every other pair keeps its posterior. Decisions about pairs that are no longer weighed change nothing.

    An engine that keeps no rivals brings none back: its other links stay as they were.

    Args:
        result: a linkage.
        decisions: from `answers_of`.
        highest: posterior up to which pairs were sampled; the model's setting unless given.
    """
    verdicts = verdicts_of(decisions)
    highest = result.model.settings.review.highest if highest is None else highest
    reestimated = reestimate(result, verdicts, highest)
    weighed = result.links if result.weighed.is_empty() else result.weighed
    if reestimated.trained is not result.trained and reestimated.trained and result.trained:
        weighed = rescored(weighed, result.model, result.trained, reestimated.trained)
    judged = weighed.join(verdicts, on=_PAIR, how="left", maintain_order="left")
    every = judged.filter(pl.col("decision") == "link")
    one_to_one = result.model.left_once and result.model.right_once
    confirmed = _once(every, result.model) if one_to_one else every
    taken = pl.lit(value=False)
    if result.model.left_once:
        taken |= pl.col("left_id").is_in(confirmed["left_id"].implode())
    if result.model.right_once:
        taken |= pl.col("right_id").is_in(confirmed["right_id"].implode())
    rest = judged.filter(pl.col("decision").is_null(), ~taken)
    if not result.weighed.is_empty():
        again = settled(rest.with_columns(pl.col("stage").str.strip_prefix(STAGE)), result.model)
        rest = with_second_records(again, result.model).select(judged.columns)
    confirmed = confirmed.with_columns(pl.lit("link").alias("status"), pl.lit("clerical review").alias("stage"))
    after = pl.concat([rest, confirmed]).drop("decision").sort(_PAIR)
    counts = _counts(result.links, after, judged) | {
        "confirmed by clerks": confirmed.height,
        "confirmed beside a likelier one": every.height - confirmed.height,
        "decisions that m was learnt anew from": reestimated.decisions,
    }
    changed = dataclasses.replace(result, links=after, counts=dict(result.counts) | counts)
    if not result.weighed.is_empty():
        links, explanations = links_and_reviews(after, result.model)
        changed = dataclasses.replace(changed, weighed=after, links=links, explanations=explanations)
    if reestimated.trained is None:
        return changed
    training = training_table(reestimated.trained, result.model)
    return dataclasses.replace(changed, trained=reestimated.trained, training=training)


def _counts(links: pl.DataFrame, after: pl.DataFrame, judged: pl.DataFrame) -> dict[str, int]:
    """What became of pairs that no clerk settled, and how many pairs clerks rejected."""
    before, now = (
        {status: frame.filter(pl.col("status") == status) for status in ("link", "review")}
        for frame in (links, after.filter(pl.col("stage") != "clerical review"))
    )
    settled_by_clerks = judged.drop_nulls("decision")
    lost = before["link"].join(now["link"], on=_PAIR, how="anti")
    return {
        "rejected by clerks": settled_by_clerks.filter(pl.col("decision") == "non-link").height,
        "displaced by clerks": lost.join(settled_by_clerks, on=_PAIR, how="anti").height,
        "brought back by clerks": now["link"].join(before["link"], on=_PAIR, how="anti").height,
        "sent to review by clerks": now["review"].join(before["review"], on=_PAIR, how="anti").height,
    }


def _once(confirmed: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Confirmed links with each record once: where clerks found somebody twice, the likelier candidates stand.

    Where the right table may hold a person twice, a left record may stay in several.
    """
    if model.second_records:
        likelier = confirmed.sort("match_weight", "left_id", descending=[True, False]).unique(
            "right_id", keep="first"
        )
        return confirmed.join(likelier.select(_PAIR), on=_PAIR, how="semi", maintain_order="left")
    least = confirmed["match_weight"].min()
    coded = confirmed.with_columns(
        left_row=pl.col("left_id").rank("dense"),
        entity=pl.col("right_id").rank("dense"),
        gain=pl.col("match_weight") - pl.lit(least) + 1,
    )
    chosen = one_to_one(coded).select(_PAIR)
    return confirmed.join(chosen, on=_PAIR, how="semi", maintain_order="left")
