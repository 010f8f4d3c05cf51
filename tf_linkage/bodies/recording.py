"""How a body writes down who somebody is.

Belongs here: from the true person to the recorded identity, with a list of what went wrong. Does not belong here:
who is in the register (each body's own file), the rates (`error_rates.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.error_rates import (
    BODIES,
    INHERITED,
    LAG_YEARS,
    LEGACY_NUMBERS,
    NINO_NOT_KNOWN_YOUNG,
    PERSISTENT,
    SWAP_ODDS,
    WOMEN_25_TO_44,
)
from tf_linkage.bodies.error_rates import error_rate as rate_of
from tf_linkage.bodies.keys import NINOS, SPARE_NINOS, nino_number, nino_text, record_number, temporary_nino
from tf_linkage.bodies.lived import Columns
from tf_linkage.bodies.misspelling import misspell, restyle, wrong_dates
from tf_linkage.bodies.quality import Quality
from tf_linkage.contracts.identity import GENDERS
from tf_linkage.population.chosen import Chosen, Table
from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.households import YEAR
from tf_linkage.population.name_pools import pools
from tf_linkage.population.names import surname_at
from tf_linkage.population.origins import ORIGINS
from tf_linkage.population.persons import dwelling
from tf_linkage.population.places import address_lines, address_of, destination, postcodes, street_of, streets
from tf_linkage.population.settings import Settings, day

PLACEHOLDERS = ("Baby", "Unborn", "Unknown")

NINO_FROM = 15.75
"""Age at which a National Insurance number is issued."""

_TEMPORARY_UNTIL = 11_323
"""1 January 2001: accounts opened earlier can still show a temporary number."""

_PLACEMENT = 1 << 42
_PRISON = 1 << 43
_ORDER_DIFFERS = np.array(
    [origin.community in ("south asian", "east asian", "black african") for origin in ORIGINS]
)


@dataclass
class Recorded:
    """Recorded identities, one row for each record, and what went wrong in each.

    Attributes:
        identity: forename, surname, date_of_birth, gender, address, postcode, nino.
        errors: (column, kind, rows hit).
        tally: by kind of error, for each community: records, errors requested, errors realised.
    """

    identity: pl.DataFrame
    errors: list[tuple[str, str, Flags]] = field(default_factory=list)
    tally: dict[str, tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Occasion:
    """When a body last learned each record's name and address, before its own lag (days)."""

    name: Ints
    address: Ints


def record(
    settings: Settings,
    draws: Draws,
    body: str,
    everyone: Columns,
    rows: Ints,
    *,
    copy: Ints,
    occasion: Occasion | None = None,
    latest_birth: Ints | None = None,
    in_prison: Flags | None = None,
) -> Recorded:
    """What a body holds on some people.

    Args:
        settings: the world.
        draws: its draws.
        body: who records.
        everyone: columns of the whole population (or chunk), families together.
        rows: whom the records describe (positions in `everyone`).
        copy: 0 for a person's first record, 1 and up for repeat records.
        occasion: when the body last learned name and address; the extract if None.
        latest_birth: latest date of birth a record can hold; the extract if None.
        in_prison: records that show a prison's address; none if None.
    """
    people = Chosen(everyone, rows)
    extract = np.full(len(rows), day(settings.extract))
    # A repeat record mostly repeats the first one's errors.
    fresh = draws.unit(f"{body}/persists", record_number(people["person"], copy)) >= PERSISTENT[0]
    number = record_number(people["person"], np.where(fresh, copy, 0))
    quality = Quality(settings, draws, body, people, number)
    occasion = occasion or Occasion(extract, extract)
    out = Recorded(pl.DataFrame())
    forename, surname = _names(settings, draws, body, people, number, quality, occasion, extract, out)
    birth = _birth(
        draws, body, everyone, rows, number, quality, extract if latest_birth is None else latest_birth, out
    )
    gender = _gender(body, people, quality, out)
    inside = np.zeros(len(rows), dtype=bool) if in_prison is None else in_prison
    address, postcode = _address(
        settings, draws, body, everyone, people, number, quality, occasion, extract, inside, out
    )
    nino = _nino(draws, body, everyone, rows, number, quality, extract, out, copy)
    out.identity = pl.DataFrame(
        {
            "forename": forename,
            "surname": surname,
            "date_of_birth": birth,
            "gender": gender,
            "address": address,
            "postcode": postcode,
            "nino": nino,
        }
    )
    out.tally = quality.tally
    return _inherited(settings, draws, everyone, rows, out) if body == "council" else out


def _inherited(settings: Settings, draws: Draws, everyone: Columns, rows: Ints, out: Recorded) -> Recorded:
    """Some children's names and birthdays are copied from the school, errors included (A)."""
    person, birth = everyone["person"][rows], everyone["birth"][rows]
    child = birth > day(settings.extract) - 18 * YEAR
    copied = child & (birth < day(settings.extract) - 5 * YEAR)
    copied &= draws.below("council/copies the school", person, INHERITED[0] * min(settings.multiplier, 2.0))
    at = np.flatnonzero(copied)
    if not at.size:
        return out
    school = record(settings, draws, "dfe", everyone, rows[at], copy=np.zeros(len(at), dtype=np.int64))
    columns = ("forename", "surname", "date_of_birth")
    for column in columns:
        out.identity = out.identity.with_columns(out.identity[column].scatter(at, school.identity[column]))
    own = [(column, kind, hit & ~copied if column in columns else hit) for column, kind, hit in out.errors]
    theirs = []
    for column, kind, hit in school.errors:
        if column in columns:
            whole = np.zeros(len(rows), dtype=bool)
            whole[at] = hit
            theirs.append((column, f"{kind}, copied from school", whole))
    out.errors = own + theirs
    return out


