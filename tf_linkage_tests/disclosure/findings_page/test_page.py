"""The findings' page: what is withheld says so, and what a figure lost by protection stands next to it."""

from __future__ import annotations

import re

import polars as pl
import pytest
from tables_of_counts import counts, estimates

from tf_linkage.disclosure import findings_page, propose_release

BEFORE, AFTER = "year before", "24 months after"
SIDES = {"programme": 664, "comparison": 536}


@pytest.fixture(scope="module")
def page() -> str:
    """Convictions are shown, custody of the comparison is too rare to be."""
    cells = {
        ("family", outcome, side, window, region): (families // 2, having)
        for side, families in SIDES.items()
        for window in (BEFORE, AFTER)
        for region in ("North", "South")
        for outcome, having in (("conviction", 62), ("custody", 30 if side == "programme" else 1))
    }
    return findings_page(propose_release(estimates(counts(cells))), rehearsal=True).replace("&nbsp;", " ")


def section(page: str, name: str) -> str:
    return page.split(f'<section id="{name}"')[1].split("</section>", maxsplit=1)[0]


def test_withheld_figures_are_drawn_as_withheld(page: str) -> None:
    drawn = section(page, "before-after")
    assert drawn.count(">withheld</text>") == 2 * 2, "custody of the comparison, before and after, wide and narrow"
    assert re.search('<td class="n"[^>]*>withheld</td>', drawn)


def test_what_rounding_may_have_moved_stands_beside_the_figure(page: str) -> None:
    """124 of 664 are shown as 125 of 660: at most 127.5 of 655, 0.5 points more."""
    moved = (127.5 / 655 - 125 / 660) * 100
    cell = r'<td class="n"[^>]*>([^<]*)</td>'
    row = re.search(f"Conviction, year before</th>{cell}{cell}", section(page, "before-after"))
    assert row is not None
    assert row[1].startswith("18.9% (")
    assert float(row[2]) == pytest.approx(moved, abs=0.05)


def test_the_window_before_comes_first_and_all_regions_before_each(page: str) -> None:
    rows = re.findall(r'<th scope="row">([^<]*)</th>', section(page, "regions"))
    assert rows[:6] == [
        f"{region}, {window}" for window in (BEFORE, AFTER) for region in ("All regions", "North", "South")
    ]


def test_it_says_how_many_families_as_released_and_that_nobody_is_real(page: str) -> None:
    assert "On the programme: about 660 families; waiting for it: about 540 families." in page
    assert "Nobody in them is real" in page


def test_every_number_on_it_is_released(page: str) -> None:
    """The counts behind, 664 and 124, stand nowhere."""
    words = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert not re.search(r"\b(664|536|124)\b", words)


def test_the_contents_name_sections_as_their_headings_do(page: str) -> None:
    named = dict(
        re.findall(r'<a href="#([\w-]+)">([^<]+)</a>', page.split("<nav")[1].split("</nav>", maxsplit=1)[0])
    )
    headings = {name: section(page, name).split("<h2")[1].split(">")[1].split("<")[0] for name in named}
    assert len(named) > 10
    assert {name: words for name, words in named.items() if not headings[name].startswith(words)} == {}


def test_it_claims_no_more_of_an_interval_than_chance(page: str) -> None:
    assert "95 of 100 studies like this one as far as chance goes" in page
    assert "Only the section" not in page


def test_an_outcome_that_is_withheld_throughout_is_named() -> None:
    cells = {
        ("family", outcome, side, "1-6 months after", "North"): (families, having)
        for side, families in SIDES.items()
        for outcome, having in (("conviction", 62), ("custody", 2))
    }
    made = findings_page(propose_release(estimates(counts(cells))), rehearsal=False)
    assert "Withheld in every half-year: custody." in made
    assert "Nobody in them is real" not in made
    assert pl.Series([made]).str.contains("Too few families for any figure").all(), "neither window is there"
