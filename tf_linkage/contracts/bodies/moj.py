"""The Ministry of Justice: people on the Police National Computer, their offences and sentences.

Shape after the PNC extract of the MoJ-DfE data share: many offences to a case, many cases to a person, the
principal disposal ranked first, and 1900 as the placeholder for an unknown offence date.
"""

from __future__ import annotations

import datetime as dt

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, Table, code, date, flag, text, whole
from tf_linkage.contracts.in_time import born_first
from tf_linkage.contracts.relations import OneOf, Placeholders, Strength

OFFENCE_GROUPS = {
    "01": "violence against the person",
    "02": "sexual offences",
    "03": "robbery",
    "04": "theft",
    "05": "criminal damage and arson",
    "06": "drug offences",
    "07": "possession of weapons",
    "08": "public order",
    "09": "miscellaneous crimes against society",
    "10": "fraud",
    "11": "summary, not motoring",
    "12": "summary, motoring",
    "20": "group 20",
    "21": "group 21",
    "23": "group 23",
}
"""Two-digit offence groups. The grouping of codes is as seen in published cleaning code; the names of the first
twelve groups are the usual statistical ones. Those of the last three are not published: they keep their numbers."""

UNKNOWN_DAY = dt.date(1900, 1, 1)
"""Stands for an offence of which the day is not known."""

EARLIEST_OFFENCE = dt.date(1940, 1, 1)
"""A person who offended earlier was born before 1930, and was weeded before records went onto a computer."""

LONGEST_SENTENCE = 36_525
"""Days: a hundred years. A sentence for life has no length."""

ADJUDICATIONS = ("G", "J", "N", "C")
"""G and J are treated as guilty (published cleaning code); N not guilty; C cautioned or warned."""

DISPOSALS = (
    "CUSTODY", "SUSPENDED", "COMMUNITY", "REFERRAL", "FINE", "DISCHARGE", "CAUTION", "NONE",
)  # fmt: skip


class People(IdentityWithNino):
    """One row for each name a person is recorded under: the filed name, then any aliases.

    The filed name is the one given at the first event and lasts for the life of the record.
    """

    moj_key = text(ColumnClass.REFERENCE, "MoJ's own key of the person", primary_key=True)
    name_number = whole(
        ColumnClass.ATTRIBUTE, "0 for the filed name, 1 and up for aliases", primary_key=True, most=999
    )


class Offences(Table):
    """One row for each offence of each case, with its disposal."""

    relations = (
        *born_first("moj_key", "moj_people", "disposal_date"),
        OneOf(
            strength=Strength.NOTE,
            reason="a case is one person's here; where several share one, keys slid, or courts number cases",
            column="moj_key",
            group=("case_id",),
        ),
        Placeholders(
            strength=Strength.NOTE,
            reason="a day of offence that stands for `not known`",
            column="offence_start_date",
            year=UNKNOWN_DAY.year,
        ),
    )

    moj_key = text(ColumnClass.REFERENCE, "MoJ's own key of the person")
    case_id = text(ColumnClass.REFERENCE, "MoJ's own key of the case")
    offence_id = text(ColumnClass.REFERENCE, "MoJ's own key of the offence", primary_key=True)
    offence_start_date = date(
        ColumnClass.ATTRIBUTE,
        "Day of the offence; 1900-01-01 where unknown",
        ladder=("day", "month", "quarter", "year"),
    )
    offence_group = code(ColumnClass.ATTRIBUTE, "Kind of offence", tuple(OFFENCE_GROUPS))
    is_primary_offence = flag(ColumnClass.ATTRIBUTE, "The principal offence of its case")
    disposal_rank = whole(
        ColumnClass.ATTRIBUTE,
        "1 for the principal disposal; empty where not ranked",
        nullable=True,
        least=1,
        most=99,
    )
    adjudication_code = code(ColumnClass.ATTRIBUTE, "Finding of the court", ADJUDICATIONS)
    disposal_date = date(
        ColumnClass.ATTRIBUTE,
        "Day of the sentence or caution",
        earliest=EARLIEST_OFFENCE,
        ladder=("day", "month", "quarter", "year"),
    )
    disposal = code(ColumnClass.ATTRIBUTE, "Sentence or other outcome", DISPOSALS)
    sentence_days = whole(
        ColumnClass.ATTRIBUTE,
        "Length of a sentence that has one",
        unit="days",
        nullable=True,
        most=LONGEST_SENTENCE,
        ladder=("day", "month", "6 months"),
    )

    @dy.rule()
    def offence_day_known_or_a_placeholder(cls) -> pl.Expr:
        """A day of offence is the placeholder for an unknown day, or one in living memory."""
        day = pl.col("offence_start_date")
        return (day == UNKNOWN_DAY) | (day >= EARLIEST_OFFENCE)

    @dy.rule()
    def offence_before_its_disposal(cls) -> pl.Expr:
        """Nobody is sentenced for an offence still to come."""
        return pl.col("offence_start_date") <= pl.col("disposal_date")
