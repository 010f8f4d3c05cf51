"""What a council gives the trusted third party, and nothing else (notice, first section).

Source of the six problems and their sub-codes: the privacy notice's own list. Source of the remaining
fields: councils' notices as collected in the study's field list (identifiers, references, problems,
programme or comparison, whether a service is received, dates).
"""

from __future__ import annotations

import datetime as dt
import re

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.councils import COUNCIL_NAMES
from tf_linkage.contracts.bodies.identity import FILLED, IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, code, date, flag, text
from tf_linkage.contracts.in_time import MOSTLY_OUTSIDE, OF_A_YEAR, IdentifiedThen, lately
from tf_linkage.contracts.relations import (
    HALF,
    MANY_CELLS,
    NEARLY_ALL,
    BornBefore,
    InOrder,
    KnownCode,
    KnownSender,
    NotOneValue,
    OfItsSender,
    OneOf,
    OnlyWhere,
    Strength,
    Unlike,
)

PROBLEMS: dict[str, tuple[str, ...]] = {
    "worklessness": ("OOW", "DEBT", "NEET"),
    "school_absence": ("PA", "EXC"),
    "child_need": ("CIN", "CPP", "CLA"),
    "crime": ("OFF", "ASB"),
    "domestic_abuse": ("DA",),
    "health": ("MH", "PH"),
}
"""The six problems of the notice, each with its sub-codes, from least to most severe where that has a meaning.

OOW out of work, DEBT problem debt, NEET young adult not in education, employment or training; PA persistent
absence, EXC exclusion; CIN in need, CPP on a child protection plan, CLA looked after; OFF offending, ASB
anti-social behaviour; DA domestic abuse; MH mental health, PH physical health.
"""

FIRST_OF_SEVERAL: dict[str, tuple[str, ...]] = {
    "worklessness": ("OOW", "DEBT", "NEET"),
    "school_absence": ("EXC", "PA"),
    "child_need": ("CLA", "CPP", "CIN"),
    "crime": ("OFF", "ASB"),
    "domestic_abuse": ("DA",),
    "health": ("MH", "PH"),
}
"""Which sub-code counts where a council's file has several for one person: the more severe where that has a
meaning, else the notice's order."""

PROBLEM_WORDS: dict[str, str] = {
    "OOW": "out of work", "DEBT": "problem debt", "NEET": "not in education, employment or training",
    "PA": "persistent absence", "EXC": "exclusion", "CIN": "child in need", "CPP": "child protection plan",
    "CLA": "looked after", "OFF": "offending", "ASB": "anti-social behaviour", "DA": "domestic abuse",
    "MH": "mental health", "PH": "physical health",
}  # fmt: skip
"""What each sub-code is called."""

LEAST_PROBLEMS = 2
"""A family is in the study only with two or more of the six (notice; financial framework 2015)."""

STUDY_GROUPS = ("programme", "comparison")

PROGRAMME_ANNOUNCED = dt.date(2011, 12, 15)
"""No family was identified for the programme, nor served by it, before the day on which it was announced."""

OF_COUNCILS = r"^E(0[6-9]|10)\d{6}$"
LIKE_A_COUNCIL = re.compile(OF_COUNCILS)
"""The form of a council's GSS code."""

FAMILY = ("la_code", "family_ref")


def _one(column: str, what: str) -> OneOf:
    return OneOf(
        strength=Strength.REFUSE,
        reason=f"{what} is the family's, so all its members carry the same",
        column=column,
        group=FAMILY,
    )


