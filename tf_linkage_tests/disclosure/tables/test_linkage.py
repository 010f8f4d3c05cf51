"""Ratios that allow for linkage as they leave: they follow from the rounded weighted one, and a page says them."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS
from tf_linkage.contracts.outputs.published import WITHHELD, Differences
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.findings_page.linkage import NOTHING, linkage_section
from tf_linkage.disclosure.tables.differences import differences
from tf_linkage.research.estimates.differences import in_contract

CORRECTED, BOUNDS = LINKAGE_METHODS


def rows(
    ratio: float = 0.85, moved: float = 1.02, *, error: float = 0.045, having: int = 400, unsure: float = 0.01
) -> list[dict[str, Any]]:
    """One outcome's weighted, corrected and bounding rows as researchers have them."""
    sides = {
        f"{side}_{what}": n
        for side in ("programme", "comparison")
        for what, n in (("families", 4_000), ("people", 12_000), ("families_with", having))
    }
    key = {"outcome": "conviction", "unit": "family", "window": "7-24 months after",
           "measure": "ratio of yearly rates", "effective_families": 3_000.0} | sides  # fmt: skip
    recall = {"recall_programme": 0.951, "recall_comparison": 0.974, "recall_people": 900}
    both = math.hypot(error, unsure)

    def around(at: float, spread: float) -> dict[str, float]:
        return {"estimate": at, "low": at * math.exp(-1.96 * spread), "high": at * math.exp(1.96 * spread)}

    return [
        key | {"method": "weighted"} | around(ratio, error),
        key | {"method": CORRECTED, "linkage_share": unsure**2 / both**2, "recall_gap": 0.0} | recall
        | around(ratio * moved, both),
        key | {"method": BOUNDS} | recall | around(ratio * moved, both + 0.03),
    ]  # fmt: skip


def released(made: list[dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], list[str | None]]:
    table, decisions = differences({"differences": in_contract(made)}, set())
    Differences.validate(table)
    return {row["method"]: row for row in table.iter_rows(named=True)}, decisions["rule"].to_list()


def test_one_by_hand() -> None:
    """.85 is .853 on powers of 1.02; corrected it is .853 * 1.02 = .870; recall on steps of five in 900, down."""
    shown, rules = released(rows())
    assert rules == [None] * 3
    assert shown["weighted"]["estimate"] == 0.853
    row = shown[CORRECTED]
    assert row["estimate"] == 0.870
    assert row["low"] == pytest.approx(0.770 * 1.02 * math.exp(-1.96 * (math.hypot(0.045, 0.01) - 0.045)), abs=0.01)
    assert (row["recall_programme"], row["recall_comparison"]) == (0.95, 0.97)
    assert row["linkage_share"] == 0.05, "4.7 parts in a hundred, rounded up"
    assert row["recall_gap"] == pytest.approx(0.95 * (1 - row["high"]), abs=5e-4)
    assert shown[BOUNDS]["linkage_share"] is None
    assert shown["weighted"]["recall_programme"] is None


@given(
    st.floats(0.2, 5), st.floats(0.9, 1.1), st.integers(10, 3_000), st.floats(-0.499, 0.499), st.floats(0.02, 0.3)
)
def test_a_second_figure_of_one_ratio_narrows_nothing(
    ratio: float, moved: float, having: int, within: float, error: float
) -> None:
    """Whatever ratio lies behind the rounded weighted one, the corrected figure is the same."""
    first, _ = released(rows(ratio, moved, having=having, error=error))
    step = math.log1p(first["weighted"]["rounded_to"])
    other = math.exp((round(math.log(ratio) / step) + within) * step)
    second, _ = released(rows(other, moved, having=having, error=error))
    assert second["weighted"]["estimate"] == first["weighted"]["estimate"]
    for method in LINKAGE_METHODS:
        assert second[method]["estimate"] == pytest.approx(first[method]["estimate"], rel=1e-9)
        assert second[method]["low"] <= second[method]["estimate"] <= second[method]["high"]


def test_what_is_withheld_of_the_weighted_ratio_is_withheld_of_the_others() -> None:
    shown, rules = released(rows(having=9))
    assert rules == ["few"] * 3
    assert all(row["estimate"] is None and row["note"] == WITHHELD for row in shown.values())
    assert all(row["recall_programme"] is None for row in shown.values())


def test_recall_without_a_figure_breaks_the_contract() -> None:
    table, _ = differences({"differences": in_contract(rows())}, set())
    one_too_many = table.with_columns(recall_programme=pl.lit(0.9), recall_comparison=pl.lit(0.9))
    assert Differences.is_valid(table)
    assert not Differences.is_valid(one_too_many)


def page(made: list[dict[str, Any]]) -> str:
    table, _ = differences({"differences": in_contract(made)}, set())
    return linkage_section(plain(table.lazy())).replace("&nbsp;", " ")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (rows(0.7, unsure=0.001), "Linkage does not explain it: links would have to miss"),
        (rows(0.85, 1.08), "Linkage may explain it. Allowing for what links miss, no effect is shown"),
        (
            rows(0.89, 1.0, unsure=0.001),
            "Linkage does not explain it, but could at the worst: links would have to miss",
        ),
        (rows(1.0, 1.0), "No effect is shown, with or without"),
        (rows(1.06, 1.1), "Corrected it no longer holds 1"),
    ],
)
def test_the_page_says_what_linkage_may_do_to_a_result(made: list[dict[str, Any]], says: str) -> None:
    assert says in page(made)


def test_the_page_says_so_where_nobody_is_known_to_be_present() -> None:
    assert NOTHING in page(rows()[:1])


def test_the_page_says_where_links_miss_more_and_whom_it_favours() -> None:
    table, _ = differences({"differences": in_contract(rows())}, set())
    corrected = pl.col("recall_programme").is_not_null()

    def said(programme: float, comparison: float) -> str:
        recalls = {"recall_programme": programme, "recall_comparison": comparison}
        other = table.with_columns(pl.when(corrected).then(value).alias(name) for name, value in recalls.items())
        return linkage_section(plain(other.lazy())).split("Not corrected: ")[1].split("</p>")[0]

    assert "(0.85 against 0.95): there less seems to happen on the programme than does, which favours" in said(
        0.85, 0.95
    )
    assert "(0.85 against 0.95): there less seems to happen in the comparison than does, which goes" in said(
        0.95, 0.85
    )
    assert "the same in both groups" in said(0.9, 0.9)
    assert "alike, by about" not in said(0.85, 0.95)
