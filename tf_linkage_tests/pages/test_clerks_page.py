"""A clerk's page in a real browser: opened with its key alone, decided by keyboard, saved without a record."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from browser import CHROMIUM, Browser, violations
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tf_linkage.linkage.review.answers import answers_of
from tf_linkage.linkage.review.pages import KEYS
from tf_linkage.pages.clerks_page import ClerksPage, ShownPair, as_typed, new_key

PAIRS = 100
KEY = bytes(range(32))
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page is not opened")


def page(number: int = PAIRS, name: str = "sheet_1") -> ClerksPage:
    pairs = [
        ShownPair(
            at,
            ["Zebedee", f"Marchbank{at}", None],
            ["Zebadee", f"Marchbank{at}", "1990-04-05"],
            ["Ermintrude Marchbank 2011-02-03"],
            ["<b>Dougal</b>"],
            ["link", "unsure"] if at == 1 else [],
        )
        for at in range(1, number + 1)
    ]
    return ClerksPage(name, ["forename", "surname", "date_of_birth"], pairs, KEYS)


def sealed(html: str) -> bytes:
    found = re.search(r'<template id="sealed">([^<]+)</template>', html)
    assert found
    return base64.b64decode(found[1])


def test_without_the_key_only_name_and_number_are_told() -> None:
    html = page().written(KEY)
    assert "sheet_1" in html
    assert f"{PAIRS} pairs" in html
    for word in ("Zebedee", "Marchbank", "Ermintrude", "1990", "date_of_birth"):
        assert word not in html
        assert base64.b64encode(word.encode()).decode().rstrip("=")[:-1] not in html
    data = sealed(html)
    shown = json.loads(AESGCM(KEY).decrypt(data[:12], data[12:], b"sheet_1"))
    assert shown["pairs"][4]["left"] == ["Zebedee", "Marchbank5", None]
    for key, name in ((new_key(), b"sheet_1"), (KEY, b"sheet_2")):
        with pytest.raises(InvalidTag):
            AESGCM(key).decrypt(data[:12], data[12:], name)


def test_two_pages_share_neither_key_nor_nonce() -> None:
    assert new_key() != new_key()
    assert sealed(page(2).written(KEY)) != sealed(page(2).written(KEY))


def test_a_key_is_typed_in_letters_that_no_reader_takes_for_others() -> None:
    typed = as_typed(KEY)
    assert set(typed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-")
    assert base64.b32decode(typed.replace("-", "") + "====") == KEY
    assert max(map(len, typed.split("-"))) == 4


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    (tmp_path / "sheet_1.html").write_text(page().written(KEY), encoding="utf-8")
    opened = Browser(tmp_path / "profile")
    try:
        opened.open(tmp_path / "sheet_1.html")
        opened.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "saved"))
        yield opened
    finally:
        opened.process.terminate()
        opened.process.wait(timeout=20)


def press(browser: Browser, *keys: str) -> None:
    for key in keys:
        browser.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        browser.ask("Input.dispatchKeyEvent", type="keyUp", key=key)


def unlock(browser: Browser, key: str) -> None:
    browser.evaluate("document.getElementById('key').focus()")
    browser.evaluate(f"document.getElementById('key').value = {json.dumps(key)}")
    browser.evaluate("document.getElementById('open').requestSubmit()")
    wait(
        browser,
        "!document.getElementById('opened').hidden || document.getElementById('message').textContent !== ''",
    )


def wait(browser: Browser, condition: str) -> None:
    until = time.monotonic() + 10
    while not browser.evaluate(condition):
        assert time.monotonic() < until, condition
        time.sleep(0.02)


def text(browser: Browser, name: str) -> str:
    return str(browser.evaluate(f"document.getElementById('{name}').textContent"))


@needs_browser
def test_a_wrong_key_opens_nothing(browser: Browser) -> None:
    for wrong in ("", "AAAA", as_typed(bytes(32))):
        browser.evaluate("document.getElementById('message').textContent = ''")
        unlock(browser, wrong)
        assert text(browser, "message") == "That is not the key of this sheet."
        assert browser.evaluate("document.getElementById('opened').hidden")
    assert "Zebedee" not in browser.evaluate("document.documentElement.outerHTML")


@needs_browser
def test_a_hundred_pairs_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    unlock(browser, as_typed(KEY).lower())
    assert text(browser, "place") == "Pair 1 of 100: 0 decided, 100 open"
    assert text(browser, "said") == "Two reviewers differ: link and unsure."
    marks = browser.evaluate("[...document.querySelectorAll('#fields mark')].map(one => one.textContent)")
    assert marks == ["e", "a"]  # Zebedee, Zebadee
    assert browser.evaluate("document.querySelector('#fields td.unknown').textContent") == "not known"
    assert "<b>Dougal</b>" in text(browser, "homes")
    assert browser.evaluate("document.querySelectorAll('#homes b').length") == 0

    press(browser, "l", "n", "u")
    assert text(browser, "place").startswith("Pair 4 of 100: 3 decided, 97 open; about 1 minute still")
    press(browser, "z")
    assert text(browser, "place").startswith("Pair 3 of 100: 2 decided")
    press(browser, "n", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    assert browser.evaluate("document.querySelector('#decide .chosen').dataset.word") == "link"
    press(browser, "u")  # changes the first; the next open pair follows
    assert text(browser, "place").startswith("Pair 4 of 100: 3 decided")
    press(browser, *["l"] * 97)
    assert text(browser, "message") == "Every pair is decided. Save the decisions (S)."
    press(browser, "s")
    saved = tmp_path / "saved" / "sheet_1.csv"
    until = time.monotonic() + 10
    while not saved.is_file() or not saved.read_bytes().endswith(b"\r\n"):
        assert time.monotonic() < until
        time.sleep(0.02)
    lines = saved.read_bytes().decode().split("\r\n")
    assert lines[0] == "pair,decision,seconds"
    assert [line.split(",")[1] for line in lines[1:-1]] == ["unsure", "non-link", "non-link", *["link"] * 97]
    assert all(0 <= float(line.split(",")[2]) < 300 for line in lines[1:-1])
    asked = pl.DataFrame(
        {
            "pair": range(1, PAIRS + 1), "left_id": map(str, range(PAIRS)), "right_id": map(str, range(PAIRS)),
            "stands_for": [1] * PAIRS, "reviewers": [1] * PAIRS,
        }
    )  # fmt: skip
    assert answers_of({"sheet_1.csv": pl.read_csv(saved, infer_schema=False)}, asked).height == PAIRS

    requests = [event["request"]["url"] for event in browser.of("Network.requestWillBeSent")]
    assert all(url.startswith(("file:", "data:", "blob:")) for url in requests)
    assert browser.of("Runtime.exceptionThrown") == []
    assert browser.of("Runtime.consoleAPICalled") == []
    assert browser.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


@needs_browser
def test_texts_that_share_a_letter_by_chance_are_marked_whole(browser: Browser, tmp_path: Path) -> None:
    pair = ShownPair(1, ["Alemu", "Jo", "Marchbank"], ["Habte", "Joseph", "Marchbonk"], [], [], [])
    path = tmp_path / "sheet_2.html"
    path.write_text(ClerksPage("sheet_2", ["surname", "forename", "street"], [pair], KEYS).written(KEY), "utf-8")
    browser.open(path)
    unlock(browser, as_typed(KEY))
    marks = browser.evaluate("[...document.querySelectorAll('#fields mark')].map(one => one.textContent)")
    assert marks == ["Alemu", "Habte", "seph", "a", "o"]


@needs_browser
def test_a_phone_says_which_record_is_which(browser: Browser) -> None:
    browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=900, deviceScaleFactor=1, mobile=True)
    unlock(browser, as_typed(KEY))
    places = browser.evaluate(
        "[...document.querySelectorAll('thead th:not(:first-child), #fields tr:first-child td')]"
        ".map(one => Math.round(one.getBoundingClientRect().left))"
    )
    assert len(places) == 4
    assert places[:2] == places[2:]
    assert 0 <= places[0] < places[1] < 390


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_open_or_closed(browser: Browser, scheme: str) -> None:
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    assert violations(browser) == []
    unlock(browser, as_typed(KEY))
    press(browser, "l", "ArrowLeft")
    assert violations(browser) == []


@needs_browser
@pytest.mark.parametrize("width", [390, 1400])
def test_no_screen_scrolls_sideways(browser: Browser, width: int) -> None:
    browser.ask(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
    )
    unlock(browser, as_typed(KEY))
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


@needs_browser
def test_a_closed_sheet_shows_nothing_and_goes_on_where_it_was(browser: Browser) -> None:
    unlock(browser, as_typed(KEY))
    press(browser, "l", "l", "c")
    assert browser.evaluate("document.getElementById('opened').hidden")
    assert "Marchbank" not in browser.evaluate("document.body.textContent")
    unlock(browser, as_typed(KEY))
    assert text(browser, "place").startswith("Pair 3 of 100: 2 decided")


@needs_browser
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,link,2.5\r\n2,unsure,1\r\n", "Pair 3 of 100: 2 decided, 98 open"),
        ("101,link,2.5\r\n", None),
        ("1,perhaps,2.5\r\n", None),
        ("1,link,soon\r\n", None),
    ],
)
def test_saved_decisions_are_taken_up_or_refused_as_a_whole(
    browser: Browser, tmp_path: Path, rows: str, said: str | None
) -> None:
    (tmp_path / "before.csv").write_text("pair,decision,seconds\r\n" + rows, encoding="utf-8")
    browser.ask("DOM.enable")
    root = browser.ask("DOM.getDocument")["root"]["nodeId"]
    node = browser.ask("DOM.querySelector", nodeId=root, selector="#earlier")["nodeId"]
    browser.ask("DOM.setFileInputFiles", nodeId=node, files=[str(tmp_path / "before.csv")])
    unlock(browser, as_typed(KEY))
    if said is None:
        assert text(browser, "message") == "The decisions in that file are not of this sheet."
        assert browser.evaluate("document.getElementById('opened').hidden")
    else:
        assert text(browser, "place") == said
