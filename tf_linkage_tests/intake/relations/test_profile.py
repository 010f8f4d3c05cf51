"""A delivery unlike the one before shows; one like it does not."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tf_linkage.intake.relations.profile import Profile, against_the_last, breaks, profile

TABLE = pl.LazyFrame(
    {"key": [str(at) for at in range(100)], "code": ["a"] * 60 + ["b"] * 40, "flag": [True] * 50 + [None] * 50},
    schema={"key": pl.String, "code": pl.Enum(["a", "b", "c"]), "flag": pl.Boolean},
)


def test_a_profile_by_hand() -> None:
    assert profile(TABLE.head(98)) == Profile(
        rows=100,
        missing={"key": 0.0, "code": 0.0, "flag": 0.49},
        codes={"code": {"a": 0.61, "b": 0.39}, "flag": {"true": 1.0}},
    )


def test_breaks_are_named() -> None:
    before = profile(TABLE)
    assert breaks(before, profile(TABLE.head(96))) == []
    found = breaks(before, profile(TABLE.head(60)))
    assert found == [
        "60 rows, and 100 before",
        "flag: 17% blank, and 50% before",
        "code: a 100% (before 60%), b 0% (before 40%)",
    ]
    assert breaks(before, profile(TABLE.with_columns(code=pl.lit("c").cast(pl.Enum(["a", "b", "c"])))))


def test_the_same_delivery_again_is_held_against_the_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    assert against_the_last(path, {"": profile(TABLE)}) is None
    assert against_the_last(path, {"": profile(TABLE)}) is None
    fewer = {"": profile(TABLE.head(50))}
    first = against_the_last(path, fewer)
    assert first
    assert against_the_last(path, fewer) == first
    assert against_the_last(path, {"": profile(TABLE.head(52))}) == []


def test_a_code_of_few_is_not_told() -> None:
    few = TABLE.with_columns(code=pl.Series(["a"] * 91 + ["b"] * 9, dtype=pl.Enum(["a", "b", "c"])))
    assert profile(few).codes["code"] == {"a": 0.91}
