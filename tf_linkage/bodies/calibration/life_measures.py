"""Measures of work, crime, school and care: from the true lives, weighed to the population.

One builder for each kind of figure; `life_targets.py` says which figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tf_linkage.bodies.calibration.measures import Found, World, ratio
from tf_linkage.bodies.lived import Columns, columns, position
from tf_linkage.population.lives.offending import DISPOSALS
from tf_linkage.population.lives.work import BENEFITS, WORK
from tf_linkage.population.people.care import EPISODES
from tf_linkage.population.settings import day

Measure = Callable[[World], Found]
_YEAR = 365.25
_CUSTODY, _CAUTION, _NONE = (DISPOSALS.index(name) for name in ("CUSTODY", "CAUTION", "NONE"))
_ACQUITTED = 2

Flags = NDArray[np.bool_]


class Lived:
    """The people and one table of their lives as arrays, with where each row's person stands."""

    def __init__(self, world: World, table: str) -> None:
        self.people = _arrays(world, "people")
        self.rows = _arrays(world, table)
        self.who = position(self.people, self.rows["person"])
        self.weight = self.people["weight"].astype(float)

    def per_person(self, where: Flags, value: NDArray[Any] | float = 1.0) -> NDArray[np.float64]:
        """The sum of a value over each person's rows."""
        values = np.broadcast_to(np.asarray(value, dtype=float), where.shape)[where]
        return np.bincount(self.who[where], weights=values, minlength=len(self.weight))

    def alive(self, when: int, low: float = 0, high: float = 200, gender: int | None = None) -> Flags:
        """Who is resident and of an age on a day."""
        p, age = self.people, (when - self.people["birth"]) / _YEAR
        here = (p["death"] > when) & (p["emigrated"] > when) & (p["arrived"] <= when) & (age >= low) & (age < high)
        return here if gender is None else here & (p["gender"] == gender)


def _arrays(world: World, table: str) -> Columns:
    kept = world.__dict__.setdefault("_arrays", {})
    if table not in kept:
        kept[table] = columns(world.population[table])
    found: Columns = kept[table]
    return found


def _share(hit: Flags, of: Flags, weight: NDArray[np.float64]) -> Found:
    at = np.flatnonzero(of)
    return ratio(hit[at].astype(float), np.ones(len(at)), weight[at])


# work


def stock(names: Sequence[str], year: int, month: int) -> Measure:
    """Share of residents of 16 to 64 with a benefit on the first of a month."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, month, 1))
        rows = lived.rows
        on = (rows["start"] <= when) & (rows["end"] > when)
        on &= np.isin(rows["kind"], [BENEFITS.index(name) for name in names])
        return _share(lived.per_person(on) > 0, lived.alive(when, 16, 65), lived.weight)

    return measure


def of_stock(names: Sequence[str], of: Sequence[str], year: int, month: int) -> Measure:
    """People on some benefits for each person on others, of 16 to 64."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, month, 1))
        rows, here = lived.rows, lived.alive(when, 16, 65)
        on = (rows["start"] <= when) & (rows["end"] > when)
        counts = [
            (lived.per_person(on & np.isin(rows["kind"], [BENEFITS.index(name) for name in group])) > 0)[here]
            for group in (names, of)
        ]
        return ratio(counts[0].astype(float), counts[1].astype(float), lived.weight[here])

    return measure


