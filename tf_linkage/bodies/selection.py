"""Which families a council records, serves and lets join, and what of that no register shows.

Recorded problems against true ones, the chance of the programme, who joins later.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.bodies.lived import Columns, position
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.population.confounding import (
    IN_ERROR,
    JOINS_BY_NEED,
    MODERATE,
    SURPRISE,
    UPTAKE,
    by_authority,
    health_not_collected,
    missed_share,
    need,
    poisson,
)
from tf_linkage.population.draws import Draws, Flags, Floats, Ints, normal_quantile, normal_share
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, OUT_OF_WORK
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings, day

HALF_YEAR: Final = 180
_COLUMNS: Final = tuple(PROBLEMS)
_IN_ERROR_AS: Final[dict[str, tuple[str, int, int]]] = {
    "worklessness": ("DEBT", 18, 75),
    "school_absence": ("PA", 5, 16),
    "child_need": ("CIN", 0, 18),
    "crime": ("ASB", 13, 60),
    "domestic_abuse": ("DA", 16, 75),
    "health": ("MH", 11, 120),
}
"""What a problem recorded in error is recorded as, and from and below which age that can be."""

JOIN_SHARE: Final = 0.20
"""Waiting families that join the programme later (A)."""


def flag_error_rates(settings: Settings) -> tuple[NDArray[np.float64], float]:
    """Shares of true problems missed, by authority and problem, and of absent ones recorded in error."""
    scale = abs(settings.strength_of("reporting")) / MODERATE
    missed = np.array([missed_share(settings, place.code) for place in AUTHORITIES])
    out = np.repeat(missed[:, None], len(_COLUMNS), axis=1)
    health = out[:, _COLUMNS.index("health")]
    health[:] = np.maximum(health, [health_not_collected(settings, place.code) for place in AUTHORITIES])
    return out, min(IN_ERROR * scale, 0.5)


def recorded_problems(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings,
    draws: Draws,
    people: Columns,
    slot: Ints,
    date: Ints,
    listed: Flags,
    ranks: NDArray[np.int8],
) -> NDArray[np.int8]:
    """The problems as lead workers write them down: some true ones missing, some others in error.

    Args:
        settings: the world.
        draws: its draws.
        people: everyone.
        slot: authority of each person's council.
        date: day on which each person's family is found.
        listed: who is counted to a family.
        ranks: true problems, as `council.problems`.
    """
    if not settings.strength_of("reporting"):
        return ranks
    missed, in_error = flag_error_rates(settings)
    at = np.flatnonzero(listed)
    person, age = people["person"][at], (date[at] - people["birth"][at]) / YEAR
    out = ranks.copy()
    for number, column in enumerate(_COLUMNS):
        key = person * 8 + number
        true = ranks[at, number]
        code, youngest, oldest = _IN_ERROR_AS[column]
        wrong = (true == 0) & (age >= youngest) & (age < oldest)
        wrong &= draws.below("council/problem in error", key, in_error * (missed[slot[at], number] < 1))
        gone = (true > 0) & draws.below("council/problem missed", key, missed[slot[at], number])
        out[at, number] = np.where(gone, 0, np.where(wrong, PROBLEMS[column].index(code) + 1, true))
    return out


def choose_families(draws: Draws, families: Columns, eligible: Flags, count: Ints) -> Ints:
    """The families that fill each locality's quota: more problems first, with much chance.

    Families in high need are drawn more often than they occur, the more so the larger the study is beside its
    population. So that a study's families are alike at every size, those from outside high need fill a fixed share
    of each quota, and more only where the others run short.
    """
    score = 0.6 * count + draws.normal("council/priority", families["family"])
    at = np.flatnonzero(eligible)
    high, quota = families["high_need"][at] > 0, families["quota"][at]
    others = quota * rate("study families from outside high need")
    # Of a small quota the share is met on the whole: a fraction of a family by chance, drawn for the locality.
    others = np.floor(others + draws.unit("council/from outside high need", families["locality"][at]))
    rank = _rank_within(families["locality"][at] * 2 + high, -score[at], families["family"][at])
    first = rank < np.where(high, quota - others, others)
    rank = _rank_within(families["locality"][at], ~first, -score[at], families["family"][at])
    return np.sort(at[rank < quota])


def _rank_within(group: Ints, *by: NDArray[Any]) -> Ints:
    """The place of each entry, from 0, among those of its group in the order of some keys."""
    order = np.lexsort((*reversed(by), group))
    starts = np.searchsorted(group[order], group[order], side="left")
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - starts
    return rank


def family_events(people: Columns, events: dict[str, Columns], family: Ints) -> tuple[Ints, Ints]:
    """Days on which something happened in each of some families (sorted by number): position, day.

    Cases, exclusions, episodes of social care and new out-of-work claims count.
    """
    wheres, days = [], []
    for table in ("offences", "exclusions", "care", "work"):
        rows = events[table]
        chosen = np.ones(len(rows["person"]), dtype=bool)
        if table == "work":
            chosen = np.isin(rows["kind"], [BENEFITS.index(name) for name in OUT_OF_WORK])
        of = people["family"][position(people, rows["person"][chosen])]
        at = np.minimum(np.searchsorted(family, of), max(len(family) - 1, 0))
        mine = family[at] == of if len(family) else np.zeros(len(of), dtype=bool)
        wheres.append(at[mine])
        days.append(rows["start"][chosen][mine])
    return np.concatenate(wheres), np.concatenate(days)


def crisis(settings: Settings, draws: Draws, family: Ints, identified: Ints, happened: tuple[Ints, Ints]) -> Floats:
    """How bad the half-year before each family was found had been, standardised: events and police contacts.

    Police contacts stand in no register. They follow a hidden shock, which is drawn given the events around the
    day: more of them than the family's own rate leads to expect, before the day and half as much after it. So what
    the council sees foretells more than the registers hold, and passes.
    """
    where, when = happened
    since = when - identified[where]
    size = len(family)
    before = np.bincount(where[(since >= -HALF_YEAR) & (since < 0)], minlength=size).astype(float)
    after = np.bincount(where[(since >= 0) & (since < HALF_YEAR)], minlength=size).astype(float)
    window = day(settings.extract) - day(settings.history_from)
    inside = (when >= day(settings.history_from)) & (when <= day(settings.extract))
    usual = np.bincount(where[inside], minlength=size) * HALF_YEAR / window
    surprise = (before + 0.5 * after - 1.5 * usual) / np.sqrt(1.5 * usual + 0.5)
    shock = np.clip(0.6 * surprise + 0.8 * draws.normal("council/shock", family), -3, 3)
    contacts = poisson(draws, "council/police contacts", family, 0.3 * np.exp(0.5 * shock))
    mean, deviation = SURPRISE
    return np.clip((before + contacts - mean) / deviation, -3, 3)


def programme_chance(settings: Settings, families: Columns, count: Ints, surprise: Floats) -> Floats:
    """Chance of the programme at once: by true problems, unseen need, the last half-year, and the council."""
    score = 0.15 + 0.22 * (count - 3)
    score = score + settings.strength_of("severity") * need(families["adversity"])
    score = score + settings.strength_of("crisis") * surprise
    score = score + settings.strength_of("uptake") * by_authority(UPTAKE, 0.0)[families["slot"]]
    return normal_share(score)


def joining(
    settings: Settings, draws: Draws, families: Columns, identified: Ints, happened: tuple[Ints, Ints]
) -> Ints:
    """Day on which each family would join if it waits, NEVER for most: a year and a half or more after it is found.

    With confounding by joiners the needier join more often, and those with a fresh event soon after it.
    """
    family, strength = families["family"], settings.strength_of("joiners")
    later = identified + 540 + draws.whole("council/joins after", family, 400)
    if not strength:
        return np.where(draws.below("council/joins later", family, JOIN_SHARE), later, NEVER)
    where, when = happened
    recent = (when > identified[where] + 90) & (when < identified[where] + 540)
    first = np.full(len(family), NEVER)
    np.minimum.at(first, where[recent], when[recent])
    by_need, by_event = JOINS_BY_NEED
    base = float(normal_quantile(np.array([JOIN_SHARE]))[0])
    chance = normal_share(base + strength * (by_need * need(families["adversity"]) + by_event * (first < NEVER)))
    at_once = (first < NEVER) & draws.below("council/joins at once", family, abs(strength))
    later = np.where(at_once, first + 30, later)
    return np.where(draws.below("council/joins later", family, chance), later, NEVER)
