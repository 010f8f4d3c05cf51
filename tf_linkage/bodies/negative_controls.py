"""Outcomes that the programme cannot move and need does: what an estimate of them shows is bias.

What each is, and how often it happens in each family. They stand in `truth/effects` with a ratio of 1, and an
analyst can make each of them from the returns. Ill health is none of them: the programme aims at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tf_linkage.bodies.lived import Columns, position
from tf_linkage.population.draws import Floats, Ints
from tf_linkage.population.people.households import YEAR

NEGATIVE_CONTROLS: Final[dict[str, str]] = {
    "sentenced later for what adults did before": "moj offences: sentenced after the start, done before, 18 up",
    "sentenced later for what children did before": "moj offences: sentenced after the start, done before, 10-17",
    "key stage 1 below expected, reading": "dfe key_stages: KS1 READING sat within 92 days after the start",
    "key stage 1 below expected, maths": "dfe key_stages: KS1 MATHS sat within 92 days after the start",
    "key stage 2 below expected, reading": "dfe key_stages: KS2 READING sat within 92 days after the start",
    "key stage 2 below expected, maths": "dfe key_stages: KS2 MATHS sat within 92 days after the start",
    "key stage 4 threshold missed": "dfe key_stages: KS4 LEVEL2_EM sat within 92 days after the start",
    "free meals in the school year of the start": "dfe enrolments: fsm_eligible in the year that had begun",
    "special needs in the school year of the start": "dfe enrolments: sen_provision K, E in the year begun",
    "carer's claims begun before, lasting after": "dwp benefits: ICA begun before the start, open a month after",
}
"""By name: where an analyst finds it. What happened before the start, was sat too soon after it, or was decided for
the school year that had begun."""

SAT_WITHIN: Final = 92
_TESTS: Final = {(0, 0): 2, (0, 2): 3, (1, 0): 4, (1, 2): 5, (2, 3): 6}
"""Key stage and measure, as in the table of results: place among the controls."""

_BELOW_EXPECTED: Final = 0.30
_ICA: Final = 11


def negative_controls(
    people: Columns, family: Ints, start: Ints, lives: Mapping[str, Columns]
) -> tuple[Floats, NDArray[np.int64]]:
    """How often each control happens in each family, and to how many it could.

    Args:
        people: everyone.
        family: families, in the order of their numbers.
        start: day from which each counts: the start of the programme, or the day it was found.
        lives: offences, results, school_years and work.

    Returns:
        Two arrays, families x controls, in the order of NEGATIVE_CONTROLS.
    """
    size = (len(family), len(NEGATIVE_CONTROLS))
    hits, possible = np.zeros(size), np.zeros(size, dtype=np.int64)
    of_person = np.searchsorted(family, people["family"]).clip(0, max(len(family) - 1, 0))
    of_person = np.where(family[of_person] == people["family"], of_person, -1)

    def rows(table: str) -> tuple[Columns, Ints, Ints, Ints]:
        events = lives[table]
        who = position(people, events["person"])
        mine = np.flatnonzero(of_person[who] >= 0)
        at = of_person[who[mine]]
        return {name: values[mine] for name, values in events.items()}, who[mine], at, start[at]

    members = np.flatnonzero(of_person >= 0)
    age = (start[of_person[members]] - people["birth"][members]) / YEAR
    for control, grown in ((0, True), (1, False)):
        old_enough = (age >= 18) == grown
        np.add.at(possible[:, control], of_person[members[old_enough & (age >= 10)]], 1)
    events, who, at, begins = rows("offences")
    late = (events["start"] < begins) & (events["disposed"] >= begins)
    adult = (events["start"] - people["birth"][who]) >= 18 * YEAR
    for control, which in ((0, adult), (1, ~adult)):
        np.add.at(hits[:, control], at[late & which], 1)
    events, who, at, begins = rows("results")
    sat = ((events["year"] + 1 - 1970) * YEAR + 135).astype(np.int64)
    soon = (sat >= begins) & (sat < begins + SAT_WITHIN)
    for (stage, measure), control in _TESTS.items():
        mine = soon & (events["stage"] == stage) & (events["measure"] == measure)
        np.add.at(possible[:, control], at[mine], 1)
        np.add.at(hits[:, control], at[mine & (events["score"] < _BELOW_EXPECTED)], 1)
    events, who, at, begins = rows("school_years")
    current = (events["start"] <= begins) & (events["start"] > begins - 365)
    for control, had in ((7, events["fsm"] > 0), (8, events["sen"] > 0)):
        np.add.at(possible[:, control], at[current], 1)
        np.add.at(hits[:, control], at[current & had], 1)
    events, who, at, begins = rows("work")
    open_still = (events["kind"] == _ICA) & (events["start"] < begins) & (events["end"] > begins + 30)
    np.add.at(hits[:, 9], at[open_still], 1)
    np.add.at(possible[:, 9], of_person[members[age >= 16]], 1)
    return hits, possible
