"""The lock of a data folder: one writer at a time, and who that is. Readers never ask.

Taking it, who holds it, and whether a process that said it would is still alive.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from tf_linkage.errors import DataFolderBusy

LOCK = ".lock"
PROC = Path("/proc")

_held: dict[Path, int] = {}
"""How often this process holds each folder: a job that runs another in the same process holds it once."""
_guard = threading.RLock()


@dataclass(frozen=True)
class Holder:
    """Who holds a folder, as the lock's file says: what it is, since when, and its process."""

    what: str
    since: str
    process: str

    def __str__(self) -> str:
        """As a refusal names it."""
        return f"{self.what} (process {self.process.split(':')[1]}) since {self.since}"


@contextmanager
def held(folder: Path, what: str) -> Iterator[bool]:
    """Hold a folder that exists; gives whether it is newly held, and not by this process before.

    Raises:
        DataFolderBusy: another process holds it.
    """
    place = folder.resolve()
    with _guard:
        if place in _held:
            _held[place] += 1
            lock = None
        else:
            lock = _locked(place, what)
            _held[place] = 1
    try:
        yield lock is not None
    finally:
        with _guard:
            _held[place] -= 1
            if not _held[place]:
                del _held[place]
        if lock is not None:
            lock.truncate(0)
            lock.close()


def is_free(folder: Path) -> bool:
    """Whether nobody holds a folder."""
    try:
        with (folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        pass
    return True


def holder(folder: Path) -> Holder | None:
    """Who says that it holds a folder; None where nobody does or the file cannot be read."""
    try:
        return Holder(**json.loads((folder / LOCK).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def this_process() -> str:
    """This process by machine, number and time of its start, so that a later one of the same number is another."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_alive(process: str) -> bool:
    """Whether a process, named as `this_process` does, still runs; of another machine nobody here can tell: yes."""
    host, number, started = process.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _started(int(number)) == started


def _locked(folder: Path, what: str) -> IO[str]:
    """The lock's open file. The kernel gives the lock back when a process dies, however it dies."""
    lock = (folder / LOCK).open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        who = holder(folder)
        raise DataFolderBusy(
            f"{folder.name} is being written by {who or 'another process'}; wait for it to end, or choose another "
            "data folder"
        ) from None
    lock.truncate(0)
    now = dt.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    lock.write(json.dumps(asdict(Holder(what, now, this_process()))))
    lock.flush()
    return lock


def _started(number: int) -> str:
    """When a process started, in ticks since the machine did; empty where the system does not say or it ended."""
    try:
        # The command's name stands in brackets and may hold blanks; state is 3rd, start time 22nd.
        fields = (PROC / str(number) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]
