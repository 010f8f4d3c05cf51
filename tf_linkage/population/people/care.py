"""Children's social care: in need, on a protection plan, looked after.

Who is known to social care and when.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Floats, Ints, odds
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings, day

EPISODES: Final = ("CIN", "CPP", "CLA")
_CHILDHOOD = 18.0
_NEEDS = odds([0.02, 0.5, 0.1, 0.03, 0.08, 0.17, 0.05, 0.01, 0.03, 0.01])
"""Primary need N0-N9; abuse or neglect is about half (children in need census, recalled)."""

_LEGAL = odds([0.28, 0.38, 0.0, 0.03, 0.28, 0.0, 0.0, 0.01, 0.01, 0.0, 0.005, 0.005, 0.0])
_PLACED = odds([0.58, 0.16, 0.12, 0.01, 0.08, 0.05])
_ABUSE = odds([0.45, 0.09, 0.05, 0.36, 0.05])


def looked_after(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, person: Ints, birth: Ints, adversity: Floats, conduct: Floats
) -> dict[str, NDArray[Any]]:
    """First and last day of a period in care, NEVER for most people."""
    liable = liability(draws, "looked after", person, adversity, conduct)
    ever = liable > threshold(rate("ever looked after"))
    age = 17.2 * draws.unit("looked after/age", person) ** 0.9
    begins = birth + (age * YEAR).astype(np.int64)
    lasts = np.exp(6.0 + 1.0 * draws.normal("looked after/length", person)).astype(np.int64) + 30
    ends = np.minimum(begins + lasts, birth + int(_CHILDHOOD * YEAR))
    inside = ever & (begins < day(settings.extract)) & (ends > day(settings.history_from))
    return {
        "cla_from": np.where(inside, begins, NEVER),
        "cla_to": np.where(inside, ends, NEVER),
        "ever_looked_after": ever,
    }


def draw_care(settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Episodes: person, episode, start, end (NEVER while it lasts), need, abuse, legal, placement (-1 for none)."""
    extract, start = day(settings.extract), day(settings.history_from)
    young = np.flatnonzero((people["birth"] > start - _CHILDHOOD * YEAR) & (people["arrived"] < extract))
    person, birth = people["person"][young], people["birth"][young]
    liable = liability(draws, "in need", person, people["adversity"][young], people["conduct"][young])
    taken = people["cla_from"][young] < NEVER
    need = (liable > threshold(rate("ever child in need"))) | taken
    plan = liable > threshold(rate("ever on a protection plan"))
    count = 1 + (liable > threshold(0.06)) + (liable > threshold(0.02))
    parts: list[dict[str, NDArray[Any]]] = []
    for step in range(3):
        key = person * 4 + step
        age = _CHILDHOOD * draws.unit("in need/age", key) - 0.2
        begins = birth + (age * YEAR).astype(np.int64)
        # Every child looked after was first in need.
        begins = np.where(
            taken & (step == 0), people["cla_from"][young] - 20 - draws.whole("in need/before", key, 150), begins
        )
        lasts = 20 + (draws.exponential("in need/length", key) * 290).astype(np.int64)
        here = need & (step < count)
        parts.append(_episodes(0, person, birth, begins, lasts, here, draws, key))
        later = begins + 15 + draws.whole("plan/after", key, 60)
        on_plan = here & plan & (step == 0)
        parts.append(
            _episodes(1, person, birth, later, 120 + draws.whole("plan/length", key, 420), on_plan, draws, key)
        )
    length = people["cla_to"][young] - people["cla_from"][young]
    parts.append(_episodes(2, person, birth, people["cla_from"][young], length, taken, draws, person * 4))
    out = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    stops = np.minimum.reduce([people["death"], people["emigrated"]])[
        np.searchsorted(people["person"], out["person"])
    ]
    out["end"] = np.minimum(out["end"], stops)
    arrived = people["arrived"][np.searchsorted(people["person"], out["person"])]
    keep = (out["start"] <= extract) & (out["end"] >= np.maximum(out["start"], start)) & (out["start"] >= arrived)
    out = {name: values[keep] for name, values in out.items()}
    out["end"] = np.where(out["end"] > extract, NEVER, out["end"])
    order = np.lexsort((out["episode"], out["start"], out["person"]))
    return {name: values[order] for name, values in out.items()}


def _episodes(  # noqa: PLR0917 (a kernel names each column it needs)
    episode: int, person: Ints, birth: Ints, begins: Ints, lasts: Ints, here: Any, draws: Draws, key: Ints
) -> dict[str, NDArray[Any]]:
    at = np.flatnonzero(here)
    begin = begins[at]
    end = np.minimum(begin + lasts[at], birth[at] + int(_CHILDHOOD * YEAR))
    begin = np.maximum(np.minimum(begin, end), birth[at])
    none = np.full(len(at), -1, dtype=np.int8)
    ids = key[at]
    return {
        "person": person[at],
        "episode": np.full(len(at), episode, dtype=np.int8),
        "start": begin,
        "end": np.maximum(end, begin),
        "need": draws.pick("care/need", ids, _NEEDS).astype(np.int8),
        "abuse": draws.pick("care/abuse", ids, _ABUSE).astype(np.int8) if episode == 1 else none,
        "legal": draws.pick("care/legal", ids, _LEGAL).astype(np.int8) if episode == 2 else none,
        "placement": draws.pick("care/placement", ids, _PLACED).astype(np.int8) if episode == 2 else none,
    }
