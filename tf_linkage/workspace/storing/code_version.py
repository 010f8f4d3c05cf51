"""By which code and choices something was made, as a digest."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


def code_version(rooms: Sequence[str], choices: object = None) -> str:
    """Digest of the rooms' source, of the intervals they share, and of the choices.

    Args:
        rooms: rooms of this package, or installed packages that declare a department.
        choices: whatever else changes what is made.
    """
    total = hashlib.sha256(files("tf_linkage").joinpath("intervals.py").read_bytes())
    for room in rooms:
        total.update(_source_digest(room).encode())
    total.update(json.dumps(choices, sort_keys=True, default=str).encode())
    return total.hexdigest()[:12]


@cache
def _source_digest(room: str) -> str:
    total = hashlib.sha256()
    own = files("tf_linkage").joinpath(room)
    for name, content in _sources(own if own.is_dir() else files(room)):
        total.update(f"{name}\0".encode())
        total.update(content)
    return total.hexdigest()


def _sources(folder: Traversable) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir() and item.name != "__pycache__":
            found += _sources(item)
        elif item.name.endswith((".py", ".sql", ".csv")):
            found.append((item.name, item.read_bytes()))
    return found
