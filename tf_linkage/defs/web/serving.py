"""`make ui`: the guarded web server and the daemon as one group of processes, which ends when told to.

`dagster dev` starts a server of its own that nothing guards, and ignores the signal by which a script would end it.
"""

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import dagster as dg

from tf_linkage.defs.automation.dead_runs import end_dead_runs
from tf_linkage.errors import StudyRefused, TfLinkageError
from tf_linkage.workspace.choices import chosen_study

WORKSPACE = "workspace.yaml"
PATIENCE = 10
"""Seconds that a child gets to end by itself."""
REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop, or until a child ends by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--workspace", default=WORKSPACE, help="which code the server loads")
    chosen = parser.parse_args(arguments)
    try:
        chosen_study()
        _must_have_a_home()
        _must_be_free(chosen.port)
    except TfLinkageError as refusal:
        print(f"tf_linkage: {refusal}", file=sys.stderr)
        return REFUSED
    with dg.DagsterInstance.get() as instance:
        if ended := end_dead_runs(instance):
            print(f"{len(ended)} runs of processes that are gone were marked as failed")
    return serve(
        [
            ["-m", "tf_linkage.defs.web.guard", "-h", "127.0.0.1", "-p", str(chosen.port), "-w", chosen.workspace],
            ["-m", "dagster._daemon", "run", "-w", chosen.workspace],
        ]
    )


def serve(commands: Sequence[Sequence[str]]) -> int:
    """Run Python commands together; when this process is told to end, or dies, or one of them ends, all end.

    Returns:
        0 when told to end, otherwise the exit code of the command that ended by itself.
    """
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    children = [
        subprocess.Popen([sys.executable, *command], preexec_fn=_as_a_child())  # noqa: PLW1509, S603 - no threads yet
        for command in commands
    ]
    try:
        while not told and all(child.poll() is None for child in children):
            time.sleep(0.2)
        gone = [child.returncode for child in children if child.returncode is not None]
    finally:
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGINT)  # by which the server and the daemon end their own children too
        for child in children:
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if told or not gone else gone[0] or 1


def _as_a_child() -> Callable[[], None] | None:
    """What a child does before it starts: it heeds signals, and ends when this process is gone."""
    if not sys.platform.startswith("linux"):
        return None
    system, parent = ctypes.CDLL(None), os.getpid()

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        system.prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _must_be_free(port: int) -> None:
    """Before anything starts: a server that finds its port taken ends long after its daemon has begun to work."""
    with socket.socket() as tried:
        tried.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the server does, or a closed one counts too
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            raise StudyRefused(
                f"port {port} cannot be used ({error.strerror}): a web UI may run there already; give another port"
            ) from None


def _must_have_a_home() -> None:
    if not Path(os.environ.get("DAGSTER_HOME", "")).is_absolute():
        raise StudyRefused("DAGSTER_HOME: the web UI needs a folder of its own, named whole")


if __name__ == "__main__":
    sys.exit(main())
