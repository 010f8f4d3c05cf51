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
    """Measure of how many of a body's records have a kind of error, each with its person's weight."""

    def measure(world: World) -> Found:
        records = world.hit(body, [kind], column)
        found = share(records["hit"], records["weight"])
        # Records of a family, a team and a council err together; of councils there are few.
        together = 2.8 if body == "council" else 1.6
        return Found(found.value, found.error * together, found.observations)

    return measure


def pupils_moved(world: World) -> Found:
    """Share of DfE's records of people of 5 to 15 whose address is a former one."""
    pupils = world.hit("dfe", ["former address"], "address").filter(pl.col("age").is_between(5, 16))
    return share(pupils["hit"], pupils["weight"])


def nino_known(world: World) -> Found:
    """Share of adults whose NINO the council hands over."""
    adults = world.members.filter(pl.col("birth") < day(world.settings.extract) - 18 * YEAR)
    return share(adults["nino"].is_not_null())


def name_gradient(world: World) -> Found:
    """How much more often DWP miswrites names transliterated than white British ones (ratio)."""
    records = world.hit("dwp", ["surname misspelt", "forename misspelt", "names swapped"])
    far = [place for place, origin in enumerate(ORIGINS) if origin.name in TRANSLITERATED]
    other, british = records.filter(pl.col("origin").is_in(far)), records.filter(pl.col("origin") == 0)
    high, low = share(other["hit"], other["weight"]), share(british["hit"], british["weight"])
    ratio = high.value / max(low.value, 1e-9)
    error = ratio * float(np.hypot(high.error / max(high.value, 1e-9), low.error / max(low.value, 1e-9)))
    return Found(ratio, error, int(other["hit"].sum()))
