"""Whether the study finds the effects that the simulated programme has: its estimates next to the truth.

The study's own estimates on the true links and on those found, each next to the true effect.

On true links the estimates should hold the true effects within their intervals: then what is left is sampling. On
found links they need not: a missed link hides an event, a false one adds somebody else's. `linkage-corrected`
allows for both.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import SIDE_BY_SIDE
from tf_linkage.contracts.outputs.quality import EffectRecovery
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.quality.measures.judging import owners
from tf_linkage.research.estimates import compared

Frames = Mapping[str, pl.LazyFrame]
Histories = Mapping[str, Mapping[str, pl.LazyFrame]]

RATIO, SHARE = "ratio of yearly rates", "difference in share"
TRUE, FOUND = "true", "found"
OF_SHARES = ("unadjusted", "weighted")
METHODS = (*OF_SHARES, "difference in differences", "linkage-corrected", *SIDE_BY_SIDE)
"""Estimates with a standard error, of ratios; a difference in share is told by the first two."""

_RATE = (RATIO, "7-24 months after")

ESTIMATE_OF: Mapping[str, tuple[str, str, str, str]] = {
    "custody, adults": ("custody", "adult", *_RATE),
    "custody, juveniles": ("custody", "child", *_RATE),
    "offences, juveniles": ("conviction", "child", *_RATE),
    "offences, adults": ("conviction", "adult", *_RATE),
    "looked after": ("looked_after", "child", *_RATE),
    "protection plans": ("child_protection", "child", *_RATE),
    "JSA and Universal Credit searching": ("job_seeking", "adult", *_RATE),
    "persistent absence": ("persistent_absence", "child", SHARE, "24 months after"),
}
"""By the truth's name of an effect: outcome, unit, measure and window of the estimate that shows it. Effects are
ratios of yearly rates. Absence is told as a share, which shows only an effect of 1: a difference of 0."""


def effect_recovery(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    *,
    returns: Histories,
    histories: Histories,
    truth: Frames,
    regions: Mapping[str, str],
    covered: tuple[dt.date, dt.date],
) -> pl.LazyFrame:
    """The study's estimates next to the true effects, on true links and on those found.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        returns: what each department gave back, by department and table.
        histories: by department and table, the registers' histories under their own keys.
        truth: `records` (`truth.TrueRecords`) and `effects` (`truth.TrueEffects`).
        regions: region by council.
        covered: first and last day that the histories cover.

    Returns:
        `contracts.outputs.quality.EffectRecovery`.
    """
    people, true_returns = on_true_links(linked_people, attributes, histories, truth["records"])
    found = {
        TRUE: compared(people, attributes, true_returns, regions, covered),
        FOUND: compared(linked_people, attributes, returns, regions, covered),
    }
    return against_truth(found, truth["effects"].collect())


def against_truth(found: Mapping[str, pl.DataFrame], effects: pl.DataFrame) -> pl.LazyFrame:
    """Each estimate next to its true effect.

    Next to the 95% interval stands one that is wider (Bonferroni): it holds the truth of all of them together, of
    one set of links and one method, in 95 of 100 worlds.

    Args:
        found: `contracts.outputs.estimates.Differences` by set of links.
        effects: `truth.TrueEffects`.

    Returns:
        `contracts.outputs.quality.EffectRecovery`.
    """
    true = dict(effects.select("outcome", "effect").iter_rows())
    told = [name for name in ESTIMATE_OF if name in true and (ESTIMATE_OF[name][2] == RATIO or true[name] == 1)]
    z_of_all = NormalDist().inv_cdf(1 - 0.025 / max(len(told), 1))
    rows: list[dict[str, Any]] = []
    for links, differences in found.items():
        for method in METHODS:
            for name in told:
                measure = ESTIMATE_OF[name][2]
                if measure == SHARE and method not in OF_SHARES:
                    continue
                value = true[name] if measure == RATIO else 0.0
                against = _against(_estimate(differences, name, method), measure, value, z_of_all)
                rows.append({"effect": name, "links": links, "method": method, **against})
    return of_rows(EffectRecovery, rows).sort("effect", "links", "method").lazy()


def on_true_links(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, histories: Histories, records: pl.LazyFrame
) -> tuple[pl.LazyFrame, dict[str, dict[str, pl.LazyFrame]]]:
    """The cohort as if every department had found its records of everyone, and no others.

    Returns:
        `ons.LinkedPeople` with true references, and the histories under them. The person's own reference stands for
        a request's.
    """
    known = records.with_columns(pl.col("body").cast(pl.String)).collect()
    owned = owners(attributes.collect(), known)
    found = linked_people.collect()
    # How sure a link is that was made says nothing of a true one.
    links = [column for column in found.columns if column.endswith("_link")]
    people = found.drop([f"{name}_ref" for name in DEPARTMENTS]).with_columns(
        pl.lit(None, dtype=found.schema[column]).alias(column) for column in links
    )
    returns: dict[str, dict[str, pl.LazyFrame]] = {}
    for name, department in DEPARTMENTS.items():
        keys = (
            people.select("person_id")
            .join(owned, on="person_id")
            .join(known.filter(pl.col("body") == name), on="true_person")
            .select(request_ref="person_id", register_key="record_key")
            .unique()
            .sort("request_ref", "register_key")
        )
        present = (
            keys.select(person_id="request_ref").unique().with_columns(pl.col("person_id").alias(f"{name}_ref"))
        )
        people = people.join(present, on="person_id", how="left")
        returns[name] = {
            # Collected once: a register is far larger than the cohort, and every outcome reads its history again.
            table: _with_numbers(
                history.join(keys.lazy(), left_on=department.key, right_on="register_key"), department.key
            )
            .collect()
            .lazy()
            for table, history in histories[name].items()
        }
    return people.lazy(), returns


def _with_numbers(history: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """The history with a case number in place of the register's own key of a case, as in a return."""
    columns = history.collect_schema().names()
    if "case_id" not in columns:
        return history.drop(key, strict=False)
    return history.with_columns(case_number=pl.col("case_id").rank("dense").over("request_ref")).drop(
        key, strict=False
    )


def _estimate(differences: pl.DataFrame, name: str, method: str) -> dict[str, Any]:
    outcome, unit, measure, window = ESTIMATE_OF[name]
    key = {"outcome": outcome, "unit": unit, "measure": measure, "method": method, "window": window}
    rows = differences.filter(*(pl.col(column).cast(pl.String) == value for column, value in key.items()))
    return rows.row(0, named=True) if rows.height else {}


def _against(row: Mapping[str, Any], measure: str, true: float, z_of_all: float) -> dict[str, Any]:
    told: dict[str, Any] = {"measure": measure, "true_value": true}
    estimate, error = row.get("estimate"), row.get("standard_error")
    if estimate is None or error is None:
        return told
    if measure == RATIO:
        low, high = (math.exp(math.log(estimate) + sign * z_of_all * error) for sign in (-1, 1))
    else:
        low, high = (estimate + sign * z_of_all * error for sign in (-1, 1))
    return told | {
        "estimate": estimate, "low": row["low"], "high": row["high"], "low_of_all": low, "high_of_all": high,
        "holds": row["low"] <= true <= row["high"], "holds_of_all": low <= true <= high,
    }  # fmt: skip
