"""Which recall is quoted where the truth is not known: a rule said beforehand, so that nobody picks the kindest."""

from __future__ import annotations

from collections.abc import Container

HEADLINE = ("search_recall", "second_recall", "known_recall")
"""In this order, the first that a study has. A search of the register sees everybody who was missed, whatever
their records are like. A second identifier tells recall of those who have one. People known to be present come last
as long as nobody has looked into how many flags are wrong."""


def headline_of(there: Container[str]) -> str | None:
    """The measure to quote of those that there are; None where no recall can be told.

    >>> headline_of({"known_recall", "second_recall"}), headline_of({"expected_found", "clerical_recall"})
    ('second_recall', None)
    """
    return next((measure for measure in HEADLINE if measure in there), None)
