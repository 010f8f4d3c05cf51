"""The pages of a whole run in a real browser: readable on a desk, a phone and paper, and without a network."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser, chart_writing, violations
from rehearsing import Rehearsed

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the pages are not opened")

PAGES = {"reports/report.html": 6, "published/findings.html": 16, "research/output_check.html": 12}
"""Each page, and how many sheets it may take."""

QUESTIONS = (
    "What are the primary results?",
    "How sure is that?",
    "What else differs after the start?",
    "What may missed and false links do to it?",
    "What may differences between the groups do to it?",
    "What was withheld?",
    "What did protecting families cost the figures?",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all pages."""
    opened = Browser(tmp_path_factory.mktemp("profile"))
    try:
        yield opened
    finally:
        opened.process.terminate()
        opened.process.wait(timeout=20)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, rehearsed: Rehearsed, browser: Browser) -> Path:
    """A page that is open in the browser."""
    path = (rehearsed.study.data / request.param).resolve()
    browser.open(path)
    return path


def unfold(browser: Browser, *, opened: bool) -> None:
    """Open or close whatever can be."""
    browser.evaluate(f"document.querySelectorAll('details').forEach(one => one.open = {str(opened).lower()})")


def test_it_asks_nothing_of_a_network(page: Path, browser: Browser) -> None:
    asked = [event["request"]["url"] for event in browser.of("Network.requestWillBeSent")]
    assert asked
    assert all(url.startswith(("file:", "data:")) for url in asked), page


@pytest.mark.parametrize("width", [390, 1400])
def test_it_fits_a_phone_and_a_desk(page: Path, browser: Browser, width: int) -> None:
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    unfold(browser, opened=True)
    assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page
    aside = "[...document.querySelectorAll('.scroll, .chart')].filter(e => e.scrollWidth > e.clientWidth).length"
    assert browser.evaluate(aside) == 0, page
    assert min(chart_writing(browser), default=11) >= 10.9, page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Path, browser: Browser, scheme: str) -> None:
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    unfold(browser, opened=True)
    assert violations(browser) == [], page


def test_it_takes_few_sheets(page: Path, browser: Browser, rehearsed: Rehearsed) -> None:
    unfold(browser, opened=False)
    paper = base64.b64decode(browser.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
    most = PAGES[str(page.relative_to(rehearsed.study.data.resolve()))]
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= most, page


def test_the_findings_answer_first_what_is_asked_first(rehearsed: Rehearsed) -> None:
    text = (rehearsed.study.data / "published" / "findings.html").read_text(encoding="utf-8")
    first = text[text.index('<section id="headline"') : text.index("</section>")]
    assert tuple(re.findall(r"<dt>([^<]*)</dt>", first))[: len(QUESTIONS)] == QUESTIONS
    said = re.findall(r"<dt>([^<]*)</dt><dd>([^<]+)</dd>", first)
    assert [question for question, _ in said][: len(QUESTIONS)] == list(QUESTIONS)
    assert "records up to" in text[: text.index("<nav")]


@pytest.mark.parametrize("asset", ["quality/report", "published/findings"])
def test_the_web_ui_says_in_short_what_the_page_does_and_opens_it(rehearsed: Rehearsed, asset: str) -> None:
    events = rehearsed.result.get_asset_materialization_events()
    (made,) = [
        event.step_materialization_data.materialization.metadata
        for event in events
        if event.asset_key is not None and event.asset_key.to_user_string() == asset
    ]
    assert str(made["open"].value).startswith("/pages/")
    said = str(made["in short"].value)
    page = (rehearsed.study.data / PLACES[asset]).read_text(encoding="utf-8")
    questions = re.findall(r"\*\*([^*]+\?)\*\*", said)
    assert len(questions) >= 5
    assert all(f">{question}</" in page for question in questions)


PLACES = {"quality/report": "reports/report.html", "published/findings": "published/findings.html"}
