"""Offences, from age ten.

Who offends, when, with what outcome.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.population.draws import Draws, odds
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings, day

RECORDS_FROM: Final = 10_957
"""1 January 2000: the police extract of the MoJ-DfE share begins there."""

DISPOSALS: Final = ("CUSTODY", "SUSPENDED", "COMMUNITY", "REFERRAL", "FINE", "DISCHARGE", "CAUTION", "NONE")
ADJUDICATIONS: Final = ("G", "J", "N", "C")
_CASES = 12
_GROUPS = odds([0.14, 0.015, 0.02, 0.22, 0.03, 0.10, 0.04, 0.07, 0.05, 0.025, 0.22, 0.07])
"""Offence groups 01-12 (assumption after sentencing statistics)."""

_ADULT = odds([0.0, 0.10, 0.22, 0.0, 0.42, 0.10, 0.16])
_JUVENILE = odds([0.0, 0.01, 0.22, 0.35, 0.03, 0.09, 0.30])
"""Disposals other than custody, in the order of DISPOSALS (assumption)."""


def draw_offences(settings: Settings, draws: Draws, people: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Cases since 2000.

    Returns person, case (its number within the person), start, disposed, group, second_group (-1 none),
    adjudication, disposal, days (of a sentence, -1 none), unknown_start.
    """
    extract = day(settings.extract)
    old_enough = np.flatnonzero(
        (people["birth"] < extract - 10 * YEAR)
        & (people["birth"] > extract - 75 * YEAR)
        & (people["arrived"] < extract)
    )
    person, gender = people["person"][old_enough], people["gender"][old_enough]
    liable = liability(draws, "offending", person, people["adversity"][old_enough], people["conduct"][old_enough])
    any_at = np.where(
        gender == 0, threshold(rate("any offence by age 30, men")), threshold(rate("any offence by age 30, women"))
    )
    jail_at = np.where(
        gender == 0, threshold(rate("custody by age 24, men")), threshold(rate("custody by age 24, women"))
    )
    offends = np.flatnonzero(liable > any_at)
    at, person, liable = old_enough[offends], person[offends], liable[offends]
    excess, jailed = liable - any_at[offends], liable > jail_at[offends]
    birth = people["birth"][at]
    onset = 10.3 + 15.5 * draws.unit("offence/onset", person) ** (0.75 + 0.7 * np.clip(excess, 0, 1.5))
    # One in four begins as an adult.
    late = ~jailed & draws.below("offence/late", person, rate("offender begins as an adult"))
    onset = np.where(late, 18 + 9 * draws.exponential("offence/late onset", person), onset)
    onset = np.where(jailed, np.minimum(onset, 20), onset)
    mean = 0.9 + 2.4 * excess
    count = np.minimum(
        1 + (draws.exponential("offence/count", person) * mean).astype(np.int64) + 4 * jailed, _CASES
    )
    keys = person[:, None] * 16 + np.arange(_CASES)
    gaps = draws.exponential("offence/gap", keys.ravel()).reshape(-1, _CASES) * np.where(jailed, 2.0, 3.6)[:, None]
    gaps[:, 0] = 0
    start = birth[:, None] + ((onset[:, None] + np.cumsum(gaps, axis=1)) * YEAR).astype(np.int64)
    disposed = start + 20 + draws.whole("offence/disposed after", keys.ravel(), 220).reshape(-1, _CASES)
    until = np.minimum(np.minimum(people["death"][at], people["emigrated"][at]), extract)
    arrived = np.maximum(people["arrived"][at], RECORDS_FROM)
    here = (np.arange(_CASES) < count[:, None]) & (disposed <= until[:, None]) & (start >= arrived[:, None])
    who, which = np.nonzero(here)
    key = keys[who, which]
    age = (start[who, which] - birth[who]) / YEAR
    juvenile = age < 18
    disposal = np.where(
        juvenile, draws.pick("offence/disposal young", key, _JUVENILE), draws.pick("offence/disposal", key, _ADULT)
    )
    adjudication = np.where(
        disposal == DISPOSALS.index("CAUTION"),
        3,
        np.where(draws.below("offence/j", key, rate("case adjudicated J")), 1, 0),
    )
    acquitted = draws.below("offence/acquitted", key, rate("case ends in acquittal")) & (adjudication != 3)
    adjudication = np.where(acquitted, 2, adjudication)
    disposal = np.where(acquitted, DISPOSALS.index("NONE"), disposal)
    custody = jailed[who] & ~acquitted & (adjudication != 3) & (age >= 12)
    custody &= draws.below(
        "offence/custody",
        key,
        np.where(
            juvenile,
            rate("custody in a case, young with a grave record"),
            rate("custody in a case, adults with a grave record"),
        ),
    )
    # Adults without a long record are sent to prison now and then.
    seldom = ~juvenile & ~acquitted & (adjudication != 3)
    seldom &= draws.below(
        "offence/seldom custody",
        key,
        np.where(
            gender[offends][who] == 0, rate("custody in a case, other men"), rate("custody in a case, other women")
        ),
    )
    disposal = np.where(custody | seldom, 0, disposal)
    months = np.exp(4.9 + 0.9 * draws.normal("offence/days", key))
    timed = np.isin(disposal, [0, 1, 2])
    return {
        "person": person[who],
        "case": which.astype(np.int8),
        "start": start[who, which],
        "disposed": disposed[who, which],
        "group": draws.pick("offence/group", key, _GROUPS).astype(np.int8),
        "second_group": np.where(
            draws.below("offence/second", key, rate("second offence in a case")),
            draws.pick("offence/second group", key, _GROUPS),
            -1,
        ).astype(np.int8),
        "adjudication": adjudication.astype(np.int8),
        "disposal": disposal.astype(np.int8),
        "days": np.where(timed, np.minimum(months, 6000), -1).astype(np.int64),
        "unknown_start": draws.below("offence/start unknown", key, rate("start of an offence unknown")),
    }
