"""The two ways to look at a linkage: with the truth of a simulation, and without.

Belongs here: which figures are made for whom, as one table. Does not belong here: any formula.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.quality import pairs as about_pairs
from tf_linkage.quality.deduplication import deduplication_figures
from tf_linkage.quality.groups import groups_with_truth, groups_without_truth
from tf_linkage.quality.judging import judge, judged_pairs, made_links, owners
from tf_linkage.quality.measures import figures_of, laid_out
from tf_linkage.quality.showing import of_real_people, of_ten_or_more

Frames = Mapping[str, pl.LazyFrame]


def evaluate(attributes: pl.LazyFrame, requested: Frames, links: Frames, truth: Frames) -> pl.LazyFrame:
    """Every figure about the linkage, held against the truth.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and the request_ref under which the department was asked.
        links: by department, `exchange.Links`.
        truth: `people` (`truth.TruePeople`) and `records` (`truth.TrueRecords`).

    Returns:
        `contracts.quality.Metrics`: overall, by group, stage, threshold and band. Figures whose denominator is
        under ten are empty.

    Raises:
        QualityRefused: the tables come from different runs.
    """
    attributes_, records, people = (frame.collect() for frame in (attributes, truth["records"], truth["people"]))
    owned = owners(attributes_, records)
    groups = groups_with_truth(attributes_, owned, people)
    parts = {("council", "all"): deduplication_figures(attributes_, records)}
    for name in DEPARTMENTS:
        if name not in links:
            continue
        asked, made = requested[name].collect(), links[name].collect()
        register = records.filter(pl.col("body").cast(pl.String) == name)
        judged = judge(asked, made, owned, register)
        pairs = judged_pairs(made_links(asked, made), owned, register)
        parts[name, "all"] = pl.concat([figures_of(judged), about_pairs.expected_figures(pairs)])
        parts |= _by_group(name, judged, groups)
        present = int(judged.get_column("present").sum())
        parts[name, "threshold"] = about_pairs.threshold_figures(pairs, present)
        parts |= _about_pairs(name, pairs, present)
    return of_ten_or_more(laid_out(parts)).lazy()


def match_rates(attributes: pl.LazyFrame, requested: Frames, links: Frames) -> pl.LazyFrame:
    """Every figure that needs no truth: what a run on real extracts can say.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and request_ref.
        links: by department, `exchange.Links`.

    Returns:
        `contracts.quality.Metrics`: match rates, not recall; links by stage; what the posteriors expect. Small
        denominators are empty and small numerators are intervals, since these are real people.

    Raises:
        QualityRefused: the tables come from different runs.
    """
    groups = groups_without_truth(attributes.collect())
    parts: dict[tuple[str, str], pl.DataFrame] = {}
    for name in DEPARTMENTS:
        if name not in links:
            continue
        asked, made = requested[name].collect(), links[name].collect()
        judged = judge(asked, made)
        pairs = made_links(asked, made).with_columns(right=pl.lit(None, dtype=pl.Boolean))
        parts[name, "all"] = pl.concat([figures_of(judged), about_pairs.expected_figures(pairs)])
        parts |= _by_group(name, judged, groups)
        parts |= _about_pairs(name, pairs, None)
    return of_real_people(laid_out(parts)).lazy()


def _by_group(name: str, judged: pl.DataFrame, groups: pl.DataFrame) -> dict[tuple[str, str], pl.DataFrame]:
    grouped = judged.join(groups, on="person_id", how="left", maintain_order="left")
    parts: dict[tuple[str, str], pl.DataFrame] = {}
    for column in groups.columns:
        if column == "person_id":
            continue
        rows = grouped.explode(column) if grouped.schema[column].is_nested() else grouped
        parts[name, column] = figures_of(rows, column)
    return parts


def _about_pairs(name: str, pairs: pl.DataFrame, present: int | None) -> dict[tuple[str, str], pl.DataFrame]:
    return {
        (name, "stage"): about_pairs.stage_figures(pairs, present),
        (name, "weight_band"): about_pairs.weight_figures(pairs),
        (name, "probability_band"): about_pairs.calibration_figures(pairs),
    }
