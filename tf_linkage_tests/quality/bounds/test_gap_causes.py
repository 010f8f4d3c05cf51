"""Which errors drive a gap, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from statsmodels.regression.linear_model import OLS

from tf_linkage.contracts import truth
from tf_linkage.contracts.outputs.quality import GapCauses
from tf_linkage.quality import evaluate, gap_causes, gaps
from tf_linkage.quality.bounds.gap_causes import OTHER, decomposed


def present(*groups: tuple[int, bool, list[str]]) -> pl.DataFrame:
    """So many people, found or not, with these errors."""
    rows = [{"found": found, "error": errors} for people, found, errors in groups for _ in range(people)]
    return pl.DataFrame(rows, schema={"found": pl.Boolean, "error": pl.List(pl.String)})


def test_a_gap_that_errors_explain_wholly() -> None:
    # Everybody with a wrong surname is missed, nobody else: 4 of 10 in the group, 1 of 20 elsewhere.
    people = present((4, False, ["surname"]), (6, True, ["none"]), (1, False, ["surname"]), (19, True, ["none"]))
    inside = pl.Series([True] * 10 + [False] * 20)
    parts = {row["error"]: row for row in decomposed(people, inside, ["forename", "surname"]).iter_rows(named=True)}
    assert parts["surname"]["cost"] == pytest.approx(1)
    assert (parts["surname"]["share_worst"], parts["surname"]["share_rest"]) == (0.4, 0.05)
    assert parts["surname"]["part"] == pytest.approx(0.35)
    assert parts["forename"]["part"] == 0
    assert parts[OTHER]["part"] == pytest.approx(0)


def test_a_gap_that_no_error_explains() -> None:
    people = present((5, False, ["none"]), (5, True, ["none"]), (20, True, ["none"]))
    parts = decomposed(people, pl.Series([True] * 10 + [False] * 20), ["surname"])
    assert dict(parts.select("error", "part").rows()) == {"surname": 0, OTHER: 0.5}


def test_a_cost_has_the_interval_that_statsmodels_gives_it() -> None:
    """HC3, by other code; an error that nobody has costs nothing that could be told."""
    rng = np.random.default_rng(2)
    wrong = rng.random((300, 2)) < (0.2, 0.1)
    missed = rng.random(300) < 0.05 + 0.3 * wrong[:, 0]
    people = pl.DataFrame(
        {
            "found": ~missed,
            "error": [[n for n, is_so in zip(("forename", "surname"), row, strict=True) if is_so] for row in wrong],
        },
        schema={"found": pl.Boolean, "error": pl.List(pl.String)},
    )
    parts = decomposed(people, pl.Series(rng.random(300) < 0.5), ["forename", "surname", "postcode"])
    told = {row["error"]: row for row in parts.iter_rows(named=True)}
    oracle = OLS(missed.astype(float), np.column_stack([np.ones(300), wrong])).fit(cov_type="HC3")
    for at, name in enumerate(("forename", "surname"), start=1):
        low, high = oracle.conf_int()[at]
        assert (told[name]["cost_low"], told[name]["cost_high"]) == pytest.approx((low, high), abs=1e-5)
    assert told["postcode"]["cost_low"] is None


def test_the_parts_add_up_to_each_gap(world: Any, make: Any) -> None:
    errors = make.table(
        [
            {"body": "dwp", "record_key": f"k{i:02}", "column": "surname", "error": "typo"}
            for i in (*range(3), *range(22, 30))
        ],
        truth.TrueErrors,
    )
    world = replace(world, truth=world.truth | {"errors": errors})
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    found = gap_causes(metrics, world.attributes, world.requested, world.links, world.truth).collect()
    GapCauses.validate(found)
    sums = dict(found.group_by(pl.col("breakdown").cast(pl.String)).agg(pl.col("part").sum()).rows())
    expected = {
        row["breakdown"]: row["gap"]
        for row in gaps(metrics).iter_rows(named=True)
        if row["measure"] == "recall" and row["gap"] > 0 and row["breakdown"] != "hard_case"
    }
    assert expected
    assert sums == pytest.approx(expected, abs=1e-4)
    community = found.filter(pl.col("breakdown").cast(pl.String) == "community")
    assert community.sort("part", descending=True)["error"][0] == "surname"
