"""money: what families cost, by theme, at illustrative unit costs (`unit_costs`).

Pounds of each family and window, and their sums by group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, COST_THEMES, Money
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.by_family import ADULT, families_of
from tf_linkage.research.estimates.differences import MINIMUM_COUNT, POUNDS, compare_means
from tf_linkage.research.estimates.influence import Groups, levels
from tf_linkage.research.estimates.unit_costs import SERVED, UNIT_COSTS, YEAR
from tf_linkage.research.estimates.weighting import effective
from tf_linkage.research.tables.coarsening import months_from
from tf_linkage.research.tables.half_years import FIRST, LAST, MONTHS, Laid, Returns, half_year_of, on_members
from tf_linkage.research.tables.offending import is_guilty
from tf_linkage.research.tables.school_outcomes import ENOUGH

WINDOWS = ("year before", "24 months after")
"""Windows of which costs are told: long enough for sums of several families."""

ALL_COSTS = "all costs"
OF_THE_PROGRAMME = "the programme"

THEMES: Mapping[str, str] = {
    "benefits": "dwp", "social care": "dfe", "crime and justice": "moj", "education": "dfe",
}  # fmt: skip
"""In whose register the costs of each theme are read; the programme's own are known."""

DAYS_A_WEEK = 7


def family_costs(laid: Laid, refs: pl.LazyFrame, returns: Returns) -> pl.DataFrame:
    """What each family that was followed cost in each window, by theme.

    Args:
        laid: the cohort on half-years.
        refs: `ons.LinkedPeople` with `start`.
        returns: returned histories by department and table.

    Returns:
        family_id, study_group, theme, window, pence, people_with, people; a row for each theme, also where nothing
        was spent. Pence are whole, so that sums are the same in any order.
    """
    families = families_of(laid)
    spent = (
        _of_persons(laid, refs, returns)
        .group_by("family_id", "theme", "window")
        .agg(pl.col("pence").sum(), people_with=pl.col("person_id").n_unique())
    )
    programme = (
        families.filter(pl.col("study_group") == "programme")
        .join(pl.LazyFrame({"window": ["24 months after"]}), how="cross")
        .select(
            "family_id", "window", theme=pl.lit(OF_THE_PROGRAMME),
            pence=pl.lit(round(UNIT_COSTS["programme"].pounds * 100), pl.Int64), people_with=pl.col("members"),
        )
    )  # fmt: skip
    key = ["family_id", "theme", "window"]
    columns = [*key, "pence", "people_with"]
    themes = pl.LazyFrame({"theme": list(COST_THEMES)})
    first, last = pl.col("from_half_year"), pl.col("to_half_year")
    followed = (pl.col("earliest") <= first) & (pl.col("latest") >= last) & (pl.col("joins") >= (last + 1) * MONTHS)
    return (
        families.join(themes, how="cross")
        .join(_windows(), how="cross")
        .filter(followed)
        .join(pl.concat([spent.select(columns), programme.select(columns)]), on=key, how="left")
        .select(*key, "study_group", pl.col("pence", "people_with").fill_null(0), people=pl.col("members"))
        .sort(key)
        .collect()
    )


def costs_by_age(laid: Laid, refs: pl.LazyFrame, returns: Returns) -> pl.DataFrame:
    """What adults and children of each family cost, where they cost anything; arguments as `family_costs`.

    Returns:
        family_id, adult (at the start; unknown ages are adults), theme, window, pence.
    """
    key = ["theme", "window", "family_id", "adult"]
    return (
        _of_persons(laid, refs, returns)
        .group_by(key)
        .agg(pl.col("pence").sum())
        .select(*key, "pence")
        .sort(key)
        .collect()
    )


def _of_persons(laid: Laid, refs: pl.LazyFrame, returns: Returns) -> pl.LazyFrame:
    """Pence of each person in each half-year of each window, by theme, above 0."""
    persons = pl.concat([_benefits(refs, returns), _social_care(refs, returns), _crime(refs, returns),
                         _education(refs, returns, laid)])  # fmt: skip
    members = laid.members.lazy().select(
        "person_id", "family_id", adult=(pl.col("age") >= ADULT).fill_null(value=True)
    )
    return (
        persons.join(members, on="person_id")
        .join(_half_years_of_windows(), on="half_year")
        .filter(pl.col("pence") > 0)
    )


