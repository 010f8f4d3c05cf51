"""Sheets of pairs as clerks' pages: which columns of a sheet stand where on the page.

From sheets to what `pages.clerks_page` shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.linkage.review.homes import SHOWN
from tf_linkage.linkage.review.sheets import CANDIDATE, DECISIONS
from tf_linkage.pages.clerks_page import ClerksPage, ShownPair

KEYS: Mapping[str, str] = {word[0]: word for word in DECISIONS}
"""The key of the keyboard that makes each decision."""


def clerks_page(
    shown: pl.DataFrame,
    name: str,
    homes: pl.DataFrame | None = None,
    said: Mapping[int, Sequence[str]] | None = None,
) -> ClerksPage:
    """A sheet as a page.

    Args:
        shown: from `clerks_sheet`.
        name: of the sheet.
        homes: from `others_at_home`; nobody else is shown without it.
        said: what earlier reviewers decided, by pair.
    """
    fields = [column for column in shown.columns if f"{column}{CANDIDATE}" in shown.columns]
    texts = shown.select(pl.all().cast(pl.String))
    sides = [texts.select(fields).rows(), texts.select(f"{field}{CANDIDATE}" for field in fields).rows()]
    others: dict[tuple[int, str], list[str]] = {}
    for pair, side, person in (pl.DataFrame(schema=SHOWN) if homes is None else homes).rows():
        others.setdefault((pair, side), []).append(person)
    numbers = shown["pair"].to_list()
    pairs = [
        ShownPair(
            number,
            ours,
            theirs,
            others.get((number, "left"), []),
            others.get((number, "right"), []),
            list((said or {}).get(number, ())),
        )
        for number, ours, theirs in zip(numbers, *sides, strict=True)
    ]
    return ClerksPage(name, fields, pairs, KEYS)
