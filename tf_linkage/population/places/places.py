"""Where people live: authorities, streets, addresses, postcodes.

The fixed list of authorities between which people move, and how an address follows from (dwelling group, spell).

Every postcode area begins with X, which no postcode in the United Kingdom does, and belongs to one authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Ints, odds


@dataclass(frozen=True)
class Authority:
    """An upper-tier local authority: GSS code, name, the area its postcodes begin with, its share of movers."""

    code: str
    name: str
    area: str
    movers: float


AUTHORITIES: Final[tuple[Authority, ...]] = (
    Authority("E09000012", "Hackney", "XH", 6),
    Authority("E08000003", "Manchester", "XM", 7),
    Authority("E06000010", "Kingston upon Hull", "XK", 4),
    Authority("E08000032", "Bradford", "XB", 6),
    Authority("E10000016", "Kent", "XT", 8),
    Authority("E09000030", "Tower Hamlets", "XC", 5),
    Authority("E09000025", "Newham", "XN", 5),
    Authority("E09000014", "Haringey", "XG", 5),
    Authority("E09000031", "Waltham Forest", "XW", 5),
    Authority("E09000010", "Enfield", "XE", 4),
    Authority("E08000006", "Salford", "XS", 4),
    Authority("E08000008", "Tameside", "XA", 3),
    Authority("E06000011", "East Riding of Yorkshire", "XR", 3),
    Authority("E08000035", "Leeds", "XL", 5),
    Authority("E08000033", "Calderdale", "XD", 2),
    Authority("E06000035", "Medway", "XY", 3),
    Authority("E10000011", "East Sussex", "XU", 3),
    Authority("E08000025", "Birmingham", "XJ", 6),
)
"""The fixed list from which moves draw: adding a council to a study changes nobody's destination. GSS codes and
names are ONS's; the shares of movers are an assumption."""

HOME_AUTHORITIES: Final[dict[str, int]] = {authority.code: slot for slot, authority in enumerate(AUTHORITIES[:5])}
"""The authorities whose population can be simulated, by code: their slot in the list."""

LOCALITIES_PER_COUNCIL = 966
PEOPLE_PER_LOCALITY = 16_384
"""Numbers set aside for a locality and a council, so that a person's number depends on neither the other councils
nor the size of the chunk. Six councils of 966 localities of 16,384 people fill the 95 million safe NINOs."""

_UNITS = 80_000
"""Postcodes that fit an area: 20 districts of 10 sectors of 400 units."""

_UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def _words(text: str) -> list[str]:
    """The words of a text: lists of names are written as text, to be read as such."""
    return text.split()


_STEMS = _words(
    "Alder Ashby Aspen Avon Balfour Barley Beech Bell Birch Blake Bramble Brook Bryant Burns Byron Canal "
    "Cedar Chapel "
    "Cherry Chestnut Church Clay Clifton Coleridge Cowper Cross Dale Darwin Dean Derby Dickens Dove "
    "Dryden Eden Elder "
    "Elgar Elm Fern Field Finch Forest Foster Gaskell Glebe Grange Green Hardy Harvest Hawthorn Hazel "
    "Heath Heron Hill "
    "Holly Hope Ivy Jasmine Juniper Keats Kestrel King Kingfisher Lake Larch Laurel Lea Lilac Lime "
    "Linden Lister Lodge "
    "Maple Marsh Mary Meadow Milton Mill Moor Morris Mulberry Nelson Newton Nightingale North Oak Olive "
    "Orchard Otter "
    "Palm Park Peel Pine Plum Poplar Primrose Priory Quarry Queen Raleigh Ridge River Robin Rose Rowan "
    "Ruskin Russell "
    "Sandy School Scott Shelley South Spring Spruce Station Stone Sycamore Tennyson Thorn Tower Tudor Union Valley "
    "Vernon Victory Walnut Water Wells Wesley West Willow Windmill Wood Wordsworth Yew York"
)
_KINDS = _words(
    "Road Street Avenue Close Lane Drive Court Gardens Grove Way Terrace Crescent Walk Place Mews Rise "
    "Square Row Hill "
    "Gate"
)


@cache
def streets() -> pl.Series:
    """Every street name, by its code."""
    return pl.Series("street", [f"{stem} {kind}" for stem in _STEMS for kind in _KINDS])


@cache
def _destinations() -> Any:
    return odds([authority.movers for authority in AUTHORITIES])


def destination(draws: Draws, ids: NDArray[Any]) -> Ints:
    """The authority to which each long move goes (position in AUTHORITIES)."""
    return draws.pick("place/destination", ids, _destinations())


@dataclass(frozen=True)
class Addresses:
    """Addresses as codes; `flat` 0 is a house, `unit` the postcode within its authority."""

    authority: Ints
    unit: Ints
    number: Ints
    flat: Ints


