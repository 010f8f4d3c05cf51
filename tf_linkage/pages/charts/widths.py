"""How wide the writing of a chart is, said in the chart itself.

Charts are laid out by the metrics of Helvetica, which Arial and Liberation Sans share. A machine that has none of
the three writes in another font, often a wider one: labels would be cut off and legends run into each other. Each
piece of writing therefore says how wide it is meant to be, and a browser fits any other font to that.
"""

from __future__ import annotations

import re
from html import unescape

_FIRST = 32
_REGULAR = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_BOLD = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
    556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
    556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
)  # fmt: skip
"""Advance widths of the characters from the blank to the tilde, in thousandths of the font's size: Adobe's metrics
of Helvetica and Helvetica-Bold."""

_OTHERS = {"–": 556, "—": 1000, "’": 222, "‘": 222, "£": 556, "×": 584, "·": 278, "…": 1000, "−": 584, "\xa0": 278}
"""The same for what else our charts say."""

_TEXT = re.compile(
    r'<text ((?:(?!textLength)[^>])*?font-size="(\d+(?:\.\d+)?)px"(?:(?!textLength)[^>])*)>([^<]+)</text>'
)


def width(words: str, size: float, *, bold: bool = False) -> float | None:
    """How wide words are, in pixels at a font size; None where one of their characters is not known."""
    table = _BOLD if bold else _REGULAR
    total = 0
    for character in words:
        place = ord(character) - _FIRST
        known = table[place] if 0 <= place < len(table) else _OTHERS.get(character)
        if known is None:
            return None
        total += known
    return total * size / 1000


def fitted(svg: str) -> str:
    """An SVG in which every piece of writing says how wide it is."""

    def said(found: re.Match[str]) -> str:
        attributes, size, words = found.groups()
        wide = width(unescape(words), float(size), bold='font-weight="bold"' in attributes)
        if not wide:
            return found.group(0)
        return f'<text {attributes} textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs">{words}</text>'

    return _TEXT.sub(said, svg)