def money(costs: pl.DataFrame) -> pl.DataFrame:
    """Sums and means by theme, group and window.

    Args:
        costs: what `family_costs` gives.

    Returns:
        `contracts.outputs.estimates.Money`.
    """
    key = ["theme", "study_group", "window"]
    # Largest first; whole numbers, so that ties change nothing.
    pounds = pl.col("pence") / 100
    mean = pl.col("pence").sum() / pl.len()
    squares = (pl.col("pence").cast(pl.Float64) - mean).pow(2)
    error = (squares.sum() / (pl.len() - 1)).sqrt() / pl.len().sqrt()
    schema = pl.Schema(schema_of(Money))
    return (
        costs.sort([*key, "pence", "family_id"], descending=[False, False, False, True, False])
        .group_by(key, maintain_order=True)
        .agg(
            families=pl.len(),
            families_with=(pl.col("pence") > 0).sum(),
            people_with=pl.col("people_with").sum(),
            pounds=pl.col("pence").sum() / 100,
            largest=pounds.first(),
            second_largest=pounds.slice(1, 1).sum(),
            mean=mean / 100,
            low=(mean - Z * error) / 100,
            high=(mean + Z * error) / 100,
        )
        .with_columns(pl.when(pl.col("families") > 1).then(pl.col("low", "high").round(4)))
        .cast(schema)
        .select(schema.names())
        .sort(key)
    )


def cost_differences(costs: pl.DataFrame, groups: Groups, method: str) -> Iterator[dict[str, Any]]:
    """Pounds a family and year, programme less comparison, by theme and for all themes together.

    Args:
        costs: what `family_costs` gives.
        groups: the families and how much each counts.
        method: the words of the method.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`.
    """
    both = ["family_id", "study_group", "window", "people"]
    together = costs.group_by(both).agg(pl.col("pence").sum(), theme=pl.lit(ALL_COSTS))
    columns = [*both, "theme", "pence"]
    rows = pl.concat([costs.select(columns), together.select(columns)]).join(groups.placed, on="family_id")
    for (theme, window), of in rows.sort("theme", "window", "family_id").group_by(
        "theme", "window", maintain_order=True
    ):
        yield {
            "outcome": theme, "unit": "family", "window": window, "measure": POUNDS, "method": method,
            **_counts(of), **_difference(of, str(window), groups),
        }  # fmt: skip


def _difference(of: pl.DataFrame, window: str, groups: Groups) -> dict[str, float]:
    first, last = ALL_WINDOWS[window]
    a_year = of["pence"].to_numpy().astype(float) / 100 / ((last - first) / 12)
    programme = of["programme"].to_numpy()
    if min(int((a_year[programme == group] > 0).sum()) for group in (1, 0)) < MINIMUM_COUNT:
        return {}
    return compare_means(levels(groups, of["place"].to_numpy(), a_year, np.ones(len(a_year))))


def _counts(of: pl.DataFrame) -> dict[str, Any]:
    counts: dict[str, Any] = {
        "effective_families": effective(of.filter(pl.col("programme") == 0)["weight"].to_numpy())
    }
    for group, flag in (("programme", 1.0), ("comparison", 0.0)):
        mine = of.filter(pl.col("programme") == flag)
        counts |= {
            f"{group}_families": mine.height,
            f"{group}_people": int(mine["people"].sum()),
            f"{group}_families_with": mine.filter(pl.col("pence") > 0).height,
        }
    return counts


def _benefits(refs: pl.LazyFrame, returns: Returns) -> pl.LazyFrame:
    claims = on_members(returns["dwp"]["benefits"], "dwp", refs)
    return _by_day(claims, pl.col("weekly_amount") / DAYS_A_WEEK, "benefits")


