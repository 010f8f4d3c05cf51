"""What a simulated world looks like: one measure for each calibration target.

Belongs here: measures. Does not belong here: what they should be (`calibration.py`).

People of families in high need are drawn more often than they occur; measures of the population weigh them back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from tf_linkage.bodies.error_rates import TRANSLITERATED
from tf_linkage.bodies.lived import Population
from tf_linkage.population.households import ROLES
from tf_linkage.population.origins import ORIGINS
from tf_linkage.population.settings import Settings, day

_YEAR = 365.25


@dataclass(frozen=True)
class Found:
    """A measured value, its standard error, and how many observations it rests on."""

    value: float
    error: float
    observations: int


@dataclass(frozen=True)
class World:
    """Everything a measure may look at."""

    population: Population
    extracts: dict[str, pl.LazyFrame]
    truth: dict[str, pl.LazyFrame]
    settings: Settings

    @classmethod
    def of(
        cls,
        population: Population,
        extracts: dict[str, pl.LazyFrame],
        truth: dict[str, pl.LazyFrame],
        settings: Settings,
    ) -> World:
        """The world of these tables."""
        return cls(population, extracts, truth, settings)

    @cached_property
    def people(self) -> pl.DataFrame:
        """The population with age at the extract and the registers that hold each person."""
        extract = day(self.settings.extract)
        held = self.truth["people"].select(
            pl.col("true_person").cast(pl.Int64).alias("person"), "in_dwp", "in_moj", "in_dfe"
        )
        people = self.population["people"].with_columns(
            age=(extract - pl.col("birth")) / _YEAR,
            resident=(pl.col("birth") <= extract)
            & (pl.col("death") > extract)
            & (pl.col("arrived") <= extract)
            & (pl.col("emigrated") > extract),
        )
        return people.join(held, on="person", how="left", maintain_order="left").collect()

    @cached_property
    def families(self) -> pl.DataFrame:
        """Families with their weight."""
        return self.population["families"].collect()

    @cached_property
    def members(self) -> pl.DataFrame:
        """The cohort's first record of each true person with what is true of the person."""
        keys = self.extracts["council_cohort"].with_columns(
            record_key=pl.col("la_code") + "|" + pl.col("person_ref")
        )
        truth = self.truth["records"].filter(pl.col("body").cast(pl.String) == "council")
        named = keys.join(
            truth.select("record_key", pl.col("true_person").cast(pl.Int64).alias("person")), on="record_key"
        )
        first = (
            named.sort("identified_date", "record_key")
            .unique("person", keep="first", maintain_order=True)
            .collect()
        )
        true = self.people.select("person", "birth", "family", "kind", "role", "cla_from", "cla_to")
        return first.join(true, on="person", maintain_order="left").with_columns(
            found_at=(pl.col("identified_date").cast(pl.Int32)),
            true_age=(pl.col("identified_date").cast(pl.Int32) - pl.col("birth")) / _YEAR,
        )

    @cached_property
    def errors(self) -> pl.DataFrame:
        """Errors by body, column and kind: how many records they hit."""
        return (
            self.truth["errors"]
            .group_by("body", "column", "kind")
            .len()
            .with_columns(pl.col("body").cast(pl.String))
            .collect()
        )

    @cached_property
    def records(self) -> dict[str, int]:
        """Records by body."""
        counts = self.truth["records"].group_by("body").len().with_columns(pl.col("body").cast(pl.String)).collect()
        return dict(counts.iter_rows())


def _share(hit: pl.Series, weight: pl.Series | None = None) -> Found:
    """A share, weighted if asked, with its standard error."""
    count = len(hit)
    if not count:
        return Found(float("nan"), 0.0, 0)
    weights = np.ones(count) if weight is None else weight.to_numpy().astype(float)
    value = float((hit.to_numpy().astype(float) * weights).sum() / weights.sum())
    effective = weights.sum() ** 2 / (weights**2).sum()
    bounded = min(max(value, 1 / effective), 1 - 1 / max(effective, 2))
    return Found(value, float(np.sqrt(bounded * (1 - bounded) / effective)), count)


# names


def _white_british(world: World) -> pl.Series:
    people = world.people.filter((pl.col("origin") == 0) & (pl.col("role") == 0) & (pl.col("surname_b_0") < 0))
    return people["surname_a_0"].value_counts(sort=True)["count"]


