"""Pages of the documentation as a reader walks them: their command blocks, typed in a shell and a new folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import tf_linkage

ROOT = Path(tf_linkage.__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")), ROOT / "examples" / "README.md"]
LANGUAGES = {"toml", "python", "mermaid", "sql", "ini", "yaml", "nginx", "json", "text", "systemd"}
"""Blocks that are no commands."""

PROGRAMS = r"(?:\S*/)?(?:make|tf-linkage|python|duckdb|dagster|Rscript|sudo|apt-get|mkdir|ls)\b"
SHARED = ("Makefile", "pyproject.toml", "requirements.lock", "examples")


def blocks(text: str) -> Iterator[str]:
    """The lines of each block that is not in another language."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language not in LANGUAGES:
            yield block


def commands(page: Path) -> list[str]:
    """A page's blocks that are typed; others show what is printed."""
    return [one for one in blocks(page.read_text(encoding="utf-8")) if re.search(f"^{PROGRAMS}", one, re.MULTILINE)]


def desk(place: Path, data: Path | None = None) -> Path:
    """A folder like a fresh clone that is set up, with the data of a finished run."""
    place.mkdir(parents=True, exist_ok=True)
    for shared in SHARED:
        (place / shared).symlink_to(ROOT / shared)
    (place / ".venv").mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (place / ".venv" / part).symlink_to(Path(sys.prefix) / part)
    (place / ".venv" / ".ready").touch()
    if data is not None:
        shutil.copytree(data, place / "data")
    return place


def typed(block: str, at: Path) -> str:
    """What a block prints; it has to succeed.

    Args:
        block: its lines.
        at: the folder in which they are typed.
    """
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TF_LINKAGE_", "DAGSTER_"))
    }
    path = f"{at / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", block], cwd=at, env=inherited | {"PATH": path, "DAGSTER_HOME": str(home(at))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def home(at: Path) -> Path:
    """A Dagster home next to the folder; `make` sets its own."""
    place = at / ".dagster_home"
    place.mkdir(exist_ok=True)
    return place