def units_of(people: float) -> int:
    """Postcodes of a population that large: about 15 households of 2.4 people each (ONS postcode directory)."""
    return int(min(_UNITS, max(40, people / 36)))


def address_of(
    draws: Draws, ids: NDArray[Any], authority: NDArray[Any], units: int, block_of_flats: NDArray[Any] | float = 0.3
) -> Addresses:
    """The dwelling of each id in its authority.

    Args:
        draws: the world's draws.
        ids: one number for each dwelling group and spell.
        authority: position in AUTHORITIES.
        units: postcodes in use in each authority.
        block_of_flats: share of postcodes whose dwellings are flats.
    """
    area = np.asarray(authority, dtype=np.int64)
    rank = draws.whole("place/unit", ids, units)
    # Spread the postcodes in use over the area's districts, so that few postcodes are not all in one sector.
    unit = (rank * 7_919 + area * 131) % _UNITS
    where = (area * _UNITS + unit).astype(np.uint64)
    flats = draws.below("place/flats", where, block_of_flats)
    first = draws.whole("place/first number", where, 90)
    number = np.where(flats, 1 + first % 30, 1 + first + 2 * draws.whole("place/number", ids, 14))
    flat = np.where(flats, 1 + draws.whole("place/flat", ids, 24), 0)
    return Addresses(authority=area, unit=unit, number=number, flat=flat)


def street_of(draws: Draws, places: Addresses) -> Ints:
    """Code of the street on which each address stands: one street for a postcode."""
    where = (places.authority * _UNITS + places.unit).astype(np.uint64)
    return draws.whole("place/street", where, len(streets()))


def address_lines(number: NDArray[Any], flat: NDArray[Any], street: pl.Series) -> pl.Series:
    """Address lines such as `12 Alder Road` or `Flat 3, 12 Alder Road`."""
    frame = pl.DataFrame({"number": number, "flat": flat, "street": street})
    house = pl.concat_str([pl.col("number").cast(pl.String), pl.lit(" "), pl.col("street")])
    return frame.select(
        pl.when(pl.col("flat") > 0)
        .then(pl.concat_str([pl.lit("Flat "), pl.col("flat").cast(pl.String), pl.lit(", "), house]))
        .otherwise(house)
        .alias("address")
    ).to_series()


@cache
def _outward() -> pl.Series:
    return pl.Series(
        [
            f"{authority.area}{district} {sector}"
            for authority in AUTHORITIES
            for district in range(1, 21)
            for sector in range(10)
        ]
    )


@cache
def _inward() -> pl.Series:
    return pl.Series([first + second for first in _UNIT_LETTERS for second in _UNIT_LETTERS])


def postcodes(authority: NDArray[Any], unit: NDArray[Any]) -> pl.Series:
    """Postcodes such as `XH7 4BD`."""
    area = np.asarray(authority, dtype=np.int64)
    sector = area * 200 + np.asarray(unit) // 400
    frame = pl.DataFrame({"outward": _outward().gather(sector), "inward": _inward().gather(np.asarray(unit) % 400)})
    return frame.select(pl.concat_str(["outward", "inward"]).alias("postcode")).to_series()


MOST_SPELLS = 8


def dwelling_at(
    draws: Draws,
    group: NDArray[Any],
    home: NDArray[Any],
    moves_a_year: NDArray[Any],
    date: NDArray[Any],
    *,
    leaves_authority: float,
) -> tuple[Ints, Ints, Ints]:
    """Where each group of movers lives on a day.

    Args:
        draws: the world's draws.
        group: number of the group that moves together (a household, or a person alone).
        home: authority before the first move.
        moves_a_year: rate of the group's moves, which begin in 2009.
        date: the day.
        leaves_authority: share of moves that go to another authority.

    Returns:
        The dwelling's number, its authority, and the day since when.
    """
    ids = np.asarray(group, dtype=np.int64) * MOST_SPELLS
    place, authority = ids.copy(), np.asarray(home, dtype=np.int64).copy()
    since = np.full(len(ids), _MOVES_FROM, dtype=np.int64)
    # Groups that move at least once more, with the day of their last move.
    movers, clock = np.arange(len(ids)), np.full(len(ids), float(_MOVES_FROM))
    for step in range(MOST_SPELLS - 1):
        key = ids[movers] + step
        clock += draws.exponential("move/day", key) * 365.25 / moves_a_year[movers]
        gone = np.flatnonzero(clock <= date[movers])
        if not gone.size:
            break
        movers, clock, key = movers[gone], clock[gone], key[gone]
        long_move = np.flatnonzero(draws.below("move/leaves", key, leaves_authority))
        authority[movers[long_move]] = destination(draws, key[long_move])
        place[movers] += 1
        since[movers] = clock.astype(np.int64)
    return place, authority, since


_MOVES_FROM = 14_245
"""1 January 2009, three years before the earliest history: an old address can be older than the window."""
