"""The two ways to look at a linkage: with the truth of a simulation, and without.

Which figures are made for whom, as one table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.model.settings import Review
from tf_linkage.quality.measures import pairs as about_pairs
from tf_linkage.quality.measures.deduplication import deduplication_figures
from tf_linkage.quality.measures.entities import entity_figures
from tf_linkage.quality.measures.figures import figures_of, laid_out, shares
from tf_linkage.quality.measures.groups import groups_with_truth, groups_without_truth, people_with_errors
from tf_linkage.quality.measures.judging import judge, judged_pairs, made_links, owners
from tf_linkage.quality.measures.minimum_counts import of_real_people, of_ten_or_more
from tf_linkage.quality.measures.unlinked import chance_of_all, differences_of
from tf_linkage.quality.without_truth.clerical import clerical_figures
from tf_linkage.quality.without_truth.implausible import Returns, implausible_people, scenarios_of
from tf_linkage.quality.without_truth.known_present import known_figures
from tf_linkage.quality.without_truth.search_audit import simulated_audit
from tf_linkage.research.estimates.linkage_error import known_people

Frames = Mapping[str, pl.LazyFrame]


def evaluate(
    attributes: pl.LazyFrame,
    requested: Frames,
    links: Frames,
    truth: Frames,
    *,
    returns: Returns | None = None,
    clerk_error: float = Review.wrong,
    link_threshold: float = Model.link_threshold,
) -> pl.LazyFrame:
    """Every figure about the linkage, held against the truth.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and the request_ref under which the department was asked.
        links: by department, `exchange.Links`.
        truth: `people` (`truth.TruePeople`), `records` (`truth.TrueRecords`), and `errors` (`truth.TrueErrors`)
            if recall by wrong identifier is wanted.
        returns: by department and table, the returned histories, if implausible ones are to be counted.
        clerk_error: share of doubtful pairs on which the simulated clerk errs.
        link_threshold: posterior probability from which the run linked.

    Returns:
        `contracts.outputs.quality.Metrics`: overall, by group, stage, threshold and band. Figures whose
        denominator is under ten are empty.

    Raises:
        QualityRefused: the tables come from different runs.
    """
    attributes_, records, people = (frame.collect() for frame in (attributes, truth["records"], truth["people"]))
    records = records.with_columns(pl.col("body").cast(pl.String))
    errors = truth["errors"].collect() if "errors" in truth else None
    owned = owners(attributes_, records)
    groups = groups_with_truth(attributes_, owned, people)
    parts = {("council", "all"): deduplication_figures(attributes_, records)}
    for name, asked, made in _linked(requested, links):
        register = records.filter(pl.col("body") == name)
        judged = judge(asked, made, owned, register)
        pairs = judged_pairs(made_links(asked, made), owned, register)
        present = int(judged.get_column("present").sum())
        sent = owned.join(asked, on="person_id", how="semi")
        is_link = pl.col("status").cast(pl.String) == "link"
        weighed = _weighed(pairs)
        expected = about_pairs.expected_figures(weighed)
        precision = next(iter(expected.filter(measure="expected_precision")["value"].drop_nulls()), 1.0)
        overall = [
            figures_of(judged),
            expected,
            clerical_figures(pairs, wrong=clerk_error),
            simulated_audit(judged, precision, wrong=clerk_error),
            entity_figures(pairs.filter(is_link), sent, register),
        ]
        parts[name, "all"] = pl.concat(overall)
        parts |= by_group(name, judged, groups)
        parts = _compared(name, judged, groups, attributes_, parts)
        if weighed.height:
            parts[name, "threshold"] = about_pairs.threshold_figures(pairs, present, link_threshold)
        parts |= _about_pairs(name, pairs, present)
        if errors is not None:
            told = errors.filter(pl.col("column").is_in(DEPARTMENTS[name].request_columns))
            both = {"records": records.filter(pl.col("body").is_in(["council", name])), "errors": told}
            wrong = judged.join(people_with_errors(owned, asked, both), on="person_id").explode("error")
            parts[name, "error"] = figures_of(wrong, "error").filter(pl.col("measure") == "recall")
        if returns is not None:
            parts[name, "scenario"] = _implausible(name, attributes_, asked, returns, judged)
    return of_ten_or_more(laid_out(parts)).lazy()


def match_rates(
    attributes: pl.LazyFrame, requested: Frames, links: Frames, *, returns: Returns | None = None
) -> pl.LazyFrame:
    """Every figure that needs no truth: what a run on real extracts can say.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and request_ref.
        links: by department, `exchange.Links`.
        returns: by department and table, the returned histories, if implausible ones are to be counted.

    Returns:
        `contracts.outputs.quality.Metrics`: match rates, not recall; links by stage; what the posteriors expect.
        Small denominators are empty and small numerators are intervals, since these are real people.

    Raises:
        QualityRefused: the tables come from different runs.
    """
    attributes_ = attributes.collect()
    groups = groups_without_truth(attributes_)
    parts: dict[tuple[str, str], pl.DataFrame] = {}
    for name, asked, made in _linked(requested, links):
        judged = judge(asked, made)
        pairs = made_links(asked, made).with_columns(right=pl.lit(None, dtype=pl.Boolean))
        parts[name, "all"] = pl.concat([figures_of(judged), about_pairs.expected_figures(_weighed(pairs))])
        parts |= by_group(name, judged, groups)
        parts = _compared(name, judged, groups, attributes_, parts)
        parts |= _about_pairs(name, pairs, None)
        if returns is not None:
            parts[name, "scenario"] = _implausible(name, attributes_, asked, returns, judged)
    return of_real_people(laid_out(parts)).lazy()


def _linked(requested: Frames, links: Frames) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame]]:
    for name in DEPARTMENTS:
        if name in links:
            yield name, requested[name].collect(), links[name].collect()


def by_group(name: str, judged: pl.DataFrame, groups: pl.DataFrame) -> dict[tuple[str, str], pl.DataFrame]:
    """A department's figures by each group of people, as `laid_out` takes them."""
    grouped = judged.join(groups, on="person_id", how="left", maintain_order="left")
    parts: dict[tuple[str, str], pl.DataFrame] = {}
    for column in groups.columns:
        if column == "person_id":
            continue
        rows = grouped.explode(column) if grouped.schema[column].is_nested() else grouped
        parts[name, column] = figures_of(rows, column)
    return parts