def in_work(
    year: int, low: float, high: float, gender: int | None = None, on: Sequence[str] | None = None
) -> Measure:
    """Share in a job on 1 October: of an age and sex, or of those on some benefits."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, 10, 1))
        rows = lived.rows
        now = (rows["start"] <= when) & (rows["end"] > when)
        job = lived.per_person(now & (rows["kind"] == WORK)) > 0
        of = lived.alive(when, low, high, gender)
        if on is not None:
            of &= lived.per_person(now & np.isin(rows["kind"], [BENEFITS.index(name) for name in on])) > 0
        return _share(job, of, lived.weight)

    return measure


def lone_parents_in_work(world: World) -> Found:
    """Share of lone parents of 16 to 64 in a job in October 2014."""
    lived, when = Lived(world, "work"), day(dt.date(2014, 10, 1))
    rows = lived.rows
    job = lived.per_person((rows["start"] <= when) & (rows["end"] > when) & (rows["kind"] == WORK)) > 0
    lone = (lived.people["kind"] == 4) & (lived.people["place"] == 0)
    return _share(job, lone & lived.alive(when, 16, 65), lived.weight)


def ended_within(names: Sequence[str], days: int, first: int, last: int) -> Measure:
    """Share of claims begun in some years that ended within so many days."""

    def measure(world: World) -> Found:
        lived = Lived(world, "work")
        rows = lived.rows
        begun = np.isin(rows["kind"], [BENEFITS.index(name) for name in names])
        begun &= (rows["start"] >= day(dt.date(first, 4, 6))) & (rows["start"] < day(dt.date(last, 4, 6)))
        short = begun & (rows["end"] - rows["start"] < days)
        return ratio(lived.per_person(short), lived.per_person(begun), lived.weight)

    return measure


def pay(year: int, low: float, high: float, gender: int | None = None) -> Measure:
    """Median pay of jobs held on 1 April, thousands of pounds a year."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "work"), day(dt.date(year, 4, 1))
        rows = lived.rows
        now = (rows["start"] <= when) & (rows["end"] > when) & (rows["kind"] == WORK)
        now &= lived.alive(when, low, high, gender)[lived.who]
        amounts, weight = rows["amount"][now] / 1_000, lived.weight[lived.who[now]]
        if not len(amounts):
            return Found(float("nan"), 0.0, 0)
        order = np.argsort(amounts)
        at = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
        effective = weight.sum() ** 2 / (weight**2).sum()
        return Found(float(amounts[order][at]), float(1.25 * amounts.std() / np.sqrt(effective)), len(amounts))

    return measure


# crime


def offenders(year: int, low: float, high: float, gender: int) -> Measure:
    """People cautioned or convicted in a year for each thousand of an age and sex in its middle."""

    def measure(world: World) -> Found:
        lived, first = Lived(world, "offences"), day(dt.date(year, 1, 1))
        rows = lived.rows
        inside = (
            (rows["disposed"] >= first) & (rows["disposed"] < first + 365) & (rows["adjudication"] != _ACQUITTED)
        )
        found = _share(lived.per_person(inside) > 0, lived.alive(first + 182, low, high, gender), lived.weight)
        return Found(1_000 * found.value, 1_000 * found.error, found.observations)

    return measure


def young_cases(later: int, earlier: int) -> Measure:
    """Children cautioned or convicted in two years from April for each in two others, by child of 10 to 17."""

    def measure(world: World) -> Found:
        lived = Lived(world, "offences")
        rows = lived.rows
        young = (rows["start"] - lived.people["birth"][lived.who]) < 18 * _YEAR
        rates = []
        for year in (later, earlier):
            first = day(dt.date(year, 4, 1))
            inside = young & (rows["disposed"] >= first) & (rows["disposed"] < first + 730)
            inside &= rows["adjudication"] != _ACQUITTED
            rates.append(_share(lived.per_person(inside) > 0, lived.alive(first + 365, 10, 18), lived.weight))
        late, early = rates
        value = late.value / max(early.value, 1e-9)
        relative = (late.error / max(late.value, 1e-9)) ** 2 + (early.error / max(early.value, 1e-9)) ** 2
        hits = int(min(late.value * late.observations, early.value * early.observations))
        return Found(value, value * float(np.sqrt(relative)), hits)

    return measure


