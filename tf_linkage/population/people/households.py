"""Families: who belongs to one, how they are related, when they join and leave.

Kinship and the dates of family life.

A family unit is everyone who shares a household at some time in the window or is a parent of its children: lone
parents, couples, step and blended families, former partners, grandparents, sharers. Its anchor is the middle of the
period in which councils identified families.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Flags, Floats, Ints, normal_quantile, normal_share, odds
from tf_linkage.population.people.communities import MIXES, ORIGINS
from tf_linkage.population.people.localities import Localities
from tf_linkage.population.places.places import AUTHORITIES, PEOPLE_PER_LOCALITY
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings, day

NEVER: Final = 2_000_000
"""A day that never comes."""

YEAR: Final = 365.25
SLOTS: Final = 12
HEAD, PARTNER, FIRST_CHILD, LAST_CHILD, EXTRA = 0, 1, 2, 8, 9
ADOPTED, COUSIN = 10, 11
"""Places that grandparents and sharers leave free."""

ROLES: Final = ("head", "partner", "former partner", "child", "stepchild", "adult child", "grandparent", "sharer",
    "cousin", "adopted",
)  # fmt: skip
KINDS: Final = (
    "single", "older single", "couple", "couple with children", "lone parent", "parents of adults", "sharers",
    "several generations",
)  # fmt: skip
_KIND_SHARES = (0.165, 0.125, 0.26, 0.215, 0.092, 0.095, 0.033, 0.015)
"""Households of England 2011 by kind (census groups, rounded; lone parents as in `ONS families 2011`),
before adversity sorts couples from lone parents."""

_CHILDREN = odds([0.41, 0.39, 0.14, 0.045, 0.012, 0.003])
_CHILDREN_HIGH = odds([0.27, 0.30, 0.23, 0.12, 0.05, 0.03])
"""Number of children, one and up (Phase 1: over a third of programme families had three or more; 16%
nationally)."""

_TWIN_CHANCES: Final = 1.85
"""Maternities for each child that has a next sibling: only those can turn out to be twins here (measured)."""

_MORE_CHILDREN: Final = {"charedi": 2, "somali": 1, "bangladeshi": 1, "pakistani": 1}
"""Children added in communities of large families (assumption)."""


@dataclass
class Families:
    """Family columns, one entry each."""

    columns: dict[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["family"])


def high_need_cut() -> float:
    """Share of families with children whose adversity is below high need."""
    return 1 - rate("families with children in high need")


def draw_families(settings: Settings, draws: Draws, places: Localities) -> Families:
    """The families of some localities: number, place, kind, stratum, adversity, origin, weight."""
    counts = places.high_need + places.general
    at = np.repeat(np.arange(len(places)), counts)
    rank = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    family = places.number[at] * PEOPLE_PER_LOCALITY + rank
    high = rank < places.high_need[at]
    kind = np.where(
        high, KINDS.index("couple with children"), draws.pick("family/kind", family, odds(_KIND_SHARES))
    )
    has_children = np.isin(kind, [3, 4, 7])
    adversity = _adversity(draws, family, high, has_children)
    generations = (kind == 7) | (
        high & draws.below("family/generations", family, rate("families in high need of several generations"))
    )
    lone = draws.unit("family/lone", family) < normal_share(-0.64 + 0.45 * adversity)
    kind = np.where(has_children, np.where(lone, 4, 3), kind)
    deprivation = _deprivation(draws, family, adversity)
    columns: dict[str, NDArray[Any]] = {
        "family": family,
        "locality": places.number[at],
        "slot": places.slot[at],
        "high_need": high,
        "kind": kind,
        "generations": generations & has_children,
        "adversity": adversity,
        "deprivation": deprivation,
        "origin": draw_origin(draws, "family/origin", family, places.slot[at]),
        "weight": np.where(high, places.high_need_weight[at], 1.0),
        "quota": places.quota[at],
    }
    return Families(columns)


def _adversity(draws: Draws, family: Ints, high: Flags, has_children: Flags) -> Floats:
    """A normal score: its upper tail in the high-need stratum, the rest in other families with children."""
    u = draws.unit("family/adversity", family)
    cut = high_need_cut()
    return normal_quantile(np.where(high, cut + u * (1 - cut), np.where(has_children, u * cut, u)))


def _deprivation(draws: Draws, family: Ints, adversity: Floats) -> Ints:
    """Fifth of deprivation, 1 the most deprived, correlated .5 with adversity (assumption)."""
    score = 0.5 * adversity + np.sqrt(0.75) * draws.normal("family/deprivation", family)
    return 5 - np.clip((normal_share(score) * 5).astype(np.int64), 0, 4)


def draw_origin(draws: Draws, name: str, family: Ints, slot: Ints) -> Ints:
    """An origin from the mix of each id's home authority."""
    out = np.zeros(len(family), dtype=np.int64)
    for home in np.unique(slot):
        mix = MIXES[AUTHORITIES[home].code]
        mine = slot == home
        out[mine] = draws.pick(name, family[mine], odds([mix.get(origin.name, 0.0) for origin in ORIGINS]))
    return out


