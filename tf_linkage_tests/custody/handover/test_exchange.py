"""Requests, returns, and their coming together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import empty, schema_of
from tf_linkage.contracts.handovers import exchange, ons
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody import (
    CustodyRefused,
    identifiers_in,
    link_request,
    linked_people,
    make_return,
    people_asked,
    recipient_key,
    reference,
    returned_columns,
    split,
)

DAY = dt.date(2020, 3, 31)
DWP, MOJ, DFE = DEPARTMENTS["dwp"], DEPARTMENTS["moj"], DEPARTMENTS["dfe"]


@pytest.fixture
def vault(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    return split(cohort, duplicates, key)


def request(vault: tuple[pl.LazyFrame, pl.LazyFrame], name: str, key: bytes) -> pl.DataFrame:
    return link_request(vault[0], DEPARTMENTS[name], recipient_key(key, name), DAY).collect()


def links_of(*rows: tuple[str, str, float, str]) -> pl.LazyFrame:
    columns = ["request_ref", "register_key", "match_probability", "status"]
    frame = pl.DataFrame(list(rows), schema=columns, orient="row")
    return (
        frame.with_columns(match_weight=pl.lit(10.0), stage=pl.lit("key"))
        .select(list(schema_of(exchange.Links)))
        .cast(schema_of(exchange.Links))
        .lazy()
    )


@pytest.mark.parametrize("name", ["dwp", "moj", "dfe"])
def test_a_request_keeps_its_contract(vault: tuple[pl.LazyFrame, pl.LazyFrame], name: str, key: bytes):
    DEPARTMENTS[name].request.validate(request(vault, name, key))


def test_only_dwp_is_sent_the_nino(vault: tuple[pl.LazyFrame, pl.LazyFrame], key: bytes):
    columns = {name: request(vault, name, key).columns for name in DEPARTMENTS}
    assert "nino" in columns["dwp"]
    assert "nino" not in columns["moj"]
    assert "nino" not in columns["dfe"]
    for sent in columns.values():
        assert {"person_id", "family_id", "la_code", "study_group"}.isdisjoint(sent)


def test_only_those_who_could_be_there_are_asked_about(vault: tuple[pl.LazyFrame, pl.LazyFrame], key: bytes):
    """On the day Ann is 39, Ben 13, and Cy's age unknown."""
    asked = {name: set(request(vault, name, key)["forename"]) for name in DEPARTMENTS}
    assert asked == {"dwp": {"Ann", "Cy"}, "moj": {"Ann", "Ben", "Cy"}, "dfe": {"Ben", "Cy"}}


@pytest.mark.parametrize(("born", "asked"), [(dt.date(2004, 3, 31), 1), (dt.date(2004, 4, 1), 0)])
def test_the_bound_of_age_is_met_to_the_day(make_cohort: Callable[..., Any], key: bytes, born: dt.date, asked: int):
    identifiers, _ = split(make_cohort({"person_ref": "1", "date_of_birth": born}), NO_DUPLICATES, key)
    assert link_request(identifiers, DWP, key, DAY).collect().height == asked


def test_requests_of_two_departments_do_not_join(make_cohort: Callable[..., Any], key: bytes):
    """Neither by reference nor by the order of rows, beyond what chance allows."""
    rows = [{"person_ref": f"{at:04d}", "forename": f"n{at:04d}"} for at in range(2_000)]
    identifiers, _ = split(make_cohort(*rows), NO_DUPLICATES, key)
    one, other = (
        link_request(identifiers, DEPARTMENTS[name], recipient_key(key, name), DAY).collect()
        for name in ("moj", "dfe")
    )
    assert set(one["request_ref"]).isdisjoint(other["request_ref"])
    assert (one["forename"] == other["forename"]).sum() <= 8  # one in 2,000 by chance: 1 expected
    ranks = pl.DataFrame({"one": one["forename"], "other": other["forename"]}).select(pl.all().rank())
    assert abs(ranks.select(pl.corr("one", "other")).item()) < 4 / 2_000**0.5


def test_who_stands_behind_a_request(vault: tuple[pl.LazyFrame, pl.LazyFrame], key: bytes):
    sent = request(vault, "dwp", key)
    behind = people_asked(sent.lazy(), vault[1], recipient_key(key, "dwp")).collect()
    names = behind.join(vault[0].collect(), on="person_id").join(sent, on="request_ref", suffix="_sent")
    assert names.height == sent.height == 2
    assert (names["forename"] == names["forename_sent"]).all()


