"""How far a job of this process is: what runs, how many steps are done, how long it still takes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

import dagster as dg

from tf_linkage.progress import Say, Working
from tf_linkage.workspace.catalogue import ASSESSED

USUAL = 0.3
SECONDS: Mapping[str, float] = {
    "population_calibration": 7,
    "quality__effect_recovery": 7,
    "research__estimates": 5,
    "published__findings_nobody_leaked": 5,
    "quality__linkage_quality": 4,
    "research__tables": 4,
    "published__findings": 3,
    "research__release": 2,
    "population__people": 1,
    "ons_split": 1,
}
"""Seconds of a step at size `demo` where it takes more than most, which take `USUAL`: only proportions count.

Measured on two cores. Steps that a study has not are passed over; another size has other proportions, so that what
is foretold from them is about right and no more.
"""

A_LINKAGE, LINKAGE = "_links", 2.5
"""How the names of the steps end that link a department's records, and their seconds."""


def seconds_of(step: str) -> float:
    """What a step takes at size `demo`."""
    return SECONDS.get(step, LINKAGE if step.endswith(A_LINKAGE) else USUAL)


class JobProgress:
    """What a job's events say of how far it is; lines come of it where the job itself says nothing."""

    def __init__(self, job: str, say: Say) -> None:
        """Not yet under way.

        Args:
            job: its name.
            say: receives the lines.
        """
        self._job, self._running, self._foretold = job, "", True
        self._every: dict[str, float] = {}
        self._left: dict[str, float] = {}
        self.working = Working(say, job, self.share)

    def over(self, steps: Iterable[str]) -> Working:
        """Under way over these steps, by their names, for as long as what is returned is open."""
        self._every = {step: seconds_of(step) for step in steps}
        self._left = dict(self._every)
        self._foretold = not set(self._every) & _LONGER
        return self.working

    def share(self) -> float | None:
        """What part of the work is done, from 0 to 1; the longer studies tell of themselves."""
        if not self._foretold:
            return None
        return 1 - sum(self._left.values()) / (sum(self._every.values()) or 1.0)

    def heard(self, record: logging.LogRecord) -> None:
        """Takes in what an event of Dagster says of a step."""
        event = (getattr(record, "dagster_meta", None) or {}).get("dagster_event")
        if event is None or event.step_key not in self._every:
            return
        if event.event_type is dg.DagsterEventType.STEP_START:
            self._running = event.step_key
        elif event.event_type in _ENDS:
            self._left.pop(event.step_key, None)
        done = len(self._every) - len(self._left)
        self.working.doing(f"{self._job}, {done} of {len(self._every)} steps done, now {self._running}")


_LONGER = {key.replace("/", "__") for key in ASSESSED}
_ENDS = {
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.STEP_SKIPPED,
}
