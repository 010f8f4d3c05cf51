"""Measures of the lives: what goes together across registers, and what happens after a family is found.

One function for each calibration target about lives.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.calibration.measures import Found, World, share

# one life


def _young_adults(world: World) -> pl.DataFrame:
    """Everyone of 16 to 20 at the extract: their secondary schooling lies in the window."""
    moj = world.extracts["moj_offences"].filter(pl.col("adjudication_code").cast(pl.String) != "N")
    keys = world.truth["records"].with_columns(
        pl.col("body").cast(pl.String), person=pl.col("true_person").cast(pl.Int64)
    )
    convicted = moj.join(keys.filter(pl.col("body") == "moj"), left_on="moj_key", right_on="record_key")
    offended = (
        convicted.group_by("person").agg(custody=(pl.col("disposal").cast(pl.String) == "CUSTODY").any()).collect()
    )
    dfe = keys.filter(pl.col("body") == "dfe").select("record_key", "person")
    pupils = {}
    for name in ("exclusions", "absence", "social_care"):
        pupils[name] = world.extracts[f"dfe_{name}"].join(dfe, left_on="dfe_key", right_on="record_key")
    excluded = pupils["exclusions"].select("person").unique().with_columns(excluded=pl.lit(True)).collect()
    missed = pl.col("authorised_absence") + pl.col("unauthorised_absence")
    yearly = (
        pupils["absence"]
        .group_by("person", "academic_year")
        .agg(share=missed.sum() / pl.col("sessions_possible").sum())
    )
    absent = yearly.group_by("person").agg(absent=(pl.col("share") >= 0.15).any()).collect()
    placed = pupils["social_care"].filter(pl.col("episode_type").cast(pl.String) == "CLA").select("person").unique()
    care = placed.with_columns(cared=pl.lit(True)).collect()
    people = world.people.filter(pl.col("age").is_between(16, 21) & pl.col("resident") & pl.col("in_dfe"))
    for table in (offended, excluded, absent, care):
        people = people.join(table, on="person", how="left", maintain_order="left")
    return people.with_columns(
        offended=pl.col("custody").is_not_null(),
        **{name: pl.col(name).fill_null(value=False) for name in ("custody", "excluded", "absent", "cared")},
    )


def _log_odds(people: pl.DataFrame, exposed: pl.Expr, unexposed: pl.Expr, outcome: str) -> Found:
    value, variance, many = 0.0, 0.0, 0
    for sign, group in ((1, exposed), (-1, unexposed)):
        chosen = people.filter(group)
        many = len(chosen) if sign == 1 else many
        for cell_sign, hit in ((1, chosen[outcome]), (-1, ~chosen[outcome])):
            weight = chosen.filter(hit)["weight"].cast(pl.Float64).to_numpy()
            total = max(float(weight.sum()), 0.5)
            value += sign * cell_sign * float(np.log(total))
            # Of weighted people only so many stand for themselves.
            variance += float((weight**2).sum()) / total**2 if len(weight) else 1.0
    return Found(value, float(np.sqrt(variance)), many)


def excluded_offenders(world: World) -> Found:
    """Log odds ratio of any exclusion, people with a caution or conviction against the rest."""
    return _log_odds(_young_adults(world), pl.col("offended"), ~pl.col("offended"), "excluded")


def absent_offenders(world: World) -> Found:
    """Log odds ratio of a year of persistent absence, likewise."""
    return _log_odds(_young_adults(world), pl.col("offended"), ~pl.col("offended"), "absent")


def looked_after_prisoners(world: World) -> Found:
    """Log odds ratio of having been looked after, people given custody against people without an offence."""
    return _log_odds(_young_adults(world), pl.col("custody"), ~pl.col("offended"), "cared")


def men_in_custody(world: World) -> Found:
    """Share of men among people given custody."""
    custody = (
        world.extracts["moj_offences"]
        .filter(pl.col("disposal").cast(pl.String) == "CUSTODY")
        .select("moj_key")
        .unique()
    )
    keys = world.truth["records"].filter(pl.col("body").cast(pl.String) == "moj")
    jailed = (
        custody.join(keys, left_on="moj_key", right_on="record_key")
        .collect()["true_person"]
        .cast(pl.Int64)
        .unique()
    )
    people = world.people.filter(pl.col("person").is_in(jailed.implode()))
    return share(people["gender"] == 0, people["weight"])


# outcomes after identification


def _later(world: World, low: float, high: float) -> pl.DataFrame:
    """Comparison members of an age when found, with days of events within 24 months."""
    members = world.members.filter(pl.col("study_group").cast(pl.String) == "comparison")
    return members.filter((pl.col("true_age") >= low) & (pl.col("true_age") < high))


def looked_after_later(world: World) -> Found:
    """Share of comparison children looked after at some time 19 to 24 months after they were found."""
    children = _later(world, 0, 16.4)
    start, end = pl.col("found_at") + 578, pl.col("found_at") + 730
    hit = children.select(((pl.col("cla_from") <= end) & (pl.col("cla_to") >= start)).alias("hit"))["hit"]
    return share(hit)


def _convicted(world: World, members: pl.DataFrame, *, custody: bool) -> Found:
    keys = world.truth["records"].filter(pl.col("body").cast(pl.String) == "moj")
    offences = world.extracts["moj_offences"].filter(pl.col("adjudication_code").cast(pl.String).is_in(["G", "J"]))
    offences = offences.filter(pl.col("disposal").cast(pl.String) == "CUSTODY") if custody else offences
    days = offences.join(keys, left_on="moj_key", right_on="record_key").select(
        pl.col("true_person").cast(pl.Int64).alias("person"), pl.col("disposal_date").cast(pl.Int32).alias("when")
    )
    inside = members.select("person", "found_at").join(days.collect(), on="person")
    inside = inside.filter((pl.col("when") > pl.col("found_at")) & (pl.col("when") <= pl.col("found_at") + 730))
    return share(members["person"].is_in(inside["person"].unique().implode()))


def adult_custody(world: World) -> Found:
    """Share of comparison adults given custody within 24 months."""
    return _convicted(world, _later(world, 18, 120), custody=True)


def juvenile_convictions(world: World) -> Found:
    """Share of comparison juveniles of 10 to 17 convicted within 24 months."""
    return _convicted(world, _later(world, 10, 18), custody=False)


def juvenile_custody(world: World) -> Found:
    """Share of comparison juveniles given custody within 24 months."""
    return _convicted(world, _later(world, 10, 18), custody=True)
