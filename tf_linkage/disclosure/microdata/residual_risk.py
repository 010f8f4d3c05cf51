"""Risk that remains after coarsening: from dated events, and from joining people to families.

Figures that are printed next to the tables and gate nothing; for them row data stays in an accredited setting.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.ladders import STEPS, shown_labels

EVENTS: Mapping[str, tuple[str, str, str]] = {
    "month of a conviction or caution, and the offence": ("offending", "sentenced", "offence_group"),
    "month in which a benefit begins, and which": ("benefits_and_work", "starts", "benefit_type"),
    "month in which a social care episode begins, and which": ("social_care", "starts", "episode_type"),
    "school year from the start and its key stage, and nothing else": ("schooling", "years_from_start", "phase"),
}
"""One thing that somebody may know of a person: table, when, what."""

SAMPLED = 500
"""People who are held against every family: so many, evenly spread."""

_KNOWN = """
    CREATE VIEW known AS
    SELECT person_study_ref AS ref, region, start_year, study_group, service_received, {problems},
        {outcomes}
    FROM people
"""
_OF_THE_FAMILY = ("region", "start_year", "study_group", "service_received")
_OUTCOMES: Mapping[str, str] = {
    "out_of_work_benefit": "FROM benefits_and_work e WHERE e.out_of_work AND NOT e.dates_imputed",
    "employment": "FROM benefits_and_work e WHERE e.spell = 'employment' AND NOT e.dates_imputed",
    "conviction": "FROM (SELECT *, sentenced AS starts, sentenced AS ends FROM offending) e WHERE e.guilty",
    "custody": "FROM (SELECT *, sentenced AS starts, sentenced AS ends FROM offending) e "
    "WHERE e.guilty AND e.disposal = 'CUSTODY'",
    "child_in_need": "FROM social_care e WHERE e.episode_type = 'CIN'",
    "child_protection": "FROM social_care e WHERE e.episode_type = 'CPP'",
    "looked_after": "FROM social_care e WHERE e.episode_type = 'CLA'",
}
_WITHIN: Mapping[str, tuple[int, int]] = {"year_before": (-11, -1), "two_years_after": (1, 23)}
"""Months that lie in the window whatever the day of the start: windows go by the day, released months do not."""


def known_event(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """How often one dated event, with the released columns, singles a person out.

    Args:
        tables: the research tables, by name, as released.

    Returns:
        One row for each kind of event: `known`, `people` with such an event, and the shares of their events, and of
        these people, that fit nobody else.
    """
    columns = list(STEPS["people"])
    people = tables["people"].select("person_study_ref", *shown_labels("people").values())
    rows = []
    for known, (table, when, what) in EVENTS.items():
        event = tables[table].select("person_study_ref", when, what).drop_nulls().unique()
        found = event.join(people, on="person_study_ref").with_columns(
            alone=pl.col("person_study_ref").n_unique().over([*columns, when, what]) == 1
        )
        events, by_person = (
            found.select(pl.col("alone").mean()),
            found.group_by("person_study_ref").agg(pl.col("alone").any()),
        )
        share = by_person.select(pl.len().alias("people"), pl.col("alone").mean().alias("share")).collect()
        rows.append(
            {"known": known, "people": int(share["people"][0]), "share of events": events.collect().item(),
             "share of people": share["share"][0]}
        )  # fmt: skip
    return pl.DataFrame(
        rows,
        schema={
            "known": pl.String,
            "people": pl.Int64,
            "share of events": pl.Float64,
            "share of people": pl.Float64,
        },
    )


def families_that_fit(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """For a sample of people, how many rows of what happened in families agree with all that a person's rows say.

    The attack that is left where references do not join: a person's group, service, region, year, problems and
    events must all be found in the family's row.

    Args:
        tables: the research tables, by name, as released.

    Returns:
        `person_study_ref`, `families`: in the order of the references.
    """
    with duckdb.connect() as database:
        for name in ("people", "family_outcomes", "benefits_and_work", "offending", "social_care"):
            database.register(name, tables[name].collect().to_arrow())
        flags = [f"{outcome}_{window}" for outcome in _OUTCOMES for window in _WITHIN]
        database.execute(_KNOWN.format(problems=_problems(), outcomes=",\n        ".join(map(_happened, flags))))
        fits = " AND ".join(
            f"(NOT coalesce(k.{flag}, false) OR coalesce(f.{flag}, true))" for flag in [*PROBLEMS, *flags]
        )
        same = " AND ".join(f"coalesce(k.{column} = f.{column}, true)" for column in _OF_THE_FAMILY)
        fitting: pl.DataFrame = database.sql(
            f"""
            WITH numbered AS (
                SELECT *, row_number() OVER (ORDER BY ref) - 1 AS n, count(*) OVER () AS total FROM known
            ),
            sampled AS (SELECT * FROM numbered WHERE n % greatest(1, total // {SAMPLED}) = 0)
            SELECT k.ref AS person_study_ref, count(f.outcome_study_ref) AS families
            FROM sampled k LEFT JOIN family_outcomes f ON {same} AND {fits}
            GROUP BY k.ref ORDER BY k.ref
            """
        ).pl()
    return fitting


def join_figures(fitting: pl.DataFrame) -> dict[str, float]:
    """What that attack comes to: shares of people whom so many families fit, and the chance of a guess.

    Args:
        fitting: `families_that_fit`.
    """
    families = fitting["families"]
    return {
        "people held against every family": float(fitting.height),
        "share whom one family alone fits": _share(families == 1),
        "share whom fewer than ten fit": _share(families < 10),
        "families that fit, at the median": float(families.median() or 0),  # type: ignore[arg-type]
        "chance that a guess is right": _share(1 / families.filter(families > 0)),
    }


def _share(values: pl.Series) -> float:
    mean = values.mean()
    return round(float(mean), 4) if isinstance(mean, int | float) else 0.0


def _problems() -> str:
    return ", ".join(PROBLEMS)


def _happened(flag: str) -> str:
    outcome = next(name for name in _OUTCOMES if flag.startswith(name))
    first, last = _WITHIN[flag.removeprefix(f"{outcome}_")]
    overlaps = f"e.starts <= {last} AND coalesce(e.ends, {last}) >= {first}"
    return (
        f"EXISTS (SELECT 1 {_OUTCOMES[outcome]} AND e.person_study_ref = people.person_study_ref "
        f"AND {overlaps}) AS {flag}"
    )
