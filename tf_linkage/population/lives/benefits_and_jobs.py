"""Benefit and employment spells: who works, who claims what under the rules of the day, when.

Not here: how DWP keys it, what a job pays (`pay.py`), the rules (`benefit_rules.py`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Flags, Floats, Ints
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.lives.benefit_rules import (
    DLA_FROM,
    ESA_FROM,
    IB_ENDS,
    PIP_FROM,
    PIP_REASSESSMENT,
    WORKING_AGE_ON,
    live_service,
    roll_out,
    state_pension_day,
    youngest_limit,
)
from tf_linkage.population.lives.pay import full_time_share, yearly_pay
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.rates import rate, series
from tf_linkage.population.rows import Chosen, Table
from tf_linkage.population.settings import Settings, day

BENEFITS: Final = ("JSA", "IS", "ESA", "UAA", "UBC", "UCE", "UDF", "UAB", "RP", "DLA", "PIP", "ICA", "IB")
OUT_OF_WORK: Final = ("JSA", "IS", "ESA", "IB", "UAA", "UBC", "UCE", "UDF", "ICA")
STOPS_IN_CUSTODY: Final = ("JSA", "IS", "ESA", "IB", "UAA", "UBC", "UCE", "UDF", "UAB", "ICA", "PIP")
WORK: Final = -1
_JSA, _IS, _ESA, _UAA, _UBC, _UCE, _UDF, _UAB, _RP, _DLA, _PIP, _ICA, _IB = range(len(BENEFITS))
_WEEKLY: Final = np.array([73, 73, 102, 95, 130, 110, 115, 70, 125, 80, 85, 64, 98], dtype=np.float64)
"""Pounds a week by benefit, about the rates of 2016 (recalled)."""

_SPELLS: Final = 16
_KEYS: Final = 32
"""Numbers kept for the spells of a person: steps below 16, then what runs next to them."""


def draw_work(
    settings: Settings, draws: Draws, people: dict[str, NDArray[Any]], custody: tuple[Ints, Ints, Ints]
) -> dict[str, NDArray[Any]]:
    """Benefit and employment spells that touch the window.

    Args:
        settings: the world.
        draws: its draws.
        people: everyone.
        custody: person, first and last day of periods in custody, in order of person: jobs and claims end there.

    Returns person, kind (position in BENEFITS, -1 employment), start, end (NEVER while it lasts), amount (pounds a
    week, or a year for employment), start_imputed, end_imputed.
    """
    start, extract = day(settings.history_from), day(settings.extract)
    adults = np.flatnonzero((people["birth"] < extract - 16 * YEAR) & (people["arrived"] < extract))
    mine = _adults(draws, people, adults, start)
    parts = [
        _pension(mine, start, extract),
        *_disability(draws, mine, start, extract),
        *_careers(draws, mine, start, extract),
    ]
    out = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    birth = people["birth"][np.searchsorted(people["person"], out["person"])]
    out = _incapacity(draws, out, start, birth)
    out = interrupted(draws, out, custody)
    out = _on_release(draws, out, custody, people)
    keep = (out["start"] < out["end"]) & (out["end"] >= start) & (out["start"] <= extract)
    out = {name: values[keep] for name, values in out.items()}
    _pay(draws, out, Chosen(people, np.searchsorted(people["person"], out["person"])), start, extract)
    _impute(draws, out, extract)
    out["end"] = np.where(out["end"] > extract, NEVER, out["end"])
    order = np.lexsort((out["kind"], out["start"], out["person"]))
    names = ("person", "kind", "start", "end", "amount", "start_imputed", "end_imputed")
    return {name: out[name][order] for name in names}


def _adults(draws: Draws, people: dict[str, NDArray[Any]], adults: Ints, start: int) -> dict[str, NDArray[Any]]:
    """What decides an adult's working life."""
    person, birth = people["person"][adults], people["birth"][adults]
    adversity, conduct = people["adversity"][adults], people["conduct"][adults]
    liable = liability(draws, "benefits", person, adversity, conduct)
    health = liability(draws, "health", person, adversity, conduct)
    woman = people["gender"][adults] == 1
    # The ill grow more with age: one in fourteen at 25, one in six at 60.
    age = (start + 4 * YEAR - birth) / YEAR
    ill = health > threshold(rate("too ill to work, middle of working age")) - 0.017 * (np.clip(age, 18, 65) - 42)
    leaves = 16 + np.where(
        draws.below("work/leaves at 16", person, rate("leaves school at 16")),
        0.3,
        2.0 + 4.5 * draws.unit("work/leaves", person),
    )
    begins = np.maximum(start - (draws.unit("work/before", person) * 2 * YEAR), birth + leaves * YEAR)
    youngest = _youngest(people)[adults]
    lone = (people["kind"][adults] == 4) & (people["place"][adults] == 0)
    claims = (liable > threshold(rate("claims an out-of-work benefit at some time"))) | ill
    claims |= lone & draws.below(
        "work/lone parent claims", person, rate("lone parents of small children who claim")
    )
    with_child = youngest > start - 5 * YEAR
    partner = woman & with_child & ~lone
    inactive = ~claims & draws.below(
        "work/inactive",
        person,
        np.where(partner, rate("mothers in couples who neither work nor claim"), rate("neither works nor claims")),
    )
    # Most leave work between 55 and 68; the ill go on claiming to pension age.
    retires = birth + ((54.5 + 13.5 * draws.unit("work/retires", person) ** 0.8) * YEAR).astype(np.int64)
    home = people["place"][adults] >= 2
    return {
        "retires": np.where(ill, NEVER, retires),
        "person": person, "birth": birth, "woman": woman, "adversity": adversity, "health": health, "ill": ill,
        "claims": claims, "long_term": liable > threshold(rate("long out of work")), "lone": lone,
        "youngest": youngest, "single": lone | home | np.isin(people["kind"][adults], [0, 6]), "inactive": inactive,
        "begins": np.maximum(begins, people["arrived"][adults]),
        "pension": state_pension_day(birth, woman),
        "until": np.minimum(np.minimum(people["death"], people["emigrated"])[adults], NEVER),
        "slot": people["la_at_extract"][adults],
    }  # fmt: skip


