"""The pages that people open, and where `make ui` shows them: browsers follow no link from its pages to a file.

These and nothing else of the data folder: what a request names never becomes a part of a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PREFIX = "/pages/"
PAGES: Mapping[str, tuple[str, ...]] = {
    "report": ("reports", "report.html"),
    "long_studies": ("reports", "long_studies.html"),
    "findings": ("published", "findings.html"),
}
"""By name in the address: place in the data folder."""


def address_of(name: str) -> str:
    """Where the web server shows a page."""
    if name not in PAGES:
        raise KeyError(name)
    return f"{PREFIX}{name}"


def file_at(path: str, data: Path) -> Path | None:
    """The file of the page that a request's path asks for; None where it asks for none."""
    place = PAGES.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
    return data.joinpath(*place) if place else None
