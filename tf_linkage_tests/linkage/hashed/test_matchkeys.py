"""Hashed matchkeys against a plain reading of the rule, on tables small enough to go through pair by pair."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import department_model
from tf_linkage.linkage.hashed import HashingKey, hash_matchkeys, link_matchkeys, matchkeys_for
from tf_linkage.linkage.standardise.fields import standardise

FIELDS = ("forename", "surname", "date_of_birth", "gender", "postcode")
MODEL = department_model("moj", FIELDS)
KEY = HashingKey(bytes(range(32)), "families")

PERSON = st.fixed_dictionaries(
    {
        "forename": st.sampled_from(["Ann", "Bea", "Beatrice", None]),
        "surname": st.sampled_from(["Bell", "Day"]),
        "date_of_birth": st.sampled_from([dt.date(1990, 3, 4), dt.date(1990, 5, 6), None]),
        "gender": st.sampled_from(["female", "male"]),
        "postcode": st.sampled_from(["N1 1AA", "N1 1AB", "N2 2AA", None]),
    }
)
SCHEMA = {
    "forename": pl.String, "surname": pl.String, "date_of_birth": pl.Date, "gender": pl.String,
    "postcode": pl.String,
}  # fmt: skip


def table(column: str, ids: list[str], rows: list[dict[str, Any]]) -> pl.LazyFrame:
    return pl.DataFrame(rows, schema=SCHEMA).with_columns(pl.Series(column, ids, pl.String)).lazy()


def by_hand(left: pl.LazyFrame, right: pl.LazyFrame) -> set[tuple[str, str, str]]:
    """The rule said in loops: a value one left record and one right person bear, of those not linked yet."""
    ours, theirs = (
        standardise(frame, column, MODEL.fields).to_dicts()
        for frame, column in ((left, "request_ref"), (right, "moj_key"))
    )
    found: set[tuple[str, str, str]] = set()
    for key in matchkeys_for(MODEL):
        borne: list[dict[tuple[Any, ...], set[str]]] = []
        for rows, taken in ((ours, {one for one, _, _ in found}), (theirs, {other for _, other, _ in found})):
            holders: dict[tuple[Any, ...], set[str]] = {}
            for row in rows:
                value = tuple(row[name] for name in key.columns)
                if None not in value and row["record_id"] not in taken:
                    holders.setdefault(value, set()).add(row["record_id"])
            borne.append(holders)
        pairs = {
            (*one, *borne[1][value])
            for value, one in borne[0].items()
            if len(one) == 1 and len(borne[1].get(value, ())) == 1
        }
        lefts, rights = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
        found |= {(*pair, key.name) for pair in pairs if lefts[pair[0]] == 1 and rights[pair[1]] == 1}
    return found


@given(
    st.lists(PERSON, min_size=1, max_size=8),
    st.lists(st.tuples(PERSON, st.integers(0, 6)), min_size=1, max_size=10),
)
@settings(max_examples=30, deadline=None)
def test_links_are_those_of_the_rule_said_in_loops(
    left: list[dict[str, Any]], right: list[tuple[dict[str, Any], int]]
) -> None:
    ours = table("request_ref", [f"q{i}" for i in range(len(left))], left)
    theirs = table("moj_key", [f"k{person}" for _, person in right], [row for row, _ in right])
    sent = hash_matchkeys(ours, "request_ref", MODEL, KEY)
    held = hash_matchkeys(theirs, "moj_key", MODEL, KEY)
    links = link_matchkeys(sent, held, MODEL).links
    assert set(links.select("left_id", "right_id", "stage").iter_rows()) == by_hand(ours, theirs)
    assert links["left_id"].is_unique().all()
    assert links["right_id"].is_unique().all()
    # another order of rows, the same links
    again = hash_matchkeys(theirs.reverse(), "moj_key", MODEL, KEY)
    assert link_matchkeys(sent, again, MODEL).links.equals(links)


def test_keys_need_every_part_and_the_strictest_that_holds_counts() -> None:
    person = {"forename": "Ann", "surname": "Bell", "date_of_birth": dt.date(1990, 3, 4), "gender": "female"}
    ours = table("request_ref", ["q1", "q2"], [{**person, "postcode": "N1 1AA"}, {**person, "surname": None}])
    made = hash_matchkeys(ours, "request_ref", MODEL, KEY).frame
    names = {f"key_{number}": key for number, key in enumerate(matchkeys_for(MODEL), start=1)}
    assert made.columns == ["record_id", *names]
    for column, key in names.items():
        whole, part = made[column].to_list()
        assert whole is not None
        assert (part is None) == bool(
            {"surname", "surname_start", "postcode", "sector", "district"} & {*key.columns}
        )
    moved = table("moj_key", ["k1"], [{**person, "postcode": "S9 9ZZ"}])
    (link,) = link_matchkeys(
        hash_matchkeys(ours.head(1), "request_ref", MODEL, KEY), hash_matchkeys(moved, "moj_key", MODEL, KEY), MODEL
    ).links.to_dicts()
    assert link["stage"] == "form of forename, surname, date of birth"
    assert link["match_probability"] is None


def test_values_of_neighbouring_columns_do_not_run_together() -> None:
    """ANN + BELL is not ANNB + ELL."""
    one = {"forename": "Ann", "surname": "Bell", "date_of_birth": dt.date(1990, 3, 4), "gender": "male"}
    other = {**one, "forename": "Annb", "surname": "Ell"}
    made = hash_matchkeys(table("request_ref", ["a", "b"], [one, other]), "request_ref", MODEL, KEY).frame
    shared = [name for name in made.columns[1:] if made[name].null_count() == 0 and made[name].n_unique() < 2]
    columns = {f"key_{number}": key.columns for number, key in enumerate(matchkeys_for(MODEL), start=1)}
    assert all(not {"surname", "forename", "forename_canon"} & {*columns[name]} for name in shared)


def test_tables_that_cannot_be_linked_are_refused() -> None:
    person = {"forename": "Ann", "surname": "Bell", "date_of_birth": None, "gender": None, "postcode": None}
    ours, theirs = table("request_ref", ["q"], [person]), table("moj_key", ["k"], [person])
    other = HashingKey(bytes(32), "families")
    with pytest.raises(LinkageRefused, match="different keys"):
        link_matchkeys(
            hash_matchkeys(ours, "request_ref", MODEL, KEY), hash_matchkeys(theirs, "moj_key", MODEL, other), MODEL
        )
    with pytest.raises(LinkageRefused, match="no rows"):
        hash_matchkeys(ours.head(0), "request_ref", MODEL, KEY)
    with pytest.raises(LinkageRefused, match="no matchkey"):
        hash_matchkeys(ours, "request_ref", department_model("moj", ("forename", "gender")), KEY)
