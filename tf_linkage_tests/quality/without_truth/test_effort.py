"""What buys recall to within so much: against draws, and at the ends."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.intervals import wilson_ends
from tf_linkage.quality.report.estimate_sections import signs
from tf_linkage.quality.without_truth.effort import people_for, searches_for


@pytest.mark.parametrize(("recall", "within"), [(0.98, 0.01), (0.9, 0.02), (0.95, 0.005)])
def test_so_many_people_give_an_interval_of_that_width(recall: float, within: float) -> None:
    """Wilson's interval of a few hundred is a little wider than the formula's."""
    low, high = wilson_ends(recall, people_for(recall, within))
    assert within * 0.99 <= (high - low) / 2 <= within * 1.04


@pytest.mark.parametrize(
    ("recall", "linked", "unlinked", "within"), [(0.97, 3_000, 2_000, 0.01), (0.95, 590, 4_500, 0.02)]
)
def test_so_many_searches_find_recall_as_near_as_said(
    recall: float, linked: int, unlinked: int, within: float
) -> None:
    """19 of 20 redraws lie within; 4,000 tell that share to about half a point, and finds are whole numbers."""
    searches, missed = searches_for(recall, linked, unlinked, within), round(linked * (1 - recall) / recall)
    found = np.random.default_rng(1).hypergeometric(missed, unlinked - missed, searches, 4_000)
    estimates = linked / (linked + unlinked * found / searches)
    assert (np.abs(estimates - linked / (linked + missed)) <= within).mean() == pytest.approx(0.95, abs=0.03)


def test_ends() -> None:
    assert searches_for(0.95, 100, 0, 0.01) == 0
    assert searches_for(1.0, 100, 50, 0.01) == 0
    assert searches_for(0.5, 100, 200, 1e-4) == 200, "never more than all of them"
    assert people_for(0.95, 0.01, design_effect=2.0) == 2 * people_for(0.95, 0.01)


def test_the_report_says_it_where_recall_is_known_and_not_all_were_found() -> None:
    def figure(measure: str, value: float, of: int) -> dict[str, object]:
        return {"department": "dwp", "breakdown": "all", "level": "all", "measure": measure, "value": value,
                "numerator": None, "denominator": of, "low": None, "high": None}  # fmt: skip

    counts = [figure("sent", 5_000.0, 5_000), figure("linked", 3_000.0, 5_000)]
    page = signs(pl.DataFrame([*counts, figure("known_recall", 0.97, 250)]), truth=False, agreement=None)
    assert f"{people_for(0.97, 0.01):,}" in page
    assert f"{searches_for(0.97, 3_000, 2_000, 0.01):,}" in page
    whole = signs(pl.DataFrame([*counts, figure("known_recall", 1.0, 250)]), truth=False, agreement=None)
    assert "to within a point" not in whole


@pytest.mark.parametrize(
    ("there", "quoted"),
    [
        ({"search_recall": (0.95, 0.97), "known_recall": (0.90, 0.92)}, "search: holds"),
        ({"search_recall": (0.90, 0.94), "known_recall": (0.95, 0.97)}, "search: does not hold"),
        ({"known_recall": (0.95, 0.97), "clerical_recall": (0.9, 1.0)}, "known present: holds"),
        ({"clerical_recall": (0.9, 1.0)}, "none"),
    ],
)
def test_the_report_quotes_recall_by_the_rule_whatever_the_truth(
    there: dict[str, tuple[float, float]], quoted: str
) -> None:
    ends = there | {"recall": (0.95, 0.97), "precision": (0.99, 1.0)}
    rows = [
        {"department": "dwp", "breakdown": "all", "level": "all", "measure": measure, "value": (low + high) / 2,
         "numerator": 96, "denominator": 100, "low": low, "high": high}
        for measure, (low, high) in ends.items()
    ]  # fmt: skip
    assert quoted in signs(pl.DataFrame(rows), truth=True, agreement=None)
