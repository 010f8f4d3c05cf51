"""Estimates that need no truth but a little work: a clerk's sample, and a second engine.

What a clerk who looks at a random sample of pairs, or a second way of linking, would let us estimate. In the
rehearsal the clerk is simulated twice: one who never errs, which shows what sampling alone leaves uncertain, and
one who errs as people do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tf_linkage.linkage.model.settings import Review
from tf_linkage.linkage.review.sheets import simulated_answers
from tf_linkage.quality.measures.figures import FIGURES, laid_out, shares
from tf_linkage.quality.measures.judging import made_links
from tf_linkage.quality.measures.minimum_counts import of_ten_or_more

Frames = Mapping[str, pl.LazyFrame]

SAMPLE = 200
"""Links a clerk looks at, and at most as many pairs for review: some hours of work."""

EASY = 0.1
"""How much rarer errors and doubts are on pairs that nobody would send to a clerk: our assumption."""

DRAWS = 2000


def clerical_figures(
    pairs: pl.DataFrame, *, sample: int = SAMPLE, seed: int = 2015, wrong: float = Review.wrong
) -> pl.DataFrame:
    """Precision and recall as a clerk's sample estimates them: one who never errs, and one who errs as people do.

    Links and pairs for review are sampled apart, each at random without putting back; what a clerk leaves undecided
    is left out. Recall sets the right links so expected against all right pairs expected among those weighed: what
    blocking or the review threshold dropped is not in it, so it is an upper estimate. Its interval draws both
    shares from their Beta posteriors (uniform prior); it knows nothing of a clerk's errors.

    Args:
        pairs: person_id, register_key, match_probability, status and right of every pair.
        sample: the most pairs looked at of either kind.
        seed: of the sample, and of the clerk's errors.
        wrong: share of the doubtful pairs on which the second clerk errs; on others `EASY` times as many.

    Returns:
        Columns level, measure, numerator, denominator, value, low, high; measures `clerical_...` of the first
        clerk and `erring_...` of the second.
    """
    rng = np.random.default_rng(seed)
    is_link = pl.col("status").cast(pl.String) == "link"
    ordered = pairs.sort("person_id", "register_key")
    kinds = [ordered.filter(kind) for kind in (is_link, ~is_link)]
    samples = [kind[rng.permutation(kind.height)[:sample]] for kind in kinds]
    sizes = [kind.height for kind in kinds]
    flawless = [part.get_column("right") for part in samples]
    erring = [_answered(part, seed + at, wrong) for at, part in enumerate(samples)]
    return pl.concat(
        [
            _estimates(flawless[0], flawless[1], sizes, rng, "clerical"),
            _estimates(erring[0], erring[1], sizes, rng, "erring"),
        ]
    )


def _estimates(
    links: pl.Series, doubtful: pl.Series, sizes: list[int], rng: np.random.Generator, clerk: str
) -> pl.DataFrame:
    """What one clerk's answers come to."""
    right, among = int(links.sum()), int(doubtful.sum())
    totals = pl.DataFrame({"level": ["all"], "right": [right], "looked": [len(links)]})
    precision = shares(totals, {f"{clerk}_precision": ("right", "looked")})
    if not len(links):
        return precision
    found = sizes[0] * rng.beta(right + 1, len(links) - right + 1, DRAWS)
    left = sizes[1] * rng.beta(among + 1, len(doubtful) - among + 1, DRAWS) if sizes[1] else np.zeros(DRAWS)
    low, high = (float(end) for end in np.quantile(found / (found + left), [0.025, 0.975]))
    expected = sizes[0] * right / len(links)
    all_right = expected + (sizes[1] * among / len(doubtful) if len(doubtful) else 0.0)
    value = expected / all_right if all_right else None
    recall = {
        "level": "all",
        "measure": f"{clerk}_recall",
        "numerator": None,
        "denominator": len(links) + len(doubtful),
        "value": value,
        "low": None if value is None else min(value, low),
        "high": None if value is None else max(value, high),
    }
    return pl.concat([precision, pl.DataFrame([recall], schema=FIGURES)])


def _answered(sample: pl.DataFrame, seed: int, wrong: float) -> pl.Series:
    """Whether an erring clerk takes each pair for one person; pairs he leaves undecided are left out."""
    doubtful = pl.col("match_probability") < Review.highest
    answers = []
    for kind, share in ((doubtful, 1.0), (~doubtful, EASY)):
        part = sample.filter(kind).with_row_index("pair")
        part = part.rename({"person_id": "left_id", "register_key": "right_id"})
        sheet = part.select("pair", "left_id", "right_id", reviewers=pl.lit(seed))
        truth = part.filter("right").select("left_id", "right_id")
        said = simulated_answers(sheet, truth, reviewer=seed, wrong=wrong * share, unsure=Review.unsure * share)
        answers.append(said.filter(pl.col("decision") != "unsure").get_column("decision") == "link")
    return pl.concat(answers)


def agreement(requested: Frames, links: Frames, others: Frames) -> pl.LazyFrame:
    """How far another engine's links are the same: a lower estimate of precision, and one of recall.

    Were the two independent, the share of the other's links that is found would be recall (Lincoln 1930, Petersen
    1896). They are not: what is hard for one is hard for the other, so it is an upper estimate.

    Args:
        requested: by department, person_id and request_ref.
        links: by department, `exchange.Links` as made.
        others: by department, `exchange.Links` of another engine for the same request.

    Returns:
        `contracts.outputs.quality.Metrics`: `agreed_precision` and `agreed_recall`.
    """
    parts = {}
    for name, other in others.items():
        asked = requested[name].collect()
        ours, theirs = (_links(asked, frame.collect()) for frame in (links[name], other))
        both = ours.join(theirs, on=["person_id", "register_key"], how="semi").height
        totals = pl.DataFrame({"level": ["all"], "both": [both], "ours": [ours.height], "theirs": [theirs.height]})
        parts[name, "all"] = shares(
            totals, {"agreed_precision": ("both", "ours"), "agreed_recall": ("both", "theirs")}
        )
    return of_ten_or_more(laid_out(parts)).lazy()


def _links(asked: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    made = made_links(asked, pairs).filter(pl.col("status").cast(pl.String) == "link")
    return made.select("person_id", "register_key").unique(maintain_order=True)
