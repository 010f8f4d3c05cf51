"""Which National Insurance number a body holds.

Numbers not known, wrong, a relative's, second and temporary ones.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.lived import Columns
from tf_linkage.bodies.recording.births import relative
from tf_linkage.bodies.recording.error_rates import LEGACY_NUMBERS, NINO_NOT_KNOWN_YOUNG
from tf_linkage.bodies.recording.error_rates import error_rate as rate_of
from tf_linkage.bodies.recording.keys import NINOS, SPARE_NINOS, nino_number, nino_text, temporary_nino
from tf_linkage.bodies.recording.record_quality import Quality
from tf_linkage.bodies.recording.recorded import Recorded, blank
from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.people.households import YEAR

NINO_FROM = 15.75
"""Age at which a National Insurance number is issued."""

_TEMPORARY_UNTIL = 11_323
"""1 January 2001: accounts opened earlier can still show a temporary number."""


def recorded_ninos(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    body: str,
    everyone: Columns,
    rows: Ints,
    number: Ints,
    quality: Quality,
    extract: Ints,
    out: Recorded,
    copy: Ints,
) -> pl.Series:
    """Numbers as recorded, none before the age of issue or where the body has none."""
    if body == "dfe":
        return pl.Series([None] * len(rows), dtype=pl.String)
    person = everyone["person"][rows]
    age = (extract - everyone["birth"][rows]) / YEAR
    issued = age >= NINO_FROM
    true = nino_number(draws, person)
    held = true.copy()
    wrong, shared = issued & quality.hits("nino wrong"), issued & quality.hits("nino of another")
    place = 10 ** draws.whole(f"{body}/nino digit", number, 6)
    digit = true // place % 10
    held = np.where(
        wrong, true + ((digit + 1 + draws.whole(f"{body}/nino shift", number, 8)) % 10 - digit) * place, held
    )
    at = np.flatnonzero(shared)
    if at.size:
        held[at] = nino_number(
            draws, everyone["person"][relative(draws, f"{body}/nino kin", everyone, rows[at], number[at])]
        )
    shared &= held != true
    temporary = np.zeros(len(rows), dtype=bool)
    if body == "dwp":
        second = issued & (copy > 0)
        held = np.where(second, nino_number(draws, SPARE_NINOS + person % (NINOS - SPARE_NINOS)), held)
        out.errors.append(("nino", "second nino", second))
        opened = everyone["birth"][rows] + NINO_FROM * YEAR
        opened = np.maximum(opened, np.where(everyone["abroad"][rows], everyone["arrived"][rows], opened))
        temporary = (opened < _TEMPORARY_UNTIL) & ~second
        temporary &= draws.below("dwp/temporary nino", person, LEGACY_NUMBERS[0] * quality.multiplier)
        out.errors.append(("nino", "temporary nino", temporary))
    base = np.where(age < 18, NINO_NOT_KNOWN_YOUNG, rate_of("nino not known", body)) if body == "council" else None
    unknown = issued & quality.apart("nino not known", base=base)
    out.errors.append(("nino", "nino wrong", wrong & ~unknown & ~shared))
    out.errors.append(("nino", "nino of another", shared & ~unknown))
    out.errors.append(("nino", "nino not known", unknown))
    numbers = nino_text(held)
    at = np.flatnonzero(temporary)
    if at.size:
        numbers = numbers.scatter(at, temporary_nino(everyone["birth"][rows[at]], everyone["gender"][rows[at]]))
    return blank(numbers, unknown | ~issued)
