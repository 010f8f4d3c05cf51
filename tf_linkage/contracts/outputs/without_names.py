"""What linkage without names would have cost and protected, by arrangement; and nothing about any one person."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnClass, Table, code, number, text, whole
from tf_linkage.contracts.outputs.quality import SUBGROUPS
from tf_linkage.contracts.truth import BODIES

ARRANGEMENTS: dict[str, str] = {
    "clear": "Names, dates, addresses and numbers as they are",
    "hashes": "A keyed hash of each standardised value",
    "hashes+bloom": "The same, and Bloom filters of first forename and surname",
    "matchkeys": "Keyed hashes of several values together, in the manner of ONS",
}
"""What a department is sent and links on."""

MEASURED: dict[str, str] = {
    "missed_match_rate": "Missed, as a share of present",
    "false_discovery_rate": "False links, as a share of links",
    "match_rate": "People sent whom the one who links takes to be in the register, rightly or not, as a share "
    "of sent",
    "hashes_computed": "Keyed hashes computed on both sides, each distinct value once: what hashing costs",
    "pairs_compared": "Candidate pairs compared: what linking costs",
    "read_by_rank": "People whose value a thief of the request reads without the key, by rank of frequency alone, "
    "as a share of those whose value is known",
    "read_by_frequencies": "The same by published frequencies of each value and of two values together",
    "read_without_key": "The same by hashing every likely value under another key, and without one: a control",
    "read_with_key": "The same by hashing every likely value under the key",
}
"""Every figure, in words."""

READ: dict[str, str] = {
    "gender": "Gender",
    "dob_year": "Year of birth",
    "dob": "Date of birth",
    "forename_first": "First forename",
    "surname": "Surname",
    "district": "Postcode district",
    "postcode": "Postcode",
    "named": "Forename, surname and year of birth",
    "matchkey": "Any matchkey of the record",
}
"""What a thief of the request may read."""

GROUPED = ("all", *SUBGROUPS, "read")


class WithoutNames(Table):
    """One row for each department, arrangement and figure, with its 95% interval.

    Links are judged against the truth, people taken as independent (Wilson). Readings are of values, whose bearers
    are read or not read together: values are resampled whole (bootstrap). A count has its numerator as value. A
    figure of fewer than ten people is empty.
    """

    department = code(ColumnClass.ATTRIBUTE, "Whose register is linked", BODIES, primary_key=True)
    arrangement = code(ColumnClass.ATTRIBUTE, "What is sent and linked on", tuple(ARRANGEMENTS), primary_key=True)
    breakdown = code(ColumnClass.ATTRIBUTE, "By what the figure is broken down", GROUPED, primary_key=True)
    level = text(ColumnClass.ATTRIBUTE, "The group, or the value that is read", primary_key=True)
    measure = code(ColumnClass.ATTRIBUTE, "The figure", tuple(MEASURED), primary_key=True)
    numerator = whole(ColumnClass.ATTRIBUTE, "How many", nullable=True)
    denominator = whole(ColumnClass.ATTRIBUTE, "Of how many", nullable=True)
    value = number(ColumnClass.ATTRIBUTE, "The figure: a count, or a share", nullable=True, least=0)
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)

    @dy.rule()
    def value_in_interval(cls) -> pl.Expr:
        """A share lies within its interval."""
        return pl.any_horizontal(pl.col("value", "low", "high").is_null()) | pl.col("value").is_between(
            pl.col("low") - 1e-9, pl.col("high") + 1e-9
        )
