"""Patterns, and what the longer studies add to the page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.quality import Disclosures, LinkageEffects, Patterns, Sweep
from tf_linkage.quality import Assessment, evaluate, match_rates, report, typical_patterns


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
                "NINO": [nino for _, _, nino, _ in rows],
            }
        ),
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


def effect(links: str, group: str, value: float | None) -> dict[str, Any]:
    ends = {"low": None, "high": None} if value is None else {"low": value - 0.01, "high": value + 0.01}
    return {
        "outcome": "custody", "department": "moj", "links": links, "threshold": "as run", "study_group": group,
        "people": None if value is None else 500, "value": value, **ends, "phantom": 3, "lost": None,
    }  # fmt: skip


def frame(rows: list[dict[str, Any]], contract: Any) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema_of(contract))


def test_the_page_takes_what_there_is(world: Any) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    bare = report(metrics)
    assert 'id="findings"' not in bare
    assert "not reckoned yet" in bare
    full = report(
        metrics,
        assessment=Assessment(
            effects=frame([effect(links, "difference", -0.02) for links in ("true", "found")], LinkageEffects),
            disclosures=frame(
                [{"department": "moj", "disclosed": name, "tells": "forename", "recall": recall,
                  "outcome": "custody", "bias": -0.004}
                 for name, recall in (("as agreed", 0.9), ("year of birth only", 0.7))],
                Disclosures,
            ),
            swept=frame(
                [{"case": f"seed {i}", "department": "moj", "measure": measure, "value": 0.9 + i / 100,
                  "family_evidence": evidence, "moves_together": i / 2, "numerator": 90 + i, "denominator": 100}
                 for i in range(3) for evidence in ("with", "without") for measure in ("precision", "recall")],
                Sweep,
            ),
        ),
    )  # fmt: skip
    for name in ("findings", "disclosed", "sweep"):
        assert f'id="{name}"' in full
    assert "-2.00 (-3.00&nbsp;to&nbsp;-1.00)" in full or "-2.00 (-3.00 to -1.00)" in full
    assert "-0.40" in full
    assert "Ranges over 3 runs" in full
    assert 'id="family_curve"' in full
    assert "MoJ, 50% together" in full


def test_findings_too_small_to_show_make_no_chart(world: Any) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    rows = [effect(links, "difference", None) for links in ("true", "found")]
    page = report(metrics, assessment=Assessment(effects=frame(rows, LinkageEffects)))
    assert "too few" in page
    assert 'id="effects_moj"' not in page


def test_reporting_items_are_filled_from_the_run(world: Any) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    page = report(metrics, run={"engine": "duckdb", "seed": "7"})
    assert "engine duckdb, seed 7" in page
    assert "DWP precision 85.7%, recall 80.0%" in page
    assert "DWP 40 sent, 28 linked" in page
    real = match_rates(world.attributes, world.requested, world.links).collect()
    assert "Accuracy, as the model expects it" in report(real)
