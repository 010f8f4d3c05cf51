"""What clerks' decisions teach a model: m once more, and the weights of the pairs that nobody reviewed.

The one further round of training in which what clerks found counts instead of what the model expected.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.estimate.em import Shares, Trained, padded_log
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkResult
from tf_linkage.linkage.review.sheets import with_patterns
from tf_linkage.linkage.score.weights import DECIMALS


@dataclass(frozen=True)
class Reestimated:
    """What is known after the decisions.

    Attributes:
        trained: the model, with m learnt anew where enough decisions bear on it; the same object where none does.
        decisions: how many m was learnt anew from; zero where they were too few.
    """

    trained: Trained | None
    decisions: int


def reestimate(result: LinkResult, verdicts: pl.DataFrame, highest: float) -> Reestimated:
    """M with each reviewed pattern counted as clerks found it, as far as they looked.

    Pairs were sampled by pattern, so an answer speaks for all pairs of its pattern in the zone: their share of
    links is the mean of the answers and of the model's posterior, which counts as `settings.review.own_word`
    answers. The m of a comparison is learnt anew only where at least `settings.training.few` decisions are about
    pairs in which it is known, as many as training asks of matchkeys before it starts from them: with fewer, the
    standard error of a share is beyond .09, about as much as one clerk errs by.

    Args:
        result: a linkage.
        verdicts: `left_id`, `right_id`, `decision`, link or non-link.
        highest: posterior up to which pairs were sampled.
    """
    if result.trained is None or result.explanations.is_empty():
        return Reestimated(result.trained, 0)
    zone = with_patterns(result).filter(pl.col("match_probability") < highest)
    zone = zone.join(verdicts, on=["left_id", "right_id"], how="left", maintain_order="left")
    answers, yes = pl.col("decision").count(), (pl.col("decision") == "link").sum()
    expected = pl.col("match_probability").mean()
    own, few = result.model.settings.review.own_word, result.model.settings.training.few
    share = (yes + own * expected) / (answers + own)
    zone = zone.with_columns(
        pl.when(answers > 0).then(share - expected).otherwise(0.0).over("pattern").alias("shift")
    )
    shares: list[NDArray[np.float64]] = []
    used = 0
    for m, comparison in zip(result.trained.m, result.model.comparisons, strict=True):
        name = f"{comparison.id} level"
        known = zone.filter(pl.col(name) >= 0)
        decisions = known["decision"].count()
        if decisions < few:
            shares.append(m)
            continue
        used = max(used, decisions)
        sure = result.explanations.join(result.links, on=["left_id", "right_id"]).filter(pl.col(name) >= 0)
        change = np.bincount(known[name], weights=known["shift"], minlength=len(m))
        number = np.maximum(m * float(sure["match_probability"].sum()) + change, 1 / len(m))
        shares.append(number / number.sum())
    if not used:
        return Reestimated(result.trained, 0)
    return Reestimated(dataclasses.replace(result.trained, m=tuple(shares)), used)


def rescored(weighed: pl.DataFrame, model: Model, before: Trained, after: Trained) -> pl.DataFrame:
    """Weighed pairs as another m weighs them; everything else that bears on them stays.

    Args:
        weighed: `LinkResult.weighed`, as weighed by `before`.
        model: what was compared.
        before: what they were weighed by.
        after: the same with another m.
    """
    gained = _gains(weighed, model, before.m, after)
    apart = np.array(before.members.apart)
    household_members = weighed["household_members"].to_numpy()
    # What is lost to household members is log2(1 + 2^odds) for their odds against strangers; where m tells the
    # two apart it bears on both alike, and on strangers alone where it does not.
    with np.errstate(divide="ignore"):
        odds = np.log2(np.exp2(-household_members) - 1)
    lost = np.where(np.isfinite(odds), -np.logaddexp2(0.0, odds + gained[:, ~apart].sum(axis=1)), 0.0)
    change = gained.sum(axis=1) + lost - household_members
    total = np.where(change == 0, weighed["match_weight"], np.round(weighed["match_weight"] + change, DECIMALS))
    parts = {
        comparison.id: np.round(weighed[comparison.id].to_numpy() + gained[:, place], 6)
        for place, comparison in enumerate(model.comparisons)
    }
    return weighed.with_columns(
        *[pl.Series(name, bits) for name, bits in parts.items()],
        pl.Series("household_members", np.round(lost, 6)),
        pl.Series("match_weight", total),
        pl.Series("match_probability", 1 / (1 + np.exp2(-total))),
    )


def _gains(weighed: pl.DataFrame, model: Model, before: Shares, after: Trained) -> NDArray[np.float64]:
    """Bits that each comparison of each pair gains."""
    floor = after.floor
    columns = [
        ((padded_log(new, floor) - padded_log(old, floor)) / np.log(2))[
            weighed[f"{comparison.id} level"].to_numpy()
        ]
        for comparison, old, new in zip(model.comparisons, before, after.m, strict=True)
    ]
    return np.stack(columns, axis=1)
