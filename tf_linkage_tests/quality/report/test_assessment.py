"""Patterns, and what the longer studies add to the page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.outputs.quality import Patterns
from tf_linkage.quality import Assessment, evaluate, match_rates, quality_report, typical_patterns


def result_of(rows: list[tuple[str, float, float, str]]) -> Any:
    ids = [f"r{i}" for i in range(len(rows))]
    return SimpleNamespace(
        explanations=pl.DataFrame(
            {
                "left_id": ids,
                "right_id": ids,
                "stage": [""] * len(rows),
                "prior": [-10.0] * len(rows),
                "surname": [surname for _, surname, _, _ in rows],
                "surname level": [0.0] * len(rows),
                "nino": [nino for _, _, nino, _ in rows],
            }
        ),
        model=SimpleNamespace(comparisons=(SimpleNamespace(id="nino", name="NINO"),)),
        links=pl.DataFrame({"left_id": ids, "right_id": ids, "status": [status for *_, status in rows]}),
    )


def test_patterns_by_hand() -> None:
    agree = [("", 4.0, 12.0, "link")] * 6 + [("", 6.0, 12.0, "link")] * 6
    married = [("", -3.0, 12.0, "review")] * 10
    rare = [("", 5.0, -9.0, "link")] * 9
    table = typical_patterns({"dwp": result_of(agree + married + rare)}).collect()
    Patterns.validate(table)
    assert table.select("pattern", "pairs", "linked").unique(maintain_order=True).rows() == [
        (1, 12, 12),
        (2, 10, 0),
    ]
    first = dict(table.filter(pl.col("pattern") == 1).select("part", "bits").rows())
    assert first == pytest.approx({"prior": -10, "surname": 5, "NINO": 12})


def test_an_engine_that_explains_nothing_adds_nothing() -> None:
    silent = SimpleNamespace(explanations=pl.DataFrame(), links=pl.DataFrame())
    assert typical_patterns({"dwp": silent}).collect().is_empty()  # type: ignore[dict-item]


def test_the_page_takes_what_there_is(world: Any, assessment: Assessment) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    bare = quality_report(metrics)
    assert 'id="findings"' not in bare
    assert "not computed yet" in bare
    full = quality_report(metrics, assessment=assessment)
    for name in ("findings", "disclosed", "without_names", "patterns", "sweep"):
        assert f'id="{name}"' in full
    assert "-2.00 (-3.00&nbsp;to&nbsp;-1.00)" in full or "-2.00 (-3.00 to -1.00)" in full
    assert "-0.40" in full
    assert "Ranges over 3 runs" in full
    assert 'id="picture-family_curve"' in full
    assert "MoJ, 50% together" in full
    assert "All in all it found 273 of 300 people; without it 273 are found" in full


def test_findings_too_small_to_show_make_no_chart(world: Any, assessment: Assessment) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    assert assessment.effects is not None
    small = assessment.effects.with_columns(pl.lit(None, pl.Float64).alias(end) for end in ("value", "low", "high"))
    page = quality_report(metrics, assessment=Assessment(effects=small))
    assert "too few" in page
    assert 'id="effects_moj"' not in page


def test_reporting_items_are_filled_from_the_run(world: Any) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    page = quality_report(metrics, run={"engine": "duckdb", "seed": "7"})
    assert "engine duckdb, seed 7" in page
    assert "DWP precision 85.7%, recall 80.0%" in page
    assert "DWP 40 sent, 28 linked" in page
    real = match_rates(world.attributes, world.requested, world.links).collect()
    assert "Accuracy, as the model expects it" in quality_report(real)
