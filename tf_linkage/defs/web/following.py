"""The web UI follows its data folder: once a run has changed the folder's choices, definitions are loaded anew.

Definitions are made from the choices of the folder. Left as they were when the server started, they would call
stale what a run under other choices has just made, and fill the launchpad with choices that no longer hold.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import dagster as dg

from tf_linkage.workspace.study_record import FILE

EVERY = 2.0
"""Seconds between two looks at the folder."""

_AT_WORK = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


class Following:
    """Loads definitions anew where the choices on record have changed and no run is at work.

    Attributes:
        data: the data folder.
        at_work: whether a run is at work, which would lose the code that it runs.
        reload: loads definitions anew.
    """

    def __init__(self, data: Path, at_work: Callable[[], bool], reload: Callable[[], None]) -> None:
        """Begins with the choices as they are on record now."""
        self.data, self.at_work, self.reload = data, at_work, reload
        self._loaded = self._choices()

    def look(self) -> bool:
        """Looks once; returns whether definitions were loaded anew. What fails is tried again at the next look."""
        now = self._choices()
        try:
            if now in {self._loaded, ""} or self.at_work():
                return False
            self.reload()
        except Exception:
            return False
        self._loaded = now
        return True

    def _choices(self) -> str:
        """A digest of the record; empty where there is none, or none that can be read."""
        try:
            return hashlib.sha256((self.data / FILE).read_bytes()).hexdigest()
        except OSError:
            return ""


def follow(process: Any, data: Path, every: float = EVERY, stop: Event | None = None) -> Thread:
    """Follow a data folder for as long as a web server lives.

    Args:
        process: the server's workspace, an `IWorkspaceProcessContext`.
        data: the data folder.
        every: seconds between two looks.
        stop: ends it when set.

    Returns:
        The thread that looks, started.
    """

    def at_work() -> bool:
        return bool(process.instance.get_runs_count(dg.RunsFilter(statuses=_AT_WORK)))

    def reload() -> None:
        for location in process.create_request_context().code_location_names:
            process.reload_code_location(location)

    following, ended = Following(data, at_work, reload), stop or Event()

    def work() -> None:
        while not ended.wait(every):
            following.look()

    thread = Thread(target=work, name="following the data folder", daemon=True)
    thread.start()
    return thread
