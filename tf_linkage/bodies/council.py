"""A council: finds families with two or more of the six problems, and extracts who they are.

What the council knows about its families, whom it finds, on which day, and what it hands over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.effects import with_effects
from tf_linkage.bodies.lived import Columns, Population, columns, position
from tf_linkage.bodies.recording.error_rates import COVERAGE, DUPLICATES, MERGED
from tf_linkage.bodies.recording.keys import as_text, record_number, shuffled
from tf_linkage.bodies.recording.recorded import Recorded
from tf_linkage.bodies.recording.recording import record
from tf_linkage.bodies.selection import (
    choose_families,
    crisis,
    family_events,
    joining,
    programme_chance,
    recorded_problems,
)
from tf_linkage.contracts.bodies.council import LEAST_PROBLEMS, PROBLEMS, STUDY_GROUPS, Cohort
from tf_linkage.contracts.columns import schema_of
from tf_linkage.population.confounding import need
from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, OUT_OF_WORK, WORK
from tf_linkage.population.lives.hardship import PROBLEMS as HARDSHIPS
from tf_linkage.population.people.care import EPISODES
from tf_linkage.population.people.households import NEVER, ROLES, YEAR
from tf_linkage.population.people.persons import dwelling
from tf_linkage.population.places.places import AUTHORITIES, HOME_AUTHORITIES
from tf_linkage.population.rows import Chosen
from tf_linkage.population.settings import Settings, day

LOOKBACK: Final = 365
"""Days before identification in which an event counts as a present problem (assumption: councils used a year)."""

_CODES: Final = {sub: (column, rank) for column, subs in PROBLEMS.items() for rank, sub in enumerate(subs, start=1)}
_COLUMNS: Final = tuple(PROBLEMS)


@dataclass(frozen=True)
class Roster:
    """Whom the councils of a study found.

    Attributes:
        families: one entry per time a council found a family: family, slot, copy, group (position in
            STUDY_GROUPS), identified, start and end of service (NEVER if none); true and recorded problems,
            need and crisis (standardised), and the chance it had of the programme.
        members: one entry per person named: place (position in people), at (position in families), copy,
        and for each
            of the six problems the rank of its sub-code, 0 for none.
        flags: people of the families by authority, problem, whether they have it, and whether it is recorded.
    """

    families: Columns
    members: Columns
    flags: NDArray[np.int64]

    @property
    def served(self) -> Columns:
        """Families that receive the programme, with the day it starts."""
        first = (self.families["start"] < NEVER) & (self.families["copy"] == 0)
        return self._of(first)

    @property
    def served_at_once(self) -> Columns:
        """Those of them that the programme took at once: the group whose average effect is the truth's."""
        rows = self.families
        return self._of((rows["start"] < NEVER) & (rows["copy"] == 0) & (rows["group"] == 0))

    def _of(self, chosen: Flags) -> Columns:
        crime = np.zeros(len(chosen), dtype=np.int64)
        crime[self.members["at"][self.members["crime"] > 0]] = 1
        return {
            "family": self.families["family"][chosen], "start": self.families["start"][chosen],
            "crime": crime[chosen],
        }  # fmt: skip


def cohort(population: Population, settings: Settings) -> pl.LazyFrame:
    """The councils' extract (contracts.council.Cohort), in the order of the councils' own person keys."""
    draws = Draws(settings.seed)
    everyone = columns(population["people"])
    found = roster(population, settings, everyone)
    after = with_effects(settings, draws, everyone, found.served, "people", everyone)
    return extract(settings, draws, after, found)[0].lazy()


def roster(population: Population, settings: Settings, people: Columns | None = None) -> Roster:
    """Whom the councils find: exactly `settings.families` families, and some of them twice.

    A family found by a second council (after a move) or a second time by the same one (a re-referral) is a further
    entry with its own reference; a locality with too few eligible families finds fewer (the margin in
    population/people/localities.py makes that rare).
    """
    draws = Draws(settings.seed)
    people = columns(population["people"]) if people is None else people
    families = columns(population["families"])
    names = ("work", "offences", "school_years", "exclusions", "care", "problems")
    events = {name: columns(population[name]) for name in names}
    return find(settings, draws, people, families, events)


