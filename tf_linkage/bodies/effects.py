"""What the programme really does to the lives of the families it serves, and the truth about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.lived import Columns, columns, position
from tf_linkage.bodies.negative_controls import NEGATIVE_CONTROLS
from tf_linkage.contracts import truth as contract
from tf_linkage.contracts.columns import schema_of
from tf_linkage.population.confounding import by_authority
from tf_linkage.population.draws import Draws, Flags, Floats, Ints
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS
from tf_linkage.population.lives.offending import CASES, DISPOSALS
from tf_linkage.population.people.care import EPISODES
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.rates import EFFECTS, SHAPES, rate
from tf_linkage.population.settings import Settings, day

_CUSTODY, _COMMUNITY = DISPOSALS.index("CUSTODY"), DISPOSALS.index("COMMUNITY")
_SEARCHING = (BENEFITS.index("JSA"), BENEFITS.index("UAA"))
_NEED, _PLAN, _CARE = (EPISODES.index(name) for name in ("CIN", "CPP", "CLA"))

WINDOW: Final = (183, 730)
"""Days after the start over which the truth averages an effect: months 7 to 24."""


class Lives(Mapping[str, Columns]):
    """Tables of the population after the programme has done what it does, each made when first asked for."""

    def __init__(
        self, settings: Settings, draws: Draws, people: Columns, served: Columns, tables: Mapping[str, Any]
    ) -> None:
        """Lays the programme's effects over tables.

        Args:
            settings: the world.
            draws: its draws.
            people: everyone, before any effect.
            served: families that receive the programme: family, start.
            tables: the population's tables by name, as frames or arrays.
        """
        self._world = (settings, draws, people, served)
        self._tables, self._made = tables, dict[str, Columns]()

    def __getitem__(self, name: str) -> Columns:
        if name not in self._made:
            table = self._tables[name]
            events = columns(table) if isinstance(table, pl.LazyFrame) else table
            self._made[name] = with_effects(*self._world, name, events)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def service_start(people: Columns, served: Columns) -> Ints:
    """Day on which each person's family begins to receive the programme, NEVER for most."""
    return _of_family(people, served, "start", NEVER)


def _of_family(people: Columns, served: Columns, name: str, otherwise: int) -> NDArray[np.int64]:
    if not len(served["family"]) or name not in served:
        return np.full(len(people["family"]), otherwise)
    order = np.argsort(served["family"], kind="stable")
    family, values = served["family"][order], served[name][order]
    at = np.minimum(np.searchsorted(family, people["family"]), len(family) - 1)
    return np.where(family[at] == people["family"], values[at], otherwise)


def with_effects(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, people: Columns, served: Columns, table: str, events: Columns
) -> Columns:
    """The events of one table after the programme has done what it does.

    An event that would have come after the service started is averted with the chance that makes the yearly rate
    fall by the ratio in `rates.EFFECTS`; custody turns into a community sentence; closer watching puts some more
    children in need on protection plans.

    Args:
        settings: the world.
        draws: its draws.
        people: everyone.
        served: families that receive the programme: family, start, and crime where it is one of their problems.
        table: offences, care, work and people are changed; any other is returned as it is.
        events: that table.
    """
    start = service_start(people, served)
    if table == "people":
        since = np.where(events["cla_from"] < NEVER, events["cla_from"] - start, -1)
        return _care_averted(draws, events, since)
    if table not in ("offences", "care", "work"):
        return events
    who = position(people, events["person"])
    since = events["start"] - start[who]
    if not (since > 0).any():
        return events
    crime = _of_family(people, served, "crime", 0)[who] > 0
    if table == "offences":
        young = (events["start"] - people["birth"][who]) < 18 * YEAR
        return _offences(draws, people, who, events, since, young, crime)
    if table == "work":
        searching = np.isin(events["kind"], _SEARCHING)
        key = events["person"] * 65_536 + events["start"]
        ratio = ratio_of("JSA and Universal Credit searching", since, people["slot"][who], crime)
        averted = searching & _averted(draws, "JSA and Universal Credit searching", key, ratio)
        return {name: values[~averted] for name, values in events.items()}
    return _care(settings, draws, people, who, events, since)