@dataclass
class _Places:
    """The places of each family, filled or not (families x SLOTS); role -1 is an empty place."""

    birth: Ints
    gender: NDArray[np.int8]
    role: NDArray[np.int8]
    twin: Flags

    @classmethod
    def empty(cls, families: int) -> _Places:
        """As many families with nobody in them."""
        shape = (families, SLOTS)
        return cls(
            birth=np.full(shape, NEVER, dtype=np.int64),
            gender=np.zeros(shape, dtype=np.int8),
            role=np.full(shape, -1, dtype=np.int8),
            twin=np.zeros(shape, dtype=bool),
        )


def draw_members(settings: Settings, draws: Draws, families: Families) -> dict[str, NDArray[Any]]:
    """The people of the families, one entry each, with kinship and dates.

    Returns columns person, row (of the family), place (slot in the family), role, birth, gender, joined, left,
    twin, and the couple's dates repeated on its members.
    """
    kind = families["kind"]
    both = draws.below(
        "family/both parents", families["family"], rate("parents of adult children who are a couple")
    )
    couple = np.isin(kind, [2, 3]) | ((kind == 5) & both)
    places = _Places.empty(len(families))
    first = _place_children(settings, draws, families, places)
    has_partner = _place_adults(settings, draws, families, places, couple, first)
    _place_others(settings, draws, families, places)
    _place_cousins(settings, draws, families, places)
    adopted = _place_adopted(settings, draws, families, places)
    dates = _couple_dates(settings, draws, families, places.birth, has_partner, first, couple & (first != NEVER))
    step = (dates["together"][:, None] > places.birth) & (places.role == ROLES.index("child"))
    places.role[step] = ROLES.index("stepchild")
    out = _numbered(families, places)
    for name, values in dates.items():
        out[name] = values[out["row"]]
    out["joined"], out["left"] = _stay(settings, draws, out)
    out["adopted_on"] = adopted[out["row"], out["place"]]
    return out


def _place_children(settings: Settings, draws: Draws, families: Families, places: _Places) -> Ints:
    """Fill the children's places; returns the birth day of each family's eldest, NEVER without children."""
    family = families["family"]
    anchor, extract = _anchor(settings), day(settings.extract)
    births = _children(draws, families, anchor)
    births[~np.isin(families["kind"], [3, 4])] = NEVER
    births[births > extract] = NEVER
    of_children = slice(FIRST_CHILD, LAST_CHILD + 1)
    places.birth[:, of_children] = births
    places.role[:, of_children] = np.where(births != NEVER, ROLES.index("child"), -1)
    later = (births[:, 1:] == births[:, :-1]) & (births[:, 1:] != NEVER)
    places.twin[:, FIRST_CHILD + 1 : LAST_CHILD + 1] = later
    places.twin[:, FIRST_CHILD:LAST_CHILD] |= later
    keys = (family[:, None] * SLOTS + np.arange(SLOTS)).ravel()
    places.gender[:, :] = draws.below("member/gender", keys, rate("girls among births")).reshape(-1, SLOTS)
    same = draws.below("member/same sex twin", keys, (rate("twins of the same sex") - 0.5) * 2).reshape(-1, SLOTS)
    for slot in range(FIRST_CHILD + 1, LAST_CHILD + 1):
        pair = later[:, slot - FIRST_CHILD - 1] & same[:, slot]
        places.gender[pair, slot] = places.gender[pair, slot - 1]
    return np.asarray(births.min(axis=1))


