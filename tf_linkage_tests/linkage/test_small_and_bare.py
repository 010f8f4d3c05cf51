"""Tables that are small or hold little: an answer or one sentence, by every engine."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from sail import bounds_for

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import ENGINES, deduplicate, general_model, link

N = 60
FULL = pl.DataFrame(
    {
        "id": [str(n) for n in range(N)],
        "forename": [f"N{chr(65 + n % 26)}{chr(65 + n // 26)}o" for n in range(N)],
        "surname": [f"M{chr(65 + (n + 7) % 26)}{chr(65 + (n + 7) // 26)}a" for n in range(N)],
        "date_of_birth": [f"19{40 + n}-0{1 + n % 9}-1{n % 10}" for n in range(N)],
        "postcode": [f"E{n % 9 + 1} {n % 9}AA" for n in range(N)],
        "gender": ["M", "F"] * (N // 2),
    }
)
ONE = FULL.head(1)
SAME = FULL.with_columns(pl.lit("Ann").alias("forename"), pl.lit("Lee").alias("surname"))
EMPTY = FULL.with_columns(pl.lit(None, pl.String).alias(name) for name in ("forename", "surname"))
TWICE = pl.concat([FULL, FULL.with_columns(pl.format("{}x", "id").alias("id"))])
NAMED, DATED = ["id", "forename", "surname"], ["id", "forename", "surname", "date_of_birth"]


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize(
    ("left", "right", "fewest"),
    [
        (ONE, ONE, 0),
        (ONE.select(NAMED), ONE.select(NAMED), 0),
        (ONE, FULL, 1),
        (FULL.select(NAMED), FULL.select(NAMED), N),
        (FULL.select(*NAMED, "postcode"), FULL.select(*NAMED, "postcode"), N),
        (FULL.select("id", "surname", "date_of_birth"), FULL.select("id", "surname", "date_of_birth"), N),
        (FULL.select("id", "gender", "postcode"), FULL.select("id", "gender", "postcode"), 0),
        (SAME.select(NAMED), SAME.select(NAMED), 0),
        (EMPTY.select(NAMED), EMPTY.select(NAMED), 0),
        (FULL.select(DATED), TWICE.select(DATED), 0),
    ],
    ids=["1x1", "1x1 names", "1xn", "names", "no date", "no forename", "nothing tells", "equal", "empty", "twice"],
)
def test_an_answer_or_a_sentence(
    request: pytest.FixtureRequest, engine: str, left: pl.DataFrame, right: pl.DataFrame, fewest: int
) -> None:
    bounds = bounds_for(engine, request)
    model = general_model(left.columns, right.columns)
    try:
        links = link(left.lazy(), right.lazy(), model, engine=engine, bounds=bounds).links
    except LinkageRefused as refusal:
        assert fewest == 0
        assert str(refusal)
        return
    made = links.filter(pl.col("status") == "link")
    assert (made["left_id"] == made["right_id"]).sum() >= fewest


def test_everybody_twice_is_linked_twice_where_the_kind_allows() -> None:
    left, right = FULL.select(DATED), TWICE.select(DATED)
    model = general_model(left.columns, right.columns)
    links = link(left.lazy(), right.lazy(), model).links
    assert links.filter(pl.col("status") == "link").is_empty()
    assert links.height == 2 * N
    many = dataclasses.replace(model, kind="one-to-many")
    links = link(left.lazy(), right.lazy(), many).links.filter(pl.col("status") == "link")
    assert links.height == 2 * N
    assert (links["left_id"] == links["right_id"].str.strip_suffix("x")).all()


def test_ids_settle_nothing() -> None:
    left = FULL.select(DATED)
    for names in ("{}x", "a{}"):
        again = FULL.head(5).with_columns(pl.format(names, "id").alias("id"))
        right = pl.concat([FULL, again]).select(DATED)
        links = link(left.lazy(), right.lazy(), general_model(left.columns, right.columns)).links
        assert links.filter(pl.col("status") == "link").height == N - 5
        assert links.filter(pl.col("status") == "review").height == 10


def test_different_verified_numbers_are_never_one_person() -> None:
    numbers = [f"CE{100000 + 7 * n}A" for n in range(2 * N)]
    table = TWICE.with_columns(pl.Series("nino", numbers))
    found = deduplicate(table.lazy(), general_model(table.columns, table.columns)).people
    assert found["person_id"].is_unique().all()


def test_names_of_any_script_are_linked() -> None:
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZaoNM", "АБЦДЕФГХИЖКЛМНОПЩРСТУВШЫЯЗаоНМ", strict=True))
    cyrillic = FULL.select(DATED).with_columns(
        pl.col(name).str.replace_many(list(letters), list(letters.values())) for name in ("forename", "surname")
    )
    model = general_model(cyrillic.columns, cyrillic.columns)
    links = link(cyrillic.lazy(), cyrillic.lazy(), model).links
    assert (links["left_id"] == links["right_id"]).sum() == N
