"""A clerk's sample and a second engine, by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tf_linkage.linkage.model.settings import Review
from tf_linkage.quality import agreement, figure
from tf_linkage.quality.without_truth.clerical import clerical_figures
from tf_linkage.study import Study


def pairs(right: int, wrong: int, right_review: int = 0, wrong_review: int = 0) -> pl.DataFrame:
    rows = [("link", True)] * right + [("link", False)] * wrong
    rows += [("review", True)] * right_review + [("review", False)] * wrong_review
    return pl.DataFrame(
        {
            "person_id": [f"p{i:04}" for i in range(len(rows))],
            "register_key": [f"k{i:04}" for i in range(len(rows))],
            "match_probability": [0.999 if status == "link" else 0.3 for status, _ in rows],
            "status": [status for status, _ in rows],
            "right": [is_right for _, is_right in rows],
        }
    )


def of(table: pl.DataFrame, measure: str) -> dict[str, Any]:
    return table.filter(pl.col("measure") == measure).row(0, named=True)


def test_whoever_looks_at_everything_knows_everything() -> None:
    found = clerical_figures(pairs(90, 10, 30, 20), sample=1000)
    assert of(found, "clerical_precision")["value"] == 0.9
    recall = of(found, "clerical_recall")
    assert recall["value"] == pytest.approx(90 / 120)
    assert recall["low"] < 0.75 < recall["high"]


def test_a_sample_is_an_estimate_whose_interval_holds_the_truth_nearly_always() -> None:
    population = pairs(1800, 200)
    samples = [of(clerical_figures(population, seed=seed), "clerical_precision") for seed in range(60)]
    assert all(row["denominator"] == 200 for row in samples)
    assert len({row["value"] for row in samples}) > 5
    held = sum(row["low"] <= 0.9 <= row["high"] for row in samples)
    assert held >= 52


def test_the_order_of_pairs_does_not_matter() -> None:
    population = pairs(300, 30, 40, 40)
    assert clerical_figures(population).equals(clerical_figures(population.reverse()))


def test_a_clerk_who_errs_reads_precision_low_where_nearly_all_is_right() -> None:
    # He errs on a tenth as many plain pairs: of 4,000 links, all right, he takes 2% for false; of 1,000 pairs for
    # review, none right, he takes 20% for right.
    found = clerical_figures(pairs(4000, 0, 0, 1000), sample=10_000, wrong=0.2)
    assert of(found, "clerical_precision")["value"] == 1
    assert of(found, "erring_precision")["value"] == pytest.approx(0.98, abs=0.01)
    assert of(found, "clerical_recall")["value"] == 1
    assert of(found, "erring_recall")["value"] == pytest.approx(3920 / (3920 + 200), abs=0.015)


def test_undecided_pairs_are_left_out_of_what_an_erring_clerk_estimates() -> None:
    found = clerical_figures(pairs(300, 0, 300, 0), sample=1000, wrong=0)
    looked = of(found, "erring_recall")["denominator"]
    assert 600 - 40 < looked < 600
    assert of(found, "erring_precision")["value"] == 1
    assert of(found, "erring_recall")["value"] == pytest.approx(0.5)


def test_the_settings_error_is_that_of_the_published_reviewers() -> None:
    assert Study().clerk_error == Review.wrong


def test_no_links_no_estimate() -> None:
    assert of(clerical_figures(pairs(0, 0, 3, 3)), "clerical_precision")["value"] is None


def test_agreement_by_hand(world: Any, make: Any) -> None:
    # We link p00..p23 rightly, p24-p26 and p30 falsely: 28 links. The other engine has p00..p19 and p27.
    from tf_linkage.contracts.handovers import exchange

    other = make.table([make.link(f"p{i:02}", f"k{i:02}") for i in (*range(20), 27)], exchange.Links)
    found = agreement(world.requested, world.links, {"dwp": other}).collect()
    assert figure(found, "dwp", "agreed_precision") == pytest.approx(20 / 28)
    assert figure(found, "dwp", "agreed_recall") == pytest.approx(20 / 21)
