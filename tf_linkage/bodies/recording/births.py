"""How a body writes down a date of birth and a gender.

Wrong and missing dates, wrong and missing gender.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.lived import Columns
from tf_linkage.bodies.recording.misspelling import wrong_dates
from tf_linkage.bodies.recording.record_quality import Quality
from tf_linkage.bodies.recording.recorded import Recorded, blank
from tf_linkage.contracts.bodies.identity import GENDERS
from tf_linkage.population.draws import Draws, Ints
from tf_linkage.population.rows import Table


def recorded_births(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws,
    body: str,
    everyone: Columns,
    rows: Ints,
    number: Ints,
    quality: Quality,
    latest: Ints,
    out: Recorded,
) -> pl.Series:
    """Dates of birth as recorded, none of them after `latest`."""
    birth = everyone["birth"][rows].astype(np.int64)
    wrong, missing = quality.hits("date of birth wrong"), quality.hits("date of birth missing")
    wrong &= ~missing
    at = np.flatnonzero(wrong)
    if at.size:
        kin = everyone["birth"][relative(draws, f"{body}/kin", everyone, rows[at], number[at])]
        birth[at], _ = wrong_dates(draws, f"{body}/birth", number[at], birth[at], kin, latest[at])
    out.errors.append(("date_of_birth", "date of birth wrong", wrong))
    out.errors.append(("date_of_birth", "date of birth missing", missing))
    return blank(pl.Series(birth.astype(np.int32)).cast(pl.Date), missing)


def recorded_genders(people: Table, quality: Quality, out: Recorded) -> pl.Series:
    """Genders as recorded."""
    wrong, missing = quality.hits("gender wrong"), quality.hits("gender missing")
    wrong &= ~missing
    out.errors.append(("gender", "gender wrong", wrong))
    out.errors.append(("gender", "gender missing", missing))
    coded = pl.Series(np.where(wrong, 1 - people["gender"], people["gender"]).astype(np.uint32))
    return blank(pl.Series(GENDERS, dtype=pl.Enum(GENDERS)).gather(coded), missing)


def relative(draws: Draws, name: str, everyone: Columns, rows: Ints, ids: Ints) -> Ints:
    """Another member of each person's family (position in `everyone`), the person if there is none."""
    family = everyone["family"]
    first = np.searchsorted(family, family[rows], side="left")
    count = np.searchsorted(family, family[rows], side="right") - first
    step = 1 + draws.whole(name, ids, np.maximum(count - 1, 1))
    return np.asarray(np.where(count > 1, first + (rows - first + step) % count, rows))
