"""Floors and gaps go red when they should, and only then."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.departments import DepartmentRefused, RateFloor
from tf_linkage.contracts.handovers import exchange
from tf_linkage.contracts.outputs.quality import MEASURES, FloorResults, Gaps, Metrics
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.quality import GAP_BOUNDS, QUALITY_FLOORS, evaluate, floor_results, floors_missed, gaps, gaps_missed
from tf_linkage.quality.bounds.floors import declared_floors


def metrics_of(world: Any) -> pl.DataFrame:
    return evaluate(world.attributes, world.requested, world.links, world.truth).collect()


def good(make: SimpleNamespace, n: int = 400) -> Any:
    """A linker that finds 96 of every 100 and errs once in 400."""
    right = [i for i in range(n) if i % 25]
    links = [make.link(f"p{i:02}", f"k{i:02}") for i in right[:-1]] + [make.link(f"p{right[-1]:02}", "k00")]
    return make.world_of(n, links, set(range(n)))


def test_a_good_linker_keeps_its_floors(make: SimpleNamespace) -> None:
    metrics = metrics_of(good(make))
    assert floors_missed(metrics).is_empty()
    results = floor_results(metrics).filter(pl.col("department").cast(pl.String) == "dwp")
    assert results["status"].cast(pl.String).to_list() == ["kept", "kept"]
    FloorResults.validate(results)


def test_a_linker_that_shifts_right_keys_by_one_turns_red(make: SimpleNamespace) -> None:
    world = good(make)
    made = world.links["dwp"].collect()
    shifted = made.with_columns(register_key=pl.col("register_key").shift(1, fill_value=made["register_key"][-1]))
    red = floors_missed(metrics_of(world.with_links(dwp=shifted.lazy())))
    assert red.select(pl.col("department", "measure").cast(pl.String)).rows() == [
        ("dwp", "precision"),
        ("dwp", "recall"),
    ]


def test_a_linker_that_links_nothing_turns_red(make: SimpleNamespace) -> None:
    world = good(make)
    red = floors_missed(metrics_of(world.with_links(dwp=make.table([], exchange.Links))))
    assert red["measure"].cast(pl.String).to_list() == ["recall"]


def test_a_department_that_was_not_linked_is_not_judged(make: SimpleNamespace) -> None:
    results = floor_results(metrics_of(good(make))).filter(pl.col("department").cast(pl.String) == "moj")
    assert results["status"].cast(pl.String).to_list() == ["not judged", "not judged"]


def test_just_below_a_floor_is_in_doubt(make: SimpleNamespace) -> None:
    # 2 false of 60: precision .967, Wilson's upper end .991: below .98, but not beyond doubt
    links = [make.link(f"p{i:02}", f"k{i:02}") for i in range(58)]
    links += [make.link("p58", "k59"), make.link("p59", "k58")]
    metrics = metrics_of(make.world_of(60, links, set(range(60))))
    results = floor_results(metrics).filter(pl.col("measure").cast(pl.String) == "precision", pl.col("value") < 1)
    assert results["status"].cast(pl.String).to_list() == ["in doubt"]
    assert floors_missed(metrics).is_empty()


def test_gap_by_hand(world: Any) -> None:
    found = gaps(metrics_of(world))
    Gaps.validate(found)
    row = found.filter(
        pl.col("breakdown").cast(pl.String) == "community", pl.col("measure").cast(pl.String) == "recall"
    ).row(0, named=True)
    assert row["worst"] == "charedi"
    assert (row["worst_value"], row["worst_of"], row["rest_value"]) == pytest.approx((0.4, 10, 1.0))
    assert (row["gap"], row["range"]) == pytest.approx((0.6, 0.6))
    # two communities and two councils are judged at once: z of 1 - .025 / 4 is 2.4977. At it, Wilson's upper end of
    # 4/10 is .7445 and lower end of 20/20 is 20 / (20 + z²) = .7622
    assert row["gap_low"] == pytest.approx(0.6 - ((1 - 0.7622) ** 2 + (0.7445 - 0.4) ** 2) ** 0.5, abs=1e-3)
    assert row["status"] == "missed"


def test_a_wide_gap_turns_red_and_an_even_linker_does_not(world: Any, make: SimpleNamespace) -> None:
    assert "community" in gaps_missed(metrics_of(world))["breakdown"].cast(pl.String).to_list()
    assert gaps_missed(metrics_of(good(make))).is_empty()


def test_gaps_need_truth(world: Any) -> None:
    from tf_linkage.quality import match_rates

    assert gaps(match_rates(world.attributes, world.requested, world.links).collect()).is_empty()


def test_every_bound_has_a_reason() -> None:
    assert all(
        len(floor.reason) > 40 and floor.measure in MEASURES and 0 < floor.floor < 1 for floor in QUALITY_FLOORS
    )
    assert all(len(reason) > 40 and measure in MEASURES for measure, (_, reason) in GAP_BOUNDS.items())


def test_one_bad_looking_group_among_many_is_in_doubt_and_a_bad_group_is_not() -> None:
    """Two false links in 12 may be chance among many groups; 10 in 60 are not."""

    def verdict(false: int, links: int) -> str:
        everybody = [("all", "all", 2_690, 2_700)]
        groups = [("age_band", f"{n}", 267 if n else links - false, 267 if n else links) for n in range(40)]
        rows = [
            {
                "department": "dfe",
                "breakdown": breakdown,
                "level": level,
                "measure": "precision",
                "numerator": numerator,
                "denominator": denominator,
                "value": numerator / denominator,
                "low": 0.0,
                "high": 1.0,
            }
            for breakdown, level, numerator, denominator in everybody + groups
        ]
        return str(gaps(pl.DataFrame(rows, schema=schema_of(Metrics)))["status"].item())

    assert verdict(2, 12) == "in doubt"
    assert verdict(10, 60) == "missed"


def test_a_department_s_floors_are_those_it_declares() -> None:
    bounds = (RateFloor("recall", 0.5, "why"), RateFloor("precision", 0.9, "why so"))
    one = dataclasses.replace(DEPARTMENTS["dwp"], floors=bounds)
    other = dataclasses.replace(DEPARTMENTS["moj"], floors=())
    assert [(floor.department, floor.measure, floor.floor) for floor in declared_floors([one, other])] == [
        ("dwp", "precision", 0.9),
        ("dwp", "recall", 0.5),
    ]
    wrong = dataclasses.replace(one, floors=(RateFloor("sensitivity", 0.5, "why"),))
    with pytest.raises(DepartmentRefused, match="department dwp: it declares a floor of 'sensitivity'"):
        declared_floors([wrong])
