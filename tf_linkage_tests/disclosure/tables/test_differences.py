"""Estimates that may leave, by hand."""

from __future__ import annotations

import polars as pl
import pytest
from tables_of_counts import counts, estimates

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import METHODS, SIDE_BY_SIDE, Money
from tf_linkage.contracts.outputs.published import Differences
from tf_linkage.disclosure import propose_release
from tf_linkage.disclosure.tables.differences import differences

WINDOW = "year before"


def two_groups(programme: tuple[int, int], comparison: tuple[int, int]) -> dict[str, pl.LazyFrame]:
    cells = {"programme": programme, "comparison": comparison}
    return estimates(counts({("family", "conviction", side, WINDOW, "North"): of for side, of in cells.items()}))


def released(tables: dict[str, pl.LazyFrame]) -> tuple[dict[str, object], str | None]:
    made = propose_release(tables)
    table = made["differences"].collect()
    Differences.validate(table)
    decisions = made["decisions"].collect().filter(pl.col("table") == "differences")
    return table.row(0, named=True), decisions["rule"].cast(pl.String)[0]


def test_one_estimate_by_hand():
    """60 of 600 less 100 of 500 is -10 points; five of 500 make a hundredth; the interval is rounded outwards."""
    row, rule = released(two_groups((600, 60), (500, 100)))
    assert rule is None
    assert (row["estimate"], row["rounded_to"]) == (-0.1, 0.01)
    assert row["low"] == pytest.approx(-0.14)
    assert row["high"] == pytest.approx(-0.06)


@pytest.mark.parametrize(
    ("programme", "comparison", "rule"),
    [
        ((600, 60), (500, 9), "few"),
        ((600, 0), (500, 50), "few"),
        ((600, 595), (500, 50), "nearly all"),
        ((600, 60), (500, 50), None),
    ],
)
def test_both_sides_must_stand_on_ten(programme: tuple[int, int], comparison: tuple[int, int], rule: str | None):
    row, why = released(two_groups(programme, comparison))
    assert why == rule
    assert (row["estimate"] is None) is (rule is not None)


def test_too_few_effective_families_are_too_few_degrees_of_freedom():
    tables = two_groups((600, 60), (500, 50))
    tables["differences"] = tables["differences"].with_columns(effective_families=pl.lit(10.5))
    assert released(tables)[1] == "degrees of freedom"


def test_an_unweighted_difference_does_not_leave():
    """It would give away to the family what the counts next to it are rounded to five for."""
    tables = two_groups((600, 60), (500, 50))
    method = tables["differences"].collect_schema()["method"]
    unadjusted = tables["differences"].with_columns(method=pl.lit("unadjusted").cast(method))
    made, _ = differences({**collected(tables), "differences": unadjusted.collect()}, set())
    assert made.is_empty()


def test_a_difference_is_withheld_where_one_of_its_counts_is():
    """Else the count would follow from the other and the difference."""
    tables = two_groups((600, 60), (500, 50))
    made, decisions = differences(collected(tables), set())
    assert made["estimate"].to_list() == [None]
    assert decisions["rule"].to_list() == ["protects another"]


def collected(tables: dict[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    return {name: table.collect() for name, table in tables.items()}


@pytest.mark.parametrize(("largest", "rule"), [(100.0, None), (450.0, "dominance")])
def test_a_sum_that_one_family_dominates_is_withheld(largest: float, rule: str | None):
    tables = collected(two_groups((600, 60), (500, 50)))
    schema = pl.Schema(schema_of(tables_contract()))
    as_costs = (
        tables["differences"]
        .with_columns(pl.selectors.enum().cast(pl.String))
        .with_columns(outcome=pl.lit("benefits"), measure=pl.lit("pounds a family a year"))
    )
    money = pl.DataFrame(
        [
            {"theme": "benefits", "study_group": side, "window": WINDOW, "families": 500, "families_with": 50,
             "people_with": 60, "pounds": 1000.0, "largest": largest, "second_largest": 50.0,
             "mean": 2.0, "low": 1.0, "high": 3.0}
            for side in ("programme", "comparison")
        ],
    ).cast(pl.Schema(schema_of(Money)))  # fmt: skip
    _, decisions = differences(tables | {"differences": as_costs.cast(schema), "money": money}, set())
    assert decisions["rule"].to_list() == [rule]


@pytest.mark.parametrize(("largest", "rule"), [(100.0, None), (450.0, "dominance")])
def test_all_costs_are_withheld_where_a_theme_is_but_not_because_the_programme_costs_the_others_nothing(
    largest: float, rule: str | None
):
    tables = collected(two_groups((600, 60), (500, 50)))
    plain = tables["differences"].with_columns(pl.selectors.enum().cast(pl.String))
    compared = [
        plain.with_columns(outcome=pl.lit(of), measure=pl.lit("pounds a family a year"))
        for of in ("all costs", "the programme")
    ]
    spent = {"pounds": 1000.0, "largest": 100.0, "second_largest": 50.0, "families_with": 50, "people_with": 60}
    nothing = dict.fromkeys(spent, 0)
    money = pl.DataFrame(
        [
            {"theme": theme, "study_group": side, "window": WINDOW, "families": 500, "mean": 2.0, "low": 1.0,
             "high": 3.0}
            | (nothing if (theme, side) == ("the programme", "comparison") else spent)
            | ({"largest": largest} if theme == "education" else {})
            for theme in ("benefits", "social care", "crime and justice", "education", "the programme")
            for side in ("programme", "comparison")
        ]
    ).cast(pl.Schema(schema_of(Money)))  # fmt: skip
    stored = pl.concat(compared).cast(pl.Schema(schema_of(tables_contract())))
    made, decisions = differences(tables | {"differences": stored, "money": money}, set())
    assert made["outcome"].cast(pl.String).to_list() == ["all costs"], (
        "of the programme there is nothing to compare"
    )
    assert decisions["rule"].to_list() == [rule]


def tables_contract() -> type:
    from tf_linkage.contracts.outputs.estimates import Differences as Unprotected

    return Unprotected


@pytest.mark.parametrize("method", [METHODS[0], *SIDE_BY_SIDE])
def test_second_looks_at_the_same_ratio_stay_inside(method: str):
    """Nothing of them is in the release, nor in the decisions."""
    tables = two_groups((600, 60), (500, 100))
    alone = propose_release(tables)
    again = tables["differences"].collect().with_columns(pl.col("method").cast(pl.String))
    more = again.with_columns(method=pl.lit(method), estimate=pl.col("estimate") + 0.0123)
    kinds = tables["differences"].collect_schema()
    tables["differences"] = pl.concat([again, more]).cast(kinds).lazy()
    made = propose_release(tables)
    for name, table in made.items():
        assert table.collect().equals(alone[name].collect()), name
