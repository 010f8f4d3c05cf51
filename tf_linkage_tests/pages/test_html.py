"""The pieces of a page: what is set as a number."""

from __future__ import annotations

import pytest

from tf_linkage.pages.html import table


@pytest.mark.parametrize(
    "cell", ["7", "1,234", "99.8%", "-3.3", "+0.12", "99.8% (99.6 to 99.9)", "0.0 to 3.4%", "78.0 to 79.5%", "–"]
)
def test_figures_are_set_as_numbers(cell: str) -> None:
    assert 'class="n"' in table("", ("what", "figure"), [("a", cell)])


@pytest.mark.parametrize("cell", ["25-44", "kept", "95% of pupils", "1 (most deprived)", "too few", ".2% false"])
def test_words_and_spans_are_not(cell: str) -> None:
    assert 'class="n"' not in table("", ("what", "figure"), [("a", cell)])


def test_the_head_of_a_column_of_figures_stands_above_them() -> None:
    made = table("", ("what", "share", "why"), [("a", "3.1%", "few"), ("b", "withheld", "none")])
    assert '<th scope="col">what</th><th scope="col" class="n">share</th><th scope="col">why</th>' in made
    assert '<td class="n" data-label="share">withheld</td><td data-label="why">none</td>' in made
    assert 'class="n"' not in table("", ("what", "share"), [("a", "withheld")]), "no figure, no column of figures"