def find(
    settings: Settings, draws: Draws, people: Columns, families: Columns, events: dict[str, Columns]
) -> Roster:
    """As `roster`, from NumPy arrays."""
    candidate = np.isin(families["kind"], [3, 4])
    families = {name: values[candidate] for name, values in families.items()}
    first, last = day(settings.identified_from), day(settings.identified_to)
    family = families["family"]
    identified = first + draws.whole("council/identified", family, last - first + 1)
    at = np.minimum(np.searchsorted(family, people["family"]), max(len(family) - 1, 0))
    concerned = family[at] == people["family"]
    date = np.where(concerned, identified[at], -1)
    listed = concerned & _members(settings, draws, people, date)
    true = problems(settings, people, events, date)
    ranks = recorded_problems(settings, draws, people, families["slot"][at], date, listed, true)
    found = np.zeros((len(family), len(_COLUMNS)), dtype=bool)
    for column in range(len(_COLUMNS)):
        found[at[listed & (ranks[:, column] > 0)], column] = True
    count = found.sum(axis=1)
    true_count = _true_count(at, listed, true, len(family))
    age = (date - people["birth"]) / YEAR
    children, adults = np.zeros(len(family), dtype=bool), np.zeros(len(family), dtype=bool)
    children[at[listed & (age < 18)]] = True
    adults[at[listed & (age >= 18)]] = True
    here = _resident(settings, draws, people, families, identified)
    eligible = (count >= LEAST_PROBLEMS) & children & adults & here
    chosen = choose_families(draws, families, eligible, count)
    entries = _entries(settings, draws, people, families, events, chosen, identified, count, true_count)
    return Roster(
        entries, _named(draws, people, entries, listed, ranks), _flags(families, at, listed, true, ranks, chosen)
    )


def _true_count(at: Ints, listed: Flags, true: NDArray[np.int8], families: int) -> Ints:
    """How many of the six problems each family really has."""
    has = np.zeros((families, len(_COLUMNS)), dtype=bool)
    for column in range(len(_COLUMNS)):
        has[at[listed & (true[:, column] > 0)], column] = True
    return np.asarray(has.sum(axis=1))


def _flags(  # noqa: PLR0917 (a kernel names each column it needs)
    families: Columns, at: Ints, listed: Flags, true: NDArray[np.int8], recorded: NDArray[np.int8], chosen: Ints
) -> NDArray[np.int64]:
    """People of chosen families by authority, problem, whether they have it, and whether it is recorded."""
    inside = np.zeros(len(families["family"]), dtype=bool)
    inside[chosen] = True
    mine = listed & inside[at]
    slot = families["slot"][at[mine]]
    out = np.zeros((len(AUTHORITIES), len(_COLUMNS), 2, 2), dtype=np.int64)
    for column in range(len(_COLUMNS)):
        cell = slot * 4 + (true[mine, column] > 0) * 2 + (recorded[mine, column] > 0)
        counts = np.bincount(cell, minlength=len(AUTHORITIES) * 4)
        out[:, column] = counts.reshape(-1, 2, 2)
    return out


def _members(settings: Settings, draws: Draws, people: Columns, date: Ints) -> Flags:
    """Whom a council counts to the family on the day: the household, some former partners, not 3 in 100."""
    alive = (people["birth"] <= date + 200) & (people["death"] > date) & (people["arrived"] <= date + 200)
    alive &= people["emigrated"] > date
    household = (people["joined"] <= date) & (date < people["left"])
    former = (people["role"] == ROLES.index("former partner")) & (date >= people["left"])
    former &= draws.below("council/former partner", people["person"], COVERAGE["council former partners"][0])
    known = draws.below("council/member", people["person"], COVERAGE["council members"][0])
    return np.asarray(alive & (household | former) & (known | (people["place"] == 0)))


def _resident(settings: Settings, draws: Draws, people: Columns, families: Columns, identified: Ints) -> Flags:
    """Whether the family lives in its home authority on the day."""
    head = np.searchsorted(people["family"], families["family"])
    heads = Chosen(people, head)
    _, authority, _ = dwelling(settings, draws, heads, identified)
    return np.asarray(authority == families["slot"])


