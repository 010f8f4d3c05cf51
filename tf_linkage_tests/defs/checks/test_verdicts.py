"""What a check of bounds says: what is not kept first, and councils by their names."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import dataframely as dy
import polars as pl

from tf_linkage.custody.audit.leak_scan import Finding, Scanned
from tf_linkage.defs.checks.checks import broken_rules, profile_verdict, verdict
from tf_linkage.defs.checks.leaks import leak_verdict

RESULTS = pl.DataFrame(
    {
        "department": ["DWP", "MoJ", "DfE"],
        "measure": ["recall", "recall", "precision"],
        "worst": ["25-44", "E09000012", None],
        "status": ["kept", "missed", "in doubt"],
    }
)


def test_what_is_not_kept_stands_first_and_councils_have_names() -> None:
    found = verdict("gaps_within_bounds", RESULTS.filter(pl.col("status") == "missed"), RESULTS)
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert found.description == "MoJ recall of Hackney: missed; DfE precision: in doubt"
    shown = found.metadata["bounds"].value
    assert [record.data["status"] for record in shown.records] == ["missed", "in doubt", "kept"]


def test_doubt_alone_warns_and_nothing_in_doubt_passes() -> None:
    doubtful = verdict("quality_floors", RESULTS.clear(), RESULTS.filter(pl.col("status") != "missed"))
    assert (doubtful.passed, doubtful.severity) == (False, dg.AssetCheckSeverity.WARN)
    kept = verdict("quality_floors", RESULTS.clear(), RESULTS.filter(pl.col("status") == "kept"))
    assert kept.passed
    assert kept.description == "all kept"


def test_a_check_says_what_it_found_and_where_nothing_was_found_how_much_it_looked_at() -> None:
    clean = leak_verdict(Scanned(7, 3, []))
    assert (clean.passed, clean.description) == (True, "nobody in 7 files, 3 of them encrypted")
    found = leak_verdict(Scanned(7, 3, [Finding(Path("data"), "a.csv", "a forename")]))
    assert (found.passed, found.description) == (False, "a.csv: a forename")


def test_a_delivery_is_the_first_as_before_or_says_what_moved() -> None:
    assert profile_verdict(None).description == "the first delivery here"
    assert profile_verdict([]).description == "as before"
    moved = profile_verdict(["rows halved", "a code is gone"])
    assert (moved.passed, moved.description) == (False, "rows halved; a code is gone")


def test_of_tables_that_are_missing_or_unlike_the_next_ones_are_still_held_to_their_rules() -> None:
    class One(dy.Schema):
        a = dy.Int64(primary_key=True)

    twice = pl.LazyFrame({"a": [1, 1]})
    broken = broken_rules(
        {"unlike": pl.LazyFrame({"b": [1]}), "twice": twice}, dict.fromkeys(("gone", "unlike", "twice"), One)
    )
    assert broken[0] == "gone is missing"
    assert broken[1].startswith("unlike: columns or types differ")
    assert broken[2] == "twice: primary_key: 2 rows"