def _top(world: World, most: int) -> Found:
    counts = _white_british(world)
    total = int(counts.sum())
    value = int(counts.head(most).sum()) / max(total, 1)
    return Found(value, float(np.sqrt(value * (1 - value) / max(total, 1))), total)


def commonest_surname(world: World) -> Found:
    """Share of the commonest surname among heads of white British households."""
    return _top(world, 1)


def hundred_surnames(world: World) -> Found:
    """Share of the hundred commonest surnames; sampling inflates it slightly in small worlds."""
    found = _top(world, 100)
    return Found(found.value, found.error + 1.0 / np.sqrt(max(found.observations, 1)), found.observations)


def surname_skew(world: World) -> Found:
    """Effective number of surnames in thousands: one over the chance that two people share one."""
    counts = _white_british(world).to_numpy().astype(float)
    total = counts.sum()
    collision = (counts * (counts - 1)).sum() / (total * (total - 1))
    return Found(
        float(1e-3 / collision), float(1e-3 / collision * 2 / np.sqrt(max(collision * total**2 / 2, 1))), int(total)
    )


def ten_girls_names(world: World) -> Found:
    """Share of the ten commonest names of white British girls born 2006-10."""
    low, high = 13_149, 14_975
    girls = world.people.filter(
        (pl.col("origin") == 0)
        & (pl.col("gender") == 1)
        & pl.col("birth").is_between(low, high)
        & ~pl.col("named_after_parent")
    )
    counts = girls["forename"].value_counts(sort=True)["count"]
    total = max(int(counts.sum()), 1)
    value = float(counts.head(10).sum() / total)
    # The ten commonest of a small sample stand out more than the ten commonest of all.
    return Found(value, float(np.sqrt(value * (1 - value) / total)) * 1.5, int(counts.sum()))


def named_after_father(world: World) -> Found:
    """Share of eldest sons of known fathers who bear the father's forename."""
    fathers = world.people.filter((pl.col("place") <= 1) & (pl.col("gender") == 0)).select(
        "family", father="forename"
    )
    sons = world.people.filter(
        (pl.col("place") == 2) & (pl.col("gender") == 0) & (pl.col("role") == ROLES.index("child"))
    )
    pairs = sons.join(fathers, on="family")
    return _share(pairs["forename"] == pairs["father"])


# households


def lone_parents(world: World) -> Found:
    """Share of lone parents among families with children."""
    families = world.families.filter(pl.col("kind").is_in([3, 4]))
    return _share(families["kind"] == 4, families["weight"])


def stepfamilies(world: World) -> Found:
    """Share of couples with children who have stepchildren."""
    couples = world.families.filter(pl.col("kind") == 3)
    step = world.people.filter(pl.col("role") == ROLES.index("stepchild"))["family"].unique()
    return _share(couples["family"].is_in(step.implode()), couples["weight"])


def multiple_maternities(world: World) -> Found:
    """Share of maternities that were multiple."""
    children = world.people.filter(pl.col("role").is_in([ROLES.index("child"), ROLES.index("stepchild")]))
    twins = children.filter("twin").group_by("family", "birth").len()
    maternities = len(children) - int((twins["len"] - 1).sum())
    value = len(twins) / max(maternities, 1)
    return Found(value, float(np.sqrt(value / max(maternities, 1))), maternities)


def movers(world: World) -> Found:
    """Share of residents who moved in the last year."""
    people = world.people.filter("resident")
    return _share(people["moved_at_extract"] > day(world.settings.extract) - 365, people["weight"])


# cohort


def family_size(world: World) -> Found:
    """People named per study family."""
    sizes = world.members.group_by("family").len()["len"]
    counts = sizes.to_numpy()
    return Found(float(counts.mean()), float(counts.std() / np.sqrt(len(counts))), len(counts))


def young_members(world: World) -> Found:
    """Share of named people aged 18 or under on the day their family was found."""
    return _share(world.members["true_age"] < 19)


def study_lone_parents(world: World) -> Found:
    """Share of lone parents among study families."""
    return _share(world.members.unique("family", maintain_order=True)["kind"] == 4)


# coverage


