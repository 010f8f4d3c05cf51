"""How a body writes down where somebody lives.

Former addresses, placements, prisons, the other parent's home, wrong numbers, style, postcodes.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.lived import Columns
from tf_linkage.bodies.recording.error_rates import lag_years
from tf_linkage.bodies.recording.misspelling import restyle
from tf_linkage.bodies.recording.record_quality import Quality
from tf_linkage.bodies.recording.recorded import Occasion, Recorded, blank
from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.people.persons import dwelling
from tf_linkage.population.places.places import (
    address_lines,
    address_of,
    destination,
    postcodes,
    street_of,
    streets,
)
from tf_linkage.population.rates import rate
from tf_linkage.population.rows import Chosen, Table
from tf_linkage.population.settings import Settings

_PLACEMENT = 1 << 42
_PRISON = 1 << 43


def recorded_addresses(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings,
    draws: Draws,
    body: str,
    everyone: Columns,
    people: Table,
    number: Ints,
    quality: Quality,
    occasion: Occasion,
    extract: Ints,
    inside: Flags,
    out: Recorded,
) -> tuple[pl.Series, pl.Series]:
    """Address lines and postcodes as recorded."""
    lag = quality.lag("address", lag_years("address", body))
    date = np.maximum(occasion.address - lag, people["birth"])
    place, authority, _ = dwelling(settings, draws, people, date)
    now, now_authority, _ = dwelling(settings, draws, people, extract)
    if body == "dfe":
        place, authority = _placed(draws, people, place, authority, date)
        now, now_authority = _placed(draws, people, now, now_authority, extract)
        place, authority = _other_home(settings, draws, everyone, people, number, place, authority, date)
    out.errors.append(("address", "former address", (place != now) & ~inside))
    out.errors.append(("postcode", "former address", (place != now) & ~inside))
    out.errors.append(("address", "prison address", inside))
    out.errors.append(("postcode", "prison address", inside))
    # One prison serves a few localities.
    place = np.where(inside, people["locality"] // 4 + _PRISON, place)
    authority = np.where(inside, people["slot"], authority)
    homes = address_of(draws, place, authority, int(people["units"][0]) if len(place) else 1)
    wrong = quality.hits("address wrong")
    # A wrong number or a flat dropped: another dwelling of the same street.
    drop = wrong & (homes.flat > 0) & draws.below(f"{body}/flat dropped", number, 0.6)
    shift = np.where(wrong & ~drop, 1 + draws.whole(f"{body}/number", number, 9), 0)
    lines = address_lines(
        homes.number + shift, np.where(drop, 0, homes.flat), streets().gather(street_of(draws, homes))
    )
    out.errors.append(("address", "address wrong", wrong))
    style = quality.hits("address style")
    at = np.flatnonzero(style)
    if at.size:
        before = lines.gather(at)
        after = restyle(before, draws.whole(f"{body}/style", number[at], 4))
        lines = lines.scatter(at, after)
        style[at] = (before != after).to_numpy()
    out.errors.append(("address", "address style", style))
    codes = postcodes(homes.authority, homes.unit)
    typo = quality.hits("postcode misspelt")
    at = np.flatnonzero(typo)
    if at.size:
        wrong_unit = (homes.unit[at] + 1 + draws.whole(f"{body}/postcode", number[at], 398)) % 400 + homes.unit[
            at
        ] // 400 * 400
        codes = codes.scatter(at, postcodes(homes.authority[at], wrong_unit))
    out.errors.append(("postcode", "postcode misspelt", typo))
    missing = quality.hits("postcode missing")
    roofless = people["no_fixed_abode"]
    out.errors.append(("postcode", "postcode missing", missing & ~roofless))
    return blank(lines, roofless), blank(codes, missing | roofless)


def _placed(draws: Draws, people: Table, place: Ints, authority: Ints, date: Ints) -> tuple[Ints, Ints]:
    """Children looked after are recorded at their placement, some of them in another authority."""
    placed = (people["cla_from"] <= date) & (people["cla_to"] > date)
    away = draws.below("placement/away", people["person"], rate("placed outside the authority"))
    other = destination(draws, people["person"] + _PLACEMENT)
    return (
        np.where(placed, people["person"] + _PLACEMENT, place),
        np.where(placed & away, other, authority),
    )


def _other_home(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings,
    draws: Draws,
    everyone: Columns,
    people: Table,
    number: Ints,
    place: Ints,
    authority: Ints,
    date: Ints,
) -> tuple[Ints, Ints]:
    """A child of two homes is sometimes recorded at the other parent's."""
    both = (people["two_homes"] >= 0) & draws.below("dfe/other home", number, 0.4 * min(settings.multiplier, 2.0))
    at = np.flatnonzero(both)
    if not at.size:
        return place, authority
    parent = np.searchsorted(everyone["person"], people["two_homes"][at])
    parents = Chosen(everyone, parent)
    there, its_authority, _ = dwelling(settings, draws, parents, date[at])
    place, authority = place.copy(), authority.copy()
    place[at], authority[at] = there, its_authority
    return place, authority
