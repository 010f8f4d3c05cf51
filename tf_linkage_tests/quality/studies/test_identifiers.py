"""The linkage again with less told: what is told is what is linked on, and what it costs is seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.bodies import dfe, dwp, moj
from tf_linkage.contracts.columns import empty
from tf_linkage.contracts.handovers import ons
from tf_linkage.contracts.outputs.quality import Disclosures
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.quality import Choice, what_identifiers_buy

FORENAMES = ("AMY", "BEN", "CARA", "DEAN", "ELLA", "FINN", "GRACE", "HUGO")
SURNAMES = ("ARCHER", "BAKER", "COOPER", "DYER", "FISHER", "GLOVER", "HUNTER", "MASON", "PALMER", "TURNER")


def identity(i: int) -> dict[str, Any]:
    return {
        "forename": FORENAMES[i % 8], "surname": SURNAMES[i // 8], "gender": ("female", "male")[i % 2],
        "date_of_birth": dt.date(1950 + i // 2, 1 + i % 12, 1 + i % 28), "address": f"{i + 1} HIGH STREET",
        "postcode": f"E{1 + i % 9} 1AA", "nino": f"AB{100000 + 37 * i}C",
    }  # fmt: skip


@pytest.fixture
def study(make: SimpleNamespace) -> dict[str, Any]:
    """Eighty adults, all in the register, where every fifth has but a forename, another surname and the NINO."""
    world = make.world_of(80, [], set(range(80)))
    attributes = make.table(
        [
            make.attribute(f"p{i:02}", f"c{i}", make.hackney if i % 2 else make.kent,
                           "programme" if i % 4 < 2 else "comparison", 30)
            for i in range(80)
        ],
        ons.Attributes,
    )  # fmt: skip
    world = dataclasses.replace(world, attributes=attributes)
    benefits = pl.DataFrame(
        [
            {"dwp_key": f"k{i:02}", "benefit_type": "JSA", "start_date": dt.date(2016, 6, 1), "weekly_amount": 70.0}
            for i in range(0, 80, 3)
        ],
        schema=empty(dwp.Benefits).schema,
    )
    changed = {"surname": "JONES", "date_of_birth": None, "address": None, "postcode": None}
    return {
        "attributes": world.attributes,
        "requested": world.requested,
        "truth": world.truth,
        "requests": {"dwp": pl.DataFrame([{"request_ref": f"r-p{i:02}", **identity(i)} for i in range(80)]).lazy()},
        "registers": {
            "dwp": pl.DataFrame(
                [{"dwp_key": f"k{i:02}", **identity(i), **(changed if i % 5 == 0 else {})} for i in range(80)]
            ).lazy()
        },
        "histories": {
            "dwp": {"benefits": benefits.lazy(), "employment": empty(dwp.Employment).lazy()},
            "moj": {"offences": empty(moj.Offences).lazy()},
            "dfe": {
                "social_care": empty(dfe.SocialCare).lazy(),
                "exclusions": empty(dfe.Exclusions).lazy(),
                "absence": empty(dfe.Absence).lazy(),
            },
        },
    }


def test_less_told_finds_fewer_and_bends_the_finding(study: dict[str, Any]) -> None:
    choices = (Choice("as agreed"), Choice("without NINO", without=("nino",), number="nino"))
    heard: list[str] = []
    table = what_identifiers_buy(**study, choices=choices, engine="duckdb", progress=heard.append).collect()
    Disclosures.validate(table)
    assert heard == ["dwp: as agreed", "dwp: without NINO"]
    agreed, less = table.iter_rows(named=True)
    assert "nino" in agreed["tells"]
    assert "nino" not in less["tells"]
    # the sixteen of whom little is known are found by their number alone
    assert agreed["recall"] == 1
    assert less["recall"] <= 64 / 80
    # All eighty pairs agree on the number, and so do all links that the rest makes: with both, everybody is found.
    assert less["second_recall"] == 1
    assert less["second_low"] == less["second_high"] == 1
    assert agreed["second_recall"] is None
    assert agreed["bias"] == pytest.approx(0)
    assert less["bias"] == pytest.approx(less["found_difference"] - less["true_difference"])


def test_a_choice_that_changes_nothing_is_not_tried(study: dict[str, Any]) -> None:
    table = what_identifiers_buy(**study, choices=(Choice("no height", without=("height",)),)).collect()
    assert table.is_empty()


def test_year_of_birth_tells_the_year_alone(study: dict[str, Any]) -> None:
    from tf_linkage.quality.studies.identifiers import _variants

    tables = {name: study[f"{name}s" if name != "requested" else name]["dwp"]
              for name in ("requested", "request", "register")}  # fmt: skip
    choice = Choice("year", year_only=True, family_token=True)
    ((_, told, known),) = _variants("dwp", (choice,), study["attributes"], tables)
    for table in (told.collect(), known.collect()):
        days = table["date_of_birth"].drop_nulls()
        assert set(zip(days.dt.month(), days.dt.day(), strict=True)) == {(7, 2)}
        assert days.dt.year().drop_nulls().n_unique() == 40
    assert told.collect()["family_id"].to_list() == [f"f-p{i:02}" for i in range(80)]


@pytest.mark.filterwarnings("error::UserWarning")
def test_a_register_that_tells_of_no_outcome_has_figures_and_no_finding(
    study: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    without = dataclasses.replace(DEPARTMENTS["dwp"], headline=None)
    monkeypatch.setitem(DEPARTMENTS, "dwp", without)
    (row,) = what_identifiers_buy(**study, choices=(Choice("as agreed"),)).collect().to_dicts()
    assert row["recall"] is not None
    assert [row[name] for name in ("outcome", "true_difference", "found_difference", "bias")] == [None] * 4
    Disclosures.validate(what_identifiers_buy(**study, choices=(Choice("as agreed"),)).collect())