def _covered(world: World, flag: str, low: float, high: float, *, resident: bool = True) -> Found:
    people = world.people.filter((pl.col("age") >= low) & (pl.col("age") < high))
    people = people.filter("resident") if resident else people
    return _share(people[flag], people["weight"])


def dwp_coverage(world: World) -> Found:
    """Share of residents of 16 and over whom DWP holds, recent arrivals aside."""
    settled = world.people.filter(
        (pl.col("age") >= 16)
        & pl.col("resident")
        & ~(pl.col("abroad") & (pl.col("arrived") > day(world.settings.extract) - 730))
    )
    return _share(settled["in_dwp"], settled["weight"])


def dwp_children(world: World) -> Found:
    """Share of those under 16 whom DWP holds."""
    found = _covered(world, "in_dwp", -10, 16, resident=False)
    return Found(found.value, 0.0, found.observations)


def dfe_coverage(world: World) -> Found:
    """Share of residents of 5 to 15 whom DfE holds, Charedi children aside (mostly independent schools)."""
    charedi = [origin.name for origin in ORIGINS].index("charedi")
    people = world.people.filter(
        pl.col("age").is_between(5, 16) & pl.col("resident") & (pl.col("origin") != charedi)
    )
    return _share(people["in_dfe"], people["weight"])


def moj_coverage(world: World) -> Found:
    """Share of residents of 25 to 30 whom MoJ holds."""
    return _covered(world, "in_moj", 25, 31)


def moj_children(world: World) -> Found:
    """Share of those under 10 whom MoJ holds."""
    found = _covered(world, "in_moj", -10, 10, resident=False)
    return Found(found.value, 0.0, found.observations)


def moj_men(world: World) -> Found:
    """Share of men among those whom MoJ holds."""
    held = world.people.filter("in_moj")
    return _share(held["gender"] == 0, held["weight"])


# disagreement between sources


def pairs_of(
    extracts: dict[str, pl.LazyFrame], truth: dict[str, pl.LazyFrame], left: str, right: str
) -> pl.DataFrame:
    """Records of one person in two bodies side by side; the right one's columns end in `_right`."""
    tables = {"council": "council_cohort", "dwp": "dwp_people", "moj": "moj_people", "dfe": "dfe_pupils"}
    sides = []
    for body in (left, right):
        key = pl.col("la_code") + "|" + pl.col("person_ref") if body == "council" else pl.col(f"{body}_key")
        table = extracts[tables[body]]
        table = table.filter(pl.col("name_number") == 0) if body == "moj" else table
        mine = truth["records"].filter(pl.col("body").cast(pl.String) == body).select("record_key", "true_person")
        columns = ["forename", "surname", "date_of_birth", "gender", "address", "postcode"]
        sides.append(
            table.with_columns(record_key=key)
            .join(mine, on="record_key")
            .select("true_person", "record_key", *columns)
        )
    return sides[0].join(sides[1], on="true_person").sort("record_key", "record_key_right").collect()


def disagree(body: str, field: str) -> Callable[[World], Found]:
    """Measure of how often the council and a department disagree on a field both know."""

    def measure(world: World) -> Found:
        pairs = pairs_of(world.extracts, world.truth, "council", body)
        both = pairs.filter(pl.col(field).is_not_null() & pl.col(f"{field}_right").is_not_null())
        found = _share(both[field] != both[f"{field}_right"])
        # Errors cluster in families of about four and in councils' teams.
        return Found(found.value, found.error * 1.6, found.observations)

    return measure


def cell(body: str, kind: str, column: str | None = None) -> Callable[[World], Found]:
    """Measure of how many of a body's records have a kind of error."""

    def measure(world: World) -> Found:
        hit = world.errors.filter((pl.col("body") == body) & (pl.col("kind") == kind))
        hit = hit if column is None else hit.filter(pl.col("column") == column)
        records = world.records[body]
        value = int(hit["len"].sum()) / records
        return Found(value, float(np.sqrt(max(value, 1 / records) / records)) * 1.6, records)

    return measure


