"""Each check: a case in which it passes and one in which it fails."""

import datetime as dt

import dagster as dg
import polars as pl
import pytest
from check_cases import verdicts

from tf_linkage.contracts.bodies import moj
from tf_linkage.contracts.columns import schema_of
from tf_linkage.defs.checks import checks
from tf_linkage.study import Study

OFFENCES = pl.DataFrame(
    {
        "moj_key": ["a", "a"],
        "case_id": ["c1", "c1"],
        "offence_id": ["o1", "o2"],
        "offence_start_date": [dt.date(2016, 1, 1), dt.date(1900, 1, 1)],
        "offence_group": ["01", "12"],
        "is_primary_offence": [True, False],
        "disposal_rank": [1, 2],
        "adjudication_code": ["G", "N"],
        "disposal_date": [dt.date(2016, 5, 1), dt.date(2016, 5, 1)],
        "disposal": ["FINE", "NONE"],
        "sentence_days": [None, None],
    }
).cast(dict(schema_of(moj.Offences)))


def people(*ids: str) -> pl.LazyFrame:
    return pl.LazyFrame({"person_id": list(ids)}, schema={"person_id": pl.String})


@pytest.mark.parametrize(
    ("table", "broken"),
    [
        (OFFENCES, []),
        (OFFENCES.with_columns(offence_id=pl.lit("o1")), ["offences: primary_key: 2 rows"]),
        (
            OFFENCES.with_columns(disposal_rank=pl.lit(0, pl.Int32)),
            ["offences: disposal_rank|min: 2 rows"],
        ),
        (
            OFFENCES.drop("disposal"),
            ["offences: columns or types differ from the contract: disposal is missing"],
        ),
        (
            OFFENCES.with_columns(more=1, sentence_days=pl.lit("long")),
            ["offences: columns or types differ from the contract: sentence_days has another type, 1 not declared"],
        ),
        (
            OFFENCES.select(reversed(OFFENCES.columns)),
            ["offences: columns or types differ from the contract: their order"],
        ),
        (
            OFFENCES.cast({"disposal_rank": pl.Int64}),
            ["offences: columns or types differ from the contract: disposal_rank has another type"],
        ),
    ],
)
def test_a_table_keeps_its_contract_or_the_rule_is_named(table: pl.DataFrame, broken: list[str]) -> None:
    assert checks.broken_rules({"offences": table.lazy()}, {"offences": moj.Offences}) == broken


def test_missing_and_unknown_tables_are_named() -> None:
    found = checks.broken_rules({"other": OFFENCES.lazy()}, {"offences": moj.Offences})
    assert found == ["offences is missing", "other is in no contract"]


def evaluate(check: dg.AssetChecksDefinition, **stored: pl.LazyFrame | Study) -> dict[str, dg.AssetCheckResult]:
    """Run a check's function on given frames."""
    return {result.check_name or check.check_key.name: result for result in verdicts(check, **stored)}


def test_law_5_turns_red_on_an_identifier() -> None:
    clean = evaluate(checks.table_check("moj/return"), stored={"people": pl.LazyFrame({"request_ref": ["r"]})})
    assert clean["holds_no_identifier"].passed
    leaking = pl.LazyFrame({"request_ref": ["r"], "surname": ["x"]})
    found = evaluate(checks.table_check("moj/return"), stored={"people": leaking})
    assert not found["holds_no_identifier"].passed
    assert not found["keeps_contract"].passed
    assert "surname" in (found["holds_no_identifier"].description or "")


@pytest.mark.parametrize(("left", "right", "passed"), [("ab", "ba", True), ("ab", "a", False), ("a", "ab", False)])
def test_references_match_in_both_directions(left: str, right: str, *, passed: bool) -> None:
    assert checks.same_people(people(*left), people(*right)).passed is passed


def records(*refs: str) -> pl.LazyFrame:
    return pl.LazyFrame({"la_code": ["E09000012"] * len(refs), "person_ref": list(refs)})


@pytest.mark.parametrize(
    ("sent", "kept", "passed"), [("ab", "ba", True), ("ab", "a", False), ("a", "ab", False), ("ab", "aa", False)]
)
def test_no_record_is_lost_or_made_up(sent: str, kept: str, *, passed: bool) -> None:
    assert checks.records_conserved(records(*kept), records(*sent)).passed is passed


def test_a_request_with_more_than_the_notice_allows_is_red() -> None:
    columns = ["request_ref", "forename", "surname", "date_of_birth", "gender", "address", "postcode"]
    allowed = pl.LazyFrame(schema=dict.fromkeys(columns, pl.String))
    check, study = checks.request_as_allowed("moj"), Study()
    assert next(iter(evaluate(check, link_request=allowed, study=study).values())).passed
    with_nino = allowed.with_columns(nino=pl.lit("x"))
    assert not next(iter(evaluate(check, link_request=with_nino, study=study).values())).passed
    to_dwp = checks.request_as_allowed("dwp")
    assert next(iter(evaluate(to_dwp, link_request=with_nino, study=study).values())).passed


def test_what_must_stop_things_blocks() -> None:
    for check in (checks.table_check("dwp/return"), checks.cohort_conserved(), checks.request_as_allowed("dfe")):
        assert all(spec.blocking for spec in check.check_specs)