def _social_care(refs: pl.LazyFrame, returns: Returns) -> pl.LazyFrame:
    episodes = on_members(returns["dfe"]["social_care"], "dfe", refs)
    kind = {"CIN": "child_in_need", "CPP": "child_protection", "CLA": "looked_after"}
    a_day = pl.col("episode_type").cast(pl.String).replace_strict(
        {code: UNIT_COSTS[name].pounds / YEAR for code, name in kind.items()}, return_dtype=pl.Float64
    )  # fmt: skip
    return _by_day(episodes, a_day, "social care")


def _crime(refs: pl.LazyFrame, returns: Returns) -> pl.LazyFrame:
    """Convictions and prison places, all in the half-year of the sentence."""
    custody = pl.col("disposal").cast(pl.String) == "CUSTODY"
    served = pl.when(custody).then(pl.col("sentence_days")).fill_null(0).max() * SERVED
    in_prison = served * (UNIT_COSTS["custody"].pounds / YEAR)
    return (
        on_members(returns["moj"]["offences"].filter(is_guilty()), "moj", refs)
        .group_by("person_id", "case_number")
        .agg(
            month=months_from(pl.col("start"), pl.col("disposal_date")).min(),
            pounds=in_prison + UNIT_COSTS["conviction"].pounds,
        )
        .select("person_id", theme=pl.lit("crime and justice"), half_year=half_year_of(pl.col("month")),
                pence=_pence(pl.col("pounds")))
    )  # fmt: skip


def _education(refs: pl.LazyFrame, returns: Returns, laid: Laid) -> pl.LazyFrame:
    exclusions = on_members(returns["dfe"]["exclusions"], "dfe", refs).select(
        "person_id",
        half_year=half_year_of(months_from(pl.col("start"), pl.col("start_date"))),
        pence=pl.lit(round(UNIT_COSTS["exclusion"].pounds * 100), pl.Int64),
    )
    least = ENOUGH["persistent_absence"]
    half_a_year = round(UNIT_COSTS["persistent_absence"].pounds * 100 * MONTHS / 12)
    absent = (
        laid.happened.lazy()
        .filter((pl.col("outcome") == "persistent_absence") & (pl.col("got") >= least * pl.col("of")))
        .select("person_id", "half_year", pence=pl.lit(half_a_year, pl.Int64))
    )
    return pl.concat([exclusions, absent]).select(
        "person_id", pl.lit("education").alias("theme"), "half_year", "pence"
    )


def _by_day(spells: pl.LazyFrame, a_day: pl.Expr, theme: str) -> pl.LazyFrame:
    """The cost of each spell in each half-year that it overlaps: days within it, first and last included."""
    begins, ends = (months_from(pl.col("start"), pl.col(day)) for day in ("start_date", "end_date"))
    first = half_year_of(begins).clip(FIRST, LAST)
    last = half_year_of(ends).fill_null(LAST).clip(FIRST, LAST)
    opens = pl.col("start").dt.truncate("1mo").dt.offset_by(pl.format("{}mo", pl.col("half_year") * MONTHS))
    closes = opens.dt.offset_by(f"{MONTHS}mo")
    from_day = pl.max_horizontal("start_date", opens)
    until = pl.min_horizontal(pl.col("end_date").dt.offset_by("1d").fill_null(closes), closes)
    return (
        spells.filter((begins < (LAST + 1) * MONTHS) & (ends.is_null() | (ends >= FIRST * MONTHS)))
        .with_columns(half_year=pl.int_ranges(first, last + 1, dtype=pl.Int32))
        .explode("half_year")
        .select(
            "person_id", theme=pl.lit(theme), half_year=pl.col("half_year"),
            pence=_pence((until - from_day).dt.total_days() * a_day),
        )
    )  # fmt: skip


def _pence(pounds: pl.Expr) -> pl.Expr:
    return (pounds * 100).round().cast(pl.Int64)


def _windows() -> pl.LazyFrame:
    rows = [(name, ALL_WINDOWS[name][0] // MONTHS, ALL_WINDOWS[name][1] // MONTHS - 1) for name in WINDOWS]
    schema = {"window": pl.String, "from_half_year": pl.Int32, "to_half_year": pl.Int32}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def _half_years_of_windows() -> pl.LazyFrame:
    within = pl.int_ranges("from_half_year", pl.col("to_half_year") + 1, dtype=pl.Int32)
    return _windows().select("window", half_year=within).explode("half_year")
