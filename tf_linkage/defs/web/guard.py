"""The web server, guarded: only its own page may ask it for anything, and nothing is done by a link.

Dagster's server answers any page that a browser of this machine has open. `python -m tf_linkage.defs.web.guard`
takes the arguments of `dagster-webserver`.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from dagster_webserver.cli import main as webserver
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tf_linkage.defs.web.following import follow
from tf_linkage.pages.addresses import file_at
from tf_linkage.study import Study
from tf_linkage.workspace.choices import chosen_study
from tf_linkage.workspace.jobs import LONG_STUDIES

LOCAL = ("localhost", "127.0.0.1", "[::1]")
PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
"""What a page of the data folder is sent with: it loads nothing and runs nothing."""

GRAPH = "/asset-groups"
ENTRANCES = frozenset({"/", GRAPH, f"{GRAPH}/"})
"""Addresses under which somebody arrives who asks for nothing in particular."""

FOREIGN = 1008
"""The code with which a websocket is closed for breaking the server's policy."""


FORGERY, NO_FORGERY = b"reportRunlessAssetEvents", "events come from runs alone"
"""How the page's menu would say that an asset was made where no run made it, and why that is refused."""


class OnlyFromHere:
    """Refuses what another page, another name for this machine, or a link would have the server do.

    Attributes:
        app: the server behind it.
        hosts: by what names, without port, the server may be called.
        data: the data folder whose pages are shown beside; none are without one.
        first: where somebody is sent who asks for nothing in particular; nowhere without one.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] = LOCAL, data: Path | None = None, first: str | None = None
    ) -> None:
        """The guard before a server."""
        self.app, self.hosts, self.data, self.first = app, frozenset(hosts), data, first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is fair, refuse the rest in one line."""
        why = None if scope["type"] not in {"http", "websocket"} else self.refusal(scope)
        if why is None and _asks(scope) and scope["method"] == "POST":
            body, receive = await _read(receive)
            why = NO_FORGERY if FORGERY in body else None
        if why is None:
            await (self.page(scope) or self.app)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": FOREIGN})
        else:
            await PlainTextResponse(f"refused: {why}\n", status_code=403)(scope, receive, send)

    def page(self, scope: Scope) -> Response | None:
        """What the guard answers itself: the way to the first picture, a page of the data folder; else None."""
        if self.first not in {None, scope["path"]} and scope["type"] == "http" and _arrives(scope):
            return RedirectResponse(str(self.first), 302, {"Cache-Control": "no-store"})
        file = file_at(scope["path"], self.data) if scope["type"] == "http" and self.data else None
        if file is None:
            return None
        try:
            return HTMLResponse(file.read_text(encoding="utf-8"), headers=PAGE)
        except FileNotFoundError:
            return PlainTextResponse("not made yet: materialise its asset first\n", status_code=404)

    def refusal(self, scope: Scope) -> str | None:
        """Why a request is refused; None where it is not."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if host.rpartition(":")[0] not in self.hosts and host not in self.hosts:
            return "the server is not called by that name"
        own = headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        if origin is not None and (urlsplit(origin).netloc != host or not own):
            return "not from this page"
        path = scope["path"]
        if "/report_asset_" in path:
            return NO_FORGERY
        return _graphql(scope["method"], headers, scope.get("query_string", b"")) if _asks(scope) else None


def _asks(scope: Scope) -> bool:
    """Whether a request is a question in GraphQL."""
    return bool(scope["type"] == "http" and scope["path"].endswith("/graphql"))


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body of a request, and what gives it to the server once more."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    waiting = iter(messages)

    async def again() -> Message:
        return next(waiting, None) or await receive()

    return b"".join(message.get("body", b"") for message in messages), again


def _arrives(scope: Scope) -> bool:
    """Whether a request is for a page at an entrance."""
    page = "text/html" in Headers(scope=scope).get("accept", "") and scope["method"] in {"GET", "HEAD"}
    return page and scope["path"] in ENTRANCES and not scope.get("query_string")


def first_picture(study: Study) -> str:
    """The address of the asset graph as somebody sees it first: without the long studies, where there are any."""
    return GRAPH + (quote(f'~not group:"{LONG_STUDIES}"', safe="~") if study.wholly_simulated else "")


def _graphql(method: str, headers: Headers, asked: bytes) -> str | None:
    """Questions come as JSON by POST; the page for asking them by hand is read by GET without one."""
    if method == "POST" and headers.get("content-type", "").split(";")[0].strip() == "application/json":
        # The page names each question's operation in its address (`?op=`); the question itself stands in the body.
        return "a question stands in the body" if "query" in parse_qs(asked.decode(errors="replace")) else None
    if method in {"GET", "HEAD"} and "text/html" in headers.get("accept", "") and not asked:
        return None
    return "GraphQL is asked by POST, in JSON"


def guard(data: Path | None = None, first: str | None = None) -> None:
    """Put the guard before every server that this process starts from now on.

    Args:
        data: the data folder whose pages it shows.
        first: where it sends those who arrive.
    """
    own = DagsterWebserver.build_middleware

    def build_middleware(server: Any) -> list[Middleware]:
        before: list[Any] = own(server)
        there = any(one.cls is OnlyFromHere for one in before)
        if data is not None and not there:
            follow(server._process_context, data)
        return before if there else [Middleware(OnlyFromHere, data=data, first=first), *before]

    server: Any = DagsterWebserver
    server.build_middleware = build_middleware


def main() -> None:
    """Start the guarded server as Dagster's own command would start its own."""
    sys.argv[0] = "dagster-webserver"
    study = chosen_study()
    guard(study.data, first_picture(study))
    webserver()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
