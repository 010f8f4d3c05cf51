"""A run killed at any change of its data folder is made good by the next; so is destruction.

Long, so outside `make test`: `make test-crash`.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from killing import PHASES
from rehearsing import Rehearsed, digests

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.vault.destruction import verify_certificates
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.errors import TfLinkageError
from tf_linkage.workspace.catalogue import TABLES
from tf_linkage.workspace.jobs import END_OF_MONTH, END_OF_STUDY, REHEARSAL
from tf_linkage.workspace.store import Store

pytestmark = pytest.mark.slow
KILLER = Path(__file__).with_name("killing.py")
UNFINISHED = (".new", ".old", ".partial")


def killed_at(job: str, data: Path, at: int, phase: str) -> bool:
    """Whether the job was killed at that change; otherwise it ended well, having made fewer."""
    environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    environment |= {"TF_LINKAGE_PRESET": "tiny", "TF_LINKAGE_DATA": str(data)}
    command = [sys.executable, str(KILLER), job, str(at), phase]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode in (0, -signal.SIGKILL), f"{job}, change {at}, {phase}: {run.stderr}"
    return run.returncode != 0


def read_all(store: Store) -> int:
    """Reads every table that is there, whole; a half-written one cannot be."""
    read = 0
    for key in TABLES:
        try:
            kept = store.read(key.split("/"))
        except TfLinkageError as refusal:
            assert "materialised" in str(refusal) or "destroyed" in str(refusal)
            continue
        for table in kept.values() if isinstance(kept, dict) else [kept]:
            table.collect()
            read += 1
    return read


@pytest.mark.parametrize("phase", PHASES)
def test_a_run_killed_at_any_change_is_made_good(rehearsed: Rehearsed, tmp_path: Path, phase: str) -> None:
    """One folder throughout: each run finds what the one before it left, and is killed three changes later."""
    at = 1 + PHASES.index(phase)
    while killed_at(REHEARSAL, tmp_path, at, phase):
        # A killed set of tables may stand between old and new until the next run has swept.
        with Store(tmp_path).hold():
            read_all(Store(tmp_path))
        at += len(PHASES)
    assert at > len(TABLES)
    assert digests(tmp_path) == digests(rehearsed.study.data)
    assert not [path.name for path in tmp_path.rglob(".*") if path.name.endswith(UNFINISHED)]
    assert Store(tmp_path).ledger().entries()


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("job", [END_OF_MONTH, END_OF_STUDY])
def test_destruction_killed_at_any_change_is_finished(
    rehearsed: Rehearsed, tmp_path: Path, job: str, phase: str
) -> None:
    at = 1
    while True:
        data = tmp_path / f"{at}"
        shutil.copytree(rehearsed.study.data, data)
        if not killed_at(job, data, at, phase):
            break
        assert not killed_at(job, data, 0, phase)
        store = Store(data)
        due = CUSTODIANS if job == END_OF_STUDY else tuple(DEPARTMENTS)
        gone = [name for name in due if rehearsed.store.vault(name).holds()]
        assert not [name for name in gone if (data / "custody" / name).exists()]
        assert gone
        assert verify_certificates(store.ledger(), store.certificates()) >= len(gone)
        shutil.rmtree(data)
        at += 1
    assert at > 10, "the job changed almost nothing"
