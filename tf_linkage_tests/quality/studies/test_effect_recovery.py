"""Estimates next to the truth: what holds, and what the true links are."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage.contracts import truth
from tf_linkage.contracts.columns import empty
from tf_linkage.contracts.outputs.estimates import Differences
from tf_linkage.contracts.outputs.quality import EffectRecovery
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.quality.studies.effect_recovery import ESTIMATE_OF, METHODS, against_truth, on_true_links


def differences(effect: str, method: str, estimate: float, error: float) -> pl.DataFrame:
    outcome, unit, measure, window = ESTIMATE_OF[effect]
    ratio = measure == "ratio of yearly rates"
    ends = {
        name: estimate * math.exp(sign * 1.96 * error) if ratio else estimate + sign * 1.96 * error
        for name, sign in (("low", -1), ("high", 1))
    }
    row = {"outcome": outcome, "unit": unit, "window": window, "measure": measure, "method": method,
           "estimate": estimate, "standard_error": error, **ends}  # fmt: skip
    return pl.concat([empty(Differences), pl.DataFrame([row])], how="diagonal_relaxed")


def effects(**of: float) -> pl.DataFrame:
    rows = [{"outcome": name.replace("_", " "), "effect": value} for name, value in of.items()]
    return pl.DataFrame(rows, schema={"outcome": pl.String, "effect": pl.Float64})


@pytest.mark.parametrize("case", [(0.68, True, True), (0.87, False, True), (1.20, False, False)])
def test_a_ratio_holds_the_truth_or_not(case: tuple[float, bool, bool]):
    """0.68 with error 0.12: 0.54 to 0.86. With two effects the wider one goes 2.24 errors out: 0.52 to 0.89."""
    true, holds, holds_of_all = case
    table = against_truth(
        {"true": differences("looked after", "weighted", 0.68, 0.12)},
        effects(looked_after=true, protection_plans=1.0),
    ).collect()
    EffectRecovery.validate(table)
    told: dict[str, Any] = table.row(
        by_predicate=(pl.col("effect") == "looked after") & (pl.col("method").cast(pl.String) == "weighted"),
        named=True,
    )
    assert (told["holds"], told["holds_of_all"]) == (holds, holds_of_all)
    assert told["high_of_all"] == pytest.approx(0.68 * math.exp(2.241403 * 0.12), rel=1e-5)
    silent = table.filter(pl.col("effect") == "protection plans")
    assert silent["estimate"].null_count() == silent["holds"].null_count() == silent.height == len(METHODS)


def test_no_effect_on_a_share_is_a_difference_of_nothing():
    of = differences("persistent absence", "weighted", 0.01, 0.02)
    none = against_truth({"true": of}, effects(persistent_absence=1.0)).collect()
    told = none.row(by_predicate=pl.col("method").cast(pl.String) == "weighted", named=True)
    assert (told["true_value"], told["holds"]) == (0.0, True)
    some = against_truth({"true": of}, effects(persistent_absence=0.9)).collect()
    assert some.is_empty(), "a difference cannot be held against a ratio"


def test_every_true_effect_has_its_estimate(rehearsed: Rehearsed):
    """What the simulated programme does is asked of the study: each effect, both sets of links, both methods."""
    kept = rehearsed.store.read(["quality", "effect_recovery"])
    assert isinstance(kept, pl.LazyFrame)
    table = kept.collect()
    EffectRecovery.validate(table)
    known = rehearsed.store.read(["population", "truth"])
    assert isinstance(known, dict)
    true = known["effects"].collect()
    true = true.filter(pl.col("kind").cast(pl.String) != "negative control")
    assert set(table["effect"]) == set(true["outcome"])
    is_ratio = pl.col("measure") == "ratio of yearly rates"
    assert table.filter(is_ratio).group_by("effect").len()["len"].unique().to_list() == [16], (
        "two links, eight methods"
    )
    assert table.filter(~is_ratio).group_by("effect").len()["len"].unique().to_list() == [4]
    ratios = table.filter(is_ratio)
    assert (
        dict(ratios.select("effect", "true_value").iter_rows()).items()
        <= dict(true.select("outcome", "effect").iter_rows()).items()
    )


def test_no_true_effect_leaves_the_quality_room(rehearsed: Rehearsed):
    """Nor does any table of research or of what is published speak of one."""
    for folder in ("research", "published"):
        for path in (rehearsed.study.data / folder).rglob("*.parquet"):
            columns = pl.scan_parquet(path).collect_schema().names()
            assert not [column for column in columns if "true" in column or column == "effect"]


def test_on_true_links_there_is_nothing_to_correct(rehearsed: Rehearsed):
    """Only wrong flags are left of what recall lacks: corrected and weighted estimates lie side by side."""
    kept = rehearsed.store.read(["quality", "effect_recovery"])
    assert isinstance(kept, pl.LazyFrame)
    both = (
        kept.with_columns(pl.col("links", "method").cast(pl.String))
        .filter(pl.col("links") == "true", pl.col("method").is_in(["weighted", "linkage-corrected"]))
        .drop_nulls("estimate")
        .collect()
        .pivot(on="method", index="effect", values="estimate")
        .drop_nulls()
    )
    assert both.height
    assert (both["linkage-corrected"] / both["weighted"]).log().abs().max() < 0.1  # type: ignore[operator]


def test_true_links_are_everybodys_own_records_and_no_others():
    """Ann's claims stand under two keys of hers; the third is a stranger's. Ben is in no register."""
    attributes = pl.LazyFrame({"person_id": ["ann", "ben"], "la_code": ["E1", "E1"], "person_ref": ["1", "2"]})
    linked = pl.LazyFrame(
        {"person_id": ["ann", "ben"], "family_id": ["f", "f"]}
        | {f"{name}_ref": ["wrong", "wrong"] for name in DEPARTMENTS}
    )
    records = pl.LazyFrame(
        {
            "body": ["council", "council", "dwp", "dwp", "dwp"],
            "record_key": ["E1|1", "E1|2", "k1", "k2", "k3"],
            "true_person": ["A", "B", "A", "A", "S"],
        }
    ).cast({"body": pl.Enum(truth.BODIES)})
    claims = pl.LazyFrame({"dwp_key": ["k1", "k2", "k3"], "weekly_amount": [1.0, 2.0, 3.0]})
    offences = pl.LazyFrame(schema={"moj_key": pl.String, "case_id": pl.String})
    histories: dict[str, dict[str, pl.LazyFrame]] = {
        "dwp": {"benefits": claims},
        "moj": {"offences": offences},
        "dfe": {},
    }
    people, returns = on_true_links(linked, attributes, histories, records)
    assert people.select("person_id", "dwp_ref", "moj_ref").collect().rows() == [
        ("ann", "ann", None),
        ("ben", None, None),
    ]
    assert sorted(returns["dwp"]["benefits"].select("request_ref", "weekly_amount").collect().rows()) == [
        ("ann", 1.0),
        ("ann", 2.0),
    ]
    assert "case_number" in returns["moj"]["offences"].collect_schema().names()
