"""What engine duckdb promises beyond the others: learning, explanation, bounds, reruns."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
import pytest

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import department_model, link
from tf_linkage.linkage.challenge import agreement, m_against_truth
from tf_linkage.linkage.engines.duckdb import link_records
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Matchkey, Model
from tf_linkage.linkage.score.explain import waterfall
from tf_linkage.linkage.standardise.fields import standard_columns
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.records import prepare

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
MODEL = department_model("dwp", FIELDS)


@pytest.fixture(scope="module")
def result(village: Any) -> Any:
    return link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="duckdb")


def silent(_: str) -> None:
    """No progress wanted."""


def test_what_it_learns_is_the_truth_and_not_the_household(village: Any, result: Any) -> None:
    truth = pl.DataFrame(sorted(village.truth), schema=["left_id", "right_id"], orient="row")
    table = m_against_truth(village.cohort.lazy(), village.register.lazy(), MODEL, truth, result)
    best = table.group_by("comparison", maintain_order=True).first()
    best = best.filter(pl.col("comparison") != "gender")
    assert (best["m"] - best["true m"]).abs().max() < 0.05
    assert result.trained.held


def test_shares_sum_to_one(result: Any) -> None:
    for column in ("m", "u", "household_members"):
        sums = result.training.group_by("comparison").agg(pl.col(column).sum())[column]
        assert np.allclose(sums.to_numpy(), 1)


def test_u_of_equal_dates_is_counted_not_sampled(village: Any, result: Any) -> None:
    ours = village.cohort["date_of_birth"].value_counts().rename({"count": "ours"})
    theirs = village.register["date_of_birth"].value_counts().rename({"count": "theirs"})
    equal = ours.join(theirs, on="date_of_birth").select((pl.col("ours") * pl.col("theirs")).sum()).item()
    expected = equal / (village.cohort.height * village.register.height)
    place = next(at for at, one in enumerate(result.model.comparisons) if one.id == "date_of_birth")
    full = result.model.comparisons[place].full
    prior, m, u = result.trained.prior, result.trained.m[place][full], result.trained.u[place][full]
    # Of the pairs that agree some are links, which are no strangers.
    assert expected * 0.05 <= u < expected
    assert u == pytest.approx((expected - prior * m) / (1 - prior), rel=0.02)


def test_every_link_explains_itself(result: Any) -> None:
    for left, right, weight in result.links.select("left_id", "right_id", "match_weight").head(20).iter_rows():
        parts = waterfall(result, left, right)
        assert parts["running"][-1] == pytest.approx(weight, abs=1e-4)
        assert not set(parts["level"]) & {left, right}


def test_a_pair_that_is_no_link_has_no_explanation(result: Any) -> None:
    with pytest.raises(LinkageRefused, match="was not weighed"):
        waterfall(result, "nobody", "nobody")


def test_threads_do_not_matter(village: Any) -> None:
    records = prepare(village.cohort.lazy(), village.register.lazy(), MODEL)
    one, two = (link_records(records, MODEL, silent, bounds=Limits(threads=number)) for number in (1, 2))
    assert one.links.equals(two.links)
    assert one.training.equals(two.training)


def test_an_exploding_rule_is_refused_with_its_size(village: Any) -> None:
    records = prepare(village.cohort.lazy(), village.register.lazy(), MODEL)
    with pytest.raises(LinkageRefused, match=r"would make [\d,]+ pairs, more than the 10 allowed"):
        link_records(records, MODEL, silent, bounds=Limits(most_pairs=10))


def test_a_linkage_beyond_its_memory_is_refused_without_a_value(village: Any) -> None:
    with pytest.raises(LinkageRefused, match=r"needs more than 0\.003 GB of memory") as refusal:
        link(village.cohort.lazy(), village.register.lazy(), MODEL, bounds=Limits(memory_gb=0.003))
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_no_plan_has_a_nested_loop_or_a_cross_product(village: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any statement of a whole linkage, from loading to the family's second pass."""
    records = prepare(village.cohort.lazy(), village.register.lazy(), MODEL)
    plans: list[str] = []

    class Watched:
        def __init__(self, connection: Any) -> None:
            self.connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self.connection, name)

        def execute(self, query: str) -> Any:
            self.explain(query)
            return self.connection.execute(query)

        def sql(self, query: str) -> Any:
            self.explain(query)
            return self.connection.sql(query)

        def explain(self, query: str) -> None:
            # A view's join is in the plans of what reads it.
            if not query.startswith("CREATE VIEW") and ("JOIN" in query or "FROM pairs" in query):
                plans.append(str(self.connection.execute(f"EXPLAIN {query}").fetchall()))

    @contextmanager
    def watched(bounds: Limits) -> Iterator[Any]:
        with connected(bounds) as connection:
            yield Watched(connection)

    monkeypatch.setattr("tf_linkage.linkage.engines.duckdb.connected", watched)
    link_records(records, MODEL, silent)
    assert len(plans) > len(MODEL.blocking_rules)
    for plan in plans:
        flat = plan.upper().replace("_", " ")
        # Numbers of columns that share no value need no join to be found apart.
        assert "JOIN" in flat or "EMPTY RESULT" in flat
        assert "NESTED LOOP" not in flat
        assert "CROSS PRODUCT" not in flat


