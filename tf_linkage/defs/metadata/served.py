"""Pages that the web server shows beside Dagster's own: those that people open, as they last were made.

Browsers follow no link from the web UI to a file, so the asset's page could only name its path. Served are these
pages and nothing else of the data folder: what a request names never becomes a part of a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import HTMLResponse, PlainTextResponse, Response

PREFIX = "/pages/"
PAGES: Mapping[str, tuple[str, ...]] = {
    "report": ("reports", "report.html"),
    "long_studies": ("reports", "long_studies.html"),
    "findings": ("published", "findings.html"),
}
"""By name in the address: place in the data folder."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def address_of(name: str) -> str:
    """Where the web server shows a page."""
    if name not in PAGES:
        raise KeyError(name)
    return f"{PREFIX}{name}"


def shown(path: str, data: Path) -> Response | None:
    """The answer to a request for a page; None where the path asks for none.

    Args:
        path: of the request.
        data: the data folder.
    """
    if not path.startswith(PREFIX):
        return None
    place = PAGES.get(path.removeprefix(PREFIX))
    if place is None:
        return PlainTextResponse(f"there is no such page; known are {', '.join(PAGES)}\n", status_code=404)
    try:
        return HTMLResponse(data.joinpath(*place).read_text(encoding="utf-8"), headers=HEADERS)
    except FileNotFoundError:
        return PlainTextResponse("the page is not made yet: materialise its asset first\n", status_code=404)
