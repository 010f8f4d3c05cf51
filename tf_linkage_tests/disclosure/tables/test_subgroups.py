"""Ratios by council and by problem as they leave: by hand, under their rules, attacked, and in words."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables_of_counts import counts as counted
from tables_of_counts import estimates, random_counts
from within_groups import sides, subgroups

from tf_linkage.contracts.outputs.estimates import COUNCIL
from tf_linkage.contracts.outputs.published import WITHHELD, Subgroups
from tf_linkage.disclosure import propose_release, prove
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.findings_page.within import groups_section
from tf_linkage.disclosure.findings_page.within.groups import NOTHING
from tf_linkage.disclosure.tables import within
from tf_linkage.research.estimates.differences import in_contract

PROBLEM = "problem"


def of_all(having: int) -> pl.DataFrame:
    """The ratio of all families: so many with a conviction on each side."""
    key = {"outcome": "conviction", "unit": "family", "window": "7-24 months after"}
    figures = {"estimate": 1.0, "low": 0.9, "high": 1.1, "standard_error": 0.05}
    return in_contract([key | figures | sides(having) | {"measure": "ratio of yearly rates", "method": "weighted"}])


def released(
    cells: dict[tuple[str, str], tuple[float, int]], everybody: int = 200
) -> tuple[dict[str, dict[str, object]], dict[str, str | None]]:
    """Rows by group, and the rule of each, of convictions; so many have one behind the ratio of all."""
    frames = {
        "subgroups": subgroups({("conviction", kind, group): cell for (kind, group), cell in cells.items()}),
        "differences": of_all(everybody),
    }
    table, decisions = within.subgroups(frames)
    Subgroups.validate(table)
    rules = {cell.rpartition(", ")[2]: rule for cell, rule in decisions.select("cell", "rule").iter_rows()}
    return {str(row["group"]): row for row in table.iter_rows(named=True)}, rules


def test_by_hand() -> None:
    """Five of 60 families make .083, so steps of a tenth: 1.2 is 1.1 squared or 1.21, written 1.2."""
    shown, rules = released({(PROBLEM, "crime"): (1.2, 60)})
    row = shown["crime"]
    assert rules == {"crime": None}
    assert (row["estimate"], row["rounded_to"], row["spread"]) == (1.2, 0.1, 0.1), ".08 rounded up to .05"
    assert float(str(row["low"])) <= 1.2 * math.exp(-0.2)
    assert float(str(row["high"])) >= 1.2 * math.exp(0.2)


@pytest.mark.parametrize(("having", "rule"), [(9, "few"), (10, None), (190, None), (191, "nearly all")])
def test_a_group_has_ten_families_with_it_and_leaves_ten_outside(having: int, rule: str | None) -> None:
    shown, rules = released({(PROBLEM, "crime"): (1.2, having)})
    assert rules["crime"] == rule
    assert (shown["crime"]["estimate"] is None) is (rule is not None)
    assert shown["crime"]["note"] == (WITHHELD if rule else None)


def test_one_council_is_withheld_with_another() -> None:
    """Four families with it in the one that is few: the next smallest makes it 24."""
    councils = {(COUNCIL, f"{COUNCIL} {n} of North"): (1.0, having) for n, having in enumerate((4, 20, 60, 60))}
    _, rules = released(councils)
    assert [rules[f"{COUNCIL} {n} of North"] for n in range(4)] == ["few", "protects another", None, None]
    problems = {(PROBLEM, f"problem {n}"): cell for n, cell in enumerate(councils.values())}
    assert released(problems)[1]["problem 1"] is None, "problems do not make up the whole"


@pytest.mark.parametrize(
    ("people", "recalls", "spans"),
    [
        (24, (None, None), ()),
        (25, (0.8, 0.8), ("80 to 100%",)),
        (100, (0.9, 0.95), ("90 to 95%", "95 to 100%")),
        (5_000, (0.938, 0.991), ("93.8 to 93.9%", "99.1 to 99.2%")),
    ],
)
def test_recall_is_rounded_down_to_what_five_of_its_people_make(
    people: int, recalls: tuple[float | None, float | None], spans: tuple[str, ...]
) -> None:
    """Five of 25 make .2, of 100 .05, of 5,000 .001; of 24 more than the coarsest step."""
    figures = {
        "recall_programme": 0.9389,
        "recall_comparison": 0.9915,
        "recall_people": people,
        "linkage_share": 0.12,
    }
    one = subgroups({("conviction", PROBLEM, "crime"): (1.2, 60)})
    made = one.with_columns(pl.lit(value).cast(one.schema[name]).alias(name) for name, value in figures.items())
    table = within.subgroups({"subgroups": made, "differences": of_all(200)})[0]
    Subgroups.validate(table)
    row = table.row(0, named=True)
    assert (row["recall_programme"], row["recall_comparison"]) == recalls
    assert row["linkage_share"] == 0.15, "12 parts in a hundred, rounded up"
    said = groups_section(plain(table.lazy())).replace("&nbsp;", " ")
    assert "up to 15%" in said
    assert [one for one in spans if f">{one}<" not in said] == [], said[-1500:]


def test_where_linkage_is_not_allowed_for_no_recall_is_told() -> None:
    shown, _ = released({(PROBLEM, "crime"): (1.2, 60)})
    assert shown["crime"]["recall_programme"] is None
    table = within.subgroups(
        {"subgroups": subgroups({("conviction", PROBLEM, "crime"): (1.2, 60)}), "differences": of_all(200)}
    )[0]
    assert not Subgroups.is_valid(table.with_columns(recall_programme=pl.lit(0.9), recall_comparison=pl.lit(0.9)))
    assert not Subgroups.is_valid(table.with_columns(recall_programme=pl.lit(0.9), linkage_share=pl.lit(0.1)))


@given(st.lists(st.integers(0, 80), min_size=1, max_size=8))
def test_councils_withheld_are_never_few_together_unless_none_is_shown(having: list[int]) -> None:
    cells = {(COUNCIL, f"{COUNCIL} {n} of North"): (1.0, some) for n, some in enumerate(having)}
    shown, rules = released(cells, everybody=sum(having))
    withheld = [cells[COUNCIL, group][1] for group, rule in rules.items() if rule]
    told = [row for row in shown.values() if row["estimate"] is not None]
    assert not told or not withheld or sum(withheld) >= 10


def test_a_groups_own_ratio_changes_nothing_that_leaves() -> None:
    cells = {("conviction", PROBLEM, "crime"): (1.2, 60)}
    first = subgroups(cells)
    own = first.with_columns(estimate=pl.lit(7.0), low=pl.lit(6.0), high=pl.lit(8.0))
    of = {"differences": of_all(200)}
    told = [within.subgroups({"subgroups": each} | of)[0] for each in (first, own)]
    assert told[0].equals(told[1])


def test_a_release_with_them_is_proved_as_it_is_stored() -> None:
    cells = {("conviction", PROBLEM, "crime"): (1.2, 60), ("conviction", PROBLEM, "health"): (0.8, 7)}
    frames = estimates(counted(random_counts(3, 120))) | {
        "subgroups": subgroups(cells).lazy(),
        "differences": of_all(200).lazy(),
    }
    made = propose_release(frames)
    assert prove(made, frames).holds
    finer = made | {"subgroups": made["subgroups"].with_columns(estimate=pl.col("estimate") + 0.001)}
    assert prove(finer, frames).unlike == ("subgroups",)


def test_the_page_tells_how_many_leave_one_out() -> None:
    frames = {
        "subgroups": subgroups(
            {("conviction", PROBLEM, "crime"): (0.5, 60), ("conviction", PROBLEM, "health"): (1.0, 60)}
        ),
        "differences": of_all(200),
    }
    table = plain(within.subgroups(frames)[0].lazy())
    assert "2 ratios shown; 1 lie below 1 as a whole and 0 above." in groups_section(table)
    assert NOTHING in groups_section(table.clear())