def problems(settings: Settings, people: Columns, events: dict[str, Columns], date: Ints) -> NDArray[np.int8]:
    """Rank of the sub-code of each of the six problems for each person on their family's day (0 none).

    A problem is seen where the same event stands in the registers' lives: a benefit spell, a term's absence, an
    episode, an offence; or where only the council could see it.
    """
    ranks = np.zeros((len(people["person"]), len(_COLUMNS)), dtype=np.int8)

    def mark(sub: str, where: Ints) -> None:
        column, rank = _CODES[sub]
        place = _COLUMNS.index(column)
        np.maximum.at(ranks[:, place], where, np.int8(rank))

    work = events["work"]
    who = position(people, work["person"])
    when = date[who]
    overlaps = (work["start"] <= when) & (work["end"] > when - 90)
    out_of_work = np.isin(work["kind"], [BENEFITS.index(name) for name in OUT_OF_WORK])
    age = (date - people["birth"]) / YEAR
    adult = age >= 18
    mark("OOW", who[overlaps & out_of_work & adult[who]])
    busy = np.zeros(len(age), dtype=bool)
    busy[who[overlaps & (work["kind"] == WORK)]] = True
    years = events["school_years"]
    who = position(people, years["person"])
    enrolled = (years["start"] <= date[who]) & (np.minimum(years["end"], years["start"] + 365) >= date[who] - 60)
    busy[who[enrolled]] = True
    mark(
        "NEET",
        np.flatnonzero(
            (date > 0) & (age >= 17) & (age < 25) & ~busy & (people["place"] >= 2) & (people["arrived"] < date)
        ),
    )
    _mark_absence(years, who, date, mark)
    exclusions = events["exclusions"]
    who = position(people, exclusions["person"])
    mark("EXC", who[_recent(exclusions["start"], date[who])])
    care = events["care"]
    who = position(people, care["person"])
    open_then = (care["start"] <= date[who]) & (care["end"] > date[who] - LOOKBACK)
    for number, name in enumerate(EPISODES):
        mark(name, who[open_then & (care["episode"] == number)])
    offences = events["offences"]
    who = position(people, offences["person"])
    mark("OFF", who[_recent(offences["disposed"], date[who])])
    hardship = events["problems"]
    who = position(people, hardship["person"])
    present = (hardship["start"] <= date[who]) & (hardship["end"] > date[who])
    for number, name in enumerate(HARDSHIPS):
        mark(name, who[present & (hardship["problem"] == number)])
    ranks[date < 0] = 0
    return ranks


def _mark_absence(years: Columns, who: Ints, date: Ints, mark: Any) -> None:
    """Persistent absence in the last academic year that ended before the day."""
    ended = years["start"] + 330
    last_year = (ended <= date[who]) & (ended > date[who] - 366)
    missed = sum(years[f"authorised_{term}"] + years[f"unauthorised_{term}"] for term in (1, 2, 3))
    threshold = np.where(years["year"] >= 2015, 0.10, 0.15)
    possible = sum(years[f"sessions_{term}"] for term in (1, 2, 3))
    mark("PA", who[last_year & (possible > 0) & (missed >= threshold * possible)])


def _recent(when: Ints, date: Ints) -> Flags:
    return (when <= date) & (when > date - LOOKBACK)


