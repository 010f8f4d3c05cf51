"""The pieces of a page: escaped text, tables, figures.

HTML that any section needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from tf_linkage.pages.picture import Picture

VERDICTS = {"kept": "kept", "in doubt": "doubt", "missed": "missed", "not judged": "unjudged"}
"""Style of each verdict on a bound; the word itself is written too, so colour is not needed."""


_NUMBER = re.compile(r"[+-]?£?\d[\d,.]*%?( \(\S+ to \S+\)| to [+-]?\d[\d,.]*%?)?$")
"""A figure, perhaps with its interval; not a span such as an age band."""

_FIGURE = ' class="n"'

_INSTEAD = ("–", "", "withheld", "too few")
"""What stands where a figure would."""


@dataclass(frozen=True)
class Section:
    """A part of the page: its id, its short name for the contents, its heading, and what stands in it."""

    name: str
    short: str
    title: str
    html: str


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a caption; figures are set as numbers, and the head of a column of figures stands above them."""
    written = [list(row) for row in rows]
    figures = [i for i in range(1, len(head)) if _of_figures([row[i] for row in written])]
    heads = "".join(
        f'<th scope="col"{_FIGURE if i in figures else ""}>{escape(name)}</th>' for i, name in enumerate(head)
    )
    body = "".join(
        f"<tr>{''.join(_cell(cell, i, in_figures=i in figures) for i, cell in enumerate(row))}</tr>"
        for row in written
    )
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _of_figures(column: Sequence[str]) -> bool:
    return any(map(_NUMBER.match, column)) and all(_NUMBER.match(cell) or cell in _INSTEAD for cell in column)


def _cell(text: str, column: int, *, in_figures: bool) -> str:
    if column == 0:
        return f'<th scope="row">{escape(text)}</th>'
    if text in VERDICTS:
        return f'<td><span class="verdict {VERDICTS[text]}">{escape(text)}</span></td>'
    number = _FIGURE if in_figures or _NUMBER.match(text) or text == "–" else ""
    unbroken = escape(text).replace(" to ", "&nbsp;to&nbsp;") if number else escape(text)
    return f"<td{number}>{unbroken}</td>"


def figure(picture: Picture) -> str:
    """A picture with its heading, its words, and its figures as a table to open."""
    head, rows = picture.table
    return (
        f'<figure id="{escape(picture.name)}"><figcaption><h3>{escape(picture.title)}</h3>'
        f"<p>{escape(picture.says)}</p></figcaption>{picture.svg}"
        f"{opened('The same as a table', table(picture.title, head, rows))}</figure>"
    )


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def opened(summary: str, html: str) -> str:
    """Something to open with a click or a key."""
    return f"<details><summary>{escape(summary)}</summary>{html}</details>"


def bullets(lines: Sequence[str]) -> str:
    """A list of plain sentences."""
    return f'<ul class="short">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>' if lines else ""


def answers(questions: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Questions, each with its answers."""
    items = "".join(
        f"<dt>{escape(question)}</dt>" + "".join(f"<dd>{escape(line)}</dd>" for line in lines)
        for question, lines in questions
        if lines
    )
    return f"<dl>{items}</dl>"


def page(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """A whole page that needs nothing but itself: no script, no network.

    Args:
        title: heading of the page.
        subtitle: a line below it.
        sections: in order; those with nothing in them are left out.
    """
    css = files("tf_linkage.pages").joinpath("page.css").read_text(encoding="utf-8")
    there = [section for section in sections if section.html]
    contents = "".join(f'<li><a href="#{one.name}">{escape(one.short)}</a></li>' for one in there)
    body = "\n".join(_section(one) for one in there)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{css}</style>
</head>
<body>
<a class="skip" href="#main">To the figures</a>
<header><h1>{escape(title)}</h1><p>{escape(subtitle)}</p></header>
<nav aria-label="Contents"><ul>{contents}</ul></nav>
<main id="main">
{body}
</main>
</body>
</html>
"""


def _section(section: Section) -> str:
    name = section.name
    heading = f'<h2 id="{name}-h">{escape(section.title)}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-h">{heading}{section.html}</section>'