def top_tenth(world: World) -> Found:
    """Share of all cases since 2000 that the tenth of offenders with most of them hold."""
    lived = Lived(world, "offences")
    counts = lived.per_person(lived.rows["adjudication"] != _ACQUITTED)
    some = counts > 0
    counts, weight = counts[some], lived.weight[some]
    order = np.argsort(-counts, kind="stable")
    share = np.cumsum(weight[order]) / max(weight.sum(), 1e-9)
    cases = np.cumsum((weight * counts)[order]) / max((weight * counts).sum(), 1e-9)
    value = float(np.interp(0.1, share, cases))
    return Found(value, 0.7 / float(np.sqrt(max(some.sum(), 1))), int(some.sum()))


def men_among_offenders(world: World) -> Found:
    """Share of men among those cautioned or convicted under 18."""
    lived = Lived(world, "offences")
    young = (lived.rows["start"] - lived.people["birth"][lived.who]) < 18 * _YEAR
    some = lived.per_person(young) > 0
    return _share(lived.people["gender"] == 0, some, lived.weight)


def to_custody(groups: Sequence[int], gender: int | None = None, low: float = 18, high: float = 200) -> Measure:
    """Share of those sentenced since 2012 for some groups of offences who are given custody."""

    def measure(world: World) -> Found:
        lived = Lived(world, "offences")
        rows = lived.rows
        age = (rows["start"] - lived.people["birth"][lived.who]) / _YEAR
        sentenced = (rows["disposed"] >= day(dt.date(2012, 4, 1))) & ~np.isin(rows["disposal"], [_CAUTION, _NONE])
        sentenced &= np.isin(rows["group"], [group - 1 for group in groups]) & (age >= low) & (age < high)
        if gender is not None:
            sentenced &= lived.people["gender"][lived.who] == gender
        jailed = sentenced & (rows["disposal"] == _CUSTODY)
        return ratio(lived.per_person(jailed), lived.per_person(sentenced), lived.weight)

    return measure


def sentence_months(world: World) -> Found:
    """Mean length of custody since 2012, months."""
    lived = Lived(world, "offences")
    rows = lived.rows
    jailed = (rows["disposal"] == _CUSTODY) & (rows["disposed"] >= day(dt.date(2012, 4, 1)))
    return ratio(lived.per_person(jailed, rows["days"] / 30.44), lived.per_person(jailed), lived.weight)


def reoffended(world: World) -> Found:
    """Share of those first dealt with in 2013-2017 who offend again within a year."""
    lived = Lived(world, "offences")
    rows = lived.rows
    since, until = day(dt.date(2013, 1, 1)), day(dt.date(2018, 1, 1))
    inside = (rows["disposed"] >= since) & (rows["disposed"] < until) & (rows["adjudication"] != _ACQUITTED)
    first = np.full(len(lived.weight), 10**9)
    np.minimum.at(first, lived.who[inside], rows["disposed"][inside])
    after = rows["start"] - first[lived.who]
    again = lived.per_person((after > 0) & (after <= 365)) > 0
    return _share(again, first < 10**9, lived.weight)


# school


def absence(
    year: int,
    low: int = 1,
    high: int = 11,
    fsm: bool | None = None,
    sen: int | None = None,
    term: int | None = None,
) -> Measure:
    """Sessions missed of sessions possible, per cent, by academic year and curriculum years."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        rows, of = lived.rows, _pupils(lived, year, low, high)
        of &= True if fsm is None else (lived.rows["fsm"] > 0) == fsm
        of &= True if sen is None else lived.rows["sen"] == sen
        terms = (1, 2, 3) if term is None else (term,)
        missed = sum(rows[f"authorised_{number}"] + rows[f"unauthorised_{number}"] for number in terms)
        possible = sum(rows[f"sessions_{number}"] for number in terms)
        return ratio(100.0 * missed[of], possible[of].astype(float), lived.weight[lived.who[of]])

    return measure


def unauthorised(year: int) -> Measure:
    """Sessions missed without leave of sessions possible, per cent."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        rows, of = lived.rows, _pupils(lived, year, 1, 11)
        missed = sum(rows[f"unauthorised_{number}"] for number in (1, 2, 3))
        possible = sum(rows[f"sessions_{number}"] for number in (1, 2, 3))
        return ratio(100.0 * missed[of], possible[of].astype(float), lived.weight[lived.who[of]])

    return measure


