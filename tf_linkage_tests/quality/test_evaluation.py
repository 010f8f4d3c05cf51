"""Figures against computation by hand, and against recordlinkage's own measures."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pandas as pd
import polars as pl
import pytest
import recordlinkage.measures as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.contracts import truth
from tf_linkage.contracts.handovers import exchange, ons
from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.quality import QualityRefused, evaluate, figure, match_rates
from tf_linkage.quality.measures.pairs import links_at


def metrics_of(world: Any) -> pl.DataFrame:
    return evaluate(world.attributes, world.requested, world.links, world.truth).collect()


def test_department_by_hand(world: Any) -> None:
    metrics = metrics_of(world)
    expected = {
        "sent": 40, "present": 30, "absent": 10, "linked": 28, "in_review": 1, "links": 28,
        "right_links": 24, "false_links": 4, "missed": 6,
        "coverage": 30 / 40, "match_rate": 28 / 40, "precision": 24 / 28, "recall": 24 / 30,
        "false_discovery_rate": 4 / 28, "missed_match_rate": 6 / 30, "absent_link_rate": 1 / 10,
        "f1": 2 * 24 / (2 * 24 + 4 + 6),
    }  # fmt: skip
    assert {name: figure(metrics, "dwp", name) for name in expected} == pytest.approx(expected)


def test_metrics_keep_their_contract(world: Any) -> None:
    Metrics.validate(metrics_of(world))
    Metrics.validate(match_rates(world.attributes, world.requested, world.links).collect())


def test_match_rate_is_not_recall(world: Any) -> None:
    metrics = metrics_of(world)
    assert figure(metrics, "dwp", "match_rate") != figure(metrics, "dwp", "recall")


def test_without_truth_nothing_true_is_claimed(world: Any) -> None:
    metrics = match_rates(world.attributes, world.requested, world.links).collect()
    assert not set(metrics["measure"].cast(pl.String)) & {"precision", "recall", "present", "f1", "right_share"}
    assert figure(metrics, "dwp", "sent") == 40
    assert figure(metrics, "dwp", "match_rate") == 28 / 40


def test_expected_precision_is_the_mean_posterior(world: Any) -> None:
    metrics = metrics_of(world)
    assert figure(metrics, "dwp", "expected_precision") == pytest.approx((24 * 0.99 + 3 * 0.8 + 0.6) / 28)
    # the one pair in review adds its .3 to the right pairs expected
    right = 24 * 0.99 + 3 * 0.8 + 0.6
    assert figure(metrics, "dwp", "expected_found") == pytest.approx(right / (right + 0.3))


def test_subgroups_by_hand(world: Any) -> None:
    metrics = metrics_of(world)
    # community: people 0-19 white british, all right; 20-39 charedi: 10 present of whom 4 right, 8 links
    assert figure(metrics, "dwp", "recall", "community", "white british") == 1
    assert figure(metrics, "dwp", "recall", "community", "charedi") == pytest.approx(4 / 10)
    # 8 links is a denominator under ten: not shown
    row = metrics.filter(
        pl.col("breakdown").cast(pl.String) == "community",
        pl.col("level") == "charedi",
        pl.col("measure").cast(pl.String) == "precision",
    )
    assert row.select("numerator", "denominator", "value", "low", "high").row(0) == (None,) * 5


def test_no_figure_stands_on_fewer_than_ten(world: Any) -> None:
    metrics = metrics_of(world)
    assert metrics["denominator"].min() >= 10
    assert metrics.filter(pl.col("denominator").is_null())["value"].null_count() > 0


def test_stages_add_up(world: Any) -> None:
    metrics = metrics_of(world)
    assert figure(metrics, "dwp", "precision", "stage", "exact") == 1
    assert figure(metrics, "dwp", "precision", "stage", "scored") == pytest.approx(12 / 16)
    added = [figure(metrics, "dwp", "recall_added", "stage", stage) for stage in ("exact", "scored")]
    assert sum(added) == pytest.approx(figure(metrics, "dwp", "recall"))


def test_thresholds_by_hand(world: Any) -> None:
    metrics = metrics_of(world)
    # from .9: the 24 right links of .99 alone
    assert figure(metrics, "dwp", "precision", "threshold", "0.9") == 1
    assert figure(metrics, "dwp", "recall", "threshold", "0.9") == 24 / 30
    # from .2: p27's pair comes in, and is right
    assert figure(metrics, "dwp", "recall", "threshold", "0.2") == 25 / 30
    assert figure(metrics, "dwp", "precision", "threshold", "0.2") == 25 / 29


@pytest.mark.parametrize("own", [0.2, 0.5, 0.9])
def test_at_its_own_threshold_the_curve_is_the_run(world: Any, make: SimpleNamespace, own: float) -> None:
    links = [
        *(make.link(f"p{i:02}", f"k{i:02}") for i in range(24)),
        make.link("p00", "second"),  # a further record of one person: a link more, nobody more found
        make.link("p24", "k25", own + 0.05, status="review"),  # likely enough, and held back all the same
        make.link("p26", "k26", own - 0.1),  # linked otherwise than by the threshold
        make.link("p27", "k28", own - 0.05, status="review"),
    ]
    second = make.table([{"body": "dwp", "record_key": "second", "true_person": "t00"}], truth.TrueRecords)
    laid = dataclasses.replace(
        world.with_links(dwp=make.table(links, exchange.Links)),
        truth=world.truth | {"records": pl.concat([world.truth["records"], second])},
    )
    metrics = evaluate(laid.attributes, laid.requested, laid.links, laid.truth, link_threshold=own).collect()
    for measure in ("precision", "recall", "false_discovery_rate"):
        there = figure(metrics, "dwp", measure, "threshold", f"{own:g}")
        assert there == figure(metrics, "dwp", measure), measure
    assert figure(metrics, "dwp", "recall") == 25 / 30
    assert figure(metrics, "dwp", "precision") == 1


def test_a_lower_threshold_adds_what_no_link_stands_in_the_way_of(make: SimpleNamespace) -> None:
    rows = [
        make.link("p0", "k0", 0.9),
        make.link("p0", "k1", 0.4, status="review"),  # p0 is linked
        make.link("p1", "k0", 0.4, status="review"),  # k0 is linked
        make.link("p2", "k2", 0.3, status="review"),
        make.link("p2", "k3", 0.4, status="review"),  # the more probable of p2's
        make.link("p3", "k3", 0.35, status="review"),  # k3 is p2's by now
        make.link("p4", "k4", 0.6, status="review"),  # held back at .5 as well
        make.link("p5", "k5", 0.45),  # linked by the evidence of the family
    ]
    pairs = make.table(rows, exchange.Links).collect().rename({"request_ref": "person_id"})

    def at(threshold: float) -> list[tuple[str, str]]:
        links = links_at(pairs, threshold, 0.5).select(pl.col("person_id").str.strip_prefix("r-"), "register_key")
        return sorted(links.iter_rows())

    assert at(0.5) == [("p0", "k0"), ("p5", "k5")]
    assert at(0.2) == [("p0", "k0"), ("p2", "k3"), ("p5", "k5")]
    assert at(0.95) == [("p5", "k5")]


def test_either_of_two_accounts_is_right(world: Any, make: SimpleNamespace) -> None:
    second = make.table([{"body": "dwp", "record_key": "second", "true_person": "t24"}], truth.TrueRecords)
    records = pl.concat([world.truth["records"], second])
    right = [make.link(f"p{i:02}", f"k{i:02}") for i in range(24)]
    doubled = dataclasses.replace(
        world.with_links(dwp=make.table([*right, make.link("p24", "second")], exchange.Links)),
        truth=world.truth | {"records": records},
    )
    metrics = metrics_of(doubled)
    assert figure(metrics, "dwp", "right_links") == 25
    assert figure(metrics, "dwp", "present") == 30


def test_a_merged_person_counts_as_the_one_with_most_records(make: SimpleNamespace) -> None:
    base = make.world_of(20, [make.link("p00", "k01")], set(range(20)))
    # p00 now stands for t00 (one record) and t01 (two records)
    attributes = pl.concat(
        [
            base.attributes.filter(pl.col("person_id") != "p01"),
            make.table(
                [make.attribute("p00", "c1", make.hackney), make.attribute("p00", "extra", make.kent)],
                ons.Attributes,
            ),
        ]
    )
    extra = make.table(
        [{"body": "council", "record_key": f"{make.kent}|extra", "true_person": "t01"}], truth.TrueRecords
    )
    merged = dataclasses.replace(
        base,
        attributes=attributes,
        requested={"dwp": make.requests_of([f"p{i:02}" for i in range(20) if i != 1])},
        truth=base.truth | {"records": pl.concat([base.truth["records"], extra])},
    )
    judged = metrics_of(merged)
    assert figure(judged, "dwp", "missed") == 18  # of 19 sent and present, p00 alone is found: it is t01


def test_deduplication_by_hand(make: SimpleNamespace) -> None:
    # records: a1 a2 a3 of person a, b1 b2 of b, c1..c17 single. references: {a1 a2} {a3 b1} {b2} and the singles
    named = [("x", "a1", "a"), ("x", "a2", "a"), ("y", "a3", "a"), ("y", "b1", "b"), ("z", "b2", "b")]
    named += [(f"s{i}", f"c{i}", f"c{i}") for i in range(17)]
    base = make.world_of(20, [], set())
    study = dataclasses.replace(
        base,
        attributes=make.table([make.attribute(person, ref) for person, ref, _ in named], ons.Attributes),
        requested={},
        links={},
        truth={
            "people": base.truth["people"],
            "records": make.table(
                [
                    {"body": "council", "record_key": f"{make.hackney}|{ref}", "true_person": owner}
                    for _, ref, owner in named
                ],
                truth.TrueRecords,
            ),
        },
    )  # fmt: skip
    from tf_linkage.quality.measures.deduplication import deduplication_figures

    figures = deduplication_figures(study.attributes.collect(), study.truth["records"].collect())
    parts = {row["measure"]: (row["numerator"], row["denominator"]) for row in figures.to_dicts()}
    assert parts == {
        "pair_precision": (1, 2),  # made {a1 a2} right, {a3 b1} wrong
        "pair_recall": (1, 4),  # a has three pairs, b one
        "one_reference": (17, 19),
        "one_person": (19, 20),
    }


def test_tables_of_different_runs_are_refused(world: Any, make: SimpleNamespace) -> None:
    strangers = dataclasses.replace(world, requested={"dwp": make.requests_of(["p00"])})
    with pytest.raises(QualityRefused, match="not in the request"):
        metrics_of(strangers)
    unknown = dataclasses.replace(world, truth=world.truth | {"records": world.truth["records"].head(3)})
    with pytest.raises(QualityRefused, match="council records"):
        metrics_of(unknown)


def test_same_figures_whatever_the_row_order(world: Any) -> None:
    turned = dataclasses.replace(
        world,
        attributes=world.attributes.reverse(),
        requested={"dwp": world.requested["dwp"].reverse()},
        links={"dwp": world.links["dwp"].reverse()},
        truth={name: frame.reverse() for name, frame in world.truth.items()},
    )
    assert metrics_of(world).equals(metrics_of(turned))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 29), min_size=20, max_size=30, unique=True), st.permutations(range(30)))
def test_recordlinkage_agrees(make: SimpleNamespace, linked: list[int], keys: list[int]) -> None:
    made = [(i, keys[i] if i % 3 else i) for i in linked]
    study = make.world_of(30, [make.link(f"p{a:02}", f"k{b:02}") for a, b in made], set(range(30)))
    metrics = metrics_of(study)
    true = pd.MultiIndex.from_tuples([(i, i) for i in range(30)])
    found = pd.MultiIndex.from_tuples(made)
    assert figure(metrics, "dwp", "precision") == pytest.approx(oracle.precision(true, found))
    assert figure(metrics, "dwp", "recall") == pytest.approx(oracle.recall(true, found))
    if oracle.true_positives(true, found):
        assert figure(metrics, "dwp", "f1") == pytest.approx(oracle.fscore(true, found))
    assert figure(metrics, "dwp", "false_links") == oracle.false_positives(true, found)
    assert figure(metrics, "dwp", "missed") == oracle.false_negatives(true, found)


def test_recall_by_wrong_identifier(world: Any, make: SimpleNamespace) -> None:
    # DWP recorded the surname wrongly of p20 to p29: four of those ten are found; all others are
    errors = make.table(
        [{"body": "dwp", "record_key": f"k{i}", "column": "surname", "kind": "typo"} for i in range(20, 30)],
        truth.TrueErrors,
    )
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth | {"errors": errors}).collect()
    assert figure(metrics, "dwp", "recall", "error", "surname") == pytest.approx(0.4)
    assert figure(metrics, "dwp", "recall", "error", "none") == 1


def test_a_council_record_of_two_people_counts_as_the_same_one_every_time() -> None:
    from tf_linkage.quality.measures.judging import owners

    attributes = pl.DataFrame({"person_id": ["p"], "la_code": ["E"], "person_ref": ["c"]})
    records = pl.DataFrame({"body": ["council"] * 2, "record_key": ["E|c"] * 2, "true_person": ["t2", "t1"]})
    for table in (records, records.reverse()):
        assert owners(attributes, table)["true_person"].to_list() == ["t1"]
