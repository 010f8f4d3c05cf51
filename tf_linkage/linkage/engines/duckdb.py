"""Engine `duckdb`: deterministic pass, blocking and comparison in SQL, EM on counts of patterns, resolution.

The order of the steps.
"""

from __future__ import annotations

import dataclasses

import duckdb
import polars as pl

from tf_linkage.linkage.block.loss import never_compared
from tf_linkage.linkage.compare.candidates import Blocking, block_and_compare
from tf_linkage.linkage.estimate.em import Trained
from tf_linkage.linkage.estimate.preparation import preparation_of
from tf_linkage.linkage.estimate.training_input import given_known_links, thin
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.resolve.asked import asked_about
from tf_linkage.linkage.resolve.decision import DecisionRule
from tf_linkage.linkage.resolve.outcome import Outcome, result_of
from tf_linkage.linkage.result import LinkageTask, LinkResult, Progress
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import Tables, load
from tf_linkage.linkage.tables.records import Records, prepare


def link_by_duckdb(task: LinkageTask) -> LinkResult:
    """Link by this engine. See `Engine`."""
    return link_task(task, block_and_compare)


def link_task(task: LinkageTask, blocked_by: Blocking) -> LinkResult:
    """Link what an engine is asked to, with candidate pairs found and compared here or elsewhere.

    Args:
        task: the two tables and all else.
        blocked_by: finds and compares the candidate pairs, which are the same wherever that is done.
    """
    model = task.model
    with connected(task.bounds) as connection:
        tables = _loaded(connection, task)
        families_of = None
        if model.family:
            named = pl.col(model.left_id).alias("record_id"), pl.col(model.family).alias("family")
            families_of = task.left.select(*named).collect()
        trained = None
        if task.learnt is not None:
            trained = task.learnt.applied(model, tables.people)
            task.progress(f"the saved model expects {task.learnt.links:.2f} links for each left record")
        return link_tables(
            tables,
            task.progress,
            families_of=families_of,
            bounds=task.bounds,
            trained=trained,
            blocked_by=blocked_by,
            asked=task.asked,
        )


def _loaded(connection: duckdb.DuckDBPyConnection, task: LinkageTask) -> Tables:
    """Both tables in DuckDB; what they were made from is let go of with this call."""
    records = prepare(task.left, task.right, task.model, task.told)
    both = records.left.height, records.held.height
    task.progress(
        f"{both[0]:,} records" if task.model.one_table else f"{both[0]:,} left and {both[1]:,} right records"
    )
    return load(connection, records, task.model)


def link_records(
    records: Records,
    model: Model,
    progress: Progress,
    *,
    families_of: pl.DataFrame | None = None,
    bounds: Limits | None = None,
    trained: Trained | None = None,
) -> LinkResult:
    """Link tables that are in standard form already, within bounds, if need be with a model trained before."""
    bounds = bounds or Limits()
    with connected(bounds) as connection:
        tables = load(connection, records, model)
        return link_tables(tables, progress, families_of=families_of, bounds=bounds, trained=trained)


def link_tables(
    tables: Tables,
    progress: Progress,
    *,
    families_of: pl.DataFrame | None,
    bounds: Limits,
    trained: Trained | None,
    blocked_by: Blocking = block_and_compare,
    asked: tuple[str, str] | None = None,
) -> LinkResult:
    """Link tables that are loaded, if need be with a model trained before."""
    model = tables.model
    work = preparation_of(tables, bounds.most_pairs, blocked_by)
    candidates, deterministic_links = work.candidates, work.deterministic_pass.links
    pairs, patterns = int(candidates.patterns["pairs"].sum()), candidates.patterns["pattern"].n_unique()
    one_to_one = model.left_once and model.right_once
    if one_to_one and model.matchkeys:
        progress(f"{deterministic_links.height:,} links at once, since a whole matchkey agrees")
    progress(f"compared {pairs:,} pairs of records that a blocking rule brought together ({patterns:,} patterns)")
    training_input = None
    if trained is None:
        training_input = work.training_input()
        trained = training_input.learnt()
        strayed = "" if trained.held else "; EM strayed from the matchkeys' links, so m is theirs"
        progress(f"weights learnt from these pairs, in {trained.curve.height} rounds{strayed}")
    decision = DecisionRule.of(tables, trained, deterministic_links)
    certain_links, strata = decision.first(candidates, work.certain_links, work.standing)
    if training_input is not None:
        # Only a link that claims both records takes all other pairs of them away.
        claimed = certain_links if one_to_one else work.certain_links
        trained = given_known_links(training_input, candidates, claimed).learnt()
        beside = certain_links.pairs.height
        if one_to_one:
            progress(f"learnt again beside {beside:,} links that are certain, in {trained.curve.height} rounds")
        else:
            beside = round(trained.prior * training_input.observed.every_pair)
        if warning := thin(beside, model.settings.training.few):
            progress(warning)
    decision = dataclasses.replace(decision, trained=trained, strata=strata)
    scored = decision.kept_pairs(candidates, decision.below_floor)
    without = decision.resolved(decision.weighed(scored, None, certain_links))
    progress(f"decided on {without.filter(pl.col('status') == 'link').height:,} links")
    final, together = decision.with_family(scored, without, certain_links, families_of)
    if together is not None:
        progress(f"family evidence: {together:.0%} of members who moved stand beside another member")
    explained = decision.explained(decision.with_second_records(final), certain_links)
    result = result_of(Outcome(tables, model, candidates, trained, without, explained))
    if model.resembling is not None:
        links = explained.filter(pl.col("status") == "link")
        result = dataclasses.replace(result, never_compared=never_compared(tables, candidates.rules, links))
    if asked is not None:
        pair = asked_about(asked, decision, certain_links, candidates.rules)
        result = dataclasses.replace(result, asked=pair)
    return result
