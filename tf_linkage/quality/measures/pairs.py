"""Figures about the pairs themselves: by stage, by band of match weight and of posterior probability.

What the linker said about its pairs, counted in bands wide enough to show.
"""

from __future__ import annotations

import itertools
import math

import polars as pl

from tf_linkage.intervals import Z
from tf_linkage.quality.measures.figures import FIGURES, shares
from tf_linkage.quality.measures.minimum_counts import MINIMUM_COUNT

WEIGHT_STEP = 2
"""Width of a band of the match weight, in bits, before sparse bands are merged."""

PROBABILITY_EDGES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0)
"""Edges of the bands of posterior probability; narrow at the top, where nearly all links are."""

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Thresholds of the curve; below the run's own review threshold there is nothing to see."""


def stage_figures(pairs: pl.DataFrame, present: int | None = None) -> pl.DataFrame:
    """Links by the stage or matchkey that made them; with truth, how right each stage is and what it adds.

    Args:
        pairs: person_id, stage, status and, with truth, right.
        present: people sent whom the register holds; None where the truth is unknown.
    """
    links = pairs.filter(pl.col("status").cast(pl.String) == "link")
    totals = links.group_by(level=pl.col("stage")).agg(links=pl.len()).sort("level")
    totals = totals.with_columns(all_links=pl.lit(links.height, dtype=pl.UInt32))
    figures = [shares(totals, {"share_of_links": ("links", "all_links")})]
    if present is not None:
        right = pl.col("right")
        judged = (
            links.group_by(level=pl.col("stage"))
            .agg(
                links=pl.len(),
                right_links=right.sum(),
                false_links=(~right).sum(),
                found=pl.col("person_id").filter(right).n_unique(),
            )
            .sort("level")
            .with_columns(present=pl.lit(present, dtype=pl.UInt32))
        )
        figures.append(
            shares(
                judged,
                {
                    "precision": ("right_links", "links"),
                    "false_discovery_rate": ("false_links", "links"),
                    "recall_added": ("found", "present"),
                },
            )
        )
    return pl.concat(figures)


