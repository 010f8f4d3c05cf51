"""Published linkages next to ours."""

from __future__ import annotations

from typing import Any

import pytest

from tf_linkage.bodies.calibration.predictions import predictions
from tf_linkage.quality import evaluate, published_linkages, quality_report
from tf_linkage.quality.report.published_linkages import OURS


def test_each_published_result_has_ours_beside_it(world: Any) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    published = predictions()
    table = published_linkages(metrics, published)
    assert table.height == published.height
    by_name = {row["Published linkage"]: row for row in table.iter_rows(named=True)}
    census = by_name["Census 2021 to DWP, all identifiers"]
    assert census["Published"] == "96.7%"
    assert "DWP match rate 70.0%" in census["Ours"]
    assert "recall 80.0%" in census["Ours"]
    assert by_name["electoral register to DWP, name and address only"]["Published"] == "78.0 to 79.5%"
    assert by_name["PNC to NPD, offenders"]["Ours"] == "–"  # MoJ was not linked
    assert "DWP false discovery rate 14.3%" in by_name["HESID false matches"]["Ours"]


@pytest.mark.parametrize("measure", sorted(set(predictions()["measure"])))
def test_every_published_figure_has_one_of_ours(measure: str) -> None:
    assert OURS[measure]


def test_the_page_shows_them(world: Any) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    assert 'id="published"' in quality_report(metrics, published=predictions())
    assert 'id="published"' not in quality_report(metrics)