def _place_adults(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, families: Families, places: _Places, couple: Flags, first: Ints
) -> Flags:
    """Fill the places of the head and the partner; returns which families have a partner or a former one."""
    family, kind, adversity = families["family"], families["kind"], families["adversity"]
    anchor, with_child = _anchor(settings), first != NEVER
    # The head: the mother where there are children, nine times in ten when alone.
    at_first = np.clip(28.5 - 2.6 * adversity + 4.6 * draws.normal("head/age at first birth", family), 16, 44)
    age = _childless_age(draws, family, kind)
    head = np.where(with_child, first - (at_first * YEAR).astype(np.int64), anchor - (age * YEAR).astype(np.int64))
    lone_father = (kind == 4) & draws.below("head/lone father", family, rate("lone parents who are fathers"))
    man = draws.below("head/man", family, 0.5)
    gender = np.where(with_child, ~lone_father, np.where(couple, True, ~man))
    places.birth[:, HEAD], places.gender[:, HEAD], places.role[:, HEAD] = head, gender, ROLES.index("head")
    # The partner, or the former partner of a lone parent.
    share = rate("lone parents whose former partner is known")
    has_partner = couple | ((kind == 4) & draws.below("family/former partner known", family, share))
    gap = np.where(gender, 2.5, -2.5) + 4.0 * draws.normal("partner/age gap", family)
    latest = np.where(with_child, first - int(16 * YEAR), anchor - int(18 * YEAR))
    partner = np.minimum(head - (gap * YEAR).astype(np.int64), latest)
    same_sex = couple & ~with_child & draws.below("family/same sex", family, rate("childless couples of one sex"))
    role = np.where(kind == 4, ROLES.index("former partner"), ROLES.index("partner"))
    places.birth[:, PARTNER] = np.where(has_partner, partner, NEVER)
    places.gender[:, PARTNER] = np.where(same_sex, gender, ~gender.astype(bool))
    places.role[:, PARTNER] = np.where(has_partner, role, -1)
    return np.asarray(has_partner)


def _anchor(settings: Settings) -> int:
    """The middle of the period in which councils find families: the day on which households are as described."""
    return (day(settings.identified_from) + day(settings.identified_to)) // 2


def _numbered(families: Families, places: _Places) -> dict[str, NDArray[Any]]:
    """The filled places as people, numbered one by one within their locality."""
    row, place = np.nonzero(places.role >= 0)
    locality = families["locality"][row]
    counts = np.bincount(locality - locality.min())
    counts = counts[counts > 0]
    index = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    if index.max(initial=0) >= PEOPLE_PER_LOCALITY:
        raise RuntimeError("a locality has more people than numbers")
    return {
        "person": locality * PEOPLE_PER_LOCALITY + index,
        "row": row,
        "place": place,
        "role": places.role[row, place],
        "birth": places.birth[row, place],
        "gender": places.gender[row, place],
        "twin": places.twin[row, place],
    }


def _children(draws: Draws, families: Families, anchor: int) -> Ints:
    """Birth days of up to seven children, eldest first (families x 7)."""
    family, high = families["family"], families["high_need"]
    count = 1 + np.where(
        high, draws.pick("children/count", family, _CHILDREN_HIGH), draws.pick("children/count", family, _CHILDREN)
    )
    names = [origin.name for origin in ORIGINS]
    more = np.zeros(len(names), dtype=np.int64)
    for name, extra in _MORE_CHILDREN.items():
        more[names.index(name)] = extra
    count = np.minimum(count + more[families["origin"]], 7)
    keys = family[:, None] * SLOTS + np.arange(7)
    unit = draws.unit("children/gap", keys.ravel()).reshape(-1, 7)
    # One sibling gap in 66 is under a year; the rest 1 to about 7 years, 2.9 on average.
    close = rate("siblings born within 12 months")
    gaps = np.where(
        unit < close, 0.84 + unit / close * 0.15, 1.05 + 6.2 * np.maximum((unit - close) / (1 - close), 0) ** 2.2
    )
    twins = draws.below("children/twins", keys.ravel(), rate("multiple maternities") * _TWIN_CHANCES).reshape(-1, 7)
    gaps = np.where(twins, 0.0, gaps)
    gaps[:, 0] = 0
    here = np.arange(7) < count[:, None]
    gaps = np.where(here, gaps, 0.0)
    span = gaps.sum(axis=1)
    # Families are met at any point of their growth: the younger children of some are born after the extract.
    least = -3.9 - np.where(high, 0.2, 0.65) * span
    youngest = least + draws.unit("children/youngest", family) * np.maximum(17.6 - 0.3 * span - least, 6.0)
    ages = (youngest + span)[:, None] - np.cumsum(gaps, axis=1)
    # A little spread of days, so that birthdays do not follow from one another; twins share theirs.
    jitter = np.where(twins | ~here, 0, draws.whole("children/day", keys.ravel(), 20).reshape(-1, 7))
    jitter = np.where(twins, np.roll(jitter, 1, axis=1), jitter)
    return np.where(here, anchor - (ages * YEAR).astype(np.int64) + jitter, NEVER)


