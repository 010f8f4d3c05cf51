"""What people are called, and when that changes.

Forenames, surnames at birth and after marriage, separation, step-families.

Names stay codes; a surname has two parts, the second -1 where there is none. A person has up to three surnames in
time: the first from birth, the others from `surname_from_1` and `surname_from_2`.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import (
    FIRST_CHILD,
    HEAD,
    NEVER,
    PARTNER,
    ROLES,
    YEAR,
    Families,
    draw_origin,
)
from tf_linkage.population.people.name_pools import COHORTS, pools
from tf_linkage.population.rates import rate
from tf_linkage.population.rows import Table

CHANGES: Final = ("none", "marriage", "return to birth name", "step-surname", "remarriage")

_RULE: Final = {rule: [o.rule == rule for o in ORIGINS] for rule in {o.rule for o in ORIGINS}}


@cache
def _tables() -> tuple[Any, Any, Any, Any, Any]:
    """Pools as slot tables: surname rows, surname slots, English surname slots, forename rows, forename slots."""
    built = pools()
    surname_row = np.zeros((len(ORIGINS), 2), dtype=np.int64)
    forename_row = np.zeros((len(ORIGINS), 2, len(COHORTS)), dtype=np.int64)
    english = np.zeros(0)
    rows: dict[int, int] = {}
    slots: list[Any] = []
    for (origin, gender), (odds, codes) in built.surname_odds.items():
        if odds.log2_slots == 20:
            english = codes[odds.codes].astype(np.int32)
            surname_row[origin, gender] = -1
            continue
        if id(odds) not in rows:
            rows[id(odds)] = len(slots)
            slots.append(codes[odds.codes].astype(np.int32))
        surname_row[origin, gender] = rows[id(odds)]
    rows = {}
    forename_slots: list[Any] = []
    for (origin, gender, cohort), (odds, codes) in built.forename_odds.items():
        if id(odds) not in rows:
            rows[id(odds)] = len(forename_slots)
            forename_slots.append(codes[odds.codes].astype(np.int32))
        forename_row[origin, gender, cohort] = rows[id(odds)]
    return surname_row, np.stack(slots), english, forename_row, np.stack(forename_slots)


def surnames_for(draws: Draws, name: str, ids: NDArray[Any], origin: NDArray[Any], gender: NDArray[Any]) -> Ints:
    """A surname of each id's community, in the gender's form."""
    row_of, slots, english, _, _ = _tables()
    row = row_of[origin, gender]
    bits = draws.bits(name, ids)
    drawn = np.where(
        row < 0, english[bits >> np.uint64(44)], slots[np.maximum(row, 0), bits >> np.uint64(48)]
    ).astype(np.int64)
    return gendered(drawn, gender)


def gendered(surname: NDArray[Any], gender: NDArray[Any]) -> Ints:
    """The form of a surname for that gender."""
    female = pools().gendered
    return np.where((gender == 1) & (surname >= 0), female[np.maximum(surname, 0)], surname)


def forenames_for(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws, name: str, ids: NDArray[Any], origin: NDArray[Any], gender: NDArray[Any], birth: NDArray[Any]
) -> Ints:
    """A forename of each id's community, gender and birth cohort."""
    _, _, _, row_of, slots = _tables()
    year = 1970 + np.floor_divide(birth, YEAR).astype(np.int64)
    cohort = np.clip(np.searchsorted(np.array(COHORTS), year, side="right") - 1, 0, len(COHORTS) - 1)
    row = row_of[origin, gender, cohort]
    return np.asarray(slots[row, draws.bits(name, ids) >> np.uint64(48)], dtype=np.int64)


