"""The names of the jobs, next to the jobs that there are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tf_linkage.contracts.names import department_names
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.defs.build import build_defs
from tf_linkage.study import Study
from tf_linkage.workspace.choices import refuse_unknown_variables
from tf_linkage.workspace.jobs import jobs, jobs_of

VARIANTS: list[dict[str, object]] = [
    {},
    {"source": "files"},
    {"sources": {"dwp": "return"}},
    {"sources": {"moj": "register"}},
    {"source": "files", "sources": {"dwp": "return", "dfe": "return"}},
]


@pytest.mark.parametrize("choices", VARIANTS)
def test_the_jobs_that_are_named_are_those_that_there_are(choices: dict[str, object], tmp_path: Path) -> None:
    study = Study.of("tiny", data=tmp_path, incoming=tmp_path / "incoming", **choices)
    assert set(jobs_of(study)) == {job.name for job in build_defs(study).jobs or []}


def test_every_job_has_a_line_of_its_own() -> None:
    lines = [job.about for job in jobs().values()]
    assert len(set(lines)) == len(lines)
    assert all(lines)


def test_departments_and_custodians_are_known_by_name() -> None:
    assert department_names() == tuple(DEPARTMENTS)
    refuse_unknown_variables({f"TF_LINKAGE_{name.upper()}_PASSWORD": "" for name in CUSTODIANS} | dict(os.environ))
