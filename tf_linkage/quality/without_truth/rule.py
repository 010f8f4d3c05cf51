"""Which recall is quoted where the truth is not known: a rule said beforehand, so that nobody picks the kindest."""

from __future__ import annotations

from collections.abc import Container

HEADLINE = ("search_recall", "known_recall")
"""In this order, the first that a study has. A search of the register sees everybody who was missed, whatever
their records are like. People known to be present come after it as long as nobody has looked into how many flags
are wrong. A second identifier is not quoted: over twenty seeds its intervals held less than half of the time
(docs/quality.md)."""


def headline_of(there: Container[str]) -> str | None:
    """The measure to quote of those that there are; None where no recall can be told.

    >>> headline_of({"known_recall", "second_recall"}), headline_of({"expected_found", "second_recall"})
    ('known_recall', None)
    """
    return next((measure for measure in HEADLINE if measure in there), None)