def test_a_return_holds_no_identifier_and_no_key_of_the_register(key: bytes):
    links = links_of(("R1", "K1", 0.9995, "link"))
    offences = pl.LazyFrame(
        [
            offence("K1", "case-b", "off-3", dt.date(2015, 2, 1)),
            offence("K1", "case-a", "off-9", dt.date(2016, 1, 1)),
            offence("K1", "case-b", "off-1", dt.date(2015, 3, 1)),
            offence("K2", "case-c", "off-4", dt.date(2014, 1, 1)),
        ],
        schema=schema_of(MOJ.histories[1]["offences"]),
    )
    returned = {name: table.collect() for name, table in make_return(MOJ, links, {"offences": offences}).items()}
    assert list(returned) == ["people", "offences"]
    exchange.ReturnedPeople.validate(returned["people"])
    assert returned["offences"].columns == returned_columns(MOJ, "offences")
    assert identifiers_in(returned["offences"].columns) == []
    text = "".join(table.write_csv() for table in returned.values())
    assert not any(word in text for word in ("K1", "K2", "case-", "off-"))
    numbers = returned["offences"].sort("disposal_date").select("disposal_date", "case_number", "offence_number")
    assert numbers.rows() == [
        (dt.date(2015, 2, 1), 1, 1),
        (dt.date(2015, 3, 1), 1, 2),
        (dt.date(2016, 1, 1), 2, 3),
    ]


def test_identifiers_in_a_history_are_dropped_on_the_way_back():
    """Should a register's history carry a name, it does not come back."""
    spells = empty(DWP.histories[1]["benefits"]).with_columns(pl.lit("Ann").alias("customer_surname")).lazy()
    returned = make_return(DWP, links_of(), {"benefits": spells})
    assert returned["benefits"].collect_schema().names() == returned_columns(DWP, "benefits")


def test_pairs_in_review_are_not_returned():
    links = links_of(("R1", "K1", 0.6, "link"), ("R2", "K2", 0.4, "review"))
    people = make_return(MOJ, links, {})["people"].collect()
    assert people["request_ref"].to_list() == ["R1"]


@pytest.mark.parametrize(
    ("probability", "band"),
    [
        (0.9999, "very high"),
        (0.999, "very high"),
        (0.9989, "high"),
        (0.99, "high"),
        (0.9899, "moderate"),
        (0.5, "moderate"),
    ],
)
def test_confidence_is_a_band(probability: float, band: str):
    people = make_return(MOJ, links_of(("R1", "K1", probability, "link")), {})["people"].collect()
    assert people.rows() == [("R1", band)]


def test_two_accounts_of_one_person_both_come_back_and_one_account_of_two_requests_too():
    links = links_of(
        ("R1", "K1", 0.9999, "link"),
        ("R1", "K2", 0.6, "link"),
        ("R2", "K3", 0.995, "link"),
        ("R3", "K3", 0.7, "link"),
    )
    spells = pl.LazyFrame(
        [claim(key, amount) for key, amount in (("K1", 10.0), ("K2", 20.0), ("K3", 30.0))],
        schema=schema_of(DWP.histories[1]["benefits"]),
    )
    returned = make_return(DWP, links, {"benefits": spells})
    assert returned["people"].collect().rows() == [
        ("R1", "moderate"),
        ("R2", "high"),
        ("R3", "moderate"),
    ], "as sure as the less sure of two accounts, since both histories come back"
    amounts = returned["benefits"].select("request_ref", "weekly_amount").collect().rows()
    assert sorted(amounts) == [("R1", 10.0), ("R1", 20.0), ("R2", 30.0), ("R3", 30.0)]


def test_the_order_of_a_register_does_not_show_in_the_return():
    links = links_of(("R2", "K1", 0.99, "link"), ("R1", "K2", 0.99, "link"))
    rows = [claim("K1", 5.0), claim("K2", 7.0), claim("K1", 6.0)]
    one, other = (
        make_return(DWP, links, {"benefits": pl.LazyFrame(order, schema=schema_of(DWP.histories[1]["benefits"]))})
        for order in (rows, rows[::-1])
    )
    assert one["benefits"].collect().equals(other["benefits"].collect())
    assert one["benefits"].collect()["request_ref"].is_sorted()