def test_the_connection_keeps_its_bounds() -> None:
    with connected(Limits(memory_gb=1, threads=1)) as connection:
        settings = dict(
            connection.execute(
                "SELECT name, value FROM duckdb_settings() WHERE name IN "
                "('temp_file_encryption', 'python_enable_replacements', 'threads', 'memory_limit')"
            ).fetchall()
        )
        missing = pl.DataFrame({"a": [1]})
        with pytest.raises(Exception, match="missing"):
            connection.execute("SELECT * FROM missing")
    assert missing.height == 1
    assert settings["temp_file_encryption"] == "true"
    assert settings["python_enable_replacements"] == "false"
    assert settings["threads"] == "1"
    assert settings["memory_limit"] == "953.6 MiB"


def test_every_matchkey_lies_within_a_blocking_rule() -> None:
    """Seeds are looked for among candidates, so that a key no rule covers would never link anybody."""
    assert all(_covered(key, MODEL) for key in MODEL.matchkeys)


def _covered(key: Matchkey, model: Model) -> bool:
    implied = set(key.columns)
    for whole, parts in {
        "forename": standard_columns(["forename"]),
        "surname": standard_columns(["surname"]),
        "dob": standard_columns(["date_of_birth"]),
        "postcode": standard_columns(["postcode"]),
    }.items():
        if whole in implied:
            implied |= set(parts)
    return any(rule.columns <= implied and not rule.wide for rule in model.blocking_rules)


def test_family_evidence_finds_who_moved_with_a_relative(village: Any) -> None:
    """A mother is found at the new home by her own record; her daughter, renamed, only by being there with her."""

    def who(forename: str, surname: str, born: dt.date, home: tuple[str, str], nino: str | None) -> dict[str, Any]:
        return {
            "forename": forename, "surname": surname, "date_of_birth": born, "gender": "female",
            "address": home[0], "postcode": home[1], "nino": nino,
        }  # fmt: skip

    old, new = ("9 Orchard Lane", "E8 3ZZ"), ("31 Quay Walk", "E5 9YY")
    mother, child = dt.date(1980, 3, 3), dt.date(2005, 7, 7)
    asked = [
        {"family_id": "F", "request_ref": "mother", **who("Isolde", "Farrant", mother, old, "DZ999999A")},
        {"family_id": "F", "request_ref": "daughter", **who("Rosie", "Farrant", child, old, None)},
    ]
    held = [
        {"dwp_key": "M", **who("Isolde", "Brindle", mother, new, "DZ999999A")},
        {"dwp_key": "D", **who("Rosie", "Brindle", child.replace(day=8), new, None)},
    ]
    cohort = pl.concat([village.cohort, pl.DataFrame(asked).cast(dict(village.cohort.schema))])
    register = pl.concat([village.register, pl.DataFrame(held).cast(dict(village.register.schema))])
    model = dataclasses.replace(MODEL, family="family_id")

    def found(family: bool) -> dict[str, str]:
        chosen = dataclasses.replace(model, family_evidence=family)
        said: list[str] = []
        links = link(cohort.lazy(), register.lazy(), chosen, engine="duckdb", progress=said.append).links
        assert any("family evidence" in line for line in said) is family
        links = links.filter(pl.col("status") == "link", pl.col("left_id").is_in(["mother", "daughter"]))
        return dict(links.select("left_id", "right_id").iter_rows())

    assert found(family=False) == {"mother": "M"}
    assert found(family=True) == {"mother": "M", "daughter": "D"}


def test_both_engines_agree(village: Any, result: Any) -> None:
    other = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="recordlinkage")
    found = agreement(result, other)
    assert found["jaccard"] > 0.97
    assert found["differ"] == 0


@pytest.mark.parametrize("alias_first", [True, False])
def test_of_a_persons_several_names_the_one_that_fits_best_weighs(village: Any, alias_first: bool) -> None:
    """Twenty are filed under another forename and birth, with their own as an alias, before it or after it."""
    known = sorted(key for _, key in village.truth)[:20]
    theirs = pl.col("dwp_key").is_in(known)
    filed = village.register.with_columns(
        forename=pl.when(theirs).then(pl.lit("Zebedee")).otherwise("forename"),
        date_of_birth=pl.when(theirs).then(pl.lit(dt.date(1931, 1, 1))).otherwise("date_of_birth"),
        nino=pl.when(~theirs).then("nino"),
    )
    own = village.register.filter(theirs)
    register = pl.concat([own, filed] if alias_first else [filed, own])
    found = link(village.cohort.lazy(), register.lazy(), MODEL, engine="duckdb")
    links = set(found.links.filter(pl.col("status") == "link").select("left_id", "right_id").iter_rows())
    meant = {pair for pair in village.truth if pair[1] in set(known)}
    assert len(links & meant) >= 18
    weights = found.links.filter(pl.col("right_id").is_in(known), pl.col("status") == "link")["match_weight"]
    assert weights.min() > 0
