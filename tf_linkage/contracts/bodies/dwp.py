"""The Department for Work and Pensions: who it knows, their benefits and their employment.

Shape after the Work and Pensions Longitudinal Study and the benefit and employment tables of Longitudinal
Education Outcomes: spells with a start and an end, employment with flags for imputed dates.
"""

from __future__ import annotations

import datetime as dt

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, Table, code, date, flag, number, text
from tf_linkage.contracts.relations import MOSTLY_DATED, Apart, Strength, born_first

OUT_OF_WORK_BENEFITS = (
    "AA", "ESA", "IB", "ICA", "IS", "JSA", "JTA", "PC", "PIB", "RP", "SDA", "UAA", "UBC", "UCE", "UDF",
)  # fmt: skip
"""Benefits that count as out of work in FFT's grouping of the LEO benefit codes."""

OTHER_BENEFITS = ("BB", "DLA", "PIP", "UAB", "UBD", "UNA", "WB")
"""The remaining LEO benefit codes, which say nothing about work."""

EARLIEST_SPELL = dt.date(1940, 1, 1)
"""Nobody alive at the extract claimed or worked before it: they were born after 1900 or were children."""

MOST_A_WEEK, MOST_A_YEAR = 5_000, 10_000_000
"""Pounds. Above the largest awards of any benefit, and above all but a handful of salaries: a figure beyond is a
slipped decimal point or a code. Our choice."""

BENEFIT_TYPES = tuple(sorted(OUT_OF_WORK_BENEFITS + OTHER_BENEFITS))


class People(IdentityWithNino):
    """One row for each customer account; a few people have two."""

    dwp_key = text(ColumnClass.REFERENCE, "DWP's own key of the customer", primary_key=True)


class Benefits(Table):
    """One row for each benefit spell."""

    relations = (
        MOSTLY_DATED,
        *born_first("dwp_key", "dwp_people"),
        Apart(
            strength=Strength.NOTE,
            reason="two claims of one benefit at once are paid once; they are counted as sent",
            key="dwp_key",
            kind=("benefit_type",),
        ),
    )

    dwp_key = text(ColumnClass.REFERENCE, "DWP's own key of the customer")
    benefit_type = code(ColumnClass.ATTRIBUTE, "Benefit, or Universal Credit regime", BENEFIT_TYPES)
    start_date = date(
        ColumnClass.ATTRIBUTE,
        "First day of the claim; empty where the register has lost it",
        earliest=EARLIEST_SPELL,
        nullable=True,
        ladder=("day", "month", "quarter", "year"),
    )
    end_date = date(
        ColumnClass.ATTRIBUTE,
        "Last day of the claim; empty while it runs",
        earliest=EARLIEST_SPELL,
        nullable=True,
        ladder=("day", "month", "quarter", "year"),
    )
    weekly_amount = number(
        ColumnClass.ATTRIBUTE,
        "Amount paid; empty where none is recorded",
        unit="pounds a week",
        nullable=True,
        least=0,
        most=MOST_A_WEEK,
        ladder=("pound", "£25 band", "£100 band"),
    )

    @dy.rule()
    def dates_in_order(cls) -> pl.Expr:
        """A spell ends on or after the day it starts."""
        return pl.any_horizontal(pl.col("start_date", "end_date").is_null()) | (
            pl.col("start_date") <= pl.col("end_date")
        )


class Employment(Table):
    """One row for each employment spell; jobs of one person may overlap, since people hold two."""

    relations = (MOSTLY_DATED, *born_first("dwp_key", "dwp_people"))

    dwp_key = text(ColumnClass.REFERENCE, "DWP's own key of the customer")
    start_date = date(
        ColumnClass.ATTRIBUTE,
        "First day of the job; empty where the register has lost it",
        earliest=EARLIEST_SPELL,
        nullable=True,
        ladder=("day", "month", "quarter", "year"),
    )
    end_date = date(
        ColumnClass.ATTRIBUTE,
        "Last day of the job; empty while it lasts",
        earliest=EARLIEST_SPELL,
        nullable=True,
        ladder=("day", "month", "quarter", "year"),
    )
    uncertain_start_date = flag(ColumnClass.ATTRIBUTE, "The start was imputed (6 April)")
    uncertain_end_date = flag(ColumnClass.ATTRIBUTE, "The end was imputed (5 April)")
    annual_pay = number(
        ColumnClass.ATTRIBUTE,
        "Pay at a yearly rate",
        unit="pounds a year",
        least=0,
        most=MOST_A_YEAR,
        ladder=("pound", "£2,500 band", "£10,000 band"),
    )

    @dy.rule()
    def dates_in_order(cls) -> pl.Expr:
        """A spell ends on or after the day it starts."""
        return pl.any_horizontal(pl.col("start_date", "end_date").is_null()) | (
            pl.col("start_date") <= pl.col("end_date")
        )
