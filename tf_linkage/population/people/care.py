"""Children's social care: in need, on a protection plan, looked after.

Who is known to social care and when.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.councils import cut
from tf_linkage.population.draws import Draws, Floats, Ints, odds
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.people.households import NEVER, YEAR
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings, day

EPISODES: Final = ("CIN", "CPP", "CLA")
_CHILDHOOD = 18.0
MOST_REFERRALS: Final = 7
_NEEDS = odds([0.02, 0.5, 0.1, 0.03, 0.08, 0.17, 0.05, 0.01, 0.03, 0.01])
"""Primary need N0-N9; abuse or neglect is about half (children in need census, recalled)."""

_LEGAL = odds([0.28, 0.38, 0.0, 0.03, 0.28, 0.0, 0.0, 0.01, 0.01, 0.0, 0.005, 0.005, 0.0])
_PLACED = odds([0.58, 0.16, 0.12, 0.01, 0.08, 0.05])
_ABUSE = odds([0.45, 0.09, 0.05, 0.36, 0.05])


def looked_after(  # noqa: PLR0917 (a kernel names each column it needs)
    settings: Settings, draws: Draws, person: Ints, birth: Ints, adversity: Floats, conduct: Floats, slot: Ints
) -> dict[str, NDArray[Any]]:
    """First and last day of a period in care, NEVER for most people."""
    liable = liability(draws, "looked after", person, adversity, conduct)
    ever = liable > cut("looked after", rate("ever looked after"), slot)
    age = 17.2 * draws.unit("looked after/age", person) ** 0.9
    begins = birth + (age * YEAR).astype(np.int64)
    # Many leave within weeks, some stay for most of a childhood.
    lasts = np.exp(5.75 + 1.35 * draws.normal("looked after/length", person)).astype(np.int64) + 5
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
    slot = people["slot"][young]
    need = (liable > cut("in need", rate("ever child in need"), slot)) | taken
    plan = liable > cut("plan", rate("ever on a protection plan"), slot)
    parts: list[dict[str, NDArray[Any]]] = []
    age = _CHILDHOOD * draws.unit("in need/age", person) - 0.2
    begins = birth + (age * YEAR).astype(np.int64)
    # Every child looked after was first in need.
    begins = np.where(taken, people["cla_from"][young] - 20 - draws.whole("in need/before", person, 150), begins)
    on = need
    for step in range(MOST_REFERRALS):
        key = person * 8 + step
        z = draws.normal("in need/length", key)
        lasts = 6 + np.minimum(np.exp(np.log(125) + 1.44 * z), 6_000).astype(np.int64)
        later = 15 + draws.whole("plan/after", key, 60)
        planned = np.exp(np.log(265) + 0.65 * draws.normal("plan/length", key)).astype(np.int64)
        again = draws.below("plan/again", key, rate("second plan"))
        on_plan = on & plan & ((step == 0) | again) & (begins >= people["arrived"][young])
        on_plan &= (begins + later < birth + int(_CHILDHOOD * YEAR) - 10) & (begins >= birth)
        lasts = np.where(on_plan, np.maximum(lasts, later + planned + 20), lasts)
        parts.append(_episodes(0, person, birth, begins, lasts, on, draws, key))
        parts.append(_episodes(1, person, birth, begins + later, planned, on_plan, draws, key))
        soon = draws.below("in need/soon", key, rate("referred again within a year"))
        gap = np.where(
            soon,
            20 + 340 * draws.unit("in need/gap", key),
            (1 + 3 * draws.exponential("in need/years", key)) * YEAR,
        )
        begins = begins + lasts + gap.astype(np.int64)
        likely = np.interp(liable, [threshold(0.22), threshold(0.01)], [0.50, 0.93])
        on = on & draws.below("in need/again", key, likely) & (begins < birth + int(_CHILDHOOD * YEAR))
        on &= begins < extract
    length = people["cla_to"][young] - people["cla_from"][young]
    parts.append(_episodes(2, person, birth, people["cla_from"][young], length, taken, draws, person * 8 + 7))
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