def _childless_age(draws: Draws, family: Ints, kind: Ints) -> Floats:
    u, v = draws.unit("head/age", family), draws.unit("head/age group", family)
    age = np.where(kind == 0, 20 + 45 * u, 65 + 29 * u**1.5)
    age = np.where(kind == 2, np.where(v < 0.36, 22 + 23 * u, 48 + 38 * u), age)
    age = np.where(kind == 5, 45 + 25 * u, age)
    return np.where(kind == 6, 19 + 18 * u**1.5, age)


def _place_others(settings: Settings, draws: Draws, families: Families, places: _Places) -> None:
    """Grown-up children, sharers and grandparents, in the family's last places."""
    birth, gender, role, anchor = places.birth, places.gender, places.role, _anchor(settings)
    family, kind = families["family"], families["kind"]
    for slot in range(EXTRA, SLOTS):
        key = family * SLOTS + slot
        u = draws.unit("extra/age", key)
        there = {
            "adult child": (kind == 5) & draws.below("extra/adult child", key, (1.0, 0.4, 0.08)[slot - EXTRA]),
            "sharer": (kind == 6) & draws.below("extra/sharer", key, (1.0, 0.6, 0.3)[slot - EXTRA]),
            "grandparent": families["generations"]
            & draws.below("extra/grandparent", key, (0.9, 0.45, 0.0)[slot - EXTRA]),
        }
        head = birth[:, HEAD]
        days = {
            "adult child": np.minimum(head + ((22 + 14 * u) * YEAR).astype(np.int64), anchor - int(18.5 * YEAR)),
            "sharer": anchor - ((19 + 18 * u**1.5) * YEAR).astype(np.int64),
            "grandparent": head - ((20 + 15 * u) * YEAR).astype(np.int64),
        }
        for name, present in there.items():
            birth[present, slot] = days[name][present]
            role[present, slot] = ROLES.index(name)
            if name == "grandparent":
                gender[present, slot] = 1 if slot == EXTRA else 0


def _place_cousins(settings: Settings, draws: Draws, families: Families, places: _Places) -> None:
    """In some homes of several families a cousin of the eldest child's gender and name, two years apart at most."""
    family, eldest = families["family"], places.birth[:, FIRST_CHILD]
    large = np.isin(families["origin"], [place for place, o in enumerate(ORIGINS) if o.name in _COUSINS_MORE])
    share = rate("cousins of one name in homes of several families") * np.where(large, 2.0, 0.9)
    there = families["generations"] & (eldest != NEVER) & (places.role[:, COUSIN] < 0)
    there &= draws.below("cousin", family, share)
    apart = 30 + draws.whole("cousin/age", family, 700)
    sign = np.where(draws.below("cousin/younger", family, 0.5), 1, -1)
    birth = np.where(eldest + sign * apart <= day(settings.extract), eldest + sign * apart, eldest - apart)
    places.birth[there, COUSIN] = birth[there]
    places.gender[there, COUSIN] = places.gender[there, FIRST_CHILD]
    places.role[there, COUSIN] = ROLES.index("cousin")


_COUSINS_MORE: Final = ("charedi", "bangladeshi")
"""Communities in which homes of several families hold namesakes more often (A)."""


