"""What a person is, apart from kin and name: birth, death, migration, dwelling group, temperament.

One column each.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.people.care import looked_after
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import HEAD, NEVER, ROLES, YEAR, Families
from tf_linkage.population.places.places import MOST_SPELLS, dwelling_at
from tf_linkage.population.rates import rate
from tf_linkage.population.rows import Table
from tf_linkage.population.settings import Settings, day

COMMUNITIES: Final = tuple(dict.fromkeys(origin.community for origin in ORIGINS))
ETHNIC_CODES: Final = tuple(dict.fromkeys(code for origin in ORIGINS for code, _ in origin.ethnic_codes))
FAMILY_TYPES: Final = ("lone parent", "couple", "step or blended", "multi-family", "no children", "in care")

_ALONE = 1 << 40
"""Added to a person's number when that person moves alone; below it, a group is a family."""

_HOSTEL = 1 << 41
"""Added to a locality's number for its hostel: one address, many families."""

_APART = 1 << 45
"""Added to a person's number and spell when that person did not come along with the household's move."""

_MORTALITY: Final = (0.00003, 0.095)
"""Gompertz hazard a year at age 0 and its growth a year of age: .35% at 50, 6% at 80 (after E&W life tables, A)."""


def describe(
    settings: Settings, draws: Draws, families: Families, people: dict[str, NDArray[Any]], units: int
) -> dict[str, NDArray[Any]]:
    """Columns of each person beyond kin and name."""
    row, role, person, birth = people["row"], people["role"], people["person"], people["birth"]
    family, slot = families["family"], families["slot"]
    start, extract = day(settings.history_from), day(settings.extract)
    abroad, arrived, asylum = _arrival(draws, families, people, extract)
    birth = _first_of_january(draws, person, birth, abroad, asylum, people["twin"] | (people["adopted_on"] < NEVER))
    # An identity ends with the adoption, and the new one begins.
    adopted, renamed = people["adopted_on"] < NEVER, role == ROLES.index("adopted")
    abroad &= ~adopted
    arrived = np.where(renamed, people["adopted_on"], np.where(adopted, birth, arrived))
    adversity = families["adversity"][row]
    conduct = draws.normal("conduct", person)
    # A household goes abroad together; a former partner stays.
    emigrated = np.where(role == ROLES.index("former partner"), NEVER, _emigration(draws, families, start)[row])
    emigrated = np.where(renamed, NEVER, np.minimum(emigrated, people["adopted_on"]))
    out: dict[str, NDArray[Any]] = {
        "birth": birth,
        "death": _death(draws, person, birth, start),
        "abroad": abroad,
        "arrived": arrived,
        "emigrated": np.where(emigrated > arrived, emigrated, NEVER),
        "adversity": adversity,
        "conduct": conduct,
        "high_need": families["high_need"][row],
        "weight": families["weight"][row],
        "deprivation": families["deprivation"][row],
        "slot": slot[row],
        "locality": families["locality"][row],
        "community": np.array([COMMUNITIES.index(o.community) for o in ORIGINS], dtype=np.int8)[people["origin"]],
        "ethnic": _ethnic(draws, person, people["origin"]),
        "generations": families["generations"][row],
        "kind": families["kind"][row],
        "units": np.full(len(person), units),
    }
    out |= looked_after(settings, draws, person, birth, adversity, conduct, slot[row])
    # Children are adopted out of care.
    leaves = adopted & ~renamed
    out["cla_from"] = np.where(leaves, np.maximum(birth, people["adopted_on"] - 600), out["cla_from"])
    out["cla_to"] = np.where(leaves, people["adopted_on"], out["cla_to"])
    out["ever_looked_after"] = out["ever_looked_after"] | leaves
    out["no_fixed_abode"] = draws.below(
        "no fixed abode", person, rate("no fixed abode") * np.where(adversity > 1, 4.0, 0.6)
    ) & (birth < extract - 18 * YEAR)
    hostel = families["high_need"] & draws.below("family/hostel", family, rate("hostel or refuge in high need"))
    entered = start + draws.whole("family/hostel day", family, extract - start)
    out["hostel_from"] = np.where(hostel, entered, NEVER)[row]
    out["hostel_to"] = np.where(hostel, entered + 120 + draws.whole("family/hostel stay", family, 400), NEVER)[row]
    out["two_homes"] = _two_homes(draws, people)
    residence = dwelling(settings, draws, people | out | {"family": family[row]}, np.full(len(person), extract))
    out["la_at_extract"], out["moved_at_extract"] = residence[1], residence[2]
    out["family_type"] = _family_type(families, people, out, extract)
    return out


def dwelling(settings: Settings, draws: Draws, people: Table, date: NDArray[Any]) -> tuple[Ints, Ints, Ints]:
    """Where each person really lives on a day: the dwelling's number, its authority, since when.

    People live with their household from the day they join it to the day they leave it, and otherwise alone; a
    family in a hostel or refuge lives there. Of a household's moves after 2009 each further member makes the share
    `settings.moves_together` with it; members who do not come along live alone until its next move.
    """
    person = people["person"]
    own = (date < people["joined"]) | (date >= people["left"])
    group = np.where(own, person + _ALONE, people["family"])
    age = (date - people["birth"]) / YEAR
    young = own & (age >= 18) & (age < 30)
    rates = np.where(
        people["high_need"],
        rate("moves a year, high need"),
        np.where(young, rate("moves a year, age 18-29"), rate("moves a year, general")),
    )
    # Older households move less (`Census moves 2001`: 3.6% a year in the late sixties).
    rates = np.where((people["kind"] == 1) | (~own & (age > 65)), 0.04, rates)
    place, authority, since = dwelling_at(
        draws, group, people["slot"], rates, date, leaves_authority=rate("move leaves the authority")
    )
    if settings.moves_together < 1:
        spell = person * MOST_SPELLS + place % MOST_SPELLS
        apart = ~own & (people["place"] != HEAD) & (place % MOST_SPELLS > 0)
        apart &= ~draws.below("move/along", spell, settings.moves_together)
        place = np.where(apart, spell + _APART, place)
    hostel = (date >= people["hostel_from"]) & (date < people["hostel_to"]) & ~own
    place = np.where(hostel, people["locality"] + _HOSTEL, place)
    return place, np.where(hostel, people["slot"], authority), np.where(hostel, people["hostel_from"], since)


