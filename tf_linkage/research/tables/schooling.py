"""schooling of research/tables: one row for each pupil and academic year."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.bodies.dfe import NO_ABSENCE_DATA, PERSISTENT_ABSENCE, SEN_PROVISION
from tf_linkage.contracts.outputs import research
from tf_linkage.research.tables.coarsening import academic_year, band, count_band
from tf_linkage.research.tables.starts import in_contract, on_the_clock

PUPIL_YEAR = ("person_study_ref", "academic_year")

PHASE_BY_YEAR: Mapping[str, int] = dict(zip(bands.PHASES, (0, 2, 6, 9, 11, 14), strict=True))
"""Phases by their last national curriculum year."""

BROAD_ETHNIC_GROUP: Mapping[str, str] = {
    "WBRI": "white", "WIRI": "white", "WIRT": "white", "WROM": "white", "WOTH": "white",
    "MWBC": "mixed", "MWBA": "mixed", "MWAS": "mixed", "MOTH": "mixed",
    "AIND": "asian", "APKN": "asian", "ABAN": "asian", "AOTH": "asian", "CHNE": "asian",
    "BCRB": "black", "BAFR": "black", "BOTH": "black",
    "OOTH": "other", "REFU": "not known", "NOBT": "not known",
}  # fmt: skip


def schooling(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, dfe_return: Mapping[str, pl.LazyFrame]
) -> pl.LazyFrame:
    """Makes the table of school years: enrolment, absence, exclusions and results of each, side by side.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        dfe_return: what DfE gave back: `enrolments`, `absence`, `exclusions`, `key_stages`, keyed by `request_ref`.

    Returns:
        `contracts.outputs.research.Schooling`: a row for each year of which anything is known.
    """
    laid = {
        name: on_the_clock(dfe_return[name], "dfe", linked_people, attributes)
        for name in ("enrolments", "absence", "exclusions", "key_stages")
    }
    laid["exclusions"] = laid["exclusions"].with_columns(academic_year=academic_year(pl.col("start_date")))
    years = pl.concat([table.select(*PUPIL_YEAR, "start") for table in laid.values()]).unique()
    parts = [
        _enrolled(laid["enrolments"]),
        _absent(laid["absence"]),
        _excluded(laid["exclusions"]),
        _assessed(laid["key_stages"]),
    ]
    for part in parts:
        years = years.join(part, on=PUPIL_YEAR, how="left")
    return in_contract(
        years.with_columns(
            years_from_start=pl.col("academic_year") - academic_year(pl.col("start")),
            fixed_exclusions=count_band(pl.col("fixed").fill_null(0), bands.EXCLUSION_COUNTS),
            permanently_excluded=pl.col("permanently_excluded").fill_null(value=False),
        ),
        research.Schooling,
    )


def _enrolled(enrolments: pl.LazyFrame) -> pl.LazyFrame:
    """The pupil of the year: what the latest enrolment says, the greatest need, and whether a school was left."""
    return (
        enrolments.sort(*PUPIL_YEAR, "start_date", "school_id")
        .group_by(PUPIL_YEAR, maintain_order=True)
        .agg(
            phase=band(pl.col("nc_year_actual").last(), PHASE_BY_YEAR),
            more_than_one_school=pl.col("school_id").n_unique() > 1,
            fsm_eligible=pl.col("fsm_eligible").any(),
            sen_provision=pl.col("sen_provision").cast(pl.Enum(SEN_PROVISION)).max(),
            ethnic_group=pl.col("ethnic_group_minor").cast(pl.String).last().replace_strict(BROAD_ETHNIC_GROUP),
            language_group=pl.col("language_group").last(),
        )
    )


def _absent(absence: pl.LazyFrame) -> pl.LazyFrame:
    """The share of possible sessions missed in the year, over all schools, and whether that is persistent."""
    threshold = pl.lit(None, pl.Float64)
    for first_year, share in sorted(PERSISTENT_ABSENCE.items()):
        threshold = pl.when(pl.col("academic_year") >= first_year).then(share).otherwise(threshold)
    collected = ~pl.col("academic_year").is_in(NO_ABSENCE_DATA)
    missed = pl.col("authorised_absence") + pl.col("unauthorised_absence")
    return (
        absence.filter(collected)
        .group_by(PUPIL_YEAR)
        .agg(missed=missed.sum(), possible=pl.col("sessions_possible").sum())
        .filter(pl.col("possible") > 0)
        .select(
            *PUPIL_YEAR,
            absence=band(pl.col("missed") / pl.col("possible"), bands.ABSENCE_BANDS, closed=False),
            persistent_absence=pl.col("missed") / pl.col("possible") >= threshold,
        )
    )


def _excluded(exclusions: pl.LazyFrame) -> pl.LazyFrame:
    permanent = pl.col("category").cast(pl.String) == "PERM"
    return exclusions.group_by(PUPIL_YEAR).agg(fixed=(~permanent).sum(), permanently_excluded=permanent.any())


def _assessed(key_stages: pl.LazyFrame) -> pl.LazyFrame:
    """The year's results side by side; where a pupil has two of one, the first in the order of the codes."""
    measure = pl.col("measure").cast(pl.String)
    latest = pl.col("key_stage").cast(pl.String) == pl.col("key_stage").cast(pl.String).max().over(PUPIL_YEAR)
    return (
        key_stages.filter(latest)
        .group_by(PUPIL_YEAR)
        .agg(
            pl.col("key_stage").first(),
            *(
                pl.col("result").filter(measure == name).sort().first().alias(column)
                for name, column in (
                    ("READING", "reading"),
                    ("WRITING", "writing"),
                    ("MATHS", "maths"),
                    ("LEVEL2_EM", "level2_em"),
                )
            ),
        )
    )
