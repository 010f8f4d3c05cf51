"""Named hard cases of people: why a linker may miss or confuse them.

One predicate for each case.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.council import Roster, merged_of
from tf_linkage.bodies.lived import Columns, position
from tf_linkage.bodies.moj import has_alias
from tf_linkage.bodies.recording.recorded import Recorded
from tf_linkage.bodies.register import Register
from tf_linkage.population.draws import Draws, Flags
from tf_linkage.population.people.households import FIRST_CHILD, LAST_CHILD, NEVER, ROLES, YEAR
from tf_linkage.population.people.names import CHANGES, initials
from tf_linkage.population.settings import Settings, day


def flags(settings: Settings, people: Columns) -> dict[str, Flags]:
    """Every hard case of a life by name: which people it describes."""
    extract, start = day(settings.extract), day(settings.history_from)
    birth_day = people["birth"].astype("datetime64[D]")
    first_of_year = birth_day == birth_day.astype("datetime64[Y]").astype("datetime64[D]")
    changed = (people["surname_from_1"] <= extract) & (people["surname_from_1"] > start)
    returned = (people["surname_from_2"] <= extract) & (people["surname_from_2"] > start)
    return {
        "twin": people["twin"],
        "alliterative twin": _alliterative(people),
        "sibling within 12 months": _close_siblings(people),
        "named after parent": people["named_after_parent"],
        "double surname": (people["surname_b_0"] >= 0) & ~people["joined_by_space"],
        "two surnames": people["joined_by_space"],
        "surname changed": changed & (people["change"] == 1),
        "returned to birth surname": returned & (people["change"] == 1),
        "remarried": returned & (people["change"] == _REMARRIAGE),
        "cousins of one name": _cousins(people),
        "adopted": people["adopted_on"] < NEVER,
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
        "emigrated": (people["emigrated"] <= extract) & (people["adopted_on"] == NEVER),
        "died": people["death"] <= extract,
    }


_REMARRIAGE = CHANGES.index("remarriage")


def _cousins(people: Columns) -> Flags:
    """A cousin and the eldest child of the household, who share forename and surname."""
    cousin = people["role"] == ROLES.index("cousin")
    mine = np.isin(people["family"], people["family"][cousin])
    return np.asarray(cousin | (mine & (people["place"] == FIRST_CHILD)))


def _alliterative(people: Columns) -> Flags:
    """Twins whose forenames begin with one letter."""
    initial = initials()[people["forename"]]
    together = (np.diff(people["family"]) == 0) & (np.diff(people["birth"]) == 0)
    together &= people["twin"][:-1] & people["twin"][1:] & (initial[:-1] == initial[1:])
    out = np.zeros(len(initial), dtype=bool)
    out[:-1] |= together
    out[1:] |= together
    return out


def _close_siblings(people: Columns) -> Flags:
    """Children born within 12 months of a brother or sister who is not a twin; siblings stand eldest first."""
    child = (people["place"] >= FIRST_CHILD) & (people["place"] <= LAST_CHILD)
    gap = np.diff(people["birth"])
    close = (np.diff(people["family"]) == 0) & child[:-1] & child[1:] & (gap > 30) & (gap < 365)
    out = np.zeros(len(child), dtype=bool)
    out[:-1] |= close
    out[1:] |= close
    return out


_OF_RECORDS = ("names swapped", "nickname", "other spelling", "initial only", "placeholder", "nino of another",
    "temporary nino", "prison address")  # fmt: skip
"""Kinds of error that are hard cases of their own: the person has a record with one."""


def record_flags(
    settings: Settings,
    people: Columns,
    registers: dict[str, tuple[Register, Recorded]],
    named: tuple[Roster, Recorded],
) -> dict[str, Flags]:
    """Every hard case of records by name: which people have one in some body."""
    count = len(people["person"])
    out = {name: np.zeros(count, dtype=bool) for name in (*_OF_RECORDS, "two records", "merged record", "alias")}
    places = [(register.rows, recorded) for register, recorded in registers.values()]
    places.append((named[0].members["place"], named[1]))
    for rows, recorded in places:
        for _, kind, hit in recorded.errors:
            name = kind.removesuffix(", copied from school")
            if name in _OF_RECORDS:
                out[name][rows[np.flatnonzero(hit[: len(rows)])]] = True
    for register, _ in registers.values():
        out["two records"] |= register.doubled
        out["merged record"][register.absorbed] = True
        out["merged record"][register.holder[register.absorbed]] = True
    rows, absorbed = merged_of(settings, Draws(settings.seed), people, named[0])
    out["merged record"][named[0].members["place"][np.concatenate([rows, absorbed])]] = True
    police = registers["moj"][0]
    out["alias"][police.rows[has_alias(settings, Draws(settings.seed), people, police)]] = True
    return out


def hard_cases(
    settings: Settings,
    people: Columns,
    registers: dict[str, tuple[Register, Recorded]],
    named: tuple[Roster, Recorded],
    school_years: Columns,
) -> pl.Series:
    """The hard cases of each person joined by ' | ', none where there are none."""
    every = flags(settings, people) | record_flags(settings, people, registers, named)
    every["moved school mid-year"] = np.zeros(len(people["person"]), dtype=bool)
    moved = school_years["person"][school_years["moved"] < NEVER]
    every["moved school mid-year"][position(people, moved)] = True
    names = list(every)
    code = np.zeros(len(people["person"]), dtype=np.uint64)
    for bit, hit in enumerate(every.values()):
        code |= np.asarray(hit).astype(np.uint64) << np.uint64(bit)
    # Few combinations occur, so each is written once.
    combinations, which = np.unique(code, return_inverse=True)
    written = [
        " | ".join(name for bit, name in enumerate(names) if combination >> bit & 1) or None
        for combination in combinations.tolist()
    ]
    return pl.Series("hard_cases", written, dtype=pl.String).gather(which)
