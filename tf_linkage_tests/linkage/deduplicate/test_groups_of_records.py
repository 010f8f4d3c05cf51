"""Which links join records into people, and how likely each record and person then is."""

from __future__ import annotations

import itertools

import polars as pl

from tf_linkage.linkage import LinkResult, general_model
from tf_linkage.linkage.deduplicate.people import one_table_of, people_of
from tf_linkage.linkage.result import LINK_SCHEMA

COLUMNS = ["id", "forename", "surname"]
A, B = [f"a{n}" for n in range(4)], [f"b{n}" for n in range(4)]


def people(links: dict[tuple[str, str], float]) -> pl.DataFrame:
    rows = [(*pair, 10.0, chance, "rule", "link") for pair, chance in sorted(links.items())]
    frame = pl.DataFrame(rows, schema=LINK_SCHEMA, orient="row")
    model = one_table_of(general_model(COLUMNS, COLUMNS))
    result = LinkResult(model, "duckdb", frame, pl.DataFrame(), pl.DataFrame(), {})
    table = pl.DataFrame({"id": [*A, *B, "c"], "forename": "Ann", "surname": "Lee"})
    return people_of(result, table.lazy()).people


def inside(group: list[str], chance: float = 0.9) -> dict[tuple[str, str], float]:
    return dict.fromkeys(itertools.combinations(group, 2), chance)


def groups(found: pl.DataFrame) -> set[frozenset[str]]:
    return set(map(frozenset, found.group_by("person_id").agg("record_id")["record_id"].to_list()))


def test_one_certain_link_joins_no_two_people_with_many_records() -> None:
    links = inside(A) | inside(B) | {("a0", "b0"): 0.99999}
    # It is the likeliest of all, so that it comes first, and two records are then one person.
    assert frozenset(A + B) not in groups(people(links))
    found = groups(people(links | {("a0", "b0"): 0.899}))
    assert {frozenset(A), frozenset(B), frozenset("c")} == found


def test_a_quarter_of_the_pairs_between_two_groups_joins_them() -> None:
    between = {(f"a{n}", f"b{n}"): 0.8 for n in range(4)}
    assert frozenset(A + B) in groups(people(inside(A) | inside(B) | between))
    three = dict(list(between.items())[:3])
    assert frozenset(A + B) not in groups(people(inside(A) | inside(B) | three))


def test_a_record_has_its_likeliest_link_and_a_person_its_weakest() -> None:
    found = people({("a0", "a1"): 0.9, ("a0", "a2"): 0.999, ("b0", "b1"): 0.7})
    rows = {row[0]: row[1:] for row in found.iter_rows()}
    # One weak link joins no record to two others.
    assert rows["a1"] == ("a1", None, None)
    assert rows["a2"] == rows["a0"] == ("a0", 0.999, 0.999)
    chain = people({("a0", "a1"): 0.995, ("a0", "a2"): 0.999, ("a1", "a2"): 0.6})
    assert chain.filter(pl.col("record_id").is_in(A[:3])).rows() == [
        ("a0", "a0", 0.999, 0.995), ("a1", "a0", 0.995, 0.995), ("a2", "a0", 0.999, 0.995),
    ]  # fmt: skip
    assert rows["b1"] == ("b0", 0.7, 0.7)
    assert rows["c"] == ("c", None, None)
    assert found["record_id"].is_sorted()