class Cohort(IdentityWithNino):
    """One row for each person a council names; people of one family share `family_ref`.

    A problem column holds the sub-code found for this person, or nothing. Families have two or more of the
    six problems between their members.
    """

    relations = (
        _one("identified_date", "the day on which a family was found eligible"),
        _one("service_start_date", "the start of a service"),
        _one("service_end_date", "the end of a service"),
        _one("service_received", "whether a service is received"),
        OnlyWhere(
            strength=Strength.REFUSE,
            reason="a service that began was received; either the days or the no are another family's",
            columns=("service_start_date", "service_end_date"),
            told_by="service_received",
        ),
        InOrder(
            strength=Strength.NOTE,
            reason="a service may have begun before the family was counted in; or one of the days is a slip",
            earlier="identified_date",
            later="service_start_date",
        ),
        Unlike(
            strength=Strength.NOTE,
            reason="a person named twice becomes one where both records agree",
            columns=("forename", "surname", "date_of_birth"),
            group=FAMILY,
        ),
        IdentifiedThen(
            strength=Strength.REFUSE,
            reason="the file is of another period than the study's, or its dates were moved",
            column="identified_date",
            most=MOSTLY_OUTSIDE,
        ),
        IdentifiedThen(
            strength=Strength.NOTE,
            reason="some families may have been found earlier or later; they are counted as sent",
            column="identified_date",
            most=0,
        ),
        BornBefore(strength=Strength.NOTE, reason="babies join a family later", day="identified_date"),
        OfItsSender(
            strength=Strength.REFUSE,
            reason="the code was set for another council, or the file is another's",
            column="la_code",
        ),
        KnownSender(
            strength=Strength.NOTE,
            reason="write the council's own name as the sender; or see that the rows are of those it sends for",
            column="la_code",
        ),
        NotOneValue(
            strength=Strength.NOTE,
            reason="the file holds one group alone; the other may be in a file of its own",
            columns=("study_group",),
            most=NEARLY_ALL,
            least=MANY_CELLS,
        ),
        KnownCode(
            strength=Strength.NOTE,
            reason="a slip, or a council that was made since the list was",
            column="la_code",
            codes=frozenset(COUNCIL_NAMES),
        ),
        NotOneValue(
            strength=Strength.REFUSE,
            reason=FILLED,
            columns=("family_ref",),
            most=HALF,
            least=MANY_CELLS,
        ),
        lately(
            ("identified_date", "service_start_date", "service_end_date"),
            OF_A_YEAR,
            spell=("service_start_date", "service_end_date"),
        ),
    )

    la_code = text(ColumnClass.QUASI, "Local authority (GSS code)", primary_key=True, regex=OF_COUNCILS)
    person_ref = text(ColumnClass.REFERENCE, "The council's own number for the person", primary_key=True)
    family_ref = text(ColumnClass.REFERENCE, "The council's own number for the family")
    worklessness = code(
        ColumnClass.ATTRIBUTE,
        "Out of work, problem debt, or NEET",
        PROBLEMS["worklessness"],
        nullable=True,
    )
    school_absence = code(
        ColumnClass.ATTRIBUTE, "School absence problem", PROBLEMS["school_absence"], nullable=True
    )
    child_need = code(
        ColumnClass.ATTRIBUTE,
        "Child in need, on a protection plan, or looked after",
        PROBLEMS["child_need"],
        nullable=True,
    )
    crime = code(ColumnClass.ATTRIBUTE, "Offending or anti-social behaviour", PROBLEMS["crime"], nullable=True)
    domestic_abuse = code(ColumnClass.ATTRIBUTE, "Domestic abuse", PROBLEMS["domestic_abuse"], nullable=True)
    health = code(ColumnClass.ATTRIBUTE, "Mental or physical health problem", PROBLEMS["health"], nullable=True)
    study_group = code(ColumnClass.ATTRIBUTE, "On the programme, or on the waiting list for it", STUDY_GROUPS)
    service_received = flag(ColumnClass.ATTRIBUTE, "Whether the family receives a service")
    identified_date = date(
        ColumnClass.ATTRIBUTE,
        "Day on which the council found the family eligible",
        earliest=PROGRAMME_ANNOUNCED,
        ladder=("day", "month", "quarter", "year"),
    )
    service_start_date = date(
        ColumnClass.ATTRIBUTE,
        "Start of the service, if any",
        earliest=PROGRAMME_ANNOUNCED,
        nullable=True,
        ladder=("day", "month", "quarter", "year"),
    )
    service_end_date = date(
        ColumnClass.ATTRIBUTE,
        "End of the service, if it has ended",
        earliest=PROGRAMME_ANNOUNCED,
        nullable=True,
        ladder=("day", "month", "quarter", "year"),
    )

    @dy.rule()
    def two_or_more_problems(cls) -> pl.Expr:
        """Between them, the members of a family have two or more of the six problems."""
        found = [
            pl.col(problem).is_not_null().any().over("la_code", "family_ref").cast(pl.Int32) for problem in PROBLEMS
        ]
        return pl.sum_horizontal(found) >= LEAST_PROBLEMS

    @dy.rule()
    def one_study_group_per_family(cls) -> pl.Expr:
        """A family is on the programme or on the waiting list, not both."""
        return pl.col("study_group").n_unique().over("la_code", "family_ref") == 1

    @dy.rule()
    def service_dates_in_order(cls) -> pl.Expr:
        """A service ends on or after the day it starts."""
        return pl.col("service_end_date").is_null() | (pl.col("service_start_date") <= pl.col("service_end_date"))

    @dy.rule()
    def no_end_of_service_without_its_start(cls) -> pl.Expr:
        """A service that ended has started."""
        return pl.col("service_end_date").is_null() | pl.col("service_start_date").is_not_null()
