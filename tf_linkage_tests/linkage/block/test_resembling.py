"""What resembles in two columns is compared, though an error in every field keeps it from each blocking rule."""

from __future__ import annotations

import dataclasses
import itertools
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.linkage import Limits, Model, Settings, deduplicate, department_model, general_model, link
from tf_linkage.linkage.block.resembling import resembling_pairs, resembling_rule
from tf_linkage.linkage.model.settings import Blocking
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare

COLUMNS = ["id", "forename", "surname", "date_of_birth"]
N, WRONG = 300, 12
DRAW = random.Random(1)


def name() -> str:
    return "".join(DRAW.choice("bdfgklmnprst") + DRAW.choice("aeiou") for _ in range(4))


def garbled(word: str) -> str:
    """With its first two letters swapped, so that no first letters agree."""
    return word[1] + word[0] + word[2:]


def one_digit(date: str) -> str:
    """Another day and month: one digit of the day differs."""
    return date[:-1] + str((int(date[-1]) + 1) % 8)


OURS = pl.DataFrame(
    [(f"l{n}", name(), name(), f"19{DRAW.randint(20, 99)}-0{DRAW.randint(1, 9)}-1{DRAW.randint(0, 7)}")
     for n in range(N)],
    schema=COLUMNS, orient="row",
)  # fmt: skip
# The first hundred and fifty err in one field each, which teaches the model; the last twelve in all three.
THEIRS = pl.DataFrame(
    [
        (
            f"r{n}",
            garbled(forename) if n < 50 or n >= N - WRONG else forename,
            garbled(surname) if 50 <= n < 100 or n >= N - WRONG else surname,
            one_digit(date) if 100 <= n < 150 or n >= N - WRONG else date,
        )
        for n, (_, forename, surname, date) in enumerate(OURS.rows())
    ],
    schema=COLUMNS,
    orient="row",
)
EVERYWHERE = {(f"l{n}", f"r{n}") for n in range(N - WRONG, N)}


def linked(model: Model, left: pl.DataFrame = OURS, right: pl.DataFrame = THEIRS) -> set[tuple[str, str]]:
    links = link(left.lazy(), right.lazy(), model).links
    return set(links.filter(pl.col("status") == "link").select("left_id", "right_id").rows())


USUAL = general_model(COLUMNS, COLUMNS)
WITHOUT = dataclasses.replace(USUAL, resembling=None)


def test_an_error_in_every_field_is_found_by_what_resembles_alone() -> None:
    assert not linked(WITHOUT) & EVERYWHERE
    found = linked(USUAL)
    assert len(found & EVERYWHERE) >= WRONG - 1
    assert all(left[1:] == right[1:] for left, right in found)
    # Whatever the order of the rows.
    assert linked(USUAL, OURS.reverse(), THEIRS.sample(fraction=1, shuffle=True, seed=1)) == found


def test_within_one_table_each_pair_once() -> None:
    both = pl.concat([OURS, THEIRS])
    result = deduplicate(both.lazy(), USUAL).result
    pairs = [tuple(sorted(pair)) for pair in result.links.select("left_id", "right_id").rows()]
    assert len(set(pairs)) == len(pairs)
    assert len(EVERYWHERE & set(pairs)) >= WRONG - 1


words = st.lists(st.text("abc", min_size=1, max_size=8), min_size=1, max_size=9)


@settings(deadline=None, max_examples=60)
@given(ours=words, theirs=words)
def test_as_if_each_value_were_held_against_each(ours: list[str], theirs: list[str]) -> None:
    left, right = (
        pl.DataFrame({"id": [f"{n:03d}" for n in range(len(side))], "one": side, "two": side})
        for side in (ours, theirs)
    )
    model = general_model(left.columns, right.columns, ["one", "two"])
    with connected(Limits()) as connection:
        tables = load(connection, prepare(left.lazy(), right.lazy(), model), model)
        (rule,) = resembling_rule(tables)
        every = tuple(pl.Series(range(len(side)), dtype=pl.UInt32) for side in (ours, theirs))
        found = set(resembling_pairs(tables, rule, (every[0], every[1]))[0].rows())
        expected = {
            (row, other_row)
            for (row, one), (other_row, other) in itertools.product(enumerate(ours), enumerate(theirs))
            if connection.execute("SELECT damerau_levenshtein(?, ?)", [one, other]).fetchall()[0][0]
            <= (2 if min(len(one), len(other)) >= 5 else 1)
        }
    assert found == expected


@pytest.mark.parametrize("bound", [{"variants": 100}, {"resembling": 50}, {"small": 299}])
def test_a_large_table_goes_without(bound: dict[str, int]) -> None:
    model = general_model(COLUMNS, COLUMNS, settings=Settings(blocking=Blocking(**bound)))
    with_bound = link(OURS.lazy(), THEIRS.lazy(), model)
    without = link(OURS.lazy(), THEIRS.lazy(), dataclasses.replace(model, resembling=None))
    assert with_bound.links.equals(without.links)


def test_a_department_never_uses_it() -> None:
    assert department_model("dwp", STANDARD_FIELDS).resembling is None


def test_a_small_file_is_compared_more_widely_but_not_by_a_column_of_few_values() -> None:
    """Two thousand records of two hundred surnames and three cities."""
    many = [name() for _ in range(200)]
    rows = [(f"l{n}", name(), many[n % 200], None, f"city{n % 3}") for n in range(2000)]
    table = pl.DataFrame(rows, schema=[*COLUMNS, "city"], orient="row").cast(pl.String)

    def used(**bounds: int) -> set[str]:
        few = Settings(blocking=Blocking(wide=10, variants=0, **bounds))
        model = general_model(table.columns, table.columns, ["city"], settings=few)
        return set(link(table.lazy(), table.lazy(), model).blocking["rule"])

    assert "surname" not in used(wide_each=1)
    assert "surname" not in used(small=1999)
    assert "surname" in used()
    assert "city" not in used()