def _entries(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings,
    draws: Draws,
    people: Columns,
    families: Columns,
    events: dict[str, Columns],
    chosen: Ints,
    identified: Ints,
    count: Ints,
    true_count: Ints,
) -> Columns:
    """Programme (0) or waiting list (1), and the days: the neediest tend to be served first."""
    mine = {name: families[name][chosen] for name in ("family", "slot", "adversity")}
    family, day_found, extract_day = mine["family"], identified[chosen], day(settings.extract)
    happened = family_events(people, events, family)
    surprise = crisis(settings, draws, family, day_found, happened)
    chance = programme_chance(settings, mine, true_count[chosen], surprise)
    group = np.where(draws.below("council/programme", family, chance), 0, 1)
    waits = draws.whole("council/wait", family, 75)
    start = np.where(group == 0, day_found + waits, joining(settings, draws, mine, day_found, happened))
    start = np.where(start < extract_day, start, NEVER)
    end = start + 180 + (draws.exponential("council/service", family) * 230).astype(np.int64)
    first: Columns = {
        "family": family, "slot": mine["slot"], "copy": np.zeros(len(family), dtype=np.int64), "group": group,
        "identified": day_found, "start": start, "end": np.where((start < NEVER) & (end < extract_day), end, NEVER),
        "problems": true_count[chosen], "recorded": count[chosen], "need": need(mine["adversity"]),
        "crisis": surprise, "chance": chance,
    }  # fmt: skip
    again = _again(settings, draws, people, first)
    return {name: np.concatenate([first[name], again[name]]) for name in first}


def _again(settings: Settings, draws: Draws, people: Columns, first: Columns) -> Columns:
    """Families found twice: re-referred to the same council, or found by the council they moved to."""
    family = first["family"]
    last, extract_day = day(settings.identified_to), day(settings.extract)
    noisy = min(settings.multiplier, 2.0)
    referred = draws.below("council/re-referred", family, DUPLICATES["council family"][0] * noisy)
    head = np.searchsorted(people["family"], family)
    heads = Chosen(people, head)
    taking_part = np.zeros(len(AUTHORITIES), dtype=bool)
    taking_part[[HOME_AUTHORITIES[council] for council in settings.councils]] = True
    _, authority, since = dwelling(settings, draws, heads, np.full(len(family), last))
    moved = (authority != first["slot"]) & taking_part[authority] & (since + 30 > first["identified"])
    when = np.where(
        moved,
        np.minimum(since + 30 + draws.whole("council/found again", family, 120), last),
        first["identified"] + 90,
    )
    referred &= ~moved & (when <= last)
    here = np.flatnonzero(moved | referred)
    out = {name: values[here] for name, values in first.items()}
    out["copy"] = np.where(moved[here], 2, 1)
    out["slot"] = np.where(moved[here], authority[here], out["slot"])
    out["identified"] = np.maximum(when[here], out["identified"])
    started = np.maximum(out["start"], out["identified"])
    out["start"] = np.where((out["start"] < NEVER) & (started < extract_day), started, NEVER)
    out["end"] = np.where((out["start"] < NEVER) & (out["end"] > out["start"]), out["end"], NEVER)
    return out


def _named(draws: Draws, people: Columns, entries: Columns, listed: Flags, ranks: NDArray[np.int8]) -> Columns:
    """The people each entry names, some of them twice in the same family (two teams)."""
    start = np.searchsorted(people["family"], entries["family"], side="left")
    size = np.searchsorted(people["family"], entries["family"], side="right") - start
    at = np.repeat(np.arange(len(size)), size)
    place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start, size)
    keep = listed[place]
    at, place = at[keep], place[keep]
    out: Columns = {"place": place, "at": at, "copy": entries["copy"][at]}
    for number, column in enumerate(_COLUMNS):
        out[column] = ranks[place, number].astype(np.int64)
    return out


