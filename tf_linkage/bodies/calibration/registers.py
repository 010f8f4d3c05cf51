"""Measures of the registers: who is in one, and how far two of them disagree about a person.

One function for each calibration target about coverage and errors.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from tf_linkage.bodies.calibration.measures import Found, World, share
from tf_linkage.bodies.recording.error_rates import TRANSLITERATED
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.settings import day

# coverage


def _covered(world: World, flag: str, low: float, high: float, *, resident: bool = True) -> Found:
    people = world.people.filter((pl.col("age") >= low) & (pl.col("age") < high))
    people = people.filter("resident") if resident else people
    return share(people[flag], people["weight"])


def dwp_coverage(world: World) -> Found:
    """Share of residents of 16 and over whom DWP holds, recent arrivals aside."""
    settled = world.people.filter(
        (pl.col("age") >= 16)
        & pl.col("resident")
        & ~(pl.col("abroad") & (pl.col("arrived") > day(world.settings.extract) - 730))
    )
    return share(settled["in_dwp"], settled["weight"])


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
    return share(people["in_dfe"], people["weight"])


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
    return share(held["gender"] == 0, held["weight"])


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


def disagree(body: str, field: str, ages: tuple[int, int] | None = None) -> Callable[[World], Found]:
    """Measure of how often the council and a department disagree on a field both know.

    Args:
        body: the department.
        field: a column that both have.
        ages: from and below which age on the day of the extracts; everybody if none is given.
    """

    def measure(world: World) -> Found:
        pairs = pairs_of(world.extracts, world.truth, "council", body)
        if ages is not None:
            of_age = world.people.filter(pl.col("age").is_between(*ages, closed="left"))["person"]
            pairs = pairs.filter(pl.col("true_person").cast(pl.Int64).is_in(of_age.implode()))
        both = pairs.filter(pl.col(field).is_not_null() & pl.col(f"{field}_right").is_not_null())
        found = share(both[field] != both[f"{field}_right"])
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
        # Records of a family, a team and a council err together; of councils there are few.
        together = 2.8 if body == "council" else 1.6
        return Found(value, float(np.sqrt(max(value, 1 / records) / records)) * together, records)

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
    return share(rows["hit"].is_not_null())


def nino_known(world: World) -> Found:
    """Share of adults whose NINO the council hands over."""
    adults = world.members.filter(pl.col("birth") < day(world.settings.extract) - 18 * YEAR)
    return share(adults["nino"].is_not_null())


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