def test_the_answers_come_together(vault: tuple[pl.LazyFrame, pl.LazyFrame], key: bytes):
    identifiers, attributes = vault
    found = request(vault, "moj", key).filter(pl.col("forename") == "Ben").select("request_ref")
    answer = found.with_columns(link_confidence=pl.lit("high", pl.Enum(exchange.CONFIDENCES))).lazy()
    everyone = linked_people(identifiers, attributes, {"moj": answer}, key).collect()
    ons.LinkedPeople.validate(everyone)
    assert everyone.height == 3
    linked = everyone.filter(pl.col("moj_ref").is_not_null())
    ben = identifiers.filter(pl.col("forename") == "Ben").collect()
    assert linked.select("person_id", "family_id").equals(ben.select("person_id", "family_id"))
    assert linked["moj_link"].to_list() == ["high"]
    assert everyone["dwp_ref"].null_count() == everyone["dfe_link"].null_count() == 3
    refs = pl.concat(
        [
            everyone[name]
            for name in ("person_id", "family_id", "person_study_ref", "family_study_ref", "outcome_study_ref")
        ]
    )
    assert refs.n_unique() == 3 * 5
    assert identifiers_in(everyone.columns) == []


def test_researchers_references_are_made_under_a_key_of_their_own(
    vault: tuple[pl.LazyFrame, pl.LazyFrame], key: bytes
):
    everyone = linked_people(*vault, {}, key).collect()
    theirs = recipient_key(key, "research")
    assert everyone["person_study_ref"].to_list() == reference(theirs, "person", [everyone["person_id"]]).to_list()
    assert everyone["family_study_ref"].to_list() == reference(theirs, "family", [everyone["family_id"]]).to_list()
    outcomes = reference(theirs, "family outcomes", [everyone["family_id"]])
    assert everyone["outcome_study_ref"].to_list() == outcomes.to_list()


def test_a_return_of_another_run_is_refused(vault: tuple[pl.LazyFrame, pl.LazyFrame], key: bytes):
    answer = make_return(MOJ, links_of(("NOBODY", "K1", 0.99, "link")), {})["people"]
    with pytest.raises(CustodyRefused, match="1 references that were never sent"):
        linked_people(*vault, {"moj": answer}, key)


def test_identifiers_and_attributes_of_different_people_are_refused(
    vault: tuple[pl.LazyFrame, pl.LazyFrame], key: bytes
):
    identifiers, attributes = vault
    with pytest.raises(CustodyRefused, match="not of the same people"):
        linked_people(identifiers.head(2), attributes, {}, key)
    with pytest.raises(CustodyRefused, match="not of the same people"):
        linked_people(identifiers, attributes.head(1), {}, key)


NO_DUPLICATES = pl.DataFrame(
    schema=dict.fromkeys(["la_code", "person_ref", "la_code_other", "person_ref_other"], pl.String)
)


def offence(key: str, case: str, number: str, day: dt.date) -> dict[str, Any]:
    return {
        "moj_key": key, "case_id": case, "offence_id": number, "offence_start_date": day, "offence_group": "04",
        "is_primary_offence": True, "disposal_rank": 1, "adjudication_code": "G", "disposal_date": day,
        "disposal": "FINE", "sentence_days": None,
    }  # fmt: skip


def claim(key: str, amount: float) -> dict[str, Any]:
    return {
        "dwp_key": key, "benefit_type": "JSA", "start_date": dt.date(2016, 1, 1), "end_date": None,
        "weekly_amount": amount,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["dwp", "moj", "dfe"])
def test_a_return_keeps_the_contract_of_returns(name: str):
    department = DEPARTMENTS[name]
    histories = {table: empty(contract).lazy() for table, contract in department.histories[1].items()}
    returned = make_return(department, links_of(), histories)
    for table, contract in exchange.return_tables(department.key, department.histories[1]).items():
        contract.validate(returned[table].collect())


def test_a_link_that_clerks_confirmed_is_as_sure_as_any() -> None:
    links = links_of(("R1", "K1", 0.6, "link"), ("R2", "K2", 0.6, "link"))
    checked = pl.when(request_ref="R1").then(pl.lit("clerical review")).otherwise("stage")
    spells = pl.LazyFrame([claim("K1", 10.0)], schema=schema_of(DWP.histories[1]["benefits"]))
    returned = make_return(DWP, links.with_columns(checked.alias("stage")), {"benefits": spells})
    assert returned["people"].collect().rows() == [("R1", "very high"), ("R2", "moderate")]
