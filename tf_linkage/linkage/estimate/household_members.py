"""People of one home who are not one person: how alike their records are, and how many there are.

The third class of training, learnt from pairs inside the right table.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.compare.candidates import pattern_counts
from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.estimate.em import (
    NO_DEPENDENCE,
    Dependence,
    HouseholdMembers,
    dependence_of,
    ends_of,
    shares_of,
)
from tf_linkage.linkage.model.comparisons import Role, place_of
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.encoded import Tables, home_columns


def household_members(tables: Tables, standing: int) -> HouseholdMembers:
    """Learn from pairs of one home inside the right table. With no homes known there are no household members.

    Args:
        tables: both tables.
        standing: number of pairs at one address.
    """
    comparisons, settings = tables.model.comparisons, tables.model.settings.households
    # Where somebody lives agrees among people of one home as often as among links.
    place = place_of(comparisons, Role.HOME)
    home = None if place is None else (place, comparisons[place].full)
    apart = tuple(comparison.role is not Role.HOME for comparison in comparisons)
    even = tuple(np.full(len(comparison.levels), 1 / len(comparison.levels)) for comparison in comparisons)
    if not home_columns(tables.right.columns) or (pairs := _pairs_of_one_home(tables)).height < settings.few:
        return HouseholdMembers(even, apart, NO_DEPENDENCE, 0.0, home)
    distinct, counts = pattern_counts(tables, pairs, "r")
    levels = unpack(distinct, comparisons)
    counts = np.where(_one_person(levels, tables.model), 0, counts)
    return HouseholdMembers(
        shares_of(levels, counts, comparisons, smoothing=settings.smoothing),
        apart,
        _dependence(levels, counts, tables.model),
        float(standing),
        home,
    )


def _pairs_of_one_home(tables: Tables) -> pl.DataFrame:
    """`l`, `r`: pairs of right rows at one address, of a sample of all addresses."""
    on = ", ".join(home_columns(tables.right.columns))
    sample = max(1, tables.right.height // tables.model.settings.sampling.records_at_home)
    return tables.frame(
        f"WITH homes AS (SELECT row, entity, {on} FROM r WHERE home % {sample} = 0), "
        f"small AS (SELECT {on} FROM homes GROUP BY {on} "
        f"HAVING count(DISTINCT entity) BETWEEN 2 AND {tables.model.settings.households.largest}) "
        f"SELECT one.row AS l, other.row AS r FROM (SELECT * FROM homes SEMI JOIN small USING ({on})) one "
        f"JOIN homes other USING ({on}) WHERE one.entity < other.entity"
    )


def moved(levels: Levels, model: Model) -> NDArray[np.bool_]:
    """Patterns of pairs whose addresses do not say that they live in one place."""
    place = place_of(model.comparisons, Role.HOME)
    if place is None:
        return np.ones(len(levels), dtype=bool)
    same = model.comparisons[place].codes(lambda level: level.same_home)
    found: NDArray[np.bool_] = ~np.isin(levels[:, place], same)
    return found


def at_one_address(tables: Tables) -> pl.DataFrame:
    """Pairs of a left record and a right person at one address, hostels left out: `left_row`, `entity`, `born`.

    `born` says whether they share a date of birth.
    """
    if not home_columns(tables.right.columns):
        return pl.DataFrame(schema={"left_row": pl.UInt32, "entity": pl.UInt32, "born": pl.Boolean})
    on = ", ".join(home_columns(tables.right.columns))
    largest = tables.model.settings.households.largest
    dob = "dob" if "dob" in tables.right.columns else ""
    born = f"bool_or(coalesce(l.{dob} = here.{dob}, false))" if dob else "false"
    return tables.frame(
        f"WITH here AS (SELECT entity, {', '.join(filter(None, [on, dob]))} FROM r SEMI JOIN l USING ({on})), "
        f"small AS (SELECT {on} FROM here GROUP BY {on} HAVING count(DISTINCT entity) <= {largest}) "
        f"SELECT l.row AS left_row, entity, {born} AS born FROM l JOIN here USING ({on}) "
        f"SEMI JOIN small USING ({on}) GROUP BY l.row, entity"
    )


def homes(tables: Tables, rows: pl.Series) -> pl.DataFrame:
    """The homes in which these right rows stand, with everyone in them: `row`, `entity`, `home`.

    Hostels and blocks are left out. A home is a number that stands for its address.
    """
    if not home_columns(tables.right.columns):
        return pl.DataFrame(schema={"row": pl.UInt32, "entity": pl.UInt32, "home": pl.UInt64})
    tables.connection.register("wanted", pl.DataFrame({"row": rows}).to_arrow())
    found = tables.frame(
        "WITH there AS (SELECT DISTINCT home FROM r SEMI JOIN wanted USING (row)) "
        "SELECT row, entity, home FROM r SEMI JOIN there USING (home) ORDER BY row"
    )
    tables.connection.unregister("wanted")
    return found.filter(pl.col("entity").n_unique().over("home") <= tables.model.settings.households.largest)


def _dependence(levels: Levels, counts: NDArray[np.int64], model: Model) -> Dependence:
    """How names and birthdays of one home go together, counted where all that is compared is known."""
    forename, surname, born = (
        place_of(model.comparisons, role) for role in (Role.FORENAME, Role.SURNAME, Role.BORN)
    )
    places = (forename, surname, born)
    ends = ends_of(model.comparisons)
    dependence = NO_DEPENDENCE if None in places else dependence_of(levels, counts.astype(np.float64), places, ends)
    logs = dependence.logs.copy()
    # Who shares forename and birthday was left out as one person, so nothing was counted there.
    logs[:2, :, 0] = np.maximum(logs[:2, :, 0], 0.0)
    return dataclasses.replace(dependence, logs=logs)


def _one_person(levels: Levels, model: Model) -> NDArray[np.bool_]:
    """Patterns that look like one person registered twice, who is nobody's household member."""
    found = np.ones(len(levels), dtype=bool)
    for role in (Role.FORENAME, Role.BORN):
        place = place_of(model.comparisons, role)
        if place is None:
            return np.zeros(len(levels), dtype=bool)
        found &= np.isin(levels[:, place], model.comparisons[place].codes(lambda level: level.one_person))
    return found
