"""The page in a real browser: no network, no error, charts drawn, everything reachable by keyboard.

Talks to headless Chromium over its debugging pipe, so nothing is needed next to the browser itself.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from browser import CHROMIUM, Browser, chart_writing, violations

from tf_linkage.quality import Assessment, completeness, evaluate, quality_report

MOST_SHEETS = 6
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page is not opened")


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
        "[...document.querySelectorAll('figure svg')].filter(s => s.checkVisibility()).map(s => {"
        "const b = s.getBoundingClientRect();"
        "const figure = s.closest('figure').id.replace('picture-', '');"
        "return [figure, b.width, b.height, s.querySelectorAll('path, text, line').length]})"
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
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    sideways = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
    assert browser.evaluate(sideways) == 0
    for width in (360, 390, 700, 896, 897, 1400):
        browser.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
        )
        sizes = chart_writing(browser)
        assert len(sizes) > 100, width
        assert min(sizes) >= 11, width
        assert browser.evaluate(fits), width
    browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False)
    # One of the two drawings is seen and read aloud, never both.
    both = "[...document.querySelectorAll('.chart')].filter(c => c.checkVisibility() && "
    both += "[...c.querySelectorAll('svg')].filter(s => s.checkVisibility()).length !== 1).length"
    assert browser.evaluate(both) == 0
    named = "[...document.querySelectorAll('.scroll td')].filter(e => !e.hasAttribute('data-label')).length"
    assert browser.evaluate(named) == 0
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
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
