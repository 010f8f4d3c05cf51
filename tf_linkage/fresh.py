"""Names for files that are not whole yet: beside their place, and such as nobody can have laid there."""

from __future__ import annotations

import secrets
from pathlib import Path


def fresh_beside(path: Path, ending: str = "") -> Path:
    """Where a file is written before it takes its place; nothing is there.

    A name that follows from the place could be somebody's file, or a link to one, which would be written over.

    Args:
        path: the place.
        ending: what the name must end with, where a writer goes by it.
    """
    return path.with_name(f".{path.name[:180]}.{secrets.token_hex(8)}.partial{ending}")
