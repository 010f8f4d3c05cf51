"""Named hard cases of people: why a linker may miss or confuse them.

Belongs here: one predicate for each case of facts 4e. Does not belong here: their rates (`population/rates.py`,
`error_rates.py`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.lived import Columns
from tf_linkage.population.draws import Flags
from tf_linkage.population.households import NEVER, ROLES, YEAR
from tf_linkage.population.settings import Settings, day


def flags(settings: Settings, people: Columns) -> dict[str, Flags]:
    """Every hard case by name: which people it describes."""
    extract, start = day(settings.extract), day(settings.history_from)
    birth_day = people["birth"].astype("datetime64[D]")
    first_of_year = birth_day == birth_day.astype("datetime64[Y]").astype("datetime64[D]")
    changed = (people["surname_from_1"] <= extract) & (people["surname_from_1"] > start)
    returned = (people["surname_from_2"] <= extract) & (people["surname_from_2"] > start)
    return {
        "twin": people["twin"],
        "named after parent": people["named_after_parent"],
        "double surname": (people["surname_b_0"] >= 0) & ~people["joined_by_space"],
        "two surnames": people["joined_by_space"],
        "surname changed": changed & (people["change"] == 1),
        "returned to birth surname": returned,
        "known as step-surname": (people["change"] == 3) & (people["surname_from_1"] <= extract),
        "stepchild": people["role"] == ROLES.index("stepchild"),
        "former partner": people["role"] == ROLES.index("former partner"),
        "two homes": people["two_homes"] >= 0,
        "born on 1 January": first_of_year,
        "recent mover": people["moved_at_extract"] > extract - YEAR,
        "hostel or refuge": people["hostel_from"] <= extract,
        "no fixed abode": people["no_fixed_abode"],
        "looked after": people["cla_from"] < NEVER,
        "several generations": people["generations"],
        "recent arrival": people["abroad"] & (people["arrived"] > extract - 2 * YEAR),
        "emigrated": people["emigrated"] <= extract,
        "died": people["death"] <= extract,
    }


def hard_cases(settings: Settings, people: Columns) -> pl.Series:
    """The hard cases of each person joined by ' | ', none where there are none."""
    named = pl.DataFrame(
        {
            name: pl.Series([None, name]).gather(np.asarray(hit, dtype=np.int64))
            for name, hit in flags(settings, people).items()
        }
    )
    joined = named.select(
        pl.concat_str(pl.all(), separator=" | ", ignore_nulls=True).alias("hard_cases")
    ).to_series()
    return joined.set(joined == "", None)