def _arrival(
    draws: Draws, families: Families, people: dict[str, NDArray[Any]], extract: int
) -> tuple[Any, Ints, Any]:
    """Who was born abroad, the day of arrival (long ago for most), and who came by the asylum route."""
    row, person, birth = people["row"], people["person"], people["birth"]
    family = families["family"]
    origin = people["origin"]
    abroad_share = np.array([o.foreign_born for o in ORIGINS])[origin]
    asylum_share = np.array([o.asylum for o in ORIGINS])[origin]
    recent = draws.below("family/recent arrival", family, rate("born abroad and arrived since 2009"))
    since_2009 = 14_245 + draws.whole("family/arrival day", family, extract - 14_245)
    earlier = 14_245 - draws.whole("family/earlier arrival", family, int(25 * YEAR))
    arrival = np.where(recent, since_2009, earlier)[row]
    adult = np.isin(
        people["role"], [ROLES.index(r) for r in ("head", "partner", "former partner", "grandparent", "sharer")]
    )
    # Adults by their own draw; children when the family came after their birth.
    parents = draws.below(
        "family/born abroad", family, np.array([o.foreign_born for o in ORIGINS])[families["origin"]]
    )[row]
    own = draws.below("born abroad", person, abroad_share)
    abroad = np.where(adult, np.where(people["place"] == 0, parents, own), parents & (birth < arrival))
    arrived = np.where(abroad, np.maximum(arrival, birth), birth)
    asylum = abroad & draws.below("family/asylum", family[row], asylum_share)
    return abroad, arrived, asylum


def _first_of_january(draws: Draws, person: Ints, birth: Ints, abroad: Any, asylum: Any, twin: Any) -> Ints:  # noqa: PLR0917 (a kernel names each column it needs)
    """True dates of birth given as 1 January, the same in every source."""
    share = np.where(
        asylum,
        rate("true 1 January birth, asylum route"),
        np.where(abroad, rate("true 1 January birth, born abroad"), 0),
    )
    hit = draws.below("born on 1 January", person, share) & ~twin
    year = birth.astype("datetime64[D]").astype("datetime64[Y]")
    return np.where(hit, year.astype("datetime64[D]").astype(np.int64), birth)


def _death(draws: Draws, person: Ints, birth: Ints, start: int) -> Ints:
    """Day of death; survival is drawn from the first day of the histories, on which everybody is alive."""
    base, growth = _MORTALITY
    age = np.maximum(start - birth, 0) / YEAR
    survived = base / growth * (np.exp(growth * age) - 1)
    at = np.log(1 + (survived + draws.exponential("death", person)) * growth / base) / growth
    return birth + (at * YEAR).astype(np.int64)


def _emigration(draws: Draws, families: Families, start: int) -> Ints:
    hazard = np.where(
        families["origin"] == 0, rate("emigration a year, born here"), rate("emigration a year, born abroad")
    )
    wait = draws.exponential("family/emigration", families["family"]) / hazard * YEAR
    return np.minimum(start + wait, NEVER).astype(np.int64)


def _ethnic(draws: Draws, person: Ints, origin: Ints) -> Any:
    u = draws.unit("ethnic code", person)
    out = np.zeros(len(person), dtype=np.int8)
    for place, source in enumerate(ORIGINS):
        mine = origin == place
        if len(source.ethnic_codes) == 1:
            out[mine] = ETHNIC_CODES.index(source.ethnic_codes[0][0])
            continue
        edges = np.cumsum([share for _, share in source.ethnic_codes])
        choice = np.minimum(np.searchsorted(edges, u[mine], side="right"), len(edges) - 1)
        out[mine] = np.array([ETHNIC_CODES.index(code) for code, _ in source.ethnic_codes])[choice]
    return out


def _two_homes(draws: Draws, people: dict[str, NDArray[Any]]) -> Ints:
    """Number of the other parent with whom a child of separated parents also lives, or -1."""
    row, person = people["row"], people["person"]
    other = np.full(int(row.max(initial=-1)) + 1, -1, dtype=np.int64)
    apart = (people["role"] == ROLES.index("former partner")) & (people["separated"] < NEVER)
    other[row[apart]] = person[apart]
    child = people["role"] == ROLES.index("child")
    return np.where(
        child & draws.below("two homes", person, rate("child of separated parents lives in two homes")),
        other[row],
        -1,
    )


def _family_type(
    families: Families, people: dict[str, NDArray[Any]], more: dict[str, NDArray[Any]], extract: int
) -> Any:
    row = people["row"]
    step = np.zeros(int(row.max(initial=-1)) + 1, dtype=bool)
    step[row[people["role"] == ROLES.index("stepchild")]] = True
    kind = families["kind"][row]
    kind_type = np.array([4, 4, 4, 1, 0, 4, 4, 3], dtype=np.int8)[kind]
    kind_type = np.where(step[row], 2, kind_type)
    kind_type = np.where(families["generations"][row], 3, kind_type)
    in_care = (more["cla_from"] <= extract) & (more["cla_to"] > extract)
    return np.where(in_care, 5, kind_type).astype(np.int8)
