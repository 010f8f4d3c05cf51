"""The page: complete with truth and without, safe, and the same every time."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.registry import direct_identifiers
from tf_linkage.quality import evaluate, headline, match_rates, pictures, report


class Page(HTMLParser):
    """What stands in a page: ids, links, tags, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what begins here."""
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}]

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.text += data


@pytest.fixture
def with_truth(world: Any) -> pl.DataFrame:
    return evaluate(world.attributes, world.requested, world.links, world.truth).collect()


@pytest.fixture
def without_truth(world: Any) -> pl.DataFrame:
    return match_rates(world.attributes, world.requested, world.links).collect()


def test_with_truth_it_says_how_good(with_truth: pl.DataFrame) -> None:
    page = Page(report(with_truth))
    assert "of 40 people sent, its register holds 30; 80.0% of these were found" in page.text
    assert {"short", "records", "errors", "bounds", "groups", "threshold", "stages"} <= set(page.ids)


def test_without_truth_it_says_so_and_claims_less(without_truth: pl.DataFrame) -> None:
    page = Page(report(without_truth))
    assert "Made without the truth" in page.text
    assert "of 40 people sent, 70.0% were linked" in page.text
    assert "bounds" not in page.ids
    assert "its register holds" not in page.text
    # Recall among the pairs weighed leaves out whoever was never weighed: no figure to be read in short.
    assert "Expected recall" not in page.text.split("Where the records went")[0]
    assert "How many were missed cannot be known" in page.text


def test_it_needs_nothing_but_itself(with_truth: pl.DataFrame) -> None:
    text = report(with_truth)
    page = Page(text)
    assert "script" not in page.tags
    assert all(link.startswith(("#", "data:")) for link in page.links)
    assert not re.search(r"url\(\s*['\"]?(?!#|data:)", text)
    assert "default-src 'none'" in text


def test_it_is_in_order_for_those_who_do_not_see_it(with_truth: pl.DataFrame) -> None:
    text = report(with_truth)
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert '<html lang="en-GB">' in text
    assert page.tags.count("h1") == 1
    assert page.tags.count("svg") == page.tags.count("figure") > 5
    assert page.tags.count("desc") == page.tags.count("svg")
    assert page.tags.count("caption") == page.tags.count("table")


def test_it_holds_no_reference_no_key_and_no_identifier(world: Any, with_truth: pl.DataFrame) -> None:
    text = report(with_truth)
    references = [
        *world.attributes.collect()["person_id"],
        *world.requested["dwp"].collect()["request_ref"],
        *world.links["dwp"].collect()["register_key"],
        *world.truth["records"].collect()["true_person"],
    ]
    words = set(re.findall(r"[A-Za-z0-9_-]+", text))
    assert not words & set(references)
    assert not set(with_truth.columns) & direct_identifiers()


def test_it_is_the_same_every_time(with_truth: pl.DataFrame) -> None:
    assert report(with_truth) == report(with_truth.clone())


def test_it_writes_names_for_codes_and_escapes_them(with_truth: pl.DataFrame, make: Any) -> None:
    text = report(with_truth, names={make.hackney: "Hackney <b>"}, run={"seed": "<1>"})
    assert "Hackney &lt;b&gt;" in text
    assert make.hackney not in text
    assert "&lt;1&gt;" in text


def test_nothing_linked_still_makes_a_page(world: Any, make: Any) -> None:
    from tf_linkage.contracts import exchange

    none = world.with_links(dwp=make.table([], exchange.Links))
    metrics = evaluate(none.attributes, none.requested, none.links, none.truth).collect()
    assert "0.0% of these were found" in report(metrics)


def test_pictures_travel_as_markdown(with_truth: pl.DataFrame) -> None:
    drawn = pictures(with_truth)
    assert {"flow", "departments", "by_community", "weights_dwp", "thresholds", "calibration"} <= set(drawn)
    assert all(one.as_markdown().startswith("![") and "data:image/svg+xml;base64," in one.as_markdown()
               for one in drawn.values())  # fmt: skip


def test_headline_is_what_may_be_shown(with_truth: pl.DataFrame) -> None:
    found = headline(with_truth)
    assert found["dwp"]["recall"] == 0.8
    assert None not in found["dwp"].values()
    assert "pair_precision" not in found.get("council", {})  # no pairs: nothing to show