def weight_figures(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs and the share of them that became links, by band of the match weight; bands of fewer than ten merge."""
    weights = pairs.select(
        "status", band=(pl.col("match_weight") / WEIGHT_STEP).floor().cast(pl.Int64) * WEIGHT_STEP
    )
    rows = (
        weights.group_by("band")
        .agg(pairs=pl.len(), linked=(pl.col("status").cast(pl.String) == "link").sum())
        .sort("band")
        .rows()
    )
    bands = _merged([(float(start), float(start + WEIGHT_STEP), n, k) for start, n, k in rows])
    return shares(_band_frame(bands), {"match_rate": ("linked", "pairs")})


def calibration_figures(pairs: pl.DataFrame) -> pl.DataFrame:
    """Expected and, with truth, observed share of right pairs by band of posterior probability.

    The expected share is the mean posterior probability of the band's pairs. Bands of fewer than ten are left
    for `showing` to empty.
    """
    labels = dict(enumerate(f"{a:g} to {b:g}" for a, b in itertools.pairwise(PROBABILITY_EDGES)))
    band = pl.sum_horizontal(
        (pl.col("match_probability") >= edge).cast(pl.Int32) for edge in PROBABILITY_EDGES[1:-1]
    )
    banded = pairs.with_columns(level=band.replace_strict(labels, return_dtype=pl.String))
    expected = (
        banded.group_by("level").agg(n=pl.len(), mean=summed(pl.col("match_probability")) / pl.len()).sort("level")
    )
    figures = [
        expected.select(
            "level",
            measure=pl.lit("expected_share"),
            numerator=pl.lit(None, dtype=pl.Int64),
            denominator=pl.col("n").cast(pl.Int64),
            value=pl.col("mean"),
            low=pl.lit(None, dtype=pl.Float64),
            high=pl.lit(None, dtype=pl.Float64),
        )
    ]
    if pairs.get_column("right").is_not_null().all():
        observed = banded.group_by("level").agg(pairs=pl.len(), right=pl.col("right").sum()).sort("level")
        figures.append(shares(observed, {"right_share": ("right", "pairs")}))
    return pl.concat(figures)


def threshold_figures(pairs: pl.DataFrame, present: int, own: float) -> pl.DataFrame:
    """Precision and recall had the threshold been another; at the run's own they are those of the run.

    Args:
        pairs: person_id, register_key, status, match_probability (null where none was computed) and right.
        present: people sent whom the register holds.
        own: the run's own threshold.

    Returns:
        By threshold precision and false discovery rate of links, and recall of people, as of the run over all.
    """
    rows = []
    for threshold in THRESHOLDS:
        links = links_at(pairs, threshold, own)
        right = links.filter("right")
        found = right["person_id"].n_unique()
        rows.append({"level": f"{threshold:g}", "links": links.height, "right_links": right.height, "found": found})
    totals = pl.DataFrame(rows).with_columns(
        false_links=pl.col("links") - pl.col("right_links"),
        present=pl.lit(present),
    )
    return shares(
        totals,
        {
            "precision": ("right_links", "links"),
            "false_discovery_rate": ("false_links", "links"),
            "recall": ("found", "present"),
        },
    )


def links_at(pairs: pl.DataFrame, threshold: float, own: float) -> pl.DataFrame:
    """The links that a run would have made at another threshold, as far as its pairs tell.

    From its own threshold up those of its links stay that reach the higher one, and those that it made otherwise
    than by the threshold: without a probability, or with one below its own. From there down its links stay and
    other pairs join them, the most probable first, unless the person or the record is linked already. What the run
    did not link although its probability reached its own threshold was held back for another reason, and stays so.

    Args:
        pairs: person_id, register_key, status and match_probability.
        threshold: the other threshold.
        own: the run's own.
    """
    probable, linked = pl.col("match_probability"), pl.col("status").cast(pl.String) == "link"
    links = pairs.filter(linked)
    if threshold >= own:
        otherwise = probable.is_null() | (probable < own)
        return links.filter(otherwise | (probable >= threshold))
    waiting = pairs.filter(~linked, probable >= threshold, probable < own)
    for once in ("person_id", "register_key"):
        waiting = waiting.join(links.select(once), on=once, how="anti", maintain_order="left")
    return pl.concat([links, _each_once(waiting)])


def _each_once(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs from the most probable down, passing over a person or a register record already taken."""
    ranked = pairs.sort(
        "match_probability", "match_weight", "person_id", "register_key", descending=[True, True, False, False]
    )
    people: set[str] = set()
    keys: set[str] = set()
    free = []
    for person, key in ranked.select("person_id", "register_key").iter_rows():
        taken = person in people or key in keys
        free.append(not taken)
        if not taken:
            people.add(person)
            keys.add(key)
    return ranked.filter(pl.Series(free, dtype=pl.Boolean))


def expected_figures(pairs: pl.DataFrame) -> pl.DataFrame:
    """Precision, and what was found of the pairs weighed, as the posteriors expect them, without any truth.

    Expected precision is the mean posterior probability of the links. The right links so expected are set against
    all the right pairs expected among the pairs weighed, at most one to a person. That is no recall: what blocking
    or the review threshold dropped is not in it. The interval is that of a sum of
    independent draws with these probabilities: it knows nothing of a model that is wrong.
    """
    is_link = pl.col("status").cast(pl.String) == "link"
    p = pl.col("match_probability")
    links = pairs.filter(is_link)
    best_missed = (
        pairs.group_by("person_id")
        .agg(linked=is_link.any(), p=summed(p).clip(0, 1))
        .filter(~pl.col("linked"))
        .select(summed(pl.col("p")))
        .item()
    )
    right, variance = (float(links.select(summed(part)).item()) for part in (p, p * (1 - p)))
    rows = []
    for measure, of in (
        ("expected_precision", float(links.height)),
        ("expected_found", right + float(best_missed)),
    ):
        value = right / of if of else None
        half = Z * variance**0.5 / of if of else math.nan
        rows.append(
            {
                "level": "all",
                "measure": measure,
                "numerator": None,
                "denominator": round(of),
                "value": value,
                "low": None if value is None else max(0.0, value - half),
                "high": None if value is None else min(1.0, value + half),
            }
        )
    return pl.DataFrame(rows, schema=FIGURES)


def _merged(bands: list[tuple[float, float, int, int]]) -> list[tuple[float, float, int, int]]:
    """Neighbouring bands (start, end, pairs, linked) joined until each holds at least ten pairs."""
    merged: list[tuple[float, float, int, int]] = []
    for band in bands:
        if merged and merged[-1][2] < MINIMUM_COUNT:
            merged[-1] = _joined(merged[-1], band)
        else:
            merged.append(band)
    if len(merged) > 1 and merged[-1][2] < MINIMUM_COUNT:
        last = merged.pop()
        merged[-1] = _joined(merged[-1], last)
    return merged


def _joined(a: tuple[float, float, int, int], b: tuple[float, float, int, int]) -> tuple[float, float, int, int]:
    return a[0], b[1], a[2] + b[2], a[3] + b[3]


def _band_frame(bands: list[tuple[float, float, int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"level": f"{start:g} to {end:g}", "pairs": n, "linked": k} for start, end, n, k in bands],
        schema={"level": pl.String, "pairs": pl.Int64, "linked": pl.Int64},
    )


def summed(probability: pl.Expr) -> pl.Expr:
    """Sum in whole billionths, which is the same in whatever order, and on however many threads, it is added."""
    return (probability * 1e9).round().cast(pl.Int64).sum() / 1e9
