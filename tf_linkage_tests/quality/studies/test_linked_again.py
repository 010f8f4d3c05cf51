"""What linking again tells without truth: on a small register, by hand, and in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import exchange
from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.linkage import department_model, link
from tf_linkage.quality import figure, told_by_linking_again
from tf_linkage.quality.measures.figures import laid_out
from tf_linkage.quality.report.longer.assessment import Assessment, sections
from tf_linkage.quality.without_truth.sentinel import ENOUGH

NUMBERED = next(name for name, department in DEPARTMENTS.items() if "nino" in department.request_columns)
FORENAMES = ("AMY", "BEN", "CARA", "DEAN", "ELLA", "FINN", "GRACE", "HUGO")
SURNAMES = ("ARCHER", "BAKER", "COOPER", "DYER", "FISHER", "GLOVER", "HUNTER", "MASON", "PALMER", "TURNER")
PEOPLE = 400


def identity(i: int) -> dict[str, Any]:
    return {
        "forename": FORENAMES[i % 8], "surname": SURNAMES[i // 8 % 10], "gender": ("female", "male")[i % 2],
        "date_of_birth": dt.date(1950 + i // 80, 1 + i % 12, 1 + i % 28), "address": f"{i + 1} HIGH STREET",
        "postcode": f"E{1 + i % 9} 1AA", "nino": f"AB{100000 + 37 * i}C",
    }  # fmt: skip


def study() -> dict[str, dict[str, pl.LazyFrame]]:
    """Three hundred of four hundred people are in the register, all written down rightly."""
    request = pl.DataFrame([{"request_ref": f"r{i:03}", **identity(i)} for i in range(PEOPLE)]).lazy()
    key = DEPARTMENTS[NUMBERED].key
    register = pl.DataFrame([{key: f"k{i:03}", **identity(i)} for i in range(PEOPLE) if i % 4]).lazy()
    model = department_model(NUMBERED, DEPARTMENTS[NUMBERED].request_columns)
    made = link(request, register, model).links.rename({"left_id": "request_ref", "right_id": "register_key"})
    links = made.cast(pl.Schema(schema_of(exchange.Links))).lazy()
    return {"requests": {NUMBERED: request}, "registers": {NUMBERED: register}, "links": {NUMBERED: links}}


def test_a_register_that_is_written_down_rightly_has_no_false_link_and_sure_posteriors() -> None:
    heard: list[str] = []
    tables = study()
    found = told_by_linking_again(**tables, progress=heard.append).collect()
    Metrics.validate(found)
    assert len(heard) == 2
    assert figure(found, NUMBERED, "sentinel_precision") == 1
    row = found.filter(pl.col("measure").cast(pl.String) == "sentinel_precision").row(0, named=True)
    assert row["denominator"] == 300 < ENOUGH
    # Each of 300 was tried: of 100 without a link no more than two are linked to strangers, or it would have shown.
    assert 0.97 < row["low"] < 1


def test_people_whom_the_register_holds_twice_make_precision_come_out_too_low() -> None:
    """Everybody stands there a second time, without the number: with the one record gone the other is linked."""
    tables = study()
    register = tables["registers"][NUMBERED].collect()
    key = DEPARTMENTS[NUMBERED].key
    again = register.with_columns(pl.col(key).str.replace("k", "t"), nino=pl.lit(None, pl.String))
    both = pl.concat([register, again]).lazy()
    found = told_by_linking_again(tables["requests"], {NUMBERED: both}, tables["links"]).collect()
    assert figure(found, NUMBERED, "sentinel_precision") < 0.75


def test_what_it_tells_stands_on_the_page_of_the_longer_studies() -> None:
    schema = {"level": pl.String, "measure": pl.String, "numerator": pl.Int64, "denominator": pl.Int64,
              "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}  # fmt: skip
    bands = [("0.5 to 0.9", "held_out_expected", None, 40, 0.71, None, None),
             ("0.5 to 0.9", "held_out_share", 30, 40, 0.83, 0.7, 0.92)]  # fmt: skip
    overall = [("all", "sentinel_precision", 990, 1_000, 0.99, 0.97, 1.0),
               ("all", "held_out_even", None, 40, 0.74, 0.51, 0.88)]  # fmt: skip
    parts = {
        (NUMBERED, breakdown): pl.DataFrame(rows, schema=schema, orient="row")
        for breakdown, rows in (("all", overall), ("probability_band", bands))
    }
    (section,) = sections(Assessment(agreement=laid_out(parts)))
    for said in ("99.0%", "0.5 to 0.9", "71.0%", "83.0%", "posterior 50% is of one person in 74.0%"):
        assert said in section.html
    only = pl.DataFrame([("all", "agreed_precision", 20, 28, 0.71, 0.5, 0.9)], schema=schema, orient="row")
    assert sections(Assessment(agreement=laid_out({(NUMBERED, "all"): only}))) == []


@pytest.mark.parametrize("name", [name for name in DEPARTMENTS if name != NUMBERED])
def test_where_no_number_is_sent_none_is_held_back(name: str) -> None:
    tables = study()
    key = DEPARTMENTS[name].key
    columns = ["request_ref", *DEPARTMENTS[name].request_columns]
    request = tables["requests"][NUMBERED].select(*(one for one in columns if one in ("request_ref", *identity(0))))
    register = tables["registers"][NUMBERED].rename({DEPARTMENTS[NUMBERED].key: key}).drop("nino")
    found = told_by_linking_again({name: request}, {name: register}, {name: tables["links"][NUMBERED]}).collect()
    assert set(found["measure"].cast(pl.String)) == {"sentinel_precision"}
