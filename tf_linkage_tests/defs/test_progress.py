"""How far a job is, from the events of its steps."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import dagster as dg
import pytest

from tf_linkage.defs.build import build_defs
from tf_linkage.defs.progress import SECONDS, USUAL, JobProgress, seconds_of
from tf_linkage.study import Study
from tf_linkage.workspace.catalogue import ASSESSED
from tf_linkage.workspace.jobs import REHEARSAL


def event(kind: dg.DagsterEventType, step: str) -> logging.LogRecord:
    record = logging.LogRecord("dagster", logging.DEBUG, "", 0, "", (), None)
    record.dagster_meta = {"dagster_event": SimpleNamespace(event_type=kind, step_key=step)}
    return record


def test_a_step_counts_by_what_it_takes() -> None:
    lines: list[str] = []
    progress = JobProgress("rehearsal", lines.append)
    long, short = "research__estimates", "research__tables_are_whole"
    working = progress.over([long, short])
    assert progress.share() == 0
    progress.heard(event(dg.DagsterEventType.STEP_START, long))
    assert progress.share() == 0
    assert working._what == f"rehearsal, 0 of 2 steps done, now {long}"
    progress.heard(event(dg.DagsterEventType.STEP_SUCCESS, long))
    assert progress.share() == pytest.approx(SECONDS[long] / (SECONDS[long] + USUAL))
    progress.heard(event(dg.DagsterEventType.STEP_FAILURE, short))
    progress.heard(event(dg.DagsterEventType.STEP_SUCCESS, "of another job"))
    assert progress.share() == pytest.approx(1)
    assert lines == []


def test_the_longer_studies_are_not_foretold() -> None:
    progress = JobProgress("assess", print)
    progress.over([ASSESSED[0].replace("/", "__")])
    assert progress.share() is None


def test_every_step_with_seconds_of_its_own_is_there() -> None:
    study = Study.of("tiny")
    job = build_defs(study).resolve_job_def(REHEARSAL)
    steps = {node.name for node in job.nodes}
    assert set(SECONDS) <= steps
    assert sum(seconds_of(step) > USUAL and step not in SECONDS for step in steps) == 3, (
        "a linkage for each department"
    )
