"""Lives whose rates move apart, with need as time goes by or with the council: two kinds of confounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.confounding import DRIFT_A_YEAR, MODERATE, OTHERS_NEED, UPTAKE, by_authority, need
from tf_linkage.population.draws import Draws
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS, OUT_OF_WORK
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.settings import Settings, day


def confounded(
    settings: Settings, draws: Draws, people: dict[str, NDArray[Any]], lives: dict[str, dict[str, NDArray[Any]]]
) -> dict[str, dict[str, NDArray[Any]]]:
    """The lives of a world with drift, or in which the councils' uptake goes with their need; others unchanged.

    Events are only ever left out: under drift the early ones of the needy and the late ones of the rest, so that
    the rates of the two move apart; under uptake those of councils in less need.
    """
    drift, uptake = settings.strength_of("drift"), settings.strength_of("uptake")
    if not drift and not uptake:
        return lives
    slope = DRIFT_A_YEAR * drift / MODERATE * need(people["adversity"])
    council = -OTHERS_NEED * abs(uptake) * (1 - np.sign(uptake) * by_authority(UPTAKE, 0.0))[people["slot"]]
    first, last = day(settings.history_from), day(settings.extract)
    out = dict(lives)
    for table in ("offences", "exclusions", "care", "work"):
        events = lives[table]
        movable = np.ones(len(events["person"]), dtype=bool)
        if table == "care":
            # A period in care stands with the person too.
            movable = events["episode"] < 2
            # Nor does a child on a plan cease to be in need.
            on_plan = np.isin(events["person"], events["person"][events["episode"] == 1])
            movable &= (events["episode"] == 1) | ~on_plan
        if table == "work":
            movable = np.isin(events["kind"], [BENEFITS.index(name) for name in OUT_OF_WORK])
        who = np.searchsorted(people["person"], events["person"])
        years = np.clip((events["start"] - first) / YEAR, 0, (last - first) / YEAR)
        grows = slope[who]
        log_rate = np.where(grows > 0, grows * (years - (last - first) / YEAR), grows * years) + council[who]
        key = events["person"] * 65_536 + events["start"] % 65_536
        keep = ~movable | draws.below(f"confounding/{table}", key, np.exp(log_rate))
        out[table] = {name: values[keep] for name, values in events.items()}
    return out