def _place_adopted(settings: Settings, draws: Draws, families: Families, places: _Places) -> Ints:
    """Some youngest children are adopted out of the family: their identity ends and another begins elsewhere.

    The new identity is a place of its own, of the same birthday and gender. Returns the day for both, NEVER for
    everybody else.
    """
    family = families["family"]
    births = places.birth[:, FIRST_CHILD : LAST_CHILD + 1]
    rows, count = np.arange(len(family)), (births != NEVER).sum(axis=1)
    child = FIRST_CHILD + np.maximum(count - 1, 0)
    birth = places.birth[rows, child]
    low = np.maximum(birth + 200, day(settings.history_from))
    high = np.minimum(birth + int(10 * YEAR), day(settings.extract))
    there = (count > 0) & (low < high) & ~places.twin[rows, child] & (places.role[:, ADOPTED] < 0)
    there &= draws.below("adopted", family, rate("child adopted") * count)
    when = low + (draws.unit("adopted/day", family) * np.maximum(high - low, 1)).astype(np.int64)
    out = np.full(places.birth.shape, NEVER, dtype=np.int64)
    at = np.flatnonzero(there)
    out[at, child[at]] = out[at, ADOPTED] = when[at]
    places.birth[at, ADOPTED] = birth[at]
    places.gender[at, ADOPTED] = places.gender[at, child[at]]
    places.role[at, ADOPTED] = ROLES.index("adopted")
    return out


def _couple_dates(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings,
    draws: Draws,
    families: Families,
    birth: Ints,
    has_partner: Flags,
    first: Ints,
    couple: Flags,
) -> dict[str, Ints]:
    """Days on which the couple came together, married and separated; NEVER where they did not."""
    family, high, kind = families["family"], families["high_need"], families["kind"]
    extract = day(settings.extract)
    with_child = first != NEVER
    start = np.where(with_child, first, birth[:, HEAD] + int(28 * YEAR))
    step = couple & draws.below(
        "couple/step",
        family,
        np.where(high, rate("step share of couples in high need"), rate("step share of couples with children")),
    )
    later = start + ((2 + 7 * draws.unit("couple/step after", family)) * YEAR).astype(np.int64)
    together = np.where(step, np.minimum(later, extract - 400), start - int(2 * YEAR))
    married_share = np.where(
        kind == 4,
        rate("lone parent once married"),
        np.where(high, rate("couple in high need married"), rate("couple with children married")),
    )
    married = has_partner & draws.below("couple/married", family, married_share)
    wedding = np.where(step, together, start - int(1.5 * YEAR)) + (
        3 * YEAR * draws.normal("couple/wedding", family)
    ).astype(np.int64)
    wedding = np.maximum(wedding, together)
    yearly = np.where(
        high, rate("separation a year, couples in high need"), rate("separation a year, couples with children")
    )
    anchor = _anchor(settings)
    # A lone parent separated between the first birth and the anchor; a couple perhaps after it.
    last = np.where(birth[:, FIRST_CHILD : LAST_CHILD + 1] == NEVER, 0, birth[:, FIRST_CHILD : LAST_CHILD + 1]).max(
        axis=1
    )
    low, u = np.minimum(last + 100, anchor - 100), draws.unit("couple/separation", family)
    past = low + (u * (anchor - low)).astype(np.int64)
    future = anchor + (draws.exponential("couple/separation after", family) / yearly * YEAR).astype(np.int64)
    separated = np.where(kind == 4, past, np.where(couple, future, NEVER))
    separated = np.where(has_partner & (separated < extract), separated, NEVER)
    wedding = np.where(married & (wedding < np.minimum(separated - 200, extract)), wedding, NEVER)
    return {
        "together": np.where(has_partner, together, -NEVER),
        "wedding": wedding,
        "separated": separated,
        "returns_name": (separated + draws.whole("couple/returns name", family, int(3 * YEAR))),
    }


def _stay(settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]) -> tuple[Ints, Ints]:
    """First and last day of each person in the household."""
    role, person, birth = people["role"], people["person"], people["birth"]
    joined = np.where(role == ROLES.index("partner"), people["together"], -NEVER)
    joined = np.where(
        (role == ROLES.index("partner")) & (joined < day(settings.history_from) - 1500), -NEVER, joined
    )
    grown = birth + (
        (18 + draws.exponential("member/leaves home", person) / rate("young adult leaves home a year")) * YEAR
    )
    young = np.isin(role, [ROLES.index("child"), ROLES.index("stepchild"), ROLES.index("cousin")])
    # A child under the name of an adoptive family was never in this household.
    joined = np.where(role == ROLES.index("adopted"), NEVER, joined)
    adult = role == ROLES.index("adult child")
    left = np.where(young, grown, np.where(adult, np.maximum(grown, day(settings.identified_from)), NEVER))
    partner = np.isin(role, [ROLES.index("partner"), ROLES.index("former partner")])
    left = np.where(partner, people["separated"], left)
    return joined, np.minimum(left, NEVER).astype(np.int64)
