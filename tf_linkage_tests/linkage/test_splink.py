"""The model as Splink sees it: the same weights for the same pairs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import department_model, link
from tf_linkage.linkage.compare.candidates import affordable, block_and_compare
from tf_linkage.linkage.compare.patterns import unpack
from tf_linkage.linkage.engines.splink import frequency_tables, splink_settings, splink_weights
from tf_linkage.linkage.estimate.frequencies import rarity
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.score.weights import comparison_bits
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
MODEL = department_model("dwp", FIELDS)


def test_settings_are_json_with_a_null_level_and_an_else(village: Any) -> None:
    trained = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="duckdb").trained
    assert trained is not None
    settings = json.loads(json.dumps(splink_settings(MODEL, trained)))
    assert len(settings["comparisons"]) == len(MODEL.comparisons)
    for comparison in settings["comparisons"]:
        assert comparison["comparison_levels"][0]["is_null_level"]
        assert comparison["comparison_levels"][-1]["sql_condition"] == "ELSE"
        shares = [level["m_probability"] for level in comparison["comparison_levels"][1:]]
        assert sum(shares) == pytest.approx(1, abs=1e-6)


def test_frequencies_are_shares_of_the_right_table(village: Any) -> None:
    records = prepare(village.cohort.lazy(), village.register.lazy(), MODEL)
    trained = link(village.cohort.lazy(), village.register.lazy(), MODEL).trained
    assert trained is not None
    table = frequency_tables(records, MODEL, trained)["surname"]
    held = table.filter(pl.col("surname").is_in(records.right["surname"].implode()))
    # Without what is a left record's own, of which each has at most one.
    assert 0.5 < held["tf_surname"].sum() < 1
    assert table["surname"].is_unique().all()


def test_splink_gives_the_same_pairs_the_same_weights(village: Any) -> None:
    pytest.importorskip("splink", reason="optional: pip install 'splink==5.*'")
    records = prepare(village.cohort.lazy(), village.register.lazy(), MODEL)
    trained = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="duckdb").trained
    assert trained is not None
    with connected(Limits()) as connection:
        tables = load(connection, records, MODEL)
        candidates = block_and_compare(tables, affordable(tables, 10**8))
        pairs = tables.frame("SELECT l AS left_row, r AS right_row, pattern FROM pairs ORDER BY ALL")
        own = trained.prior * tables.people
        rare = [rarity(tables, c, trained.u[i], own * trained.m[i][c.full]) if c.frequency else None
                for i, c in enumerate(MODEL.comparisons)]  # fmt: skip
    levels = unpack(pairs["pattern"].to_numpy(), MODEL.comparisons)
    bits = comparison_bits(levels, pairs["left_row"].to_numpy(), trained, rare).sum(axis=1)
    ours = bits + np.log2(trained.prior / (1 - trained.prior))
    theirs = splink_weights(records, MODEL, trained, candidates.rules)
    joined = pairs.with_columns(pl.Series("ours", ours)).join(theirs, on=["left_row", "right_row"])
    assert joined.height == pairs.height == theirs.height
    assert (joined["ours"] - joined["match_weight"]).abs().max() < 1e-6


def test_splink_beyond_its_memory_is_refused_as_plainly(village: Any) -> None:
    pytest.importorskip("splink", reason="optional: pip install 'splink==5.*'")
    cohort, register = village.cohort.lazy(), village.register.lazy()
    trained = link(cohort, register, MODEL, engine="duckdb").trained
    assert trained is not None
    with pytest.raises(LinkageRefused, match=r"needs more than 0\.01 GB of memory"):
        splink_weights(
            prepare(cohort, register, MODEL), MODEL, trained, MODEL.blocking_rules, Limits(memory_gb=0.01)
        )


def test_without_splink_the_engine_says_what_to_install(village: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(LinkageRefused, match="pip install"):
        link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="splink")


def test_splink_links_a_village(village: Any) -> None:
    pytest.importorskip("splink", reason="optional: pip install 'splink==5.*'")
    links = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="splink").links
    found = set(links.filter(pl.col("status") == "link").select("left_id", "right_id").iter_rows())
    assert len(found & village.truth) / len(village.truth) >= 0.98
