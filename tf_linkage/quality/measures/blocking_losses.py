"""Why a person was missed: was the true pair never compared, or compared and not believed?

Losses of blocking apart from losses of scoring.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping

import polars as pl

from tf_linkage.linkage.compare.candidates import used_rules
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.records import prepare
from tf_linkage.quality.measures.figures import counted, laid_out, shares
from tf_linkage.quality.measures.judging import judge, owners
from tf_linkage.quality.measures.minimum_counts import of_ten_or_more

Frames = Mapping[str, pl.LazyFrame]


def blocking_losses(
    *,
    attributes: pl.LazyFrame,
    requested: Frames,
    requests: Frames,
    registers: Frames,
    links: Frames,
    models: Mapping[str, Model],
    truth: Frames,
) -> pl.LazyFrame:
    """How many of those missed were lost by blocking, and how many by scoring or resolving.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and request_ref.
        requests: by department, the request with its identifiers.
        registers: by department, its table of people with identifiers.
        links: by department, `exchange.Links`.
        models: by department, the model it linked by.
        truth: `records` (`truth.TrueRecords`).

    Returns:
        `contracts.outputs.quality.Metrics`: `candidate_recall`, `blocking_missed`, `scoring_missed`.
    """
    records = truth["records"].collect().with_columns(pl.col("body").cast(pl.String))
    owned = owners(attributes.collect(), records)
    parts = {}
    for name, model in models.items():
        register = records.filter(pl.col("body") == name)
        asked = requested[name].collect()
        true = (
            asked.join(owned, on="person_id")
            .join(register, on="true_person")
            .select("person_id", "request_ref", register_key="record_key")
        )
        reached = compared(true, requests[name], registers[name], model).select("person_id").unique()
        people = judge(asked, links[name].collect(), owned, register).filter("present")
        people = people.join(reached.with_columns(reached=pl.lit(True)), on="person_id", how="left")
        # A link may come from a matchkey that no blocking rule covers: what was found was reached.
        there = pl.col("reached").fill_null(False) | pl.col("found")
        totals = people.select(
            level=pl.lit("all"),
            present=pl.len(),
            candidates=there.sum(),
            missed=(~pl.col("found")).sum(),
            blocking_missed=(~there).sum(),
            scoring_missed=(there & ~pl.col("found")).sum(),
        ).head(1)
        parts[name, "all"] = pl.concat(
            [
                shares(totals, {"candidate_recall": ("candidates", "present")}),
                counted(totals, {"blocking_missed": "present", "scoring_missed": "present"}),
            ]
        )
    return of_ten_or_more(laid_out(parts)).lazy()


def compared(true: pl.DataFrame, left: pl.LazyFrame, right: pl.LazyFrame, model: Model) -> pl.DataFrame:
    """The true pairs that meet a blocking rule which the linkage used.

    Args:
        true: request_ref and register_key of true pairs.
        left: the request.
        right: the register.
        model: the model it linked by, with its blocking rules.
    """
    records = prepare(left, right, model)
    both = true.join(records.left, left_on="request_ref", right_on="record_id").join(
        records.right, left_on="register_key", right_on="record_id", suffix="_right"
    )
    met = [
        functools.reduce(operator.and_, (pl.col(ours) == pl.col(f"{theirs}_right") for ours, theirs in rule.keys))
        for rule in used_rules(records, model, Limits())
    ]
    return both.filter(pl.any_horizontal(met)).select(true.columns).unique(maintain_order=True)
