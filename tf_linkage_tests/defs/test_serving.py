"""One group of processes: it ends when told to, and when its parent is killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tf_linkage.defs.web import serving
from tf_linkage.workspace.storing.holding import is_alive

PROGRAM = """
import sys
from tf_linkage.defs.web.serving import serve
child = (
    "import time; from tf_linkage.workspace.storing.holding import this_process; "
    "print(this_process(), flush=True); time.sleep(120)"
)
sys.exit(serve([["-c", child], ["-c", child]]))
"""
"""Two children that say who they are and would go on for long."""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -9)])
def test_children_end_with_their_parent(number: int, code: int) -> None:
    # As a script would start it in the background: with interrupts ignored.
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509 - no threads here
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        children = [parent.stdout.readline().strip() for _ in range(2)]
        assert all(is_alive(child) for child in children)
        os.kill(parent.pid, number)
        assert parent.wait(60) == code
    until = time.monotonic() + 60
    while any(is_alive(child) for child in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [child for child in children if is_alive(child)]


def test_when_one_ends_by_itself_all_end() -> None:
    program = PROGRAM.replace('["-c", child]]', '["-c", "import sys; sys.exit(3)"]]')
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120, check=False)
    assert ended.returncode == 3


def test_a_port_that_is_taken_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[object] = []
    monkeypatch.setattr(serving, "serve", lambda commands: started.append(commands) or 0)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("TF_LINKAGE_DATA", str(tmp_path / "data"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serving.main(["--port", str(port)]) == serving.REFUSED
        assert f"port {port} cannot be used" in capsys.readouterr().err
        assert started == []
    assert serving.main(["--port", str(port)]) == 0
    assert len(started) == 1
