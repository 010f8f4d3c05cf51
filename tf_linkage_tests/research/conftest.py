"""A small linked world made by hand.

One programme family in Hackney (start 10 May 2016): Ann (36) and Ben (10). One waiting family in Hull (start
1 October 2016): Cy (20), whom no department found, and a child not yet born.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import ons
from tf_linkage.contracts.registry import DEPARTMENTS

REGIONS = {"E09000012": "London", "E06000010": "North"}


def rows_of(schema: Any, *rows: dict[str, Any]) -> pl.LazyFrame:
    return pl.LazyFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def history(department: str, table: str, *rows: dict[str, Any]) -> pl.LazyFrame:
    """A returned history: `request_ref` in place of the register's key, cases numbered."""
    contract = schema_of(DEPARTMENTS[department].histories[1][table])
    names = {DEPARTMENTS[department].key: "request_ref", "case_id": "case_number", "offence_id": "offence_number"}
    numbers = {"case_number", "offence_number"}
    schema = {
        names.get(name, name): pl.Int32 if names.get(name) in numbers else dtype for name, dtype in contract.items()
    }
    return rows_of(schema, *rows)


@pytest.fixture
def regions() -> dict[str, str]:
    return REGIONS


@pytest.fixture
def attributes() -> pl.LazyFrame:
    hackney = {
        "family_id": "fam-1", "la_code": "E09000012", "study_group": "programme", "service_received": True,
        "identified_date": dt.date(2016, 5, 10),
    }  # fmt: skip
    hull = {
        "family_id": "fam-2", "la_code": "E06000010", "study_group": "comparison", "service_received": False,
        "identified_date": dt.date(2016, 10, 1),
    }  # fmt: skip
    return rows_of(
        schema_of(ons.Attributes),
        {**hackney, "person_id": "ann", "person_ref": "1", "age": 36, "gender": "female", "crime": "ASB"},
        {**hackney, "person_id": "ann", "person_ref": "3", "age": 36, "gender": "female", "crime": "OFF",
         "health": "MH"},
        {**hackney, "person_id": "ben", "person_ref": "2", "age": 10, "gender": "male", "school_absence": "PA"},
        {**hull, "person_id": "cy", "person_ref": "7", "age": 20, "gender": "male", "worklessness": "NEET",
         "domestic_abuse": "DA"},
        {**hull, "person_id": "dot", "person_ref": "8", "age": -1},
    )  # fmt: skip


@pytest.fixture
def linked_people() -> pl.LazyFrame:
    return rows_of(
        schema_of(ons.LinkedPeople),
        {"person_id": "ann", "family_id": "fam-1", "person_study_ref": "P9",
         "family_study_ref": "F5", "outcome_study_ref": "H3",
         "dwp_ref": "d-ann", "dwp_link": "very high", "moj_ref": "m-ann", "moj_link": "high"},
        {"person_id": "ben", "family_id": "fam-1", "person_study_ref": "P2",
         "family_study_ref": "F5", "outcome_study_ref": "H3",
         "dfe_ref": "e-ben", "dfe_link": "moderate"},
        {"person_id": "cy", "family_id": "fam-2", "person_study_ref": "P5",
         "family_study_ref": "F1", "outcome_study_ref": "H8"},
        {"person_id": "dot", "family_id": "fam-2", "person_study_ref": "P4",
         "family_study_ref": "F1", "outcome_study_ref": "H8"},
    )  # fmt: skip


@pytest.fixture
def returns() -> dict[str, dict[str, pl.LazyFrame]]:
    ann, ben = "d-ann", "e-ben"
    day = dt.date
    return {
        "dwp": {
            "benefits": history(
                "dwp", "benefits",
                {"request_ref": ann, "benefit_type": "JSA", "start_date": day(2014, 1, 1),
                 "end_date": day(2015, 5, 9), "weekly_amount": 73.10},
                {"request_ref": ann, "benefit_type": "UAA", "start_date": day(2018, 5, 9), "weekly_amount": 324.99},
                {"request_ref": ann, "benefit_type": "PIP", "start_date": day(2015, 6, 1),
                 "end_date": day(2015, 7, 1), "weekly_amount": 25.0},
            ),
            "employment": history(
                "dwp", "employment",
                {"request_ref": ann, "start_date": day(2015, 4, 6), "end_date": day(2016, 5, 9),
                 "uncertain_start_date": True, "uncertain_end_date": False, "annual_pay": 12_499.99},
            ),
        },
        "moj": {
            "offences": history(
                "moj", "offences",
                {"request_ref": "m-ann", "case_number": 1, "offence_number": 1,
                 "offence_start_date": day(1900, 1, 1), "offence_group": "04", "is_primary_offence": True,
                 "disposal_rank": 1, "adjudication_code": "G", "disposal_date": day(2016, 5, 10),
                 "disposal": "CUSTODY", "sentence_days": 182},
                {"request_ref": "m-ann", "case_number": 2, "offence_number": 2,
                 "offence_start_date": day(2016, 4, 30), "offence_group": "10", "is_primary_offence": False,
                 "disposal_rank": 1, "adjudication_code": "C", "disposal_date": day(2016, 5, 9),
                 "disposal": "CAUTION"},
            ),
        },
        "dfe": {
            "enrolments": history(
                "dfe", "enrolments",
                *(
                    {"request_ref": ben, "academic_year": year, "school_id": school, "la_code": "E09000012",
                     "start_date": day(year, 9, 1), "nc_year_actual": nc_year, "fsm_eligible": fsm,
                     "sen_provision": sen, "ethnic_group_minor": "BCRB", "language_group": "English"}
                    for year, school, nc_year, fsm, sen in (
                        (2015, "s1", 5, False, "N"), (2015, "s2", 5, True, "K"), (2016, "s2", 6, True, "K"),
                    )
                ),
            ),
            "absence": history(
                "dfe", "absence",
                *(
                    {"request_ref": ben, "academic_year": year, "term": term, "school_id": "s2",
                     "sessions_possible": 100, "authorised_absence": 4, "unauthorised_absence": missed}
                    for year, term, missed in (
                        (2015, "Autumn", 5), (2015, "Spring", 5), (2015, "Summer", 20),
                        (2016, "Autumn", 6), (2016, "Spring", 6), (2019, "Autumn", 96),
                    )
                ),
            ),
            "exclusions": history(
                "dfe", "exclusions",
                {"request_ref": ben, "start_date": day(2017, 3, 1), "category": "FIXED", "sessions": 4},
                {"request_ref": ben, "start_date": day(2017, 3, 8), "category": "FIXED", "sessions": 4},
                {"request_ref": ben, "start_date": day(2017, 4, 1), "category": "PERM"},
            ),
            "key_stages": history(
                "dfe", "key_stages",
                {"request_ref": ben, "academic_year": 2016, "key_stage": "KS2", "measure": "READING",
                 "result": "EXS"},
                {"request_ref": ben, "academic_year": 2016, "key_stage": "KS2", "measure": "MATHS",
                 "result": "WTS"},
            ),
            "social_care": history(
                "dfe", "social_care",
                {"request_ref": ben, "episode_type": "CIN", "start_date": day(2015, 1, 1),
                 "end_date": day(2015, 5, 10), "primary_need_code": "N1"},
                {"request_ref": ben, "episode_type": "CLA", "start_date": day(2018, 5, 9),
                 "legal_status": "C2", "placement": "foster"},
            ),
        },
    }  # fmt: skip
