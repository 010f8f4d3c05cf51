"""The front door, for every engine: what it refuses, and that it is the same each time."""

from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers.exchange import LINK_STATUSES, Links
from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import Limits, department_model, general_model, link
from tf_linkage.linkage.model.model import BlockingRule
from tf_linkage.linkage.tables.records import Records, prepare

OWN_ENGINES = ("duckdb", "recordlinkage")

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
MODEL = department_model("dwp", FIELDS)


def quality(links: pl.DataFrame, truth: set[tuple[str, str]]) -> tuple[float, float]:
    found = set(links.filter(pl.col("status") == "link").select("left_id", "right_id").iter_rows())
    return len(found & truth) / len(found), len(found & truth) / len(truth)


every_engine = pytest.mark.parametrize("engine", OWN_ENGINES)


@every_engine
def test_links_a_village(village: Any, engine: str) -> None:
    result = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine=engine)
    precision, recall = quality(result.links, village.truth)
    assert precision >= 0.995
    assert recall >= 0.99


@every_engine
def test_without_nino(village: Any, engine: str) -> None:
    model = department_model("dwp", FIELDS[:-1])
    result = link(village.cohort.lazy(), village.register.lazy(), model, engine=engine)
    precision, recall = quality(result.links, village.truth)
    assert precision >= 0.995
    assert recall >= 0.98


@every_engine
def test_shape_order_and_bounds(village: Any, engine: str) -> None:
    links = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine=engine).links
    assert list(schema_of(Links))[2:] == links.columns[2:]
    assert links.equals(links.sort("left_id", "right_id"))
    assert links["match_probability"].is_between(0, 1).all()
    assert set(links["status"]) <= set(LINK_STATUSES)
    chosen = links.filter(pl.col("status") == "link")
    assert chosen["left_id"].is_unique().all()
    assert chosen["right_id"].is_unique().all()


@every_engine
def test_row_order_does_not_matter(village: Any, engine: str) -> None:
    once = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine=engine).links
    shuffled = link(
        village.cohort.sample(fraction=1, shuffle=True, seed=1).lazy(),
        village.register.reverse().lazy(),
        MODEL,
        engine=engine,
    ).links
    assert once.equals(shuffled)


@every_engine
def test_alias_rows_are_one_person(village: Any, engine: str) -> None:
    aliases = village.register.head(400).with_columns(pl.lit("Zzyzx").alias("surname"))
    register = pl.concat([village.register, aliases])
    links = link(village.cohort.lazy(), register.lazy(), MODEL, engine=engine).links
    assert not links.select("left_id", "right_id").is_duplicated().any()
    assert quality(links, village.truth)[1] >= 0.99


@every_engine
def test_a_higher_threshold_links_no_more(village: Any, engine: str) -> None:
    def number(threshold: float) -> int:
        model = dataclasses.replace(MODEL, link_threshold=threshold)
        links = link(village.cohort.lazy(), village.register.lazy(), model, engine=engine).links
        return links.filter(pl.col("status") == "link").height

    assert number(0.999) <= number(0.5) <= number(0.11)


@every_engine
def test_tables_that_share_nobody_are_refused_or_unlinked(village: Any, engine: str) -> None:
    strangers = village.register.with_columns(
        pl.col("forename").str.reverse(),
        pl.col("surname").str.reverse() + "q",
        nino=pl.lit(None, pl.String),
        date_of_birth=pl.col("date_of_birth").dt.offset_by("-37y5d"),
        postcode=pl.lit("SW1A 1AA"),
    )
    try:
        links = link(village.cohort.lazy(), strangers.lazy(), MODEL, engine=engine).links
    except LinkageRefused as refusal:
        assert "learn" in str(refusal)
    else:
        assert links.filter(pl.col("status") == "link").height <= 3


def met_by(records: Records, rule: BlockingRule) -> int:
    """Pairs that meet the rule, from how often its keys occur on either side."""
    sides = [
        frame.select(pl.col(pair[side]).alias(f"key {at}") for at, pair in enumerate(rule.keys)).drop_nulls()
        for side, frame in enumerate((records.left, records.right))
    ]
    keys = sides[0].columns
    ours, theirs = (side.group_by(keys).len(name) for side, name in zip(sides, ("ours", "theirs"), strict=True))
    both = ours.cast({"ours": pl.Int64}).join(theirs, on=keys)
    return int(both.select((pl.col("ours") * pl.col("theirs")).sum()).item())


@every_engine
def test_an_exploding_rule_is_refused_with_its_size_by_every_engine(village: Any, engine: str) -> None:
    cohort, register = village.cohort.lazy(), village.register.lazy()
    usual = link(cohort, register, MODEL, engine=engine)
    records = prepare(cohort, register, MODEL)
    used = [rule for rule in MODEL.blocking_rules if rule.name in set(usual.blocking["rule"])]
    most = max(met_by(records, rule) for rule in used)
    assert link(cohort, register, MODEL, engine=engine, bounds=Limits(most_pairs=most)).links.equals(usual.links)
    with pytest.raises(LinkageRefused, match=f"would make {most:,} pairs, more than the {most - 1:,} allowed"):
        link(cohort, register, MODEL, engine=engine, bounds=Limits(most_pairs=most - 1))


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"memory_gb": 0}, "a number of gigabytes"),
        ({"memory_gb": float("nan")}, "a number of gigabytes"),
        ({"memory_gb": float("inf")}, "a number of gigabytes"),
        ({"threads": 0}, "at least one thread"),
        ({"most_pairs": 0}, "at least one pair"),
    ],
)
def test_bounds_that_nothing_could_keep_to_are_refused(bounds: dict[str, Any], words: str) -> None:
    with pytest.raises(LinkageRefused, match=words):
        Limits(**bounds)


def test_an_unknown_engine_is_named(village: Any) -> None:
    with pytest.raises(LinkageRefused, match="no engine 'abacus'"):
        link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="abacus")


def test_a_repeated_left_id_is_refused_without_quoting_it(village: Any) -> None:
    twice = pl.concat([village.cohort, village.cohort.head(1)])
    with pytest.raises(LinkageRefused, match="1 repeats") as refusal:
        link(twice.lazy(), village.register.lazy(), MODEL)
    assert twice["request_ref"][0] not in str(refusal.value)


def test_an_empty_table_is_refused(village: Any) -> None:
    with pytest.raises(LinkageRefused, match="right table has no rows"):
        link(village.cohort.lazy(), village.register.head(0).lazy(), MODEL)


def test_the_general_model_takes_what_both_tables_have() -> None:
    model = general_model(
        ["a", "forename", "surname", "town"], ["b", "surname", "forename", "town", "nino"], ["town"]
    )
    assert model.fields == ("forename", "surname")
    assert [comparison.name for comparison in model.comparisons] == ["forename", "surname", "town"]
    assert (model.left_id, model.right_id) == ("a", "b")


def test_the_general_model_names_a_missing_extra_column() -> None:
    with pytest.raises(LinkageRefused, match="'town' to compare is not in the right"):
        general_model(["a", "surname", "town"], ["b", "surname"], ["town"])


def test_the_model_prints_its_levels_in_words() -> None:
    assert "day and month swapped" in str(MODEL)
    assert MODEL.digest() != department_model("dwp", FIELDS[:-1]).digest()
