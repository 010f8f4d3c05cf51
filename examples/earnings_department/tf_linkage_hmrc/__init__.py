"""A register of earnings: HM Revenue and Customs as a fourth department, its contract and its entry."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, Table, code, date, flag, number, text
from tf_linkage.contracts.departments import Department, RateFloor, TooYoung
from tf_linkage.contracts.link_requests import RequestWithNino

INCOME_TYPES = ("employment", "occupational pension")
SECTORS = ("production", "services", "public")


class People(IdentityWithNino):
    """One row for each taxpayer; a few people have two."""

    hmrc_key = text(ColumnClass.REFERENCE, "HMRC's own key of the taxpayer", primary_key=True)


class Earnings(Table):
    """One row for each source of pay."""

    hmrc_key = text(ColumnClass.REFERENCE, "HMRC's own key of the taxpayer")
    scheme_ref = text(ColumnClass.REFERENCE, "The employer's scheme")
    income_type = code(ColumnClass.ATTRIBUTE, "What is paid", INCOME_TYPES)
    sector = code(ColumnClass.QUASI, "Sector of the employer, which neighbours know", SECTORS, nullable=True)
    payroll_note = text(ColumnClass.ATTRIBUTE, "What the employer wrote beside the pay", nullable=True)
    start_date = date(ColumnClass.ATTRIBUTE, "First day of the pay", ladder=("day", "month", "year"))
    end_date = date(
        ColumnClass.ATTRIBUTE, "Last day of the pay; empty while it lasts", nullable=True, ladder=("day", "month")
    )
    annual_pay = number(
        ColumnClass.ATTRIBUTE,
        "Pay at a yearly rate",
        unit="pounds a year",
        least=0,
        ladder=("pound", "£2,500 band", "£10,000 band"),
    )
    tax_months = number(ColumnClass.ATTRIBUTE, "Months with pay", unit="months", least=0)
    student_loan = flag(ColumnClass.ATTRIBUTE, "Whether a student loan is repaid")

    @dy.rule()
    def dates_in_order(cls) -> pl.Expr:
        """Pay ends on or after the day it starts."""
        return pl.col("end_date").is_null() | (pl.col("start_date") <= pl.col("end_date"))


HMRC = Department(
    name="hmrc",
    short="HMRC",
    title="HM Revenue and Customs",
    people=("people", People),
    histories=("pay", {"earnings": Earnings}),
    request=RequestWithNino,
    youngest=16,
    oldest=130,
    carries="none carried: pay alone",
    floors=(RateFloor("precision", 0.98, "An example's own: as for DWP, which has the NINO too"),),
    too_young=(TooYoung("earnings", "start_date", 13, "pay before 13"),),
)