def _careers(draws: Draws, mine: dict[str, NDArray[Any]], start: int, extract: int) -> list[dict[str, Any]]:
    """Jobs and out-of-work claims one after another, and what is claimed or earned next to them."""
    clock = mine["begins"].astype(np.float64)
    last = np.where(
        mine["inactive"], -NEVER, np.minimum(mine["until"], np.where(mine["ill"], mine["pension"], mine["retires"]))
    )
    chance = np.where(
        mine["ill"],
        0.12,
        np.where(mine["long_term"] | (mine["lone"] & mine["claims"]), 0.45, np.where(mine["claims"], 0.84, 0.97)),
    )
    working = draws.below("work/first", mine["person"], chance)
    full, live = roll_out(), live_service()
    parts = []
    rows = np.arange(len(clock))
    for step in range(_SPELLS):
        on = np.flatnonzero((clock < last[rows]) & (clock <= extract + 1))
        rows, clock, working = rows[on], clock[on], working[on]
        if not rows.size:
            break
        who = {name: values[rows] for name, values in mine.items()}
        key = who["person"] * _KEYS + step
        begin = clock.astype(np.int64)
        kind, lasts = _claim(draws, who, key, begin, full[who["slot"]], live[who["slot"]])
        job = _job_length(draws, who, key)
        ends = clock + np.where(working, job, lasts)
        end = np.minimum(ends, np.where(working, last[rows], np.minimum(last[rows], who["pension"]))).astype(
            np.int64
        )
        # A claim is made, or not: most among those who claim at all, fewer in better years.
        searching = (kind == _JSA) | (kind == _UAA)
        made = np.where(searching, series("jobseekers who claim", begin), 1.0) * np.where(who["claims"], 1.0, 0.50)
        claimed = ~working & draws.below("work/claimed", key, made)
        parts.append(_spells(who, key, np.where(working, WORK, kind), begin, end, working | claimed))
        parts += _next_to(draws, who, key, kind, begin, end, working, claimed, full[who["slot"]])
        # A person who does not claim finds work soon.
        unclaimed = ~working & ~claimed
        clock = np.where(unclaimed, clock + np.minimum(lasts, 40), ends)
        again = draws.below("work/next job", key, np.where(who["claims"], 0.35, 0.86))
        working = ~working | again
        stay_ill = who["ill"] & ~draws.below("work/recovers", key, 0.30)
        working &= ~(stay_ill & ~working)
    return parts


