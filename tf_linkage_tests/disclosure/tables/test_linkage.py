"""Ratios that allow for linkage as they leave: they follow from the rounded weighted one, and a page says them."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, OutcomeCounts
from tf_linkage.contracts.outputs.published import WITHHELD, Differences
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.findings_page.linkage import NOTHING, linkage_section
from tf_linkage.disclosure.tables.differences import differences
from tf_linkage.disclosure.tables.outcomes import having
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
    assert row["recall_rounded_to"] == 0.01, "five of nine hundred are .0056"
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
    one_too_many = table.with_columns(
        recall_programme=pl.lit(0.9), recall_comparison=pl.lit(0.9), recall_rounded_to=pl.lit(0.1)
    )
    assert Differences.is_valid(table)
    assert not Differences.is_valid(one_too_many)


def page(made: list[dict[str, Any]]) -> str:
    table, _ = differences({"differences": in_contract(made)}, set())
    return linkage_section(plain(table.lazy())).replace("&nbsp;", " ")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (rows(0.7, unsure=0.001), "not even at the worst of what is known: links would have to miss"),
        (rows(0.85, 1.08), "Linkage may explain it. Allowing for what links miss, no effect is shown"),
        (
            rows(0.89, 1.0, unsure=0.001),
            "as estimated does not explain it; at the worst of what is known it could: links would have to miss",
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
        return linkage_section(plain(other.lazy()))

    assert (
        "(85 to 86% against 95 to 96%): there less seems to happen on the programme than does, which favours"
        in said(0.85, 0.95)
    )
    assert (
        "(85 to 86% against 95 to 96%): there less seems to happen in the comparison than does, which goes"
        in said(0.95, 0.85)
    )
    assert "For conviction recall is shown alike in both groups" in said(0.9, 0.9)
    assert "alike, by about" not in said(0.85, 0.95)


def difference_rows(
    gap: float = -0.021, *, levels: tuple[float, float] = (0.10, 0.121), recalls: tuple[float, float] = (0.95, 0.97)
) -> list[dict[str, Any]]:
    """One outcome's weighted difference in share of families, corrected, and bounds, as researchers have them."""
    made = rows()
    key = {"window": "24 months after", "measure": "difference in share"}
    at = {"programme": levels[0], "comparison": levels[0] - gap}
    true = {"programme": levels[0] / recalls[0], "comparison": (levels[0] - gap) / recalls[1]}
    moved = true["programme"] - true["comparison"]
    found = {"recall_programme": recalls[0], "recall_comparison": recalls[1], "standard_error": 0.006}

    def around(middle: float, half: float) -> dict[str, float]:
        return {"estimate": middle, "low": middle - half, "high": middle + half}

    return [
        made[0] | key | at | around(gap, 0.012),
        made[1] | key | true | found | around(moved, 0.013),
        made[2] | key | true | found | around(moved, 0.02),
    ]


def counts_of(with_it: int = 400) -> pl.DataFrame:
    """Public counts of the families on the programme: of 4,000."""
    schema = pl.Schema(schema_of(OutcomeCounts))
    row = {
        "unit": "family", "outcome": "conviction", "study_group": "programme", "window": "24 months after",
        "region": "all", "people": 12_000, "families": 4_000, "people_with": with_it, "families_with": with_it,
        "share": 0.1, "low": 0.09, "high": 0.11, "design_effect": 1.0,
    }  # fmt: skip
    both = [row, row | {"study_group": "comparison"}]
    plain_schema = {name: pl.String if isinstance(kind, pl.Enum) else kind for name, kind in schema.items()}
    return pl.DataFrame(both, schema=plain_schema).cast(schema)


SHOWN = {having(("family", "conviction", side, "24 months after", "all")) for side in ("programme", "comparison")}


def released_difference(
    made: list[dict[str, Any]], counts: pl.DataFrame | None = None
) -> dict[str, dict[str, Any]]:
    frames = {"differences": in_contract(made), "outcome_counts": counts_of() if counts is None else counts}
    table, _ = differences(frames, SHOWN)
    Differences.validate(table)
    return {row["method"]: row for row in table.iter_rows(named=True)}


def test_a_difference_by_hand() -> None:
    """-.021 is -.02 on steps of .002; .1/.95 - .121/.97 lies .0015 nearer: moved on steps of twice .002 / 19."""
    shown = released_difference(difference_rows())
    weighted, row = shown["weighted"], shown[CORRECTED]
    assert (weighted["estimate"], weighted["rounded_to"]) == (pytest.approx(-0.02), 0.002)
    exact = 0.10 / 0.95 - 0.121 / 0.97 - -0.021
    assert row["estimate"] - weighted["estimate"] == pytest.approx(exact, abs=0.00026)
    assert (row["recall_programme"], row["recall_comparison"]) == (0.95, 0.97)
    level = 0.1 / 0.95
    assert row["recall_gap"] == pytest.approx(0.95 * -row["high"] / (level - row["high"]), abs=5e-4)
    assert row["low"] <= row["estimate"] <= row["high"]
    assert (row["e_value"], shown[BOUNDS]["linkage_share"]) == (None, None)


def test_the_gap_is_read_off_counts_that_leave_alone() -> None:
    """Two exact levels behind one published count give one gap; without the count there is none."""
    first = released_difference(difference_rows())[CORRECTED]["recall_gap"]
    assert released_difference(difference_rows(), counts_of(402))[CORRECTED]["recall_gap"] == first
    frames = {"differences": in_contract(difference_rows())}
    table, _ = differences(frames, SHOWN)
    assert table["recall_gap"].drop_nulls().to_list() == []
    assert table["recall_programme"].drop_nulls().len() == 2


@given(st.floats(-0.04, 0.04), st.floats(0.6, 0.999), st.floats(-0.0009, 0.0009))
def test_a_second_figure_of_one_difference_tells_no_more_than_one_step(
    gap: float, recall: float, within: float
) -> None:
    """Of all differences behind one rounded figure, at equal recall, the moves lie on two steps at most."""
    cell = round(gap / 0.002) * 0.002
    first = released_difference(difference_rows(cell - 0.00099, recalls=(recall, recall)))
    second = released_difference(difference_rows(cell + within, recalls=(recall, recall)))
    if first["weighted"]["estimate"] == second["weighted"]["estimate"]:
        grid = first["weighted"]["rounded_to"]
        most = max(grid / 80, 5 * grid * (1 / recall - 1))
        assert abs(first[CORRECTED]["estimate"] - second[CORRECTED]["estimate"]) <= most + 1e-9


def test_what_holds_back_the_weighted_figure_holds_back_what_is_made_of_it() -> None:
    made = [*rows(), *difference_rows()]
    frames = {"differences": in_contract(made), "outcome_counts": counts_of()}
    cell = "conviction, family, 24 months after, difference in share, weighted"
    table, decisions = differences(frames, SHOWN, frozenset({cell}))
    withheld = table.filter(pl.col("measure").cast(pl.String) == "difference in share")
    assert withheld["estimate"].null_count() == withheld.height == 3
    assert decisions.filter(~pl.col("shown")).height == 3
    assert table.filter(pl.col("estimate").is_not_null()).height == 3


def test_the_page_tells_what_linkage_does_to_a_difference() -> None:
    frames = {"differences": in_contract([*rows(), *difference_rows()]), "outcome_counts": counts_of()}
    table, _ = differences(frames, SHOWN)
    said = linkage_section(plain(table.lazy())).replace("&nbsp;", " ")
    assert "Shares of families, programme less comparison" in said
    assert "on the programme</td>" in said
