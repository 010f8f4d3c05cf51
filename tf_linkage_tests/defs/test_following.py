"""The web UI follows its data folder's choices, and never under a run at work."""

import time
from pathlib import Path
from threading import Event
from typing import Any

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware

import tf_linkage
from tf_linkage.defs.web import guard as guarding
from tf_linkage.defs.web.following import Following, follow
from tf_linkage.defs.web.guard import guard
from tf_linkage.study import Study
from tf_linkage.workspace.study_record import FILE, record

ROOT = Path(tf_linkage.__file__).parent.parent
PATIENCE = 60


def test_definitions_are_loaded_anew_once_for_each_change_and_not_while_a_run_is_at_work(tmp_path: Path) -> None:
    busy, loaded = [False], []
    record(Study(preset="tiny", data=tmp_path))
    following = Following(tmp_path, lambda: busy[0], lambda: loaded.append(1))
    assert not following.look()
    record(Study(preset="tiny", noise="hard", data=tmp_path))
    busy[0] = True
    assert not following.look()
    busy[0] = False
    assert following.look()
    assert not following.look()
    (tmp_path / FILE).unlink()
    assert not following.look()
    record(Study(preset="tiny", noise="hard", data=tmp_path))
    assert not following.look()
    assert len(loaded) == 1


def test_what_cannot_be_loaded_is_tried_again(tmp_path: Path) -> None:
    tries: list[int] = []

    def fails_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError

    following = Following(tmp_path, lambda: False, fails_once)
    record(Study(preset="tiny", data=tmp_path))
    assert not following.look()
    assert following.look()


def test_the_launchpad_of_a_living_server_fills_in_the_choices_that_hold_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, home, stop = tmp_path / "data", tmp_path / "home", Event()
    home.mkdir()
    for name in ("NOISE", "PRESET"):
        monkeypatch.delenv(f"TF_LINKAGE_{name}", raising=False)
    monkeypatch.setenv("TF_LINKAGE_DATA", str(data))
    record(Study(preset="tiny", noise="realistic", data=data))
    with (
        dg.DagsterInstance.local_temp(str(home)) as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(ROOT / "workspace.yaml")])) as workspace,
    ):

        def filled_in() -> str:
            location = workspace.create_request_context().get_code_location("tf_linkage")
            job = location.get_repository("__repository__").get_full_job("rehearsal")
            return str(job.config_schema_snapshot)

        before = filled_in()
        assert '\\"noise\\": \\"realistic\\"' in before or "realistic" in before
        thread = follow(workspace, data, every=0.1, stop=stop)
        record(Study(preset="tiny", noise="hard", data=data))
        until = time.monotonic() + PATIENCE
        while filled_in() == before and time.monotonic() < until:
            time.sleep(0.2)
        stop.set()
        thread.join(PATIENCE)
        assert filled_in() != before


def test_the_guarded_server_follows_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[Any] = []
    monkeypatch.setattr(guarding, "follow", lambda process, data: followed.append((process, data)))
    monkeypatch.setattr(DagsterWebserver, "build_middleware", lambda _server: list[Middleware]())
    guard(tmp_path)

    class Server:
        _process_context = "the workspace"

    DagsterWebserver.build_middleware(Server())  # type: ignore[arg-type]
    assert followed == [("the workspace", tmp_path)]
