"""The Department for Education: pupils, their schooling, and their contact with children's social care.

Shape after the National Pupil Database: the school census, termly absence in sessions (half days), exclusions,
key-stage results, children in need and looked-after episodes.
"""

from __future__ import annotations

import datetime as dt

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.identity import Identity
from tf_linkage.contracts.columns import ColumnClass, Table, code, date, flag, text, whole
from tf_linkage.contracts.in_time import PREGNANCY, born_first
from tf_linkage.contracts.relations import Apart, StartsWithin, Strength

ETHNIC_GROUPS = (
    "WBRI", "WIRI", "WIRT", "WROM", "WOTH", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH",
    "BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT",
)  # fmt: skip
"""School census codes of ethnic group (minor)."""

TERMS = ("Autumn", "Spring", "Summer")
SEN_PROVISION = ("N", "K", "E")
"""No special educational need, support, or an education, health and care plan."""

LANGUAGE_GROUPS = ("English", "Other", "Unknown")
EXCLUSION_CATEGORIES = ("PERM", "FIXED", "LNCH")
KEY_STAGES = ("KS1", "KS2", "KS4")
KEY_STAGE_MEASURES = ("READING", "WRITING", "MATHS", "LEVEL2_EM")
KEY_STAGE_RESULTS = (
    "BLW", "PKF", "PK1", "PK2", "PK3", "PK4", "WTS", "EXS", "GDS", "A", "D", "Q", "L1", "L2", "L3", "L4", "L5",
    "YES", "NO",
)  # fmt: skip
"""Key stage 1 codes from 2016 (A absent, D disapplied, Q maladministration), levels before 2016, and YES or
NO for the key stage 4 threshold with English and mathematics."""