def persistently_absent(year: int, low: int = 1, high: int = 11, fsm: bool | None = None) -> Measure:
    """Share of pupils who miss a tenth of their sessions."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        rows, of = lived.rows, _pupils(lived, year, low, high)
        of &= True if fsm is None else (lived.rows["fsm"] > 0) == fsm
        missed = sum(rows[f"authorised_{number}"] + rows[f"unauthorised_{number}"] for number in (1, 2, 3))
        possible = sum(rows[f"sessions_{number}"] for number in (1, 2, 3))
        hit = (missed >= 0.1 * possible) & (possible > 0)
        return ratio(hit[of].astype(float), np.ones(int(of.sum())), lived.weight[lived.who[of]])

    return measure


def sessions(year: int, curriculum: int) -> Measure:
    """Sessions possible in a year, of pupils in a curriculum year."""

    def measure(world: World) -> Found:
        lived = Lived(world, "school_years")
        of = _pupils(lived, year, curriculum, curriculum)
        possible = sum(lived.rows[f"sessions_{number}"] for number in (1, 2, 3))
        return ratio(possible[of].astype(float), np.ones(int(of.sum())), lived.weight[lived.who[of]])

    return measure


def _pupils(lived: Lived, year: int, low: int, high: int) -> Flags:
    rows = lived.rows
    return (rows["year"] == year) & (rows["curriculum"] >= low) & (rows["curriculum"] <= high)


def suspensions(year: int, gender: int | None = None, age: int | None = None) -> Measure:
    """Suspensions for each hundred pupils of 5 to 15 in an academic year; of an age for each hundred of that age."""

    def measure(world: World) -> Found:
        lived, first = Lived(world, "exclusions"), day(dt.date(year, 9, 1))
        rows, low, high = lived.rows, *((5, 16) if age is None else (age, age + 1))
        inside = (rows["start"] >= first) & (rows["start"] < first + 365) & (rows["category"] == 1)
        then = (rows["start"] - lived.people["birth"][lived.who]) / _YEAR
        inside &= (then >= low) & (then < high)
        of = lived.alive(first + 182, low, high, gender)
        counts = lived.per_person(inside) * 100.0
        # One child in thirteen is in an independent school or taught at home.
        found = ratio(counts[of], np.full(int(of.sum()), 0.925), lived.weight[of])
        return found

    return measure


def one_day_suspensions(world: World) -> Found:
    """Share of suspensions that last a day."""
    lived = Lived(world, "exclusions")
    fixed = lived.rows["category"] == 1
    return ratio(lived.per_person(fixed & (lived.rows["sessions"] == 2)), lived.per_person(fixed), lived.weight)


def attained(
    stage: int, measure: int, below: float, group: Callable[[Columns], Flags], other: Callable[[Columns], Flags]
) -> Measure:
    """Points by which one group is ahead of another in the share above a cut of the ability scale."""

    def compute(world: World) -> Found:
        lived = Lived(world, "results")
        rows = lived.rows
        sat = (rows["stage"] == stage) & (rows["measure"] == measure)
        shares = []
        for which in (group, other):
            of = sat & which(lived.people)[lived.who]
            above = (rows["score"][of] > below).astype(float)
            shares.append(ratio(above, np.ones(len(above)), lived.weight[lived.who[of]]))
        error = float(np.hypot(shares[0].error, shares[1].error))
        return Found(100 * (shares[0].value - shares[1].value), 100 * error, min(s.observations for s in shares))

    return compute


def girls(people: Columns) -> Flags:
    """Women and girls."""
    return np.asarray(people["gender"] == 1)


def boys(people: Columns) -> Flags:
    """Men and boys."""
    return np.asarray(people["gender"] == 0)


def born_in(*months: int) -> Callable[[Columns], Flags]:
    """Born in some months."""

    def which(people: Columns) -> Flags:
        month = people["birth"].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
        return np.asarray(np.isin(month, months))

    return which


# care and births


def on_31_march(episode: str, year: int) -> Measure:
    """Children under 18 with an episode on 31 March, for each ten thousand."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "care"), day(dt.date(year, 3, 31))
        rows = lived.rows
        on = (rows["episode"] == EPISODES.index(episode)) & (rows["start"] <= when) & (rows["end"] > when)
        found = _share(lived.per_person(on) > 0, lived.alive(when, 0, 18), lived.weight)
        return Found(1e4 * found.value, 1e4 * found.error, found.observations)

    return measure


