"""How well the cohort was de-duplicated: one person, one reference.

Council records under one reference, held against whose they are.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.quality.measures.bootstrap import ratio_ends
from tf_linkage.quality.measures.figures import shares


def deduplication_figures(attributes: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Pairwise precision and recall of the references, and how many people have just one.

    Pairs are counted by group sizes, so that a large cohort costs no more than a grouping: a group of n records
    makes n (n - 1) / 2 pairs.

    Args:
        attributes: `ons.Attributes`: person_id, la_code, person_ref.
        records: `truth.TrueRecords`.

    Returns:
        Columns level, measure, numerator, denominator, value, low, high.
    """
    council = records.filter(pl.col("body").cast(pl.String) == "council")
    named = attributes.select("person_id", record_key=pl.concat_str("la_code", "person_ref", separator="|")).join(
        council.select("record_key", "true_person"), on="record_key", how="inner"
    )
    right = _pairs(named, "person_id", "true_person")
    references_of = named.group_by("true_person").agg(n=pl.col("person_id").n_unique())
    people_of = named.group_by("person_id").agg(n=pl.col("true_person").n_unique())
    totals = pl.DataFrame(
        {
            "level": ["all"],
            "right_pairs": [right],
            "made_pairs": [_pairs(named, "person_id")],
            "true_pairs": [_pairs(named, "true_person")],
            "people": [references_of.height],
            "one_reference": [references_of.filter(pl.col("n") == 1).height],
            "references": [people_of.height],
            "one_person": [people_of.filter(pl.col("n") == 1).height],
        }
    )
    pairs = shares(
        totals, {"pair_precision": ("right_pairs", "made_pairs"), "pair_recall": ("right_pairs", "true_pairs")}
    )
    people = shares(
        totals, {"one_reference": ("one_reference", "people"), "one_person": ("one_person", "references")}
    )
    ends = pl.DataFrame(
        [
            {"measure": measure, **_ends(named, whole, part)}
            for measure, whole, part in (
                ("pair_precision", "person_id", "true_person"),
                ("pair_recall", "true_person", "person_id"),
            )
        ],
        schema={"measure": pl.String, "low": pl.Float64, "high": pl.Float64},
    )
    bootstrapped = pairs.drop("low", "high").join(ends, on="measure", maintain_order="left")
    return pl.concat([bootstrapped, people])


def _ends(named: pl.DataFrame, whole: str, part: str) -> dict[str, float | None]:
    """Bootstrap ends of pairs of one part among pairs of one whole: pairs of one group do not err independently."""
    right = _pair_counts(named, whole, part).group_by(whole).agg(right=pl.col("pairs").sum())
    made = _pair_counts(named, whole).filter(pl.col("pairs") > 0).join(right, on=whole).sort(whole)
    if made.is_empty():
        return {"low": None, "high": None}
    low, high = ratio_ends(made["right"].cast(pl.Float64).to_numpy(), made["pairs"].cast(pl.Float64).to_numpy())
    return {"low": low, "high": high}


def _pairs(named: pl.DataFrame, *by: str) -> int:
    return int(_pair_counts(named, *by)["pairs"].sum())


def _pair_counts(named: pl.DataFrame, *by: str) -> pl.DataFrame:
    size = pl.len().cast(pl.Int64)
    return named.group_by(by).agg(pairs=size * (size - 1) // 2).sort(by)