def ratio_of(effect: str, since: Ints, slot: Ints, crime: Flags) -> Floats:
    """What the rate of each event is multiplied by: from days since the start, the council, the family's problems.

    1 before the start, and outside the months in which the effect works.
    """
    shape = SHAPES.get(effect)
    full = EFFECTS[effect][0]
    if shape is None:
        return np.where(since > 0, full, 1.0)
    power = np.ones(len(since))
    if shape.by_council:
        power = by_authority(dict(shape.by_council), 1.0)[slot]
    if shape.with_crime is not None:
        power = power * np.where(crime, shape.with_crime, shape.without_crime)
    works = (since > shape.from_day) & (since <= shape.to_day)
    return np.where(works, full**power, 1.0)


def _averted(draws: Draws, effect: str, ids: Ints, ratio: Floats) -> Flags:
    return draws.below(f"effect/{effect}", ids, np.maximum(0.0, 1 - ratio))


def _care_averted(draws: Draws, people: Columns, since: Ints) -> Columns:
    ratio = ratio_of("looked after", since, people["slot"], np.zeros(len(since), dtype=bool))
    averted = _averted(draws, "looked after", people["person"], ratio)
    return people | {
        "cla_from": np.where(averted, NEVER, people["cla_from"]),
        "cla_to": np.where(averted, NEVER, people["cla_to"]),
    }


def _care(settings: Settings, draws: Draws, people: Columns, who: Ints, events: Columns, since: Ints) -> Columns:  # noqa: PLR0917 (a kernel names each column it needs)
    slot, none = people["slot"][who], np.zeros(len(since), dtype=bool)
    ratio = ratio_of("looked after", since, slot, none)
    averted = (events["episode"] == _CARE) & _averted(draws, "looked after", events["person"], ratio)
    key = events["person"] * 65_536 + events["start"]
    ratio = ratio_of("protection plans", since, slot, none)
    averted |= (events["episode"] == _PLAN) & _averted(draws, "protection plans", key, ratio)
    kept = {name: values[~averted] for name, values in events.items()}
    watched = np.flatnonzero(
        (events["episode"] == _NEED) & draws.below("effect/closer watching", key, _more_plans(ratio))
    )
    if not watched.size:
        return kept
    more = {name: values[watched] for name, values in events.items()}
    more["episode"] = np.full_like(more["episode"], _PLAN)
    more["abuse"] = draws.whole("effect/abuse", key[watched], 4).astype(more["abuse"].dtype)
    more["start"] = more["start"] + 15 + draws.whole("effect/plan after", key[watched], 60)
    ends = more["start"] + 90 + draws.whole("effect/plan length", key[watched], 300)
    more["end"] = np.minimum(np.minimum(ends, more["end"]), people["birth"][who[watched]] + int(18 * YEAR))
    more["end"] = np.where(more["end"] > day(settings.extract), NEVER, more["end"])
    inside = (more["start"] < more["end"]) & (more["start"] <= day(settings.extract))
    both = {name: np.concatenate([kept[name], more[name][inside]]) for name in kept}
    order = np.lexsort((both["episode"], both["start"], both["person"]))
    return {name: values[order] for name, values in both.items()}


def _more_plans(ratio: Floats) -> Floats:
    """Chance that a child newly in need is put on a plan by closer watching, where the ratio is above 1."""
    return np.maximum(0.0, ratio - 1) * rate("plans for each new child in need")


def _offences(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws, people: Columns, who: Ints, events: Columns, since: Ints, young: Flags, crime: Flags
) -> Columns:
    key = events["person"] * CASES + events["case"]
    slot = people["slot"][who]
    juvenile = ratio_of("offences, juveniles", since, slot, crime)
    adult = ratio_of("offences, adults", since, slot, crime)
    averted = np.where(
        young,
        _averted(draws, "offences, juveniles", key, juvenile),
        _averted(draws, "offences, adults", key, adult),
    )
    # Custody falls by its own ratio; part of that is offences that did not happen.
    spared = (since > 0) & (events["disposal"] == _CUSTODY)
    spared &= draws.below("effect/custody", key, np.maximum(0, 1 - _custody_share(young)))
    out = events | {"disposal": np.where(spared, _COMMUNITY, events["disposal"])}
    return {name: values[~averted] for name, values in out.items()}