def _job_length(draws: Draws, who: dict[str, NDArray[Any]], key: Ints) -> Floats:
    """Days a job lasts: long tails, short for the young and for claimants."""
    middle = np.where(who["long_term"] | who["ill"], 0.6, np.where(who["claims"], 1.15, 4.5))
    return 20 + np.exp(np.log(middle) + 1.15 * draws.normal("work/job length", key)) * YEAR


def _claim(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws, who: dict[str, NDArray[Any]], key: Ints, begin: Ints, full: Ints, live: Ints
) -> tuple[Ints, Floats]:
    """The benefit of somebody out of work, and for how many days: by circumstances and the rules of the day."""
    u = draws.unit("work/benefit", key)
    limit = who["youngest"] + (youngest_limit(begin) * YEAR).astype(np.int64)
    lone = who["lone"] & (limit > begin + 60) & (who["youngest"] < begin) & (u < 0.9)
    legacy = np.where(
        lone,
        _IS,
        np.where(who["ill"] & (u < 0.93), _ESA, np.where((u > 0.96) | (who["woman"] & (u > 0.88)), _ICA, _JSA)),
    )
    regime = np.select(
        [legacy == _IS, legacy == _ESA, legacy == _ICA], [np.where(u < 0.45, _UDF, _UCE), _UBC, _ICA], _UAA
    )
    # Before the full service single people in good health could claim in most places.
    early = (
        (legacy == _JSA)
        & who["single"]
        & ~who["lone"]
        & (begin >= live)
        & (u < rate("single jobseekers on early UC"))
    )
    kind = np.where((begin >= full) | early, regime, legacy)
    z = draws.normal("work/claim length", key)
    search = np.exp(np.log(1_000 * rate("days of a jobseeker's claim, middle")) + 1.03 * z) * np.where(
        who["long_term"], 1.7, 1.0
    )
    short = draws.below("work/short illness", key, 0.42)
    illness = np.where(short, 150 * np.exp(0.8 * z), 6.0 * YEAR * np.exp(0.9 * z))
    care = 2.6 * YEAR * np.exp(0.9 * z)
    family = np.minimum(limit - begin, 2.4 * YEAR * np.exp(0.9 * z))
    lasts = np.select([legacy == _IS, legacy == _ESA, legacy == _ICA], [family, illness, care], search)
    return kind, np.maximum(lasts, 8.0)


def _next_to(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    who: dict[str, NDArray[Any]],
    key: Ints,
    kind: Ints,
    begin: Ints,
    end: Ints,
    working: Flags,
    claimed: Flags,
    full: Ints,
) -> list[dict[str, Any]]:
    """Universal Credit in work, and permitted work of a few hours next to a claim."""
    # In work: from the full service on, some of those who claim at all, for as long as the job or a year or two.
    poor = (
        working
        & (who["claims"] | who["lone"])
        & draws.below("work/in-work claim", key, rate("claimants' jobs topped up"))
    )
    since = np.maximum(begin, full + draws.whole("work/in-work from", key, 500))
    until = np.minimum(end, since + 60 + (draws.exponential("work/in-work length", key) * 600).astype(np.int64))
    topped = _spells(who, key + _SPELLS, np.full(len(key), _UAB), since, until, poor & (since < until))
    allowed = claimed & np.isin(kind, [_ESA, _IS, _ICA, _UBC]) & (end > begin + 120)
    allowed &= draws.below("work/permitted", key, rate("permitted work next to a claim"))
    first = begin + 60
    few = np.minimum(end, first + 40 + (draws.exponential("work/permitted length", key) * 250).astype(np.int64))
    permitted = _spells(who, key + _SPELLS, np.full(len(key), WORK), first, few, allowed)
    permitted["few_hours"] = np.ones(len(permitted["person"]), dtype=bool)
    return [topped, permitted]


