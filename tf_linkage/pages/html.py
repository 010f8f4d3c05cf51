"""The pieces of a page: tables, figures, lists, and the page around them.

The HTML itself stands in `pieces.html` and `page.html`, templates of Jinja2 that escape every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from markupsafe import Markup, escape

from tf_linkage.pages.picture import Picture

VERDICTS = {"kept": "kept", "in doubt": "doubt", "missed": "missed", "not judged": "unjudged"}
"""Style of each verdict on a bound; the word itself is written too, so colour is not needed."""


_NUMBER = re.compile(r"[+-]?£?\d[\d,.]*%?( \(\S+ to \S+\)| to [+-]?\d[\d,.]*%?)?$")
"""A figure, perhaps with its interval; not a span such as an age band."""

MANY = 8
"""Columns from which a table is set closer: a figure's interval then stands below it where there is no room."""

_INSTEAD = ("–", "", "withheld", "too few")
"""What stands where a figure would."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("tf_linkage", "pages"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
)


def template(name: str) -> jinja2.Template:
    """A page's template, by its file name in this folder; every value put into it is escaped."""
    return _TEMPLATES.get_template(name)


_PIECES: Any = _TEMPLATES.get_template("pieces.html").module


@dataclass(frozen=True)
class Section:
    """A part of the page: its id, its short name for the contents, its heading, and what stands in it."""

    name: str
    short: str
    title: str
    html: str


@dataclass(frozen=True)
class Tile:
    """One figure of a verdict.

    Attributes:
        label: what it is.
        figure: the figure, large.
        says: what it counts, of how many.
        verdict: a key of `VERDICTS` where a bound decides; otherwise empty, and no light is shown.
    """

    label: str
    figure: str
    says: str
    verdict: str = ""


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a caption; figures are set as numbers, and the head of a column of figures stands above them."""
    written = [list(row) for row in rows]
    figures = [i for i in range(1, len(head)) if _of_figures([row[i] for row in written])]
    heads = [{"text": name, "figure": i in figures} for i, name in enumerate(head)]
    cells = [[_cell(text, in_figures=i in figures) for i, text in enumerate(row)] for row in written]
    return str(_PIECES.table(caption, heads, cells, len(head) >= MANY))


def _of_figures(column: Sequence[str]) -> bool:
    return any(map(_NUMBER.match, column)) and all(_NUMBER.match(cell) or cell in _INSTEAD for cell in column)


def _cell(text: str, *, in_figures: bool) -> dict[str, object]:
    figure = in_figures or bool(_NUMBER.match(text)) or text == "–"
    # An interval is not broken over two lines.
    unbroken = escape(text).replace(" to ", Markup("&nbsp;to&nbsp;")) if figure else text
    return {"text": unbroken, "figure": figure, "verdict": VERDICTS.get(text)}


def figure(picture: Picture) -> str:
    """A picture with its heading, its words, and its figures as a table to open."""
    head, rows = picture.table
    in_full = opened("The same as a table", table(picture.title, head, rows))
    return str(_PIECES.figure(picture, in_full))


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return str(_PIECES.paragraph(text))


def pointer(before: str, name: str, words: str) -> str:
    """A line that ends in a link to a section of the same page, by the section's name."""
    return str(_PIECES.pointer(before, name, words))


def lead(text: str) -> str:
    """The sentence that a reader should take away."""
    return str(_PIECES.lead(text))


def opened(summary: str, html: str) -> str:
    """Something to open with a click or a key."""
    return str(_PIECES.opened(summary, html))


def bullets(lines: Sequence[str]) -> str:
    """A list of plain sentences."""
    return str(_PIECES.bullets(lines)) if lines else ""


def answers(questions: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Questions, each with its answers."""
    return str(_PIECES.answers([(question, lines) for question, lines in questions if lines]))


def tiles(groups: Sequence[tuple[str, Sequence[Tile]]]) -> str:
    """Tiles side by side, in groups with a heading each."""
    with_styles = [(title, [(tile, VERDICTS.get(tile.verdict, "")) for tile in row]) for title, row in groups]
    return str(_PIECES.tiles(with_styles))


def evidence(summary: str, parts: Sequence[Section]) -> str:
    """The parts that bear out an answer, folded; a print edition leaves them on the screen."""
    there = [part for part in parts if part.html]
    return str(_PIECES.evidence(summary, there)) if there else ""


def about(items: Sequence[tuple[str, str]]) -> str:
    """What distinguishes a page from others like it, in a line or two."""
    return str(_PIECES.about(items))


def page(
    title: str, subtitle: str, sections: Sequence[Section], *, about: str = "", brief_in_print: bool = False
) -> str:
    """A whole page that needs nothing but itself: no script, no network.

    Args:
        title: heading of the page.
        subtitle: a line below it.
        sections: in order; those with nothing in them are left out.
        about: HTML below the subtitle, made by `about`.
        brief_in_print: whether paper gets what is open only, without tables that repeat a picture.
    """
    there = [section for section in sections if section.html]
    return _TEMPLATES.get_template("page.html").render(
        title=title, subtitle=subtitle, sections=there, about=about, brief_in_print=brief_in_print
    )
