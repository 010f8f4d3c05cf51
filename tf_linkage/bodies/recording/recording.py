"""How a body writes down who somebody is.

From the true person to the recorded identity, with a list of what went wrong: the order of the parts
`names.py`, `births.py`, `addresses.py`, `ninos.py`.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.lived import Columns
from tf_linkage.bodies.recording.addresses import recorded_addresses
from tf_linkage.bodies.recording.births import recorded_births, recorded_genders
from tf_linkage.bodies.recording.error_rates import INHERITED, PERSISTENT
from tf_linkage.bodies.recording.keys import record_number
from tf_linkage.bodies.recording.names import recorded_names
from tf_linkage.bodies.recording.ninos import recorded_ninos
from tf_linkage.bodies.recording.record_quality import Quality
from tf_linkage.bodies.recording.recorded import Occasion, Recorded
from tf_linkage.population.draws import Draws, Flags, Ints
from tf_linkage.population.people.households import YEAR
from tf_linkage.population.rows import Chosen
from tf_linkage.population.settings import Settings, day


def record(
    settings: Settings,
    draws: Draws,
    body: str,
    everyone: Columns,
    rows: Ints,
    *,
    copy: Ints,
    occasion: Occasion | None = None,
    latest_birth: Ints | None = None,
    in_prison: Flags | None = None,
) -> Recorded:
    """What a body holds on some people.

    Args:
        settings: the world.
        draws: its draws.
        body: who records.
        everyone: columns of the whole population (or chunk), families together.
        rows: whom the records describe (positions in `everyone`).
        copy: 0 for a person's first record, 1 and up for repeat records.
        occasion: when the body last learned name and address; the extract if None.
        latest_birth: latest date of birth a record can hold; the extract if None.
        in_prison: records that show a prison's address; none if None.
    """
    people = Chosen(everyone, rows)
    extract = np.full(len(rows), day(settings.extract))
    # A repeat record mostly repeats the first one's errors.
    fresh = draws.unit(f"{body}/persists", record_number(people["person"], copy)) >= PERSISTENT[0]
    number = record_number(people["person"], np.where(fresh, copy, 0))
    quality = Quality(settings, draws, body, people, number)
    occasion = occasion or Occasion(extract, extract)
    out = Recorded(pl.DataFrame())
    forename, surname = recorded_names(draws, body, people, number, quality, occasion, extract, out)
    birth = recorded_births(
        draws, body, everyone, rows, number, quality, extract if latest_birth is None else latest_birth, out
    )
    gender = recorded_genders(people, quality, out)
    inside = np.zeros(len(rows), dtype=bool) if in_prison is None else in_prison
    address, postcode = recorded_addresses(
        settings, draws, body, everyone, people, number, quality, occasion, extract, inside, out
    )
    nino = recorded_ninos(draws, body, everyone, rows, number, quality, extract, out, copy)
    out.identity = pl.DataFrame(
        {
            "forename": forename,
            "surname": surname,
            "date_of_birth": birth,
            "gender": gender,
            "address": address,
            "postcode": postcode,
            "nino": nino,
        }
    )
    out.tally = quality.tally
    return _inherited(settings, draws, everyone, rows, out) if body == "council" else out


def _inherited(settings: Settings, draws: Draws, everyone: Columns, rows: Ints, out: Recorded) -> Recorded:
    """Some children's names and birthdays are copied from the school, errors included (A)."""
    person, birth = everyone["person"][rows], everyone["birth"][rows]
    child = birth > day(settings.extract) - 18 * YEAR
    copied = child & (birth < day(settings.extract) - 5 * YEAR)
    copied &= draws.below("council/copies the school", person, INHERITED[0] * min(settings.multiplier, 2.0))
    at = np.flatnonzero(copied)
    if not at.size:
        return out
    school = record(settings, draws, "dfe", everyone, rows[at], copy=np.zeros(len(at), dtype=np.int64))
    columns = ("forename", "surname", "date_of_birth")
    for column in columns:
        out.identity = out.identity.with_columns(out.identity[column].scatter(at, school.identity[column]))
    own = [(column, kind, hit & ~copied if column in columns else hit) for column, kind, hit in out.errors]
    theirs = []
    for column, kind, hit in school.errors:
        if column in columns:
            whole = np.zeros(len(rows), dtype=bool)
            whole[at] = hit
            theirs.append((column, f"{kind}, copied from school", whole))
    out.errors = own + theirs
    return out