def _youngest(people: dict[str, NDArray[Any]]) -> Ints:
    """Birth day of the youngest child of each person's family."""
    row = people["row"]
    out = np.full(int(row.max(initial=-1)) + 1, -NEVER, dtype=np.int64)
    child = people["place"] >= 2
    np.maximum.at(out, row[child], people["birth"][child])
    return np.asarray(out[row])


def _spells(who: Table, key: Ints, kind: Ints, begin: Ints, end: Ints, here: Any) -> dict[str, Any]:  # noqa: PLR0917 (a kernel names each column it needs)
    at = np.flatnonzero(here & (begin < end))
    return {
        "person": who["person"][at],
        "kind": kind[at].astype(np.int8),
        "start": begin[at],
        "end": end[at],
        "key": key[at],
        "few_hours": np.zeros(len(at), dtype=bool),
    }


def _pension(mine: dict[str, NDArray[Any]], start: int, extract: int) -> dict[str, Any]:
    here = (mine["pension"] <= extract) & (mine["until"] > np.maximum(mine["pension"], start))
    kind = np.full(len(here), _RP)
    return _spells(mine, mine["person"] * _KEYS + 15, kind, mine["pension"], mine["until"], here)


def _disability(draws: Draws, mine: dict[str, NDArray[Any]], start: int, extract: int) -> list[dict[str, Any]]:
    """DLA from April 1992, PIP for new claims from June 2013, and the move from one to the other."""
    person, birth, until = mine["person"], mine["birth"], mine["until"]
    key = person * _KEYS + 14
    age = 16 + 47 * draws.unit("work/disability", person) ** 0.75
    begin = np.maximum((birth + age * YEAR).astype(np.int64), DLA_FROM)
    lasts = np.where(draws.below("work/disability ends", person, 0.3), 3.0, 45.0) * YEAR
    end = np.minimum(begin + (0.5 * YEAR + lasts * draws.exponential("work/disability length", person)), until)
    end = end.astype(np.int64)
    has = (mine["health"] > threshold(rate("disability benefit"))) & (begin <= extract) & (end > start)
    on_dla = has & (begin < PIP_FROM)
    working_age = (WORKING_AGE_ON - birth < 65 * YEAR) & (WORKING_AGE_ON - birth >= 16 * YEAR)
    first, rest, last = PIP_REASSESSMENT
    early = draws.below("work/reassessed on a change", person, rate("DLA reassessed before July 2015"))
    u = draws.unit("work/reassessed", person)
    moves = np.where(early, first + u * (rest - first), rest + u * (last - rest)).astype(np.int64)
    moves = np.maximum(moves, begin + 90)
    moves = np.where(on_dla & working_age & (moves < end), moves, NEVER)
    lost = draws.below("work/disallowed", person, rate("reassessed and disallowed"))
    code = np.full(len(person), _DLA)
    return [
        _spells(mine, key, code, begin, np.minimum(end, moves), on_dla),
        _spells(mine, key, np.full(len(person), _PIP), begin, end, has & ~on_dla),
        _spells(mine, key + 1, np.full(len(person), _PIP), moves, end, (moves < NEVER) & ~lost),
    ]