def name_people(draws: Draws, families: Families, people: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Names of each person.

    Returns columns origin, forename, middle, surname_a_0, surname_b_0, surname_from_1, surname_a_1, surname_b_1,
    surname_from_2, surname_a_2, surname_b_2, change_1, joined_by_space, named_after_parent.
    """
    origins = _origins(draws, families, people)
    forename, middle, after = _forenames(draws, people, origins)
    out = {"origin": origins, "forename": forename, "middle": middle, "named_after_parent": after}
    return out | _surnames(draws, families, people, origins)


def _origins(draws: Draws, families: Families, people: dict[str, NDArray[Any]]) -> Ints:
    row, role = people["row"], people["role"]
    family = families["family"]
    head = families["origin"]
    mixed = draws.below("couple/of two origins", family, rate("partners of another origin"))
    # The partner of a mixed couple: English, or for the English one of the council's other communities.
    other = np.where(head == 0, draw_origin(draws, "couple/other origin", family, families["slot"]), 0)
    partner = np.where(mixed, other, head)
    child = np.where(partner == head, head, [o.name for o in ORIGINS].index("mixed"))
    young = np.isin(role, [ROLES.index(name) for name in ("child", "stepchild", "adult child", "cousin")])
    is_partner = people["place"] == PARTNER
    sharer = role == ROLES.index("sharer")
    out = np.where(young, child[row], np.where(is_partner, partner[row], head[row]))
    if sharer.any():
        out[sharer] = draw_origin(draws, "sharer/origin", people["person"][sharer], families["slot"][row[sharer]])
    return np.asarray(out)


def _forenames(draws: Draws, people: dict[str, NDArray[Any]], origin: Ints) -> tuple[Ints, Ints, Any]:
    person, gender, birth, row, role = (people[name] for name in ("person", "gender", "birth", "row", "role"))
    share = np.array([o.english_forenames for o in ORIGINS])[origin]
    named_as = np.where(draws.below("forename/majority", person, share), 0, origin)
    forename = forenames_for(draws, "forename", person, named_as, gender, birth)
    middle = forenames_for(draws, "middle name", person, named_as, gender, birth)
    # Siblings do not share a forename: the later one is named again.
    for again in range(2):
        # People stand in the order of families and persons already.
        order = np.argsort(row * len(initials()) + forename, kind="stable")
        repeat = np.zeros(len(person), dtype=bool)
        repeat[order[1:]] = (row[order[1:]] == row[order[:-1]]) & (forename[order[1:]] == forename[order[:-1]])
        repeat &= people["place"] >= 2
        if not repeat.any():
            break
        forename[repeat] = forenames_for(
            draws, f"forename/again {again}", person[repeat], named_as[repeat], gender[repeat], birth[repeat]
        )
    _alliterate(draws, people, named_as, forename)
    # The eldest child of a parent's own sex sometimes bears the parent's name.
    eldest = (people["place"] == 2) & (role == ROLES.index("child"))
    after = eldest & draws.below(
        "forename/parent",
        person,
        np.where(gender == 1, rate("daughter named after mother"), rate("son named after father")),
    )
    parent = np.full((int(row.max(initial=-1)) + 1, 2), -1, dtype=np.int64)
    adult = people["place"] <= PARTNER
    parent[row[adult], gender[adult]] = forename[adult]
    given = parent[row, gender]
    after &= given >= 0
    forename = np.where(after, given, forename)
    return _of_namesakes(draws, people, forename), middle, after


def _of_namesakes(draws: Draws, people: dict[str, NDArray[Any]], forename: Ints) -> Ints:
    """A cousin bears the eldest child's forename; half of those adopted keep theirs."""
    role, birth = people["role"], people["birth"]
    cousin, adopted = role == ROLES.index("cousin"), role == ROLES.index("adopted")
    forename = np.where(cousin, forename[_first_with(people, people["place"] == FIRST_CHILD)], forename)
    before = _first_with(people, (people["adopted_on"] < NEVER) & ~adopted)
    kept = adopted & (birth[before] == birth)
    kept &= draws.below("forename/adopted keeps", people["person"], rate("adopted child keeps the forename"))
    return np.where(kept, forename[before], forename)


def _first_with(people: dict[str, NDArray[Any]], which: Any) -> Ints:
    """For each person, the position of the member of the family marked so; 0 where there is none."""
    row = people["row"]
    out = np.zeros(int(row.max(initial=-1)) + 1, dtype=np.int64)
    at = np.flatnonzero(which)
    out[row[at]] = at
    return np.asarray(out[row], dtype=np.int64)


_TRIES: Final = 24
"""Names tried for a twin whose parents want the other twin's initial: enough for nine in ten."""


def _alliterate(draws: Draws, people: dict[str, NDArray[Any]], named_as: Ints, forename: Ints) -> None:
    """Some twins are named with the initial of the twin before them, in place."""
    row, birth = people["row"], people["birth"]
    follows = people["twin"].copy()
    follows[1:] &= people["twin"][:-1] & (row[1:] == row[:-1]) & (birth[1:] == birth[:-1])
    follows[:1] = False
    at = np.flatnonzero(follows)
    at = at[draws.below("forename/alliterative", people["person"][at], rate("twins named with one initial"))]
    for step in range(_TRIES):
        at = at[initials()[forename[at]] != initials()[forename[at - 1]]]
        ids = people["person"][at] * _TRIES + step
        tried = forenames_for(draws, "forename/initial", ids, named_as[at], people["gender"][at], birth[at])
        fits = (initials()[tried] == initials()[forename[at - 1]]) & (tried != forename[at - 1])
        forename[at[fits]] = tried[fits]


@cache
def initials() -> NDArray[np.str_]:
    """First letter of each forename, by its code."""
    return pools().forenames.str.slice(0, 1).to_numpy().astype("U1")


def _surnames(
    draws: Draws, families: Families, people: dict[str, NDArray[Any]], origin: Ints
) -> dict[str, NDArray[Any]]:
    person, gender, row, role, place = (people[name] for name in ("person", "gender", "row", "role", "place"))
    family = families["family"]
    count = len(family)
    own = surnames_for(draws, "surname", person, origin, gender)
    sikh = (
        np.array(_RULE["singh and kaur"])[origin]
        & draws.below("surname/sikh", family, rate("Sikh families named Singh and Kaur"))[row]
    )
    if sikh.any():
        names = pools().surnames
        singh, kaur = (names.index_of(name) or 0 for name in ("Singh", "Kaur"))
        own = np.where(sikh, np.where(gender == 1, kaur, singh), own)
    mother, father = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    mother[row[place == HEAD]] = own[place == HEAD]
    father[row[place == PARTNER]] = own[place == PARTNER]
    wedding, separated, together = people["wedding"], people["separated"], people["together"]

    a0, b0 = own.copy(), np.full(len(person), -1, dtype=np.int64)
    iberian = np.array(_RULE["two surnames"])[origin]
    b0 = np.where(iberian, surnames_for(draws, "surname/second", person, origin, gender), b0)

    a0, b0 = _of_children(draws, families, people, origin, sikh, mother, father, a0, b0)
    cousin, eldest = role == ROLES.index("cousin"), _first_with(people, place == FIRST_CHILD)
    a0, b0 = np.where(cousin, a0[eldest], a0), np.where(cousin, b0[eldest], b0)
    step, shares_name = role == ROLES.index("stepchild"), ~np.array(_RULE["own"])[origin]

    change = np.zeros(len(person), dtype=np.int8)
    from_1 = np.full(len(person), NEVER, dtype=np.int64)
    from_2 = from_1.copy()
    a1, b1, a2, b2 = a0.copy(), b0.copy(), a0.copy(), b0.copy()

    takes = np.array([o.takes_name for o in ORIGINS])[origin]
    wife = (
        (place == HEAD)
        & (gender == 1)
        & (wedding < NEVER)
        & ~sikh
        & draws.below("surname/wife takes", person, takes)
    )
    hyphenates = wife & draws.below("surname/wife hyphenates", person, rate("wife hyphenates"))
    a1 = np.where(wife, np.where(hyphenates, a0, gendered(father[row], gender)), a1)
    b1 = np.where(wife, np.where(hyphenates, father[row], -1), b1)
    from_1, change = np.where(wife, wedding, from_1), np.where(wife, 1, change)
    back = (
        wife
        & (separated < NEVER)
        & draws.below("surname/returns", person, rate("wife returns to her birth surname after separation"))
    )
    from_2 = np.where(back, people["returns_name"], from_2)

    known_as = (
        step
        & shares_name
        & (father[row] >= 0)
        & draws.below("surname/step", person, rate("child takes step-surname"))
    )
    a1 = np.where(known_as, gendered(father[row], gender), a1)
    b1 = np.where(known_as, -1, b1)
    when = together + draws.whole("surname/step day", person, int(3 * YEAR))
    from_1, change = np.where(known_as, np.maximum(when, people["birth"]), from_1), np.where(known_as, 3, change)
    a2, b2 = np.where(back, a0, a1), np.where(back, b0, b1)
    # A wife in a step couple may have borne her first husband's name until the second wedding.
    has_step = np.zeros(count, dtype=bool)
    has_step[row[step]] = True
    again = wife & ~hyphenates & ~back & has_step[row]
    again &= draws.below("surname/remarried", person, rate("wife remarried"))
    earlier = _earlier_father(draws, families)[row]
    a1, from_2 = np.where(again, gendered(earlier, gender), a1), np.where(again, wedding, from_2)
    from_1 = np.where(again, np.minimum(_first_birth(people) - 400, wedding - 100), from_1)
    change = np.where(again, CHANGES.index("remarriage"), change).astype(np.int8)
    # The name that other members of the family bear, for records that mistake one for the other.
    other = np.where(father[row] >= 0, gendered(father[row], gender), -1)
    other = np.where((other == a0) | (other < 0), gendered(mother[row], gender), other)
    return {
        "surname_other": np.where(other == a0, -1, other),
        "surname_a_0": a0, "surname_b_0": b0, "surname_from_1": from_1, "surname_a_1": a1, "surname_b_1": b1,
        "surname_from_2": from_2, "surname_a_2": a2, "surname_b_2": b2, "change": change,
        "joined_by_space": iberian,
    }  # fmt: skip


def _of_children(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    families: Families,
    people: dict[str, NDArray[Any]],
    origin: Ints,
    sikh: Any,
    mother: Ints,
    father: Ints,
    a0: Ints,
    b0: Ints,
) -> tuple[Ints, Ints]:
    """Surnames at birth, the children's taken from their parents."""
    row, role, gender, wedding = people["row"], people["role"], people["gender"], people["wedding"]
    family = families["family"]
    iberian = np.array(_RULE["two surnames"])[origin]
    # Children: the father's name, the mother's, or both.
    child, step = role == ROLES.index("child"), role == ROLES.index("stepchild")
    grown = role == ROLES.index("adult child")
    shares_name = ~np.array(_RULE["own"])[origin]
    u = draws.unit("surname/of child", family)[row]
    married = wedding < people["birth"] + 400
    takes_father = (married | (u < rate("child of unmarried parents takes father's name"))) & (father[row] >= 0)
    hyphen = ~married & (u > 1 - rate("child of unmarried parents hyphenated")) & (father[row] >= 0)
    kin = (child | grown) & shares_name & ~sikh
    a0 = np.where(kin, np.where(takes_father, father[row], mother[row]), a0)
    a0, b0 = np.where(kin & hyphen, father[row], a0), np.where(kin & hyphen & ~takes_father, mother[row], b0)
    both = kin & iberian & (father[row] >= 0)
    a0, b0 = np.where(both, father[row], a0), np.where(both, mother[row], b0)
    # Stepchildren: their own father's name, or their mother's.
    earlier = _earlier_father(draws, families)
    a0 = np.where(step & shares_name, np.where(u < 0.6, earlier[row], mother[row]), a0)
    a0 = gendered(a0, gender)
    return a0, b0


def _earlier_father(draws: Draws, families: Families) -> Ints:
    """Surname of the father of each family's stepchildren."""
    men = np.zeros(len(families), dtype=np.int64)
    return surnames_for(draws, "surname/earlier father", families["family"], families["origin"], men)


def _first_birth(people: dict[str, NDArray[Any]]) -> Ints:
    """Birthday of the eldest child of each person's family."""
    return np.asarray(people["birth"][_first_with(people, people["place"] == FIRST_CHILD)])


def surname_at(people: Table, date: NDArray[Any]) -> tuple[Ints, Ints]:
    """The two parts of each person's surname on a day."""
    second, third = date >= people["surname_from_1"], date >= people["surname_from_2"]
    a = np.where(third, people["surname_a_2"], np.where(second, people["surname_a_1"], people["surname_a_0"]))
    b = np.where(third, people["surname_b_2"], np.where(second, people["surname_b_1"], people["surname_b_0"]))
    return a, b
