"""Whether text was read in the encoding in which it was written, by its letters alone."""

from __future__ import annotations

import re

LONGEST_WORD = 40
"""Letters around one that are looked at."""

_MARKS = "\u2018\u201c\u201d\u2013\u2014\u2026\u00a3\u20ac\u00b7\u2022\u00b0\u00a0"
"""Marks, such as quotes, dashes and pounds, that stand around words."""


def reads_as_words(text: str) -> bool:
    """Whether what was read by one encoding makes words; letters of another come out as marks within words."""
    return not any(
        _no_word(text, at) for one in re.finditer(r"\S*[^\x00-\x7f]\S*", text) for at in range(*one.span())
    )


def _no_word(text: str, at: int) -> bool:
    letter, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if letter.isascii() or letter == "\u2019":
        return False
    if letter.isalpha():
        word = re.split(r"[^\w]", text[max(0, at - LONGEST_WORD) : at])[-1]
        rest = re.split(r"[^\w]", text[at : at + LONGEST_WORD])[0]
        return letter.isupper() and bool(word) and (word + rest) != (word + rest).upper()
    return letter not in _MARKS or (before.isalpha() and after.isalpha())
