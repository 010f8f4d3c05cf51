"""A web UI left running while real extracts take the place of the rehearsal's: no process of it is deceived.

The server's page is asked in this process; the code server behind it, and each run it launches, are processes of
their own that were started while the files were a rehearsal's.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from granted import grant
from starlette.testclient import TestClient

import tf_linkage
from tf_linkage.cli import main
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.defs.web.guard import guard

ROOT = Path(tf_linkage.__file__).parent.parent
REAL_NAME = "Quilliamsworth"
LAUNCH = (
    'mutation { launchRun(executionParams: {selector: {repositoryLocationName: "tf_linkage", repositoryName: '
    '"__repository__", jobName: "council"}, runConfigData: {}, mode: "default"}) '
    "{ __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"
)
AT_ONCE = {"run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"}}
"""Launched without the daemon, which only queues."""
PATIENCE = 60
"""Seconds in which a run of one small table ends, on a machine that does much else."""


@dataclass(frozen=True)
class Living:
    """The server, its instance, and the study's folders."""

    client: TestClient
    instance: dg.DagsterInstance
    home: Path
    incoming: Path
    data: Path

    def run(self) -> tuple[dg.DagsterRunStatus, str]:
        """Launches the councils' job as the page does; how it ended, and all that was logged of it."""
        answer = self.client.post("/graphql", json={"query": LAUNCH}).json()["data"]["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        number, until = answer["run"]["runId"], time.monotonic() + PATIENCE
        while (run := self.instance.get_run_by_id(number)) and not run.is_finished and time.monotonic() < until:
            time.sleep(0.2)
        assert run is not None
        return run.status, "\n".join(str(entry) for entry in self.instance.all_logs(number))


@pytest.fixture
def living(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Living]:
    incoming, data, home = (tmp_path / name for name in ("incoming", "data", "home"))
    home.mkdir()
    assert main(["export-extracts", str(incoming), "--preset", "tiny", "--body", "council"]) == 0
    for secret in ("STUDY_KEY", *(f"{custodian.upper()}_PASSWORD" for custodian in CUSTODIANS)):
        monkeypatch.delenv(f"TF_LINKAGE_{secret}", raising=False)
    # Days that the calendar has not reached: where people count as real, the clock is the calendar's.
    days = {"DATE_EXCHANGE": "2998-01-01", "DATE_DESTROY_BY": "2999-12-31"}
    choices = days | {"SOURCE": "files", "PRESET": "tiny", "INCOMING": str(incoming), "DATA": str(data)}
    for name, value in choices.items():
        monkeypatch.setenv(f"TF_LINKAGE_{name}", value)
    with (
        dg.DagsterInstance.local_temp(str(home), overrides=AT_ONCE) as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(ROOT / "workspace.yaml")])) as workspace,
    ):
        guard()
        app = create_app_from_workspace_process_context(workspace)
        client = TestClient(app, base_url="http://localhost:3000")
        yield Living(client, instance, home, incoming, data)


def test_a_server_started_for_a_rehearsal_keeps_no_real_record(living: Living) -> None:
    file = living.incoming / "council_cohort.csv"
    simulated = file.read_bytes()
    assert living.run()[0] is dg.DagsterRunStatus.SUCCESS
    kept = living.data / "custody" / "ons" / "cohort" / "key.json"
    key, passwords = kept.read_bytes(), living.data / "world" / "passwords.json"
    assert passwords.exists()

    # One real person among the simulated, in the folder of the rehearsal.
    rows = pl.read_csv(file, infer_schema=False)
    first = pl.int_range(pl.len()) == 0
    rows.with_columns(surname=pl.when(first).then(pl.lit(REAL_NAME)).otherwise("surname")).write_csv(file)
    real = file.read_bytes()
    status, said = living.run()
    assert status is dg.DagsterRunStatus.CANCELED
    assert "real records need an accredited project" in said
    grant(living.data)
    status, said = living.run()
    assert status is dg.DagsterRunStatus.FAILURE
    assert "holds a rehearsal, whose passwords lie in the clear" in said
    assert kept.read_bytes() == key

    # The same in an empty data folder, where a password would be made on first use.
    file.write_bytes(simulated)
    assert main(["clean"]) == 0
    assert not passwords.exists()
    file.write_bytes(real)
    grant(living.data)
    status, said = living.run()
    assert status is dg.DagsterRunStatus.FAILURE
    assert "set TF_LINKAGE_" in said
    assert not passwords.exists()
    assert not list(living.data.rglob("*.parquet"))

    # Back to the simulated files: the folder has met real records, and no process takes it for a rehearsal again.
    file.write_bytes(simulated)
    status, _ = living.run()
    assert status is dg.DagsterRunStatus.FAILURE
    assert not passwords.exists()
    for folder in (living.home, living.data):
        assert not [
            path for path in folder.rglob("*") if path.is_file() and REAL_NAME.encode() in path.read_bytes()
        ]
