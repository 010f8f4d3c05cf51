"""What a class gives away although ten look alike: something sensitive that all of them share.

Who finds ten rows and reads in every one that there was a conviction knows of a conviction without having found
anybody. So a class of which all share one of the attributes here does not pass, however many they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.ladders import REFERENCES, STEPS
from tf_linkage.contracts.outputs.research import OUTCOME_DEPARTMENT, WINDOWS
from tf_linkage.disclosure.microdata.risk import PATTERN, ROWS, sample_classes

HISTORY: Mapping[str, tuple[str, pl.Expr]] = {
    "convicted or cautioned": ("offending", pl.lit(value=True)),
    "in custody": ("offending", pl.col("guilty") & (pl.col("disposal") == "CUSTODY")),
    "on a protection plan": ("social_care", pl.col("episode_type") == "CPP"),
    "looked after": ("social_care", pl.col("episode_type") == "CLA"),
    "excluded from school": ("schooling", (pl.col("fixed_exclusions") != "0") | pl.col("permanently_excluded")),
}
"""What is sensitive in a person's histories: the table, and which of its rows show it. Being out of work, in
need or absent from school is left out: families are in the study for it, and who looks for one knows that."""

OUTCOMES = ("conviction", "custody", "child_protection", "looked_after", "exclusion")
"""The outcomes of a family that are sensitive in the same way."""

OFFENDERS = f"{OUTCOME_DEPARTMENT['conviction']}_found"
"""The column that tells whether the register of offences knows anybody of a family."""


def sensitive_of(name: str, tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Who has which sensitive attribute.

    Args:
        name: of the table.
        tables: the research tables by name, with this one on whatever steps.

    Returns:
        The reference and a flag for each attribute, one row for each row of the table; an empty cell counts as not.
    """
    reference = REFERENCES[name]
    if name == "families":
        known = pl.col(OFFENDERS).cast(pl.String).is_in(["some", "all"]).fill_null(value=False)
        return tables[name].select(reference, known.alias("anybody offended"))
    if name == "family_outcomes":
        flags = [f"{outcome}_{window}" for outcome in OUTCOMES for window in WINDOWS]
        happened = (pl.col(flag).fill_null(value=False).alias(f"{flag} happened") for flag in flags)
        return tables[name].select(reference, *happened)
    found = tables[name].select(reference)
    for attribute, (table, shows) in HISTORY.items():
        having = tables[table].filter(shows).select(reference).unique().with_columns(having=pl.lit(value=True))
        found = found.join(having.rename({"having": attribute}), on=reference, how="left")
    return found.with_columns(pl.col(attribute).fill_null(value=False) for attribute in HISTORY)


def attribute_risk(name: str, tables: Mapping[str, pl.LazyFrame]) -> dict[str, float | int]:
    """The gate's own view of what classes give away, from the released tables.

    Args:
        name: of the table.
        tables: the research tables by name, as released.

    Returns:
        Classes of which all share something sensitive, the rows in them, and the largest share of any class.
    """
    sensitive = sensitive_of(name, tables)
    classes = sample_classes(name, tables[name], sensitive)
    flags = [column for column in classes.columns if column not in {*STEPS[name], PATTERN, ROWS}]
    most = classes.with_columns(most=pl.max_horizontal(flags) / pl.col(ROWS))
    shared = most.filter(pl.col("most") >= 1)
    share = most["most"].max()
    return {
        "classes that share something sensitive": shared.height,
        "rows in them": int(shared[ROWS].sum()),
        "largest share of a class": round(float(share), 3) if isinstance(share, int | float) else 0.0,
    }