def extract(
    settings: Settings, draws: Draws, people: Columns, found: Roster
) -> tuple[pl.DataFrame, Recorded, pl.DataFrame]:
    """The extract of a roster, the recording behind it, and its record keys with their persons.

    Returns:
        The cohort; what was recorded, row by row in the order of the roster; and a frame of record_key and person
        in that order; of people merged, the second stands under the record of the first.
    """
    rows, absorbed = merged_of(settings, draws, people, found)
    members, families = _doubled(settings, draws, people, found.members), found.families
    members |= _problems_united(members, rows, absorbed)
    at, place = members["at"], members["place"]
    latest = families["identified"][at] + 250
    recorded = record(settings, draws, "council", people, place, copy=members["copy"], latest_birth=latest)
    slot = families["slot"][at]
    number = record_number(people["person"][place], members["copy"])
    person_key = shuffled(draws, "council/person", number)
    family_key = shuffled(draws, "council/family", record_number(families["family"], families["copy"]))
    codes = pl.Series([authority.code for authority in AUTHORITIES])
    frame = recorded.identity.with_columns(
        la_code=codes.gather(slot),
        person_ref=as_text(person_key, "P"),
        family_ref=as_text(family_key[at], "F"),
        **{column: _sub_codes(column, members[column]) for column in _COLUMNS},
        study_group=pl.Series(STUDY_GROUPS, dtype=pl.Enum(STUDY_GROUPS)).gather(families["group"][at]),
        service_received=pl.Series(families["start"][at] < NEVER),
        identified_date=_date(families["identified"][at]),
        service_start_date=_date(families["start"][at]),
        service_end_date=_date(families["end"][at]),
    )
    keys = frame.select(
        record_key=pl.col("la_code") + "|" + pl.col("person_ref"), person=pl.Series(people["person"][place])
    )
    # Anyone who was merged has no record of their own: the relative's stands for both.
    own = np.ones(len(place), dtype=bool)
    own[absorbed] = False
    keys = keys.with_columns(keys["record_key"].scatter(absorbed, keys["record_key"].gather(rows)))
    recorded.errors = [(column, kind, hit & own) for column, kind, hit in recorded.errors]
    schema = schema_of(Cohort)
    kept = frame.filter(pl.Series(own)).select(schema.names()).cast(schema).sort("person_ref", "la_code")
    return kept, recorded, keys


def _problems_united(members: Columns, rows: Ints, absorbed: Ints) -> Columns:
    """The problems of members, where a record that stands for two people shows what was found for either.

    What a family was found by is known of the family whatever becomes of its records: a merge loses none of its
    problems, so that it cannot fall below the two that its council counted.
    """
    united = {column: members[column].copy() for column in _COLUMNS}
    for ranks in united.values():
        ranks[rows] = np.maximum(ranks[rows], ranks[absorbed])
    return united


def merged_of(settings: Settings, draws: Draws, people: Columns, found: Roster) -> tuple[Ints, Ints]:
    """Members whom a council takes for one person: rows of the roster that stand, and those that vanish in them.

    They are two neighbours of one gender among the members of a family: twins, brothers, mother and daughter.
    """
    place, at = found.members["place"], found.members["at"]
    person, gender = people["person"][place], people["gender"][place]
    share = MERGED["council"][0] * min(settings.multiplier, 2.0) * _NEIGHBOURS_ALIKE
    alike = (np.diff(at) == 0) & (np.diff(gender) == 0)
    alike &= draws.below("council/merged", person[1:], share)
    # Nobody is merged twice, and nobody named a second time is merged at all.
    alike[1:] &= ~alike[:-1]
    twice = draws.below(
        "council/two teams", person, DUPLICATES["council person"][0] * min(settings.multiplier, 2.0)
    )
    alike &= ~twice[1:] & ~twice[:-1] & (found.members["copy"][1:] == 0)
    second = np.flatnonzero(alike) + 1
    return second - 1, second


_NEIGHBOURS_ALIKE: Final = 2.6
"""Members for each member whose neighbour in the family is of their gender (measured)."""


def _doubled(settings: Settings, draws: Draws, people: Columns, members: Columns) -> Columns:
    """Members, some of them once more: the same person recorded by two teams of one council."""
    person = people["person"][members["place"]]
    share = DUPLICATES["council person"][0] * min(settings.multiplier, 2.0)
    twice = np.flatnonzero(draws.below("council/two teams", person, share) & (members["copy"] == 0))
    return {
        name: np.concatenate([values, np.full(len(twice), 3) if name == "copy" else values[twice]])
        for name, values in members.items()
    }


def _sub_codes(column: str, rank: Ints) -> pl.Series:
    kind = pl.Enum(PROBLEMS[column])
    return pl.Series([None, *PROBLEMS[column]], dtype=kind).gather(rank)


def _date(days: Ints) -> pl.Series:
    known = days < NEVER
    values = pl.Series(np.where(known, days, 0).astype(np.int32)).cast(pl.Date)
    return values if known.all() else values.scatter(np.flatnonzero(~known), None)
