"""How a body writes down a name.

Former and other surnames, short forms, spellings, misspellings, swapped names, placeholders.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.recording.error_rates import SWAP_ODDS, WOMEN_25_TO_44, lag_years
from tf_linkage.bodies.recording.misspelling import misspell
from tf_linkage.bodies.recording.record_quality import Quality
from tf_linkage.bodies.recording.recorded import Occasion, Recorded
from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.people.name_pools import pools
from tf_linkage.population.people.names import surname_at
from tf_linkage.population.rows import Table

PLACEHOLDERS = ("Baby", "Unborn", "Unknown")

_ORDER_DIFFERS = np.array(
    [origin.community in ("south asian", "east asian", "black african") for origin in ORIGINS]
)


def recorded_names(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    body: str,
    people: Table,
    number: Ints,
    quality: Quality,
    occasion: Occasion,
    extract: Ints,
    out: Recorded,
) -> tuple[pl.Series, pl.Series]:
    """Forenames and surnames as recorded; what went wrong is added to `out`."""
    known = pools()
    part_a, part_b = _surname_parts(draws, body, people, number, quality, occasion, extract, out)
    forename = people["forename"]
    spelling = known.spellings[forename]
    respelt = (spelling[:, 0] >= 0) & quality.hits("other spelling")
    forename = np.where(respelt, _one_of(draws, f"{body}/spelling", number, spelling), forename)
    out.errors.append(("forename", "other spelling", respelt))
    short = known.nicknames[people["forename"]]
    nick = (short[:, 0] >= 0) & quality.hits("nickname")
    forename = np.where(nick, _one_of(draws, f"{body}/nickname", number, short), forename)
    out.errors.append(("forename", "nickname", nick))
    middle = quality.hits("middle name first") & (people["middle"] != people["forename"])
    forename = np.where(middle, people["middle"], forename)
    out.errors.append(("forename", "middle name first", middle))

    forenames = known.forenames.gather(forename)
    surnames = _joined(known.surnames, part_a, part_b, people["joined_by_space"])
    initial = quality.hits("initial only")
    if initial.any():
        at = np.flatnonzero(initial)
        forenames = forenames.scatter(at, forenames.gather(at).str.slice(0, 1))
    out.errors.append(("forename", "initial only", initial))
    forenames = _misspelt(draws, body, "forename", number, forenames, quality, out, ~initial)
    surnames = _misspelt(draws, body, "surname", number, surnames, quality, out, None)
    odds = np.where(_ORDER_DIFFERS[people["origin"]], SWAP_ODDS, 1.0)
    swapped = quality.hits("names swapped", odds=odds)
    if swapped.any():
        at = np.flatnonzero(swapped)
        first_names, last_names = forenames.gather(at), surnames.gather(at)
        forenames, surnames = forenames.scatter(at, last_names), surnames.scatter(at, first_names)
    age = (extract - people["birth"]) / YEAR
    placeholder = quality.hits("placeholder", odds=np.where(age < 3, 4.0, 0.6))
    if placeholder.any():
        at = np.flatnonzero(placeholder)
        forenames = forenames.scatter(
            at, pl.Series(PLACEHOLDERS).gather(draws.whole(f"{body}/placeholder", number[at], 3))
        )
    out.errors.append(("forename", "placeholder", placeholder))
    out.errors.append(("forename", "names swapped", swapped))
    out.errors.append(("surname", "names swapped", swapped))
    return forenames, surnames


def _surname_parts(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    body: str,
    people: Table,
    number: Ints,
    quality: Quality,
    occasion: Occasion,
    extract: Ints,
    out: Recorded,
) -> tuple[Ints, Ints]:
    """The two parts of the surname a body holds: a former one, a relative's, one part of two."""
    lag = quality.lag("surname", lag_years("surname", body))
    part_a, part_b = surname_at(people, occasion.name - lag)
    true_a, true_b = surname_at(people, extract)
    stale = (part_a != true_a) | (part_b != true_b)
    out.errors.append(("surname", "former surname", stale))

    # Another name of theirs or of the family's: a wife's birth name, the other parent's, a married name not taken.
    age = (extract - people["birth"]) / YEAR
    odds = np.where((people["gender"] == 1) & (age >= 25) & (age < 45), WOMEN_25_TO_44, 1.0)
    known_as = np.where(people["surname_other"] == true_a, people["surname_a_0"], people["surname_other"])
    other = quality.hits("surname of the family", odds=odds) & (known_as >= 0) & (known_as != true_a)
    part_a, part_b = np.where(other, known_as, part_a), np.where(other, -1, part_b)
    out.errors.append(("surname", "surname of the family", other))
    dropped = (part_b >= 0) & quality.hits("surname part dropped")
    first = draws.below(f"{body}/which part", number, 0.5)
    part_a, part_b = np.where(dropped & first, part_b, part_a), np.where(dropped, -1, part_b)
    out.errors.append(("surname", "surname part dropped", dropped))
    return part_a, part_b


def _one_of(draws: Draws, name: str, ids: Ints, options: NDArray[Any]) -> Ints:
    count = np.maximum((options >= 0).sum(axis=1), 1)
    return np.asarray(options[np.arange(len(ids)), draws.whole(name, ids, count)])


def _joined(names: pl.Series, part_a: Ints, part_b: Ints, by_space: Flags) -> pl.Series:
    out = names.gather(part_a)
    double = np.flatnonzero(part_b >= 0)
    if not double.size:
        return out
    joiner = pl.Series(np.where(by_space[double], " ", "-"))
    return out.scatter(double, names.gather(part_a[double]) + joiner + names.gather(part_b[double]))


def _misspelt(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    body: str,
    column: str,
    ids: Ints,
    values: pl.Series,
    quality: Quality,
    out: Recorded,
    where: Flags | None,
) -> pl.Series:
    hit = quality.hits(f"{column} misspelt")
    hit = hit if where is None else hit & where
    out.errors.append((column, f"{column} misspelt", hit))
    at = np.flatnonzero(hit)
    if not at.size:
        return values
    return values.scatter(at, misspell(draws, f"{body}/{column}", ids[at], values.gather(at)))
