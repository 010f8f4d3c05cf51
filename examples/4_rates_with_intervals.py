"""Families with a conviction before and after, with 95% intervals, in Polars; give it the researchers' database.

Families where it is not known are left out of both years. The groups are compared as they are; nothing is adjusted.
"""

import sys
from math import sqrt
from pathlib import Path

import duckdb
import polars as pl

BEFORE, AFTER = "conviction_year_before", "conviction_two_years_after"
Z = 1.959963984540054


def rates(path: Path) -> pl.DataFrame:
    """One row for each group and year: families, how many had a conviction, the share and Wilson's interval."""
    with duckdb.connect(str(path), read_only=True) as database:
        families = database.sql(
            "select study_group::varchar as study_group, * exclude (study_group) from family_outcomes"
        ).pl()
    long = (
        families.drop_nulls([BEFORE, AFTER])
        .unpivot([BEFORE, AFTER], index="study_group", variable_name="year", value_name="convicted")
        .group_by("study_group", "year")
        .agg(families=pl.len(), convicted=pl.col("convicted").sum())
        .with_columns(share=pl.col("convicted") / pl.col("families"))
    )
    n, p = pl.col("families"), pl.col("share")
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * (p * (1 - p) / n + Z**2 / (4 * n**2)).sqrt()
    return long.with_columns(low=(centre - half).clip(0), high=(centre + half).clip(upper_bound=1)).sort(
        "study_group", "year", descending=True
    )


def change(table: pl.DataFrame) -> tuple[float, float, float]:
    """How much more the share fell on the programme than next to it, with a 95% interval.

    The interval takes the two years of a family as independent: too wide where the same families are convicted.
    """
    at = {(row["study_group"], row["year"]): row for row in table.iter_rows(named=True)}
    changes = [at[group, AFTER]["share"] - at[group, BEFORE]["share"] for group in ("programme", "comparison")]
    spread = sqrt(sum(row["share"] * (1 - row["share"]) / row["families"] for row in at.values()))
    difference = changes[0] - changes[1]
    return difference, difference - Z * spread, difference + Z * spread


if __name__ == "__main__":
    found = rates(Path(sys.argv[1]))
    print(found)
    print("difference in differences: {:+.3f} (95%: {:+.3f} to {:+.3f})".format(*change(found)))
