"""The latent quality of a record: who is prone to errors, all of them together.

One score per record and cell, of a person, a family, a recording unit and noise, and the odds that a person's group
puts on it.

An error of rate p happens where the score's share of the normal lies below p. Since the score does not depend on p,
raising a rate keeps the cells already hit. Structure and shares are assumptions (`error_rates.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tf_linkage.bodies.recording.error_rates import (
    BODIES,
    ERROR_RATES,
    GROUP_ODDS,
    NOISE_BY_COUNCIL,
    QUALITY_SHARES,
    TRANSLITERATED,
    error_rate,
)
from tf_linkage.population.draws import Draws, Flags, Floats, normal_share
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.people.persons import COMMUNITIES
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.rows import Table
from tf_linkage.population.settings import Settings, day

_NAMES = [origin.name for origin in ORIGINS]
_FOREIGN_SCRIPT = np.array([name in TRANSLITERATED for name in _NAMES])
_MINORITY = np.array([origin.community != "white british" for origin in ORIGINS]) & ~_FOREIGN_SCRIPT


_COUNCILS_NOISE = np.array([NOISE_BY_COUNCIL.get(place.code, 1.0) for place in AUTHORITIES])


class Quality:
    """The quality of a body's records of some people.

    Args:
        settings: the world.
        draws: its draws.
        body: who records.
        people: columns of the people recorded, one entry for each record.
        record: a number for each record; the same number meets the same errors.
    """

    def __init__(self, settings: Settings, draws: Draws, body: str, people: Table, record: NDArray[Any]) -> None:
        self._draws, self._body, self._record = draws, body, record
        self._multiplier = self.multiplier = settings.multiplier
        scale = settings.correlation / sum(QUALITY_SHARES.values())
        shares = {name: share * scale for name, share in QUALITY_SHARES.items()}
        known = body in BODIES
        unit = people["locality"] * len(BODIES) + BODIES.index(body) if known else people["locality"]
        self._common = (
            np.sqrt(shares["person"]) * draws.normal("quality/person", people["person"])
            + np.sqrt(shares["family"]) * draws.normal("quality/family", people["family"])
            + np.sqrt(shares["unit"]) * draws.normal("quality/unit" if known else f"quality/unit/{body}", unit)
        )
        self._noise = np.sqrt(1 - settings.correlation)
        self._odds = _odds(settings, people)
        if body == "council":
            by_council = _COUNCILS_NOISE[people["slot"]]
            self._odds = {cells: odds * by_council for cells, odds in self._odds.items()}
        self._community = people["community"]
        self.tally: dict[str, tuple[NDArray[np.int64], Floats, NDArray[np.int64]]] = {}

    def share(self, cell: str) -> Floats:
        """The score of a cell of each record as a share of the normal: uniform, low where quality is poor."""
        return normal_share(self._common + self._noise * self._draws.normal(f"{self._body}/{cell}", self._record))

    def expected(
        self, kind: str, *, base: float | NDArray[Any] | None = None, odds: NDArray[Any] | float = 1.0
    ) -> Floats:
        """The chance of a kind of error in each record."""
        base = error_rate(kind, self._body) if base is None else base
        wanted = np.minimum(np.asarray(base) * self._multiplier, 0.95)
        lifted = wanted / (1 - wanted) * self._odds[ERROR_RATES[kind][0]] * odds
        return np.asarray(np.broadcast_to(lifted / (1 + lifted), self._record.shape))

    def hits(
        self, kind: str, *, base: float | NDArray[Any] | None = None, odds: NDArray[Any] | float = 1.0
    ) -> Flags:
        """The records in which a kind of error happens; the tally keeps requested and realised by community."""
        if self._multiplier == 0:
            return np.zeros(len(self._record), dtype=bool)
        return self._count(kind, self.share(kind), self.expected(kind, base=base, odds=odds))

    def _count(self, kind: str, score: Floats, wanted: Floats) -> Flags:
        hit = np.asarray(score < wanted)
        most = len(COMMUNITIES)
        self.tally[kind] = (
            np.bincount(self._community, minlength=most).astype(np.int64),
            np.bincount(self._community, weights=wanted, minlength=most).astype(np.float64),
            np.bincount(self._community[hit], minlength=most).astype(np.int64),
        )
        return hit

    def apart(self, kind: str, *, base: float | NDArray[Any] | None = None) -> Flags:
        """The same for what is no matter of quality: whether a body asked for it at all."""
        if self._multiplier == 0:
            return np.zeros(len(self._record), dtype=bool)
        return self._count(
            kind, self._draws.unit(f"{self._body}/{kind}", self._record), self.expected(kind, base=base)
        )

    def lag(self, cell: str, years: float) -> NDArray[np.int64]:
        """Days by which each record's knowledge of a cell lags: exponential, longer where quality is poor."""
        odds = self._odds["address" if cell == "address" else "name"]
        wait = -np.log(np.maximum(self.share(f"lag/{cell}"), 1e-5)) * np.sqrt(odds)
        return (wait * years * self._multiplier * YEAR).astype(np.int64)


def _odds(settings: Settings, people: Table) -> dict[str, Floats]:
    extract = day(settings.extract)
    age = (extract - people["birth"]) / YEAR
    groups = {
        "transliterated name": _FOREIGN_SCRIPT[people["origin"]],
        "other minority": _MINORITY[people["origin"]],
        "most deprived fifth": people["deprivation"] == 1,
        "moved within a year": people["moved_at_extract"] > extract - YEAR,
        "man of 18 to 29": (people["gender"] == 0) & (age >= 18) & (age < 30),
        "looked after": people["ever_looked_after"],
        "infant": age < 1,
        "hostel or no fixed abode": people["no_fixed_abode"]
        | (people["hostel_from"] <= extract) & (people["hostel_to"] > extract),
    }
    out = {cells: np.ones(len(age)) for cells in ("name", "birth", "address", "nino")}
    for group, (odds, _) in GROUP_ODDS.items():
        for cells, ratio in odds.items():
            out[cells] *= np.where(groups[group], ratio, 1.0)
    return {cells: values / _TYPICAL[cells] for cells, values in out.items()}


_TYPICAL = {"name": 1.25, "birth": 1.12, "address": 1.35, "nino": 1.12}
"""Mean odds of the groups above in the population of five councils, so that a table's rate is what is met overall
(measured; calibration shows requested next to realised)."""
