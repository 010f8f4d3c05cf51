"""Problems that only a council sees: domestic abuse, ill health, debt, anti-social behaviour.

Who has them and when.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings, day

PROBLEMS: Final = ("DA", "MH", "PH", "DEBT", "ASB")


def draw_problems(settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Problems by person: person, problem (position in PROBLEMS), start, end."""
    start, extract = day(settings.history_from), day(settings.extract)
    person, birth, adversity, conduct = (people[name] for name in ("person", "birth", "adversity", "conduct"))
    age = (extract - birth) / YEAR
    alive = people["death"] > day(settings.identified_from)
    adult = (age >= 18) & alive & (age < 75)
    couple = np.isin(people["place"], [0, 1]) & np.isin(people["kind"], [3, 4, 2])
    # Abuse belongs to the family: everyone in it shares the score.
    abuse = liability(draws, "domestic abuse", people["family"], adversity, np.zeros(len(person)))
    health = liability(draws, "health", person, adversity, conduct)
    debt = liability(draws, "debt", person, adversity, conduct)
    rough = liability(draws, "anti-social", person, adversity, conduct)
    hits = (
        couple & (abuse > threshold(rate("domestic abuse in a family"))),
        alive & (age >= 11) & (health > threshold(rate("mental ill health, adults"))),
        alive
        & (-0.3 * health + 0.95 * draws.normal("health/physical", person) > threshold(rate("physical ill health"))),
        adult & np.isin(people["place"], [0, 1]) & (debt > threshold(rate("problem debt"))),
        alive & (age >= 13) & (age < 60) & (rough > threshold(rate("anti-social behaviour"))),
    )
    parts = []
    for problem, hit in enumerate(hits):
        at = np.flatnonzero(hit)
        key = person[at] * 8 + problem
        parts.append(_spell(draws, person[at], key, problem, start, extract))
    out = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((out["problem"], out["person"]))
    return {name: values[order] for name, values in out.items()}


def _spell(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws, person: Ints, key: Ints, problem: int, start: int, extract: int
) -> dict[str, NDArray[Any]]:
    """One period each: it begins somewhere in the window and lasts about three years."""
    begins = start - 700 + draws.whole("hardship/start", key, extract - start)
    return {
        "person": person,
        "problem": np.full(len(person), problem, dtype=np.int8),
        "start": begins,
        "end": begins + 200 + (draws.exponential("hardship/length", key) * 1100).astype(np.int64),
    }