def _custody_share(young: Flags) -> Floats:
    """What custody given an offence is multiplied by."""
    return np.where(
        young,
        EFFECTS["custody, juveniles"][0] / EFFECTS["offences, juveniles"][0],
        EFFECTS["custody, adults"][0] / EFFECTS["offences, adults"][0],
    )


def true_effects(people: Columns, served: Columns, lives: Mapping[str, Columns]) -> pl.DataFrame:
    """What the programme does to each outcome, on average over the families it serves at once (`TrueEffects`).

    The average is over the events that these families would have had 7 to 24 months after the start without the
    programme; negative controls stand with a ratio of 1.

    Args:
        people: everyone, before effects.
        served: families served at once: family, start, crime.
        lives: offences, care and work, before effects.
    """
    found = dict.fromkeys(EFFECTS, 1.0) | {name: ratio for name, (ratio, _) in EFFECTS.items()}
    for name, ratio in _in_window(people, served, lives):
        if len(ratio):
            found[name] = float(ratio.mean())
    rows = [(name, found[name], EFFECTS[name][0], _kind(name), _varies(name)) for name in EFFECTS]
    rows += [(name, 1.0, 1.0, "negative control", None) for name in NEGATIVE_CONTROLS]
    return pl.DataFrame(rows, schema=schema_of(contract.TrueEffects), orient="row")


def _in_window(people: Columns, served: Columns, lives: Mapping[str, Columns]) -> list[tuple[str, Floats]]:
    """The ratio of each event in the window that families served at once would have had, by effect."""
    start = service_start(people, served)
    crime_of = _of_family(people, served, "crime", 0) > 0

    def rows(table: str) -> tuple[Columns, Ints, Ints, Flags]:
        events = lives[table]
        who = position(people, events["person"])
        since = events["start"] - start[who]
        inside = (since > WINDOW[0]) & (since <= WINDOW[1])
        who = who[inside]
        chosen = {name: values[inside] for name, values in events.items()}
        return chosen, since[inside], people["slot"][who], crime_of[who]

    out = []
    events, since, slot, crime = rows("offences")
    young = (events["start"] - people["birth"][position(people, events["person"])]) < 18 * YEAR
    jailed = events["disposal"] == _CUSTODY
    for name, of in (("juveniles", young), ("adults", ~young)):
        ratio = ratio_of(f"offences, {name}", since, slot, crime)
        out.append((f"offences, {name}", ratio[of]))
        out.append((f"custody, {name}", (ratio * _custody_share(young))[of & jailed]))
    events, since, slot, crime = rows("work")
    searching = np.isin(events["kind"], _SEARCHING)
    ratio = ratio_of("JSA and Universal Credit searching", since, slot, crime)
    out.append(("JSA and Universal Credit searching", ratio[searching]))
    events, since, slot, crime = rows("care")
    out.append(("looked after", ratio_of("looked after", since, slot, crime)[events["episode"] == _CARE]))
    ratio = ratio_of("protection plans", since, slot, crime)
    plan, need = events["episode"] == _PLAN, events["episode"] == _NEED
    if plan.any():
        # Plans that are averted, and plans that closer watching adds to children newly in need.
        added = _more_plans(ratio)[need].sum() / plan.sum()
        out.append(("protection plans", np.minimum(ratio[plan], 1.0) + added))
    return out


def _kind(effect: str) -> str:
    ratio = EFFECTS[effect][0]
    return "none" if ratio == 1 else "harmful-looking" if ratio > 1 else "effect"


def _varies(effect: str) -> str | None:
    shape = SHAPES.get(effect)
    if shape is None:
        return None
    said = []
    if shape.by_council:
        said.append("by council")
    if shape.with_crime is not None:
        said.append("more where crime is a problem")
    if shape.from_day:
        said.append(f"from day {shape.from_day}")
    if shape.to_day < NEVER:
        said.append(f"to day {shape.to_day}")
    return ", ".join(said)
