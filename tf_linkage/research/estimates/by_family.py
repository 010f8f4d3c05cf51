"""What each family contributes to a figure: people to whom it could happen and did, events and years.

Adding people up to families, the clusters of every interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, UNITS
from tf_linkage.research.tables.half_years import MONTHS, Laid
from tf_linkage.research.tables.outcomes import AGES
from tf_linkage.research.tables.school_outcomes import ENOUGH

ADULT = 18
EITHER = "either"
"""Of people whose age is not known, or who may come of age in the half-year: they count in their family alone."""

TOLD_OF: Mapping[str, tuple[str, ...]] = {
    "out_of_work_benefit": ("family", "adult"),
    "job_seeking": ("family", "adult"),
    "employment": ("family", "adult"),
    "conviction": UNITS,
    "custody": UNITS,
    "child_in_need": ("family", "child"),
    "child_protection": ("family", "child"),
    "looked_after": ("family", "child"),
    "exclusion": ("family", "child"),
    "persistent_absence": ("family", "child"),
    "attainment": ("family", "child"),
}
"""Of which units each outcome is told."""

REACHED_LATER = 2
"""Years below the first age for an outcome at which somebody reaches it within the two years after the start."""

FAMILY_WINDOW = ["family_id", "outcome", "unit", "window"]


def shares(laid: Laid) -> pl.DataFrame:
    """To how many of each family an outcome could happen in a window, and did.

    A family counts in a window if it was followed throughout: the histories cover the window, and a comparison
    family had not joined before its end. The same people are counted in every window: those who at the start were
    of an age for it, children and adults by their age then; for absence and attainment, those of them of whom
    sessions or results are known in that window.

    Returns:
        family_id, outcome, unit, window, study_group, region, people (above 0), people_with.
    """
    return _of_those_followed(with_whole_families(_by_age(laid), FAMILY_WINDOW), laid)


def shares_by_age(laid: Laid) -> pl.DataFrame:
    """The same by age at the start: unit child, adult or either, and no whole families."""
    return _of_those_followed(_by_age(laid), laid)


def linked_by_age(laid: Laid, linked: pl.DataFrame) -> pl.DataFrame:
    """Of those who at the start were of an age for each outcome, how many are linked to each register.

    Args:
        laid: the cohort on half-years.
        linked: person_id, and for each register whether the person is linked to it.

    Returns:
        family_id, outcome, unit (child, adult or either), and the number for each register.
    """
    return (
        _of_an_age(laid.members.lazy(), _unit_at_start())
        .join(linked.lazy(), on="person_id", how="left")
        .group_by("family_id", "outcome", "unit")
        .agg(pl.col(name).sum() for name in linked.columns if name != "person_id")
        .sort("family_id", "outcome", "unit")
        .collect()
    )


def people_of_age(laid: Laid, outcome: str) -> pl.DataFrame:
    """Who at the start was of an age for an outcome: person_id, family_id, unit (child, adult or either)."""
    of_age = _of_an_age(laid.members.lazy(), _unit_at_start()).filter(pl.col("outcome") == outcome)
    return of_age.select("person_id", "family_id", "unit").sort("person_id").collect()


def _by_age(laid: Laid) -> pl.LazyFrame:
    """People and those with it by family, outcome, age at the start and window, followed throughout or not."""
    of_age = _of_an_age(laid.members.lazy(), _unit_at_start()).select("person_id", "family_id", "outcome", "unit")
    told = _in_windows(laid).join(of_age, on=["person_id", "outcome"])
    of_school = pl.col("outcome").is_in(list(ENOUGH))
    possible = of_age.filter(~of_school).group_by("family_id", "outcome", "unit").agg(people=pl.len())
    assessed = told.filter(of_school).group_by(FAMILY_WINDOW).agg(people=pl.len())
    people = pl.concat([possible.join(_windows(), how="cross"), assessed], how="diagonal")
    having = told.filter(pl.col("happened")).group_by(FAMILY_WINDOW).agg(people_with=pl.len())
    return people.join(having, on=FAMILY_WINDOW, how="left").with_columns(pl.col("people_with").fill_null(0))


def _of_those_followed(counted: pl.LazyFrame, laid: Laid) -> pl.DataFrame:
    """The rows of families that were followed throughout the window."""
    first, last = (pl.col(end) for end in ("from_half_year", "to_half_year"))
    followed = (pl.col("earliest") <= first) & (pl.col("latest") >= last) & (pl.col("joins") >= (last + 1) * MONTHS)
    return (
        counted.join(families_of(laid), on="family_id")
        .join(_windows_by_half_year(), on="window")
        .filter(followed)
        .select(*FAMILY_WINDOW, "study_group", "region", "people", "people_with")
        .sort(FAMILY_WINDOW)
        .collect()
    )


def new_events(laid: Laid, window: tuple[int, int]) -> pl.DataFrame:
    """New events of each family within a window, and the months in which they could arise.

    Args:
        laid: the cohort on half-years.
        window: months from the start, the first included and the last not; whole half-years.

    Returns:
        family_id, outcome, unit, study_group, region, months (above 0), events, people, people_with.
    """
    key = ["family_id", "outcome", "unit"]
    return (
        _events_of_people(laid, window)
        .group_by(key)
        .agg(
            pl.col("months", "events").sum(),
            people=pl.len(),
            people_with=(pl.col("events") > 0).sum(),
        )
        .join(families_of(laid).select("family_id", "study_group", "region"), on="family_id")
        .select(*key, "months", "events", "people", "people_with", "study_group", "region")
        .sort(key)
        .collect()
    )


def events_of_people(laid: Laid, window: tuple[int, int]) -> pl.DataFrame:
    """The same person by person: family_id, outcome, unit, person_id, months, events; arguments as `new_events`."""
    return _events_of_people(laid, window).sort("outcome", "unit", "family_id", "person_id").collect()


def events_by_half_year(laid: Laid, window: tuple[int, int]) -> pl.DataFrame:
    """The same family by family and half-year by half-year; arguments as `new_events`.

    Returns:
        family_id, outcome, unit, half_year, months (above 0), events, people, people_with.
    """
    key = ["family_id", "outcome", "unit", "half_year"]
    return (
        _events_of_people(laid, window, "half_year")
        .group_by(key)
        .agg(pl.col("months", "events").sum(), people=pl.len(), people_with=(pl.col("events") > 0).sum())
        .sort(key)
        .collect()
    )


def _events_of_people(laid: Laid, window: tuple[int, int], *by: str) -> pl.LazyFrame:
    """Months and events of each person within the window, or within each of its half-years.

    Comparison families count until the month in which they join. A child's months and events are those of
    half-years that lie before its eighteenth birthday for certain, an adult's of those that lie after it; a
    half-year in which the birthday may fall counts for the family alone.
    """
    first, last = window
    half_years = pl.LazyFrame({"half_year": range(first // MONTHS, last // MONTHS)}, schema={"half_year": pl.Int32})
    begins = pl.col("half_year") * MONTHS
    # Whole years at the start: somebody may be a year older but for a day. Who comes of age or is born later enters
    # in the first half-year in which that may be.
    may_have_reached = ((pl.col("age") + 1) * 12 + begins + MONTHS > pl.col("youngest") * 12).fill_null(value=True)
    at_risk = (
        _of_an_age(
            laid.members.lazy().join(half_years, how="cross"), _unit_through(begins), reached_later=REACHED_LATER
        )
        .filter(may_have_reached)
        .with_columns(months=(pl.min_horizontal("joins", begins + MONTHS) - begins).clip(0, MONTHS))
        .filter((pl.col("months") > 0) & pl.col("half_year").is_between(pl.col("earliest"), pl.col("latest")))
    )
    columns = ["family_id", "outcome", "unit", "person_id", *by]
    summed = (
        at_risk.join(laid.begun.lazy(), on=["person_id", "outcome", "half_year"], how="left")
        .group_by(columns)
        .agg(pl.col("months").sum(), events=pl.col("before_joining").sum())
    )
    whole = (
        summed.group_by("family_id", "outcome", "person_id", *by)
        .agg(pl.col("months", "events").sum())
        .with_columns(unit=pl.lit("family"))
    )
    columns += ["months", "events"]
    return pl.concat([summed.filter(_is_told_of()).select(columns), whole.select(columns)])


def families_of(laid: Laid) -> pl.LazyFrame:
    """One row for each family: what all of its members share."""
    shared = ["study_group", "region", "start", "joins", "earliest", "latest"]
    return laid.members.lazy().group_by("family_id").agg(pl.col(shared).first(), pl.len().alias("members"))


def _of_an_age(members: pl.LazyFrame, unit: pl.Expr, *, reached_later: int = 0) -> pl.LazyFrame:
    """The members once for each outcome for which they are of an age; unknown ages are of any age."""
    age = pl.col("age")
    return pl.concat(
        [
            members.filter(age.is_null() | age.is_between(youngest - reached_later, oldest)).with_columns(
                outcome=pl.lit(outcome), unit=unit, youngest=pl.lit(youngest)
            )
            for outcome, (youngest, oldest) in AGES.items()
        ]
    )


def _unit_at_start() -> pl.Expr:
    age = pl.col("age")
    return (
        pl.when(age >= ADULT)
        .then(pl.lit("adult"))
        .when(age < ADULT)
        .then(pl.lit("child"))
        .otherwise(pl.lit(EITHER))
    )


def _unit_through(begins: pl.Expr) -> pl.Expr:
    """Child or adult throughout the half-year that begins so many months from the start's month.

    Ages are whole years on the day of the start: the person may have been a year less a day older, and the first
    month of a half-year may begin a month earlier than so many months from that day.
    """
    age = pl.col("age")
    return (
        pl.when((age + 1) * 12 + begins + MONTHS <= ADULT * 12)
        .then(pl.lit("child"))
        .when(age * 12 + begins - 1 >= ADULT * 12)
        .then(pl.lit("adult"))
        .otherwise(pl.lit(EITHER))
    )


def _is_told_of() -> pl.Expr:
    return pl.any_horizontal(
        (pl.col("outcome") == outcome) & pl.col("unit").is_in([unit for unit in units if unit != "family"])
        for outcome, units in TOLD_OF.items()
    )


def with_whole_families(counted: pl.LazyFrame, key: Sequence[str], shared: Sequence[str] = ()) -> pl.LazyFrame:
    """The counts of children and adults, and of all together as unit family.

    Args:
        counted: people and people_with by the columns of the key, unit child, adult or either.
        key: the columns of a row.
        shared: further columns, the same for all rows of a family.
    """
    key = [*key, *shared]
    without_unit = [name for name in key if name != "unit"]
    whole = counted.group_by(without_unit).agg(pl.col("people", "people_with").sum(), unit=pl.lit("family"))
    columns = [*key, "people", "people_with"]
    return pl.concat([counted.filter(_is_told_of()).select(columns), whole.select(columns)])


def _in_windows(laid: Laid) -> pl.LazyFrame:
    """What is told of each person in each window: person_id, outcome, window, happened."""
    enough = pl.col("outcome").replace_strict(
        list(ENOUGH), list(ENOUGH.values()), default=0.5, return_dtype=pl.Float64
    )
    half_years = (
        _windows_by_half_year()
        .select("window", half_year=pl.int_ranges("from_half_year", pl.col("to_half_year") + 1, dtype=pl.Int32))
        .explode("half_year")
    )
    return (
        laid.happened.lazy()
        .join(half_years, on="half_year")
        .group_by("person_id", "outcome", "window")
        .agg(pl.col("got", "of").sum())
        .select("person_id", "outcome", "window", happened=pl.col("got") >= enough * pl.col("of"))
    )


def _windows() -> pl.LazyFrame:
    return _windows_by_half_year().select("window")


def _windows_by_half_year() -> pl.LazyFrame:
    """The windows with their first and last half-year."""
    rows = [(name, first // MONTHS, last // MONTHS - 1) for name, (first, last) in ALL_WINDOWS.items()]
    schema = {"window": pl.String, "from_half_year": pl.Int32, "to_half_year": pl.Int32}
    return pl.LazyFrame(rows, schema=schema, orient="row")