def _incapacity(draws: Draws, spells: dict[str, Any], start: int, birth: Ints) -> dict[str, Any]:
    """Claims for illness begun before ESA existed are incapacity benefit, turned into ESA by spring 2014."""
    old = (spells["kind"] == _ESA) & draws.below(
        "work/incapacity", spells["key"], rate("illness claims of 2012 still on IB")
    )
    old &= (spells["start"] < day(dt.date(2012, 4, 1))) & (spells["key"] % _KEYS == 0)
    old &= ESA_FROM - birth > 17 * YEAR
    first, last = IB_ENDS
    turned = first + (draws.unit("work/turned", spells["key"]) * (last - first)).astype(np.int64)
    turned = np.maximum(turned, spells["start"] + 1)
    at = np.flatnonzero(old & (turned < spells["end"]) & (turned > start))
    later = {name: values[at] for name, values in spells.items()}
    later["start"] = turned[at]
    spells["kind"] = np.where(old, np.int8(_IB), spells["kind"])
    # Nobody claims it before its time, and it began before ESA did.
    spells["start"] = np.where(old, np.minimum(spells["start"], ESA_FROM - 60), spells["start"])
    spells["end"][at] = turned[at]
    return {name: np.concatenate([spells[name], later[name]]) for name in spells}


def interrupted(draws: Draws, spells: dict[str, Any], custody: tuple[Ints, Ints, Ints]) -> dict[str, Any]:
    """Spells with custody cut out: a job ends there, a claim too; half of the claims begin again on release."""
    prisoner, inside, outside = custody
    if not len(prisoner):
        return spells
    order = np.lexsort((inside, prisoner))
    prisoner, inside, outside = prisoner[order], inside[order], outside[order]
    rank = np.arange(len(prisoner)) - np.searchsorted(prisoner, prisoner)
    for turn in range(int(rank.max()) + 1):
        now = rank == turn
        people, enters, leaves = prisoner[now], inside[now], outside[now]
        at = np.minimum(np.searchsorted(people, spells["person"]), len(people) - 1)
        stops = (spells["kind"] == WORK) | np.isin(
            spells["kind"], [BENEFITS.index(name) for name in STOPS_IN_CUSTODY]
        )
        hit = (people[at] == spells["person"]) & stops
        enter, leave = enters[at], leaves[at]
        hit &= (spells["start"] < leave) & (spells["end"] > enter)
        again = (
            hit & (spells["kind"] != WORK) & (spells["end"] > leave + 10)
            & draws.below(f"work/claims after release {turn}", spells["key"], rate("claims again on release"))
        )  # fmt: skip
        later = {name: values[again] for name, values in spells.items()}
        later["start"] = leave[again] + 3
        starts_inside = hit & (spells["start"] >= enter)
        spells["end"] = np.where(hit, np.minimum(spells["end"], enter), spells["end"])
        spells = {name: np.concatenate([values[~starts_inside], later[name]]) for name, values in spells.items()}
    return spells


