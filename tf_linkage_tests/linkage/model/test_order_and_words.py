"""Nothing depends on the wording of a label, or on the order of a list that is no order."""

from __future__ import annotations

import dataclasses
import random
import sys
from collections.abc import Sequence
from typing import Any, TypeVar

import polars as pl
import pytest

from tf_linkage.linkage import Model, department_model, find_duplicates, general_model, link
from tf_linkage.linkage.deduplicate import match_probability as likeness

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
Item = TypeVar("Item")


def scrambled(model: Model, seed: int) -> Model:
    """The same model: every label another word, every list but the levels of a comparison in another order."""
    draw = random.Random(seed)

    def shuffled(items: Sequence[Item]) -> tuple[Item, ...]:
        return tuple(draw.sample(list(items), len(items)))

    def word() -> str:
        return "".join(draw.choices("bdfgklmnprst", k=9))

    comparisons = [
        dataclasses.replace(
            one, name=word(), levels=tuple(dataclasses.replace(level, words=word()) for level in one.levels)
        )
        for one in model.comparisons
    ]
    return dataclasses.replace(
        model,
        fields=shuffled(model.fields),
        extra=shuffled(model.extra),
        comparisons=shuffled([dataclasses.replace(one, columns=shuffled(one.columns)) for one in comparisons]),
        blocking_rules=shuffled([dataclasses.replace(rule, name=word()) for rule in model.blocking_rules]),
        matchkeys=shuffled([dataclasses.replace(key, name=word()) for key in model.matchkeys]),
    )


def same(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """The same pairs, with the same status and the same weight but for the last bits of a sum."""
    plain = ["left_id", "right_id", "status"]
    assert ours.select(plain).equals(theirs.select(plain))
    assert (ours["match_weight"] - theirs["match_weight"]).abs().max() < 1e-6


@pytest.mark.parametrize("engine", ["duckdb", "recordlinkage", "splink"])
@pytest.mark.parametrize("fields", [FIELDS, FIELDS[:-2]], ids=["all", "no postcode"])
def test_links_are_the_same_by_other_words_in_another_order(village: Any, engine: str, fields: Any) -> None:
    if engine == "splink":
        pytest.importorskip("splink", reason="optional: pip install 'splink==5.*'")
    model = department_model("dwp", fields)
    cohort, register = village.cohort.lazy(), village.register.lazy()
    usual = link(cohort, register, model, engine=engine)
    for seed in (1, 2):
        other = scrambled(model, seed)
        assert [one.id for one in other.comparisons] != [one.id for one in model.comparisons]
        same(usual.links, link(cohort, register, other, engine=engine).links)


def test_links_of_any_two_tables_are_the_same_too(febrl4: Any) -> None:
    left, right = febrl4.left.head(1500).lazy(), febrl4.right.lazy()
    model = general_model(febrl4.left.columns, febrl4.right.columns, febrl4.extra)
    same(link(left, right, model).links, link(left, right, scrambled(model, 3)).links)


def test_records_of_one_person_in_one_table_are_the_same(village_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort = village_of(seed=4, moves=0.5).cohort.rename({"request_ref": "person_ref"})
    surnames = pl.col("surname").str.replace("t", "d")
    again = cohort.gather_every(3).with_columns(pl.format("again {}", "person_ref"), surname=surnames)
    table = pl.concat([cohort, again]).with_columns(la_code=pl.lit("E09000012")).lazy()
    usual = find_duplicates(table, ("la_code", "person_ref"))
    proposed: list[int] = []
    likely, plain = likeness.likely_duplicates, likeness.one_table_model

    def counting(*given: Any) -> pl.DataFrame:
        proposed.append(likely(*given).height)
        return likely(*given)

    monkeypatch.setattr(likeness, "one_table_model", lambda *given: scrambled(plain(*given), 5))
    monkeypatch.setattr(sys.modules[find_duplicates.__module__], "likely_duplicates", counting)
    assert find_duplicates(table, ("la_code", "person_ref")).equals(usual)
    assert proposed[0] > 20
