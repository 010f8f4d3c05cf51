"""One writer at a time: who is refused is told why and leaves nothing red; a killed run blocks nobody."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from rehearsing import Rehearsed

from tf_linkage.definitions import build_defs
from tf_linkage.defs.automation.dead_runs import DIED, dead_runs, end_dead_runs
from tf_linkage.defs.automation.failed_runs import line_of
from tf_linkage.defs.resources import PROCESS
from tf_linkage.run import REFUSED, main
from tf_linkage.study import Study
from tf_linkage.workspace.storing.holding import is_free, this_process

HOLDING = """
import sys, time
from pathlib import Path
from tf_linkage.workspace.store import Store
with Store(Path(sys.argv[1])).hold("tf-linkage review"):
    print("held", flush=True)
    time.sleep(120)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dagster.yaml").write_text("telemetry: {enabled: false}")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TF_LINKAGE_PRESET", "tiny")
    monkeypatch.setenv("TF_LINKAGE_DATA", str(tmp_path / "data"))
    return tmp_path / "home"


@pytest.fixture
def held_elsewhere(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "data").mkdir(exist_ok=True)
    command = [sys.executable, "-c", HOLDING, str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.kill()


def test_a_command_that_is_refused_says_who_and_since_when_and_leaves_no_run(
    home: Path, held_elsewhere: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == REFUSED
    said = capsys.readouterr().err
    assert f"being written by tf-linkage review (process {held_elsewhere}) since 20" in said
    assert said.count("\n") == 1
    with dg.DagsterInstance.get() as instance:
        assert instance.get_runs_count() == 0


def test_a_run_of_the_web_ui_that_is_refused_is_cancelled_and_no_asset_is_red(
    rehearsed: Rehearsed, home: Path, held_elsewhere: int, tmp_path: Path
) -> None:
    study = Study.of("tiny", data=tmp_path / "data")
    with dg.DagsterInstance.get() as instance:
        job = build_defs(study).resolve_job_def("rehearsal")
        run = instance.create_run_for_job(job)
        from tf_linkage.defs.internals import InMemoryJob, execute_run

        execute_run(InMemoryJob(job), run, instance)
        record = instance.get_run_by_id(run.run_id)
        assert record is not None
        assert record.status is dg.DagsterRunStatus.CANCELED
        told = [entry.user_message for entry in instance.all_logs(run.run_id)]
        assert any("being written by tf-linkage review" in message for message in told)
        events = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]
        errors = [error for one in events if (error := getattr(one.event_specific_data, "error", None))]
        assert errors
        assert not [error for error in errors if error.stack or error.cause], "our words alone"
    written = {path.name for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert written == {".lock"}, "the refused run wrote something"


def test_a_run_that_is_killed_is_marked_failed_and_the_folder_is_free(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tf_linkage.run"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process, dg.DagsterInstance.get() as instance:
        wanted = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
        until = time.monotonic() + 300
        while not (runs := instance.get_runs(wanted)) and time.monotonic() < until:
            time.sleep(0.5)
        assert runs, "it never began"
        assert not is_free(tmp_path / "data")
        assert end_dead_runs(instance) == [], "it is alive"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert is_free(tmp_path / "data")
        assert instance.get_runs(wanted), "Dagster knows nothing of it"
        reason = dead_runs(dg.build_sensor_context(instance=instance))
        assert isinstance(reason, dg.SkipReason)
        assert reason.skip_message == "1 dead runs ended"
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.FAILURE
        assert run.tags["tf/preset"] == "tiny"
        assert run.remote_job_origin is not None, "the timeline shows it"
        (event,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs", dagster_instance=instance, dagster_run=run, dagster_event=event.dagster_event
        ).for_run_failure()
        assert line_of(context).endswith(DIED), "the alarm says so"


def test_a_run_of_this_process_or_of_another_machine_is_left_alone() -> None:
    @dg.job
    def nothing() -> None:
        pass

    with dg.DagsterInstance.ephemeral() as instance:
        for process in (this_process(), "elsewhere.example:1:2"):
            instance.create_run_for_job(nothing, tags={PROCESS: process}, status=dg.DagsterRunStatus.STARTED)
        assert end_dead_runs(instance) == []
        assert instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])) == 2


def test_readers_wait_for_nobody(rehearsed: Rehearsed, tmp_path: Path, held_elsewhere: int) -> None:
    shutil.copytree(rehearsed.study.data, tmp_path / "data", dirs_exist_ok=True)
    assert held_elsewhere
    defs = build_defs(Study.of("tiny", data=tmp_path / "data"))
    with dg.DagsterInstance.ephemeral() as instance:
        assert defs.load_asset_value(["research", "tables"], instance=instance)["people"].collect().height
