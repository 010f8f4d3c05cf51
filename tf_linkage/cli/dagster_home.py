"""Where Dagster keeps its runs when nobody says: next to the data folder, with telemetry off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

VARIABLE = "DAGSTER_HOME"
FOLDER = ".dagster_home"
INSTANCE = "dagster.yaml"


@contextmanager
def home_of(data: Path) -> Iterator[Path]:
    """Dagster's home for as long as a command runs: the environment's, or `.dagster_home` next to the data folder.

    A home without settings gets ours, which turn telemetry off; settings that are there stay.

    Args:
        data: the data folder.
    """
    before = os.environ.get(VARIABLE)
    home = Path(before) if before else data.resolve().parent / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    if not (home / INSTANCE).exists():
        (home / INSTANCE).write_bytes(files("tf_linkage.defs").joinpath(INSTANCE).read_bytes())
    os.environ[VARIABLE] = str(home)
    try:
        yield home
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def workspace_file() -> Path:
    """The file that names our code location."""
    return Path(str(files("tf_linkage.defs").joinpath("workspace.yaml")))