def _names(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings,
    draws: Draws,
    body: str,
    people: Table,
    number: Ints,
    quality: Quality,
    occasion: Occasion,
    extract: Ints,
    out: Recorded,
) -> tuple[pl.Series, pl.Series]:
    known = pools()
    lag = quality.lag("surname", LAG_YEARS["surname"][0][BODIES.index(body)])
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


def _birth(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    body: str,
    everyone: Columns,
    rows: Ints,
    number: Ints,
    quality: Quality,
    latest: Ints,
    out: Recorded,
) -> pl.Series:
    birth = everyone["birth"][rows].astype(np.int64)
    wrong, missing = quality.hits("date of birth wrong"), quality.hits("date of birth missing")
    wrong &= ~missing
    at = np.flatnonzero(wrong)
    if at.size:
        kin = everyone["birth"][relative(draws, f"{body}/kin", everyone, rows[at], number[at])]
        birth[at], _ = wrong_dates(draws, f"{body}/birth", number[at], birth[at], kin, latest[at])
    out.errors.append(("date_of_birth", "date of birth wrong", wrong))
    out.errors.append(("date_of_birth", "date of birth missing", missing))
    return _blank(pl.Series(birth.astype(np.int32)).cast(pl.Date), missing)


def relative(draws: Draws, name: str, everyone: Columns, rows: Ints, ids: Ints) -> Ints:
    """Another member of each person's family (position in `everyone`), the person if there is none."""
    family = everyone["family"]
    first = np.searchsorted(family, family[rows], side="left")
    count = np.searchsorted(family, family[rows], side="right") - first
    step = 1 + draws.whole(name, ids, np.maximum(count - 1, 1))
    return np.asarray(np.where(count > 1, first + (rows - first + step) % count, rows))


def _gender(body: str, people: Table, quality: Quality, out: Recorded) -> pl.Series:
    wrong, missing = quality.hits("gender wrong"), quality.hits("gender missing")
    wrong &= ~missing
    out.errors.append(("gender", "gender wrong", wrong))
    out.errors.append(("gender", "gender missing", missing))
    coded = pl.Series(np.where(wrong, 1 - people["gender"], people["gender"]).astype(np.uint32))
    return _blank(pl.Series(GENDERS, dtype=pl.Enum(GENDERS)).gather(coded), missing)


def _address(  # noqa: PLR0917 (a kernel names each column it needs)
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
    lag = quality.lag("address", LAG_YEARS["address"][0][BODIES.index(body)])
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
    return _blank(lines, roofless), _blank(codes, missing | roofless)


def _placed(draws: Draws, people: Table, place: Ints, authority: Ints, date: Ints) -> tuple[Ints, Ints]:
    """Children looked after are recorded at their placement, 37% in another authority (`Stability Index`)."""
    placed = (people["cla_from"] <= date) & (people["cla_to"] > date)
    away = draws.below("placement/away", people["person"], 0.37)
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


def _nino(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    body: str,
    everyone: Columns,
    rows: Ints,
    number: Ints,
    quality: Quality,
    extract: Ints,
    out: Recorded,
    copy: Ints,
) -> pl.Series:
    if body == "dfe":
        return pl.Series([None] * len(rows), dtype=pl.String)
    person = everyone["person"][rows]
    age = (extract - everyone["birth"][rows]) / YEAR
    issued = age >= NINO_FROM
    true = nino_number(draws, person)
    held = true.copy()
    wrong, shared = issued & quality.hits("nino wrong"), issued & quality.hits("nino of another")
    place = 10 ** draws.whole(f"{body}/nino digit", number, 6)
    digit = true // place % 10
    held = np.where(
        wrong, true + ((digit + 1 + draws.whole(f"{body}/nino shift", number, 8)) % 10 - digit) * place, held
    )
    at = np.flatnonzero(shared)
    if at.size:
        held[at] = nino_number(
            draws, everyone["person"][relative(draws, f"{body}/nino kin", everyone, rows[at], number[at])]
        )
    shared &= held != true
    temporary = np.zeros(len(rows), dtype=bool)
    if body == "dwp":
        second = issued & (copy > 0)
        held = np.where(second, nino_number(draws, SPARE_NINOS + person % (NINOS - SPARE_NINOS)), held)
        out.errors.append(("nino", "second nino", second))
        opened = everyone["birth"][rows] + NINO_FROM * YEAR
        opened = np.maximum(opened, np.where(everyone["abroad"][rows], everyone["arrived"][rows], opened))
        temporary = (opened < _TEMPORARY_UNTIL) & ~second
        temporary &= draws.below("dwp/temporary nino", person, LEGACY_NUMBERS[0] * quality.multiplier)
        out.errors.append(("nino", "temporary nino", temporary))
    base = np.where(age < 18, NINO_NOT_KNOWN_YOUNG, rate_of("nino not known", body)) if body == "council" else None
    unknown = issued & quality.apart("nino not known", base=base)
    out.errors.append(("nino", "nino wrong", wrong & ~unknown & ~shared))
    out.errors.append(("nino", "nino of another", shared & ~unknown))
    out.errors.append(("nino", "nino not known", unknown))
    numbers = nino_text(held)
    at = np.flatnonzero(temporary)
    if at.size:
        numbers = numbers.scatter(at, temporary_nino(everyone["birth"][rows[at]], everyone["gender"][rows[at]]))
    return _blank(numbers, unknown | ~issued)


def _blank(values: pl.Series, where: Flags) -> pl.Series:
    at = np.flatnonzero(where)
    return values.scatter(at, None) if at.size else values