def _on_release(
    draws: Draws, spells: dict[str, Any], custody: tuple[Ints, Ints, Ints], people: dict[str, NDArray[Any]]
) -> dict[str, Any]:
    """New claims of people released from custody who have none, until they find a job or stop looking."""
    prisoner, enters, leaves = custody
    order = np.lexsort((enters, prisoner))
    prisoner, enters, leaves = prisoner[order], enters[order], leaves[order]
    # Of periods that follow closely on each other the last one counts.
    at = np.searchsorted(people["person"], prisoner)
    # By its number among the person's own releases: a place among all would depend on who is drawn together.
    own = np.arange(len(prisoner)) - np.searchsorted(prisoner, prisoner)
    key = prisoner * _KEYS + _KEYS - 1 - own % 4
    new = draws.below("work/new claim on release", prisoner * 50_021 + leaves, rate("new claim on release"))
    new &= (leaves - people["birth"][at] >= 18 * YEAR) & (leaves - people["birth"][at] < 60 * YEAR)
    new &= np.append(prisoner[1:] != prisoner[:-1], True) | np.append(leaves[1:] > leaves[:-1] + 400, True)
    sort = np.lexsort((spells["key"], spells["start"], spells["person"]))
    spells = {name: values[sort] for name, values in spells.items()}
    first = np.searchsorted(spells["person"], prisoner, side="left")
    size = np.searchsorted(spells["person"], prisoner, side="right") - first
    which = np.repeat(np.arange(len(prisoner)), size)
    row = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
    lives_on = np.isin(spells["kind"][row], [_RP, _DLA, _PIP])
    # Whatever else is claimed or earned within ten days of release stands; what comes later ends the new claim.
    near = ~lives_on & (spells["start"][row] <= leaves[which] + 10) & (spells["end"][row] > leaves[which])
    new[which[near]] = False
    # Nor does it last into the next period in custody.
    again = np.append(prisoner[1:] == prisoner[:-1], False)
    until = np.where(again, np.append(enters[1:], NEVER), NEVER)
    later = ~lives_on & (spells["start"][row] > leaves[which] + 10)
    np.minimum.at(until, which[later], spells["start"][row][later])
    lasts = np.exp(np.log(150) + 0.9 * draws.normal("work/claim on release", prisoner * 50_021 + leaves))
    kind = np.where(leaves >= roll_out()[people["la_at_extract"][at]], _UAA, _JSA)
    gone = np.minimum(people["death"], people["emigrated"])[at]
    end = np.minimum(np.minimum(leaves + 3 + lasts, until), gone).astype(np.int64)
    more = _spells({"person": prisoner}, key, kind, leaves + 3, end, new)
    return {name: np.concatenate([spells[name], more[name]]) for name in spells}


def _pay(draws: Draws, spells: dict[str, Any], people: Table, start: int, extract: int) -> None:
    """The amount of each spell."""
    job, key, person = spells["kind"] == WORK, spells["key"], spells["person"]
    middle = (np.maximum(spells["start"], start) + np.minimum(spells["end"], extract)) // 2
    woman = people["gender"] == 1
    poor = (people["kind"] == 4) | (people["adversity"] > 1.2)
    full = draws.below("pay/full-time", key, full_time_share(woman, poor)) & ~spells["few_hours"]
    pay = yearly_pay(draws, person, key, people["birth"], woman, middle, full, people["adversity"].astype(float))
    pay = np.where(spells["few_hours"], np.round((95 + 30 * draws.unit("pay/few hours", key)) * 52), pay)
    benefit = _WEEKLY[np.maximum(spells["kind"], 0)] * (0.8 + 0.5 * draws.unit("work/amount", key))
    spells["amount"] = np.round(np.where(job, pay, benefit), 2)


def _impute(draws: Draws, spells: dict[str, Any], extract: int) -> None:
    """Some employment dates are known only to the tax year: 6 April and 5 April."""
    key = spells.pop("key")
    spells.pop("few_hours")
    job = spells["kind"] == WORK
    april = _april(spells["start"], 6)
    imputed = job & draws.below("work/start imputed", key, rate("start date imputed"))
    spells["start"] = np.where(imputed, april, spells["start"])
    spells["start_imputed"] = imputed
    end = spells["end"]
    tax_end = _april(end.clip(0, 40_000), 6) + 364
    tax_end -= (tax_end - end > 365) * 0
    late = (
        job
        & (end < extract)
        & draws.below("work/end imputed", key, rate("start date imputed"))
        & (tax_end < extract)
    )
    spells["end"] = np.where(late, tax_end, end)
    spells["end_imputed"] = late


def _april(when: Ints, of_month: int) -> Ints:
    """The latest day of that number in April that is not after each day."""
    year = when.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)

    def of(years: Ints) -> Ints:
        first = (years * 12 + 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        return np.asarray(first + of_month - 1)

    this = of(year)
    return np.where(when >= this, this, of(year - 1))
