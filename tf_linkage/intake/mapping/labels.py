"""Codes that stand with their label in one cell: where the code is, and labels that do not go with it."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl

from tf_linkage.intake.mapping.loading import folded

LEADING = re.compile(r"\(?\s*([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)\s*[)\]:.]?(?:[\s>:–-].*)?$", re.DOTALL)
TRAILING = re.compile(r"(?:.*[\s(\[:>–-])?([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)\s*[)\]]?$", re.DOTALL)
"""Where in `CODE - label`, `(CODE) label` or `label (CODE)` the code stands."""


def _words(label: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", label.casefold()))


def mislabelled(cells: pl.Series, found: list[re.Match[str] | None]) -> list[int]:
    """Rows whose label is not the commonest of their code: one of the two is wrong. A bare code has no label."""
    labels = [
        None if one is None else (folded(one[1]), _words(text[: one.start(1)] + text[one.end(1) :]))
        for text, one in zip(cells, found, strict=True)
    ]
    by_code: dict[str, Counter[str]] = {}
    for one in labels:
        if one and one[1]:
            by_code.setdefault(one[0], Counter())[one[1]] += 1
    usual = {code: min(counts, key=lambda label: (-counts[label], label)) for code, counts in by_code.items()}
    return [at for at, one in enumerate(labels) if one and one[1] and one[1] != usual[one[0]]]
