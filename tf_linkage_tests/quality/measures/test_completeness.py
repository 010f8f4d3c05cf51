"""Completeness counts what is there and keeps nothing else."""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.quality import completeness, figure


def test_completeness_by_hand() -> None:
    table = pl.DataFrame(
        {"dwp_key": [f"k{i}" for i in range(20)], "surname": ["Smith"] * 18 + [None] * 2, "nino": [None] * 20},
        schema_overrides={"nino": pl.String},
    ).lazy()
    found = completeness({"dwp": table}).collect()
    Metrics.validate(found)
    assert figure(found, "dwp", "completeness", "identifier", "surname") == 0.9
    assert figure(found, "dwp", "completeness", "identifier", "nino") == 0
    assert "Smith" not in str(found.to_dicts())
