"""A data folder in which everything is granted that real records need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from tf_linkage.custody.papers.accreditation import FILE, TEXTS
from tf_linkage.workspace.store import REGISTERS

LONG_AGO, LONG_AFTER = dt.date(2000, 1, 1), dt.date(2999, 12, 31)


def grant(
    folder: Path,
    bodies: Iterable[str] = REGISTERS,
    starts: dt.date = LONG_AGO,
    ends: dt.date = LONG_AFTER,
    on: dt.date = LONG_AGO,
) -> None:
    """Fills the file in."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'{name} = "a number"' for name in TEXTS] + [f"starts = {starts}", f"ends = {ends}"]
    lines += [f'[approvals.{body}]\nreference = "a number"\non = {on}' for body in bodies]
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
