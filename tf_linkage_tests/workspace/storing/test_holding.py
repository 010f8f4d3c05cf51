"""The lock's holder, and whether a process lives."""

import os
import subprocess
import sys

from tf_linkage.workspace.storing.holding import is_alive, this_process


def test_this_process_lives_and_an_ended_one_does_not() -> None:
    assert is_alive(this_process())
    program = "from tf_linkage.workspace.storing.holding import this_process; print(this_process())"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not is_alive(ended.stdout.strip())


def test_a_later_process_of_the_same_number_is_another() -> None:
    host, number, started = this_process().rsplit(":", 2)
    assert int(number) == os.getpid()
    assert not is_alive(f"{host}:{number}:{int(started) - 1}")


def test_of_another_machine_nobody_here_can_tell() -> None:
    _, number, started = this_process().rsplit(":", 2)
    assert is_alive(f"elsewhere.example:{number}:{started}")
