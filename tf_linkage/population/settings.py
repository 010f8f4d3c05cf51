"""What distinguishes one simulated world from another: plain values, checked.

The choices and their bounds.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Final, Literal, get_args

from tf_linkage.errors import StudyRefused
from tf_linkage.population.places.places import HOME_AUTHORITIES

NoisePreset = Literal["clean", "realistic", "hard"]
Confounding = Literal["none", "severity", "crisis", "reporting", "uptake", "joiners", "drift", "all"]

CONFOUNDED_BY: Final[dict[str, tuple[str, ...]]] = {
    "none": (),
    "severity": ("severity",),
    "crisis": ("crisis",),
    "reporting": ("reporting",),
    "uptake": ("uptake",),
    "joiners": ("joiners",),
    "drift": ("severity", "drift"),
    "all": ("severity", "crisis", "reporting", "uptake", "joiners"),
}
"""What each choice of confounding switches on. Drift is no part of `all`: under it every method fails."""

PRESET_MULTIPLIER: Final[dict[str, float]] = {"clean": 0.0, "realistic": 1.0, "hard": 2.0}
"""Every error rate times this. Zero gives exact copies; two is the upper end of a sensitivity grid
of x.5, x1 and x2 (A)."""

PRESET_CORRELATION: Final[dict[str, float]] = {"clean": 0.4, "realistic": 0.4, "hard": 0.5}
"""Share of the quality score's variance that a record's person, family and recording unit explain (A)."""

MOST_PEOPLE_PER_COUNCIL = 13_000_000
LEAST_PEOPLE_PER_FAMILY = 20


_IN_ORDER: Final = ("history_from", "identified_from", "identified_to", "extract")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One simulated world.

    Attributes:
        seed: every draw follows from it.
        families: families in the study, over all councils.
        population: people in the population around them; met to within one in a hundred.
        councils: GSS codes of the councils that take part; each holds an equal share of the population.
        noise: how much goes wrong in records; `clean` gives exact copies.
        noise_multiplier: multiplies every error rate of the preset.
        noise_correlation: share of the quality score common to a record's cells, 0 to .9; the preset's if None.
        moves_together: share of a household's moves that each further member makes with its head, 0 to 1. Who does
            not come along moves the same day to an address of their own in the same authority, until the household
            moves again. 1, the default, keeps households whole: those who live apart have left them for good.
            Lowering it changes no day, no destination, and nobody who was already apart.
        confounding: why programme and waiting families differ beyond what the registers hold
            (`population/confounding.py`); `none` leaves assignment to the number of problems and chance.
        confounding_strength: how strongly, in probit units per standard deviation of need, -1 to 1; 0 is `none`.
            Negative is creaming: the hopeful are served first.
        history_from: first day of the histories.
        identified_from: first day on which a council can find a family.
        identified_to: last such day.
        extract: day on which every body draws its extract.
    """

    seed: int
    families: int
    population: int
    councils: tuple[str, ...]
    noise: NoisePreset = "realistic"
    noise_multiplier: float = 1.0
    noise_correlation: float | None = None
    moves_together: float = 1.0
    confounding: Confounding = "all"
    confounding_strength: float = 0.4
    history_from: dt.date = dt.date(2012, 4, 1)
    identified_from: dt.date = dt.date(2015, 4, 1)
    identified_to: dt.date = dt.date(2018, 3, 31)
    extract: dt.date = dt.date(2020, 3, 31)

    def __post_init__(self) -> None:
        """Refuse nonsense in plain words."""
        if self.seed < 0:
            raise StudyRefused(f"seed must be 0 or more, not {self.seed}")
        self._check_councils()
        self._check_sizes()
        self._check_noise()
        if not 0 <= self.moves_together <= 1:
            raise StudyRefused(f"moves_together must lie between 0 and 1, not {self.moves_together}")
        if self.confounding not in get_args(Confounding):
            raise StudyRefused(
                f"confounding must be one of {', '.join(get_args(Confounding))}, not {self.confounding}"
            )
        if not -1 <= self.confounding_strength <= 1:
            raise StudyRefused(f"confounding_strength must lie between -1 and 1, not {self.confounding_strength}")
        days = [(name, getattr(self, name)) for name in _IN_ORDER]
        for (earlier, first), (later, second) in itertools.pairwise(days):
            if first > second:
                raise StudyRefused(f"{earlier} ({first}) must not be after {later} ({second})")

    def _check_councils(self) -> None:
        if not self.councils:
            raise StudyRefused("name at least one council")
        if len(set(self.councils)) != len(self.councils):
            raise StudyRefused("a council is named twice; name each once")
        for council in self.councils:
            if council not in HOME_AUTHORITIES:
                raise StudyRefused(f"unknown council {council}; known are {', '.join(HOME_AUTHORITIES)}")

    def _check_sizes(self) -> None:
        if self.families < len(self.councils):
            raise StudyRefused(f"{self.families} families cannot be spread over {len(self.councils)} councils")
        if self.population < self.families * LEAST_PEOPLE_PER_FAMILY:
            raise StudyRefused(
                f"a population of {self.population:,} is too small for {self.families:,} families; "
                f"allow at least {LEAST_PEOPLE_PER_FAMILY} people for each family"
            )
        if self.population > MOST_PEOPLE_PER_COUNCIL * len(self.councils):
            raise StudyRefused(f"no more than {MOST_PEOPLE_PER_COUNCIL:,} people for each council")

    def _check_noise(self) -> None:
        if self.noise not in get_args(NoisePreset):
            raise StudyRefused(f"noise must be one of {', '.join(get_args(NoisePreset))}, not {self.noise}")
        if not 0 <= self.noise_multiplier <= 10:
            raise StudyRefused(f"noise_multiplier must lie between 0 and 10, not {self.noise_multiplier}")
        if self.noise_correlation is not None and not 0 <= self.noise_correlation <= 0.9:
            raise StudyRefused(f"noise_correlation must lie between 0 and .9, not {self.noise_correlation}")

    @property
    def multiplier(self) -> float:
        """What every error rate is multiplied by."""
        return PRESET_MULTIPLIER[self.noise] * self.noise_multiplier

    @property
    def correlation(self) -> float:
        """Share of the quality score that a record's cells have in common."""
        return PRESET_CORRELATION[self.noise] if self.noise_correlation is None else self.noise_correlation

    def strength_of(self, kind: str) -> float:
        """Strength of one kind of confounding, 0 where this world does not have it."""
        return self.confounding_strength if kind in CONFOUNDED_BY[self.confounding] else 0.0


def day(date: dt.date) -> int:
    """Days since 1 January 1970, the unit of every date inside the population."""
    return (date - dt.date(1970, 1, 1)).days