def pupils_moved(world: World) -> Found:
    """Share of DfE's records of people of 5 to 15 whose address is a former one."""
    dfe = pl.col("body").cast(pl.String) == "dfe"
    hit = world.truth["errors"].filter(dfe & (pl.col("column") == "address") & (pl.col("kind") == "former address"))
    records = (
        world.truth["records"]
        .filter(dfe)
        .join(hit.select("record_key", hit=pl.lit(1)), on="record_key", how="left")
    )
    rows = records.with_columns(person=pl.col("true_person").cast(pl.Int64)).collect()
    rows = rows.join(world.people.filter(pl.col("age").is_between(5, 16)).select("person"), on="person")
    return _share(rows["hit"].is_not_null())


def nino_known(world: World) -> Found:
    """Share of adults whose NINO the council hands over."""
    adults = world.members.filter(pl.col("birth") < day(world.settings.extract) - 18 * _YEAR)
    return _share(adults["nino"].is_not_null())


def name_gradient(world: World) -> Found:
    """How much more often DWP miswrites names transliterated than white British ones (ratio)."""
    wrong = world.truth["errors"].filter(
        pl.col("kind").is_in(["surname misspelt", "forename misspelt", "names swapped"])
    )
    dwp = pl.col("body").cast(pl.String) == "dwp"
    hit = wrong.filter(dwp).select("record_key").unique().with_columns(hit=pl.lit(1))
    records = world.truth["records"].filter(dwp).join(hit, on="record_key", how="left").collect()
    people = world.people.select(
        pl.col("person").cast(pl.String).alias("text"), "origin", true_person=pl.col("person")
    )
    joined = records.with_columns(true_person=pl.col("true_person").cast(pl.Int64)).join(people, on="true_person")
    far = [place for place, origin in enumerate(ORIGINS) if origin.name in TRANSLITERATED]
    other, british = joined.filter(pl.col("origin").is_in(far)), joined.filter(pl.col("origin") == 0)
    high, low = other["hit"].count() / max(len(other), 1), british["hit"].count() / max(len(british), 1)
    ratio = high / max(low, 1e-9)
    error = ratio * float(np.sqrt(1 / max(other["hit"].count(), 1) + 1 / max(british["hit"].count(), 1)))
    return Found(ratio, error, other["hit"].count())


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
    cells = []
    for group in (exposed, unexposed):
        chosen = people.filter(group)
        weight = chosen["weight"].cast(pl.Float64)
        hit = float((weight * chosen[outcome]).sum())
        cells.append((hit, float(weight.sum()) - hit, len(chosen), int(chosen[outcome].sum())))
    (a, b, many, count_a), (c, d, _, _) = cells
    value = float(np.log(max(a, 0.5) / max(b, 0.5)) - np.log(max(c, 0.5) / max(d, 0.5)))
    error = float(np.sqrt(1 / max(count_a, 1) + 1 / max(many - count_a, 1) + 1 / max(c, 1)))
    return Found(value, error, many)


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
    return _share(people["gender"] == 0, people["weight"])


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
    return _share(hit)


def _convicted(world: World, members: pl.DataFrame, *, custody: bool) -> Found:
    keys = world.truth["records"].filter(pl.col("body").cast(pl.String) == "moj")
    offences = world.extracts["moj_offences"].filter(pl.col("adjudication_code").cast(pl.String).is_in(["G", "J"]))
    offences = offences.filter(pl.col("disposal").cast(pl.String) == "CUSTODY") if custody else offences
    days = offences.join(keys, left_on="moj_key", right_on="record_key").select(
        pl.col("true_person").cast(pl.Int64).alias("person"), pl.col("disposal_date").cast(pl.Int32).alias("when")
    )
    inside = members.select("person", "found_at").join(days.collect(), on="person")
    inside = inside.filter((pl.col("when") > pl.col("found_at")) & (pl.col("when") <= pl.col("found_at") + 730))
    return _share(members["person"].is_in(inside["person"].unique().implode()))


def adult_custody(world: World) -> Found:
    """Share of comparison adults given custody within 24 months."""
    return _convicted(world, _later(world, 18, 120), custody=True)


def juvenile_convictions(world: World) -> Found:
    """Share of comparison juveniles of 10 to 17 convicted within 24 months."""
    return _convicted(world, _later(world, 10, 18), custody=False)


def juvenile_custody(world: World) -> Found:
    """Share of comparison juveniles given custody within 24 months."""
    return _convicted(world, _later(world, 10, 18), custody=True)
