"""Installs the pinned packages into an environment and says how far that is, with Python's own library alone.

    python deploy/install.py .venv requirements.lock

pip says nothing while it downloads, unpacks and compiles some two hundred packages, or else five lines of each.
"""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

PROGRESS = Path(__file__).parents[1] / "tf_linkage" / "progress.py"

FETCHED = ("Collecting ", "Requirement already satisfied")
"""Beginnings of the line that pip writes once for each package it has found."""

HALF = 0.5
"""Share of the time that finding and downloading take; putting in place takes the rest."""


def main(arguments: list[str], *, every: float = 5.0) -> int:
    """Installs what a file of requirements pins.

    Args:
        arguments: the environment's folder, and the file.
        every: seconds between two lines.

    Returns:
        The exit code of pip.
    """
    environment, lock = map(Path, arguments)
    pinned = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    command = [
        environment / "bin" / "python", "-m", "pip", "install", "--compile", "--disable-pip-version-check",
        "--progress-bar", "off", "-r", lock,
    ]  # fmt: skip
    found = 0
    before = _in_place(environment)

    def share() -> float:
        placed = _in_place(environment) - before
        return min(1.0, HALF * found / pinned + (1 - HALF) * placed / pinned)

    what = f"installing {pinned} packages into {environment}"
    # By its file: the package around it needs what is still to be installed.
    working = runpy.run_path(str(PROGRESS))["Working"](_say, what, share, every=every)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip, working:
        for line in pip.stdout or ():
            found += line.startswith(FETCHED)
    return pip.returncode


def _in_place(environment: Path) -> int:
    return sum(1 for _ in environment.glob("lib/python*/site-packages/*.dist-info"))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
