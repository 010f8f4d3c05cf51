"""What a check of bounds says: what is not kept first, and councils by their names."""

from __future__ import annotations

import dagster as dg
import polars as pl

from tf_linkage.defs.checks.checks import verdict

RESULTS = pl.DataFrame(
    {
        "department": ["DWP", "MoJ", "DfE"],
        "measure": ["recall", "recall", "precision"],
        "worst": ["25-44", "E09000012", None],
        "status": ["kept", "missed", "in doubt"],
    }
)


def test_what_is_not_kept_stands_first_and_councils_have_names() -> None:
    found = verdict("gaps_within_bounds", RESULTS.filter(pl.col("status") == "missed"), RESULTS)
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert found.description == "MoJ recall of Hackney: missed; DfE precision: in doubt"
    shown = found.metadata["bounds"].value
    assert [record.data["status"] for record in shown.records] == ["missed", "in doubt", "kept"]


def test_doubt_alone_warns_and_nothing_in_doubt_passes() -> None:
    doubtful = verdict("quality_floors", RESULTS.clear(), RESULTS.filter(pl.col("status") != "missed"))
    assert (doubtful.passed, doubtful.severity) == (False, dg.AssetCheckSeverity.WARN)
    kept = verdict("quality_floors", RESULTS.clear(), RESULTS.filter(pl.col("status") == "kept"))
    assert kept.passed
    assert kept.description == "all kept"