def in_need_for_less_than(days: int, year: int) -> Measure:
    """Share of children in need on 31 March whose episode had lasted less than so many days."""

    def measure(world: World) -> Found:
        lived, when = Lived(world, "care"), day(dt.date(year, 3, 31))
        rows = lived.rows
        on = (rows["episode"] == EPISODES.index("CIN")) & (rows["start"] <= when) & (rows["end"] > when)
        new = on & (when - rows["start"] < days)
        return ratio(lived.per_person(new), lived.per_person(on), lived.weight)

    return measure


def births(later: int, earlier: int) -> Measure:
    """Births here in one year for each birth in another."""

    def measure(world: World) -> Found:
        people = _arrays(world, "people")
        weight = people["weight"].astype(float)
        born = [
            (people["birth"] >= day(dt.date(year, 1, 1))) & (people["birth"] < day(dt.date(year + 1, 1, 1)))
            for year in (later, earlier)
        ]
        here = ~people["abroad"].astype(bool)
        counts = [(hit & here).astype(float) for hit in born]
        some = counts[0] + counts[1] > 0
        return ratio(counts[0][some], counts[1][some], weight[some])

    return measure


# across domains


def ever_among_offenders(table: str, where: Callable[[Columns], Flags], *, offended: bool) -> Measure:
    """Share who ever met with something in the window, of those of 16 to 20 with a case under 18, or without."""

    def measure(world: World) -> Found:
        crime, lived = Lived(world, "offences"), Lived(world, table)
        extract = day(world.settings.extract)
        young = (crime.rows["start"] - crime.people["birth"][crime.who]) < 18 * _YEAR
        has = crime.per_person(young & (crime.rows["adjudication"] != _ACQUITTED)) > 0
        ever = lived.per_person(where(lived.rows)) > 0
        return _share(ever, lived.alive(extract, 16, 21) & (has == offended), lived.weight)

    return measure


def claimed_after_release(world: World) -> Found:
    """Share of those released from custody in 2013-2018 with an out-of-work claim two months later."""
    crime, lived = Lived(world, "offences"), Lived(world, "work")
    rows = crime.rows
    release = rows["disposed"] + np.maximum(rows["days"] // 2, 1)
    freed = (
        (rows["disposal"] == _CUSTODY)
        & (release >= day(dt.date(2013, 1, 1)))
        & (release < day(dt.date(2019, 1, 1)))
    )
    when = np.full(len(crime.weight), -1)
    when[crime.who[freed]] = release[freed] + 60
    work = lived.rows
    then = when[lived.who]
    claim = (work["kind"] != WORK) & ~np.isin(
        work["kind"], [BENEFITS.index(name) for name in ("RP", "DLA", "PIP", "UAB")]
    )
    on = claim & (then > 0) & (work["start"] <= then) & (work["end"] > then)
    return _share(lived.per_person(on) > 0, when > 0, lived.weight)