def _compared(
    name: str,
    judged: pl.DataFrame,
    groups: pl.DataFrame,
    attributes: pl.DataFrame,
    parts: Mapping[tuple[str, str], pl.DataFrame],
) -> dict[tuple[str, str], pl.DataFrame]:
    """The figures with, added, recall of people known to be present, and how linked and unlinked people differ."""
    more = dict(parts)
    sent = judged.join(groups, on="person_id", how="left", maintain_order="left")
    known = sent.join(known_people(attributes, name), on="person_id", maintain_order="left")
    if judged.get_column("present").is_not_null().all():
        families = attributes.sort("la_code", "person_ref").select("person_id", "family_id")
        first = families.unique("person_id", keep="first", maintain_order=True)
        there = (
            sent.filter("present").join(first, on="person_id", maintain_order="left").with_columns(linked="found")
        )
    else:
        there = known.with_columns(linked=pl.col("links") > 0)
    single = [
        column for column in groups.columns if column != "person_id" and not groups.schema[column].is_nested()
    ]
    more[name, "all"] = pl.concat([parts[name, "all"], known_figures(known), chance_of_all(there, single)])
    for column in groups.columns:
        if column == "person_id":
            continue
        rows = known.explode(column) if known.schema[column].is_nested() else known
        added = [known_figures(rows, column), differences_of(there, column)]
        more[name, column] = pl.concat([parts[name, column], *added])
    return more


def _weighed(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs that have a probability: links by hashed matchkeys alone have none."""
    return pairs.filter(pl.col("match_probability").is_not_null())


def _about_pairs(name: str, pairs: pl.DataFrame, present: int | None) -> dict[tuple[str, str], pl.DataFrame]:
    found, weighed = {(name, "stage"): about_pairs.stage_figures(pairs, present)}, _weighed(pairs)
    if weighed.height:
        found[name, "weight_band"] = about_pairs.weight_figures(weighed)
        found[name, "probability_band"] = about_pairs.calibration_figures(weighed)
    return found


def _implausible(
    name: str, attributes: pl.DataFrame, asked: pl.DataFrame, returns: Returns, judged: pl.DataFrame
) -> pl.DataFrame:
    flagged = implausible_people(attributes, asked.with_columns(department=pl.lit(name)), returns)
    linked = judged.filter(pl.col("links") > 0).with_columns(false=pl.col("links") > pl.col("right_links"))
    shown = (
        linked.join(flagged, on="person_id")
        .group_by(level="scenario")
        .agg(implausible=pl.len(), wrong=pl.col("false").sum())
    )
    # A history that nobody shows is a finding too.
    every = pl.DataFrame({"level": sorted(scenarios_of(name, returns))}, schema={"level": pl.String})
    totals = every.join(shown, on="level", how="left", maintain_order="left").with_columns(
        pl.col("implausible", "wrong").fill_null(0),
        linked=pl.lit(linked.height, dtype=pl.UInt32),
        all_false=pl.lit(linked.get_column("false").sum()),
    )
    rates = {"implausible": ("implausible", "linked")}
    if not linked.get_column("false").null_count():
        rates |= {"implausible_false": ("wrong", "implausible"), "false_caught": ("wrong", "all_false")}
    return shares(totals, rates)
