"""The page in a real browser: no network, no error, charts drawn, everything reachable by keyboard.

Talks to headless Chromium over its debugging pipe, so nothing is needed next to the browser itself.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tf_linkage.quality import Assessment, completeness, evaluate, quality_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MOST_SHEETS = 6
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page is not opened")


class Browser:
    """One tab of headless Chromium."""

    def __init__(self, profile: Path) -> None:
        commands_out, commands_in = os.pipe()
        answers_out, answers_in = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        place = (
            "import fcntl, os, sys; a, b = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3]); "
            "os.dup2(a, 3); os.dup2(b, 4); os.execv(sys.argv[3], sys.argv[3:])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", place, str(commands_out), str(answers_in), str(CHROMIUM), "--headless",
             "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(commands_out, answers_in), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(commands_out)
        os.close(answers_in)
        self.commands = os.fdopen(commands_in, "wb", buffering=0)
        self.answers = os.fdopen(answers_out, "rb")
        self.number = 0
        self.session: str | None = None
        self.events: list[dict[str, Any]] = []
        page = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; keep the events that come before it."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.commands.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def read(self) -> dict[str, Any]:
        """The next message."""
        text = bytearray()
        while (byte := self.answers.read(1)) != b"\0":
            assert byte, "the browser went away"
            text += byte
        return json.loads(text)

    def open(self, path: Path) -> None:
        """Open a file and wait until it has loaded."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.read())

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and release a key."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)
            text = {}

    def of(self, method: str) -> list[dict[str, Any]]:
        """Parameters of the events of a kind."""
        return [event["params"] for event in self.events if event.get("method") == method]


@pytest.fixture
def browser(world: Any, assessment: Assessment, tmp_path: Path) -> Iterator[Browser]:
    """The page with every part that there can be."""
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    table = pl.DataFrame({"surname": ["a"] * 20, "forename": [None] * 20}, schema_overrides={"forename": pl.String})
    known = completeness({"dwp": table.lazy()}).collect()
    page = tmp_path / "report.html"
    page.write_text(quality_report(pl.concat([metrics, known]), assessment=assessment), encoding="utf-8")
    opened = Browser(tmp_path / "profile")
    try:
        opened.open(page)
        yield opened
    finally:
        opened.process.terminate()
        opened.process.wait(timeout=20)


def test_the_page_in_a_browser(browser: Browser) -> None:
    asked_for = [event["request"]["url"] for event in browser.of("Network.requestWillBeSent")]
    assert len(asked_for) >= 1
    assert all(url.startswith(("file:", "data:")) for url in asked_for)
    assert browser.of("Runtime.exceptionThrown") == []
    assert [entry for entry in browser.of("Log.entryAdded") if entry["entry"]["level"] == "error"] == []
    assert browser.of("Runtime.consoleAPICalled") == []

    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for part in ("findings", "disclosed", "patterns", "sweep"):
        assert browser.evaluate(f"document.querySelectorAll('#{part} figure svg').length") >= 1, part
    drawn = browser.evaluate(
        "[...document.querySelectorAll('figure svg')].map(s => {const b = s.getBoundingClientRect();"
        "return [s.closest('figure').id, b.width, b.height, s.querySelectorAll('path, text, line').length]})"
    )
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
    assert len(drawn) > 9
    assert [one for one in drawn if one[1] <= 200 or one[2] <= 50 or one[3] <= 5] == []
    assert {"family_curve", "ranges", "effects_moj", "told", "patterns_moj"} <= {one[0] for one in drawn}
    assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    # What is folded is not on the way of the Tab key until it is opened.
    seen = "[...document.querySelectorAll('a[href], summary, [tabindex]')].filter(e => e.checkVisibility()).length"
    wanted = browser.evaluate(seen)
    reached = []
    for _ in range(wanted):
        browser.press("Tab", 9)
        reached.append(browser.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
    assert reached[0].startswith('<a class="skip"')
    assert sum(one.startswith(("<a", "<summary", "<div")) for one in reached) >= wanted - 2

    browser.evaluate("document.querySelector('summary').focus()")
    assert not browser.evaluate("document.querySelector('details').open")
    browser.press("Enter", 13)
    assert browser.evaluate("document.querySelector('details').open")
    assert browser.of("Runtime.exceptionThrown") == []


def test_the_page_on_a_narrow_screen_and_on_paper(browser: Browser) -> None:
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False)
    assert browser.evaluate(fits)
    # A4 less its margins, in CSS pixels.
    browser.ask("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False)
    browser.ask("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate(fits)
    shown = "[...document.querySelectorAll('nav, summary, .skip')].filter(e => e.getClientRects().length).length"
    assert browser.evaluate(shown) == 0
    torn = (
        "[...document.querySelectorAll('figure svg')].filter(s => "
        "getComputedStyle(s.closest('figure')).breakInside !== 'avoid' "
        "|| s.getBoundingClientRect().width > window.innerWidth).length"
    )
    assert browser.evaluate(torn) == 0
    paper = base64.b64decode(browser.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
    assert paper.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= MOST_SHEETS


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, scheme: str) -> None:
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert violations(browser) == []
    browser.evaluate("document.querySelector('main').innerHTML += '<img src=\"data:,\"><button></button>'")
    assert {"image-alt", "button-name"} <= {name for name, _ in violations(browser)}


def violations(browser: Browser) -> list[list[str]]:
    """What axe finds against the accessibility guidelines, each with the first element."""
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    browser.evaluate(f"window.axe === undefined && (() => {{{axe}}})()")
    found = "axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)]))"
    answer = browser.ask("Runtime.evaluate", expression=found, awaitPromise=True, returnByValue=True)
    return answer["result"]["value"]