EPISODE_TYPES = ("CIN", "CPP", "CLA")
NEED_CODES = ("N0", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9")
ABUSE_CATEGORIES = ("NEG", "PHY", "SAB", "EMO", "MUL")
LEGAL_STATUSES = ("C1", "C2", "D1", "E1", "V2", "V3", "V4", "L1", "L2", "L3", "J1", "J2", "J3")
PLACEMENTS = (
    "foster", "kinship", "residential", "secure", "with parents", "independent", "adoption", "temporary", "other",
)  # fmt: skip
"""The return's codes for placements, in words: adoption is its A3 to A6, temporary its T0 to T4, other its Z1."""


FIRST_CENSUS, FIRST_EPISODE = dt.date(2000, 1, 1), dt.date(1985, 1, 1)
"""Earliest day of schooling and of an episode of care: pupils of the extract are 26 at most."""

MOST_SESSIONS = 400
"""Half days. A school year has 190 days."""

PERSISTENT_ABSENCE = {2010: 0.15, 2015: 0.10}
"""Share of possible sessions missed that counts as persistent, by first academic year it applied (DfE, A guide
to absence statistics, March 2016): 15% from 2010/11, 10% from 2015/16."""

NO_ABSENCE_DATA = (2019,)
"""Academic years (by their autumn) for which no absence data were collected."""


class Pupils(Identity):
    """One row for each pupil; a move of school sometimes makes a second."""

    dfe_key = text(ColumnClass.REFERENCE, "DfE's own key of the pupil", primary_key=True)


class Enrolments(Table):
    """One row for each pupil, school and academic year."""

    relations = (
        *born_first("dfe_key", "dfe_pupils"),
        Apart(
            strength=Strength.NOTE,
            reason="a pupil may be registered at two schools at once",
            key="dfe_key",
            kind=("school_id", "academic_year"),
        ),
    )

    dfe_key = text(ColumnClass.REFERENCE, "DfE's own key of the pupil")
    academic_year = whole(ColumnClass.ATTRIBUTE, "Year in which the academic year begins", least=2000)
    school_id = text(ColumnClass.QUASI, "School")
    la_code = text(ColumnClass.QUASI, "Local authority of the school", regex=r"^E(0[6-9]|10)\d{6}$")
    start_date = date(
        ColumnClass.ATTRIBUTE, "First day on the roll", earliest=FIRST_CENSUS, ladder=("day", "month", "year")
    )
    end_date = date(
        ColumnClass.ATTRIBUTE,
        "Last day on the roll; empty while enrolled",
        earliest=FIRST_CENSUS,
        nullable=True,
        ladder=("day", "month", "year"),
    )
    nc_year_actual = whole(
        ColumnClass.ATTRIBUTE,
        "National curriculum year (0 is reception, below it are nursery years; empty where none is followed)",
        nullable=True,
        least=-2,
        most=14,
    )
    fsm_eligible = flag(ColumnClass.ATTRIBUTE, "Eligible for free school meals")
    sen_provision = code(ColumnClass.ATTRIBUTE, "Special educational needs", SEN_PROVISION)
    ethnic_group_minor = code(ColumnClass.QUASI, "Ethnic group", ETHNIC_GROUPS)
    language_group = code(ColumnClass.QUASI, "First language", LANGUAGE_GROUPS)

    @dy.rule()
    def dates_in_order(cls) -> pl.Expr:
        """A pupil leaves a roll on or after the day of joining it."""
        return pl.col("end_date").is_null() | (pl.col("start_date") <= pl.col("end_date"))


class Absence(Table):
    """One row for each pupil, school and term."""

    dfe_key = text(ColumnClass.REFERENCE, "DfE's own key of the pupil")
    academic_year = whole(ColumnClass.ATTRIBUTE, "Year in which the academic year begins", least=2000)
    term = code(ColumnClass.ATTRIBUTE, "Term", TERMS)
    school_id = text(ColumnClass.QUASI, "School")
    sessions_possible = whole(
        ColumnClass.ATTRIBUTE, "Sessions the pupil could attend", unit="half days", most=MOST_SESSIONS
    )
    authorised_absence = whole(ColumnClass.ATTRIBUTE, "Sessions missed with leave", unit="half days")
    unauthorised_absence = whole(ColumnClass.ATTRIBUTE, "Sessions missed without leave", unit="half days")

    @dy.rule()
    def absence_within_possible(cls) -> pl.Expr:
        """Nobody misses more sessions than there are."""
        return pl.col("authorised_absence") + pl.col("unauthorised_absence") <= pl.col("sessions_possible")


class Exclusions(Table):
    """One row for each exclusion."""

    relations = born_first("dfe_key", "dfe_pupils")

    dfe_key = text(ColumnClass.REFERENCE, "DfE's own key of the pupil")
    start_date = date(ColumnClass.ATTRIBUTE, "First day", earliest=FIRST_CENSUS, ladder=("day", "month", "year"))
    category = code(ColumnClass.ATTRIBUTE, "Permanent, fixed, or lunchtimes", EXCLUSION_CATEGORIES)
    sessions = whole(ColumnClass.ATTRIBUTE, "Length", unit="half days", nullable=True, most=MOST_SESSIONS)


class KeyStages(Table):
    """One row for each pupil, key stage and measure."""

    dfe_key = text(ColumnClass.REFERENCE, "DfE's own key of the pupil")
    academic_year = whole(ColumnClass.ATTRIBUTE, "Year in which the academic year begins", least=2000)
    key_stage = code(ColumnClass.ATTRIBUTE, "Key stage", KEY_STAGES)
    measure = code(ColumnClass.ATTRIBUTE, "Subject or threshold", KEY_STAGE_MEASURES)
    result = code(ColumnClass.ATTRIBUTE, "Result", KEY_STAGE_RESULTS)


class SocialCare(Table):
    """One row for each episode with children's social care."""

    relations = (
        Apart(
            strength=Strength.NOTE,
            reason="a child is in need, on a plan or looked after once at a time; both are kept as sent",
            key="dfe_key",
            kind=("episode_type",),
        ),
        *born_first(
            "dfe_key",
            "dfe_pupils",
            ahead=PREGNANCY,
            too_many="keys slid against their people, or the births are other people's: nobody is known of so "
            "early",
            single="a child may be in need before it is born; or one of the two days is a slip",
        ),
        StartsWithin(
            strength=Strength.NOTE,
            reason="a child on a plan is in need too; the two are recorded apart, and often days apart",
            key="dfe_key",
            column="episode_type",
            inner="CPP",
            outer="CIN",
        ),
    )

    dfe_key = text(ColumnClass.REFERENCE, "DfE's own key of the pupil")
    episode_type = code(ColumnClass.ATTRIBUTE, "In need, on a protection plan, or looked after", EPISODE_TYPES)
    start_date = date(
        ColumnClass.ATTRIBUTE, "First day of the episode", earliest=FIRST_EPISODE, ladder=("day", "month", "year")
    )
    end_date = date(
        ColumnClass.ATTRIBUTE,
        "Last day; empty while it lasts",
        earliest=FIRST_EPISODE,
        nullable=True,
        ladder=("day", "month", "year"),
    )
    primary_need_code = code(ColumnClass.ATTRIBUTE, "Main need", NEED_CODES, nullable=True)
    category_of_abuse = code(ColumnClass.ATTRIBUTE, "For a plan: why", ABUSE_CATEGORIES, nullable=True)
    legal_status = code(
        ColumnClass.ATTRIBUTE, "For a looked-after child: under what power", LEGAL_STATUSES, nullable=True
    )
    placement = code(ColumnClass.ATTRIBUTE, "For a looked-after child: where", PLACEMENTS, nullable=True)

    @dy.rule()
    def dates_in_order(cls) -> pl.Expr:
        """An episode ends on or after the day it starts."""
        return pl.col("end_date").is_null() | (pl.col("start_date") <= pl.col("end_date"))
