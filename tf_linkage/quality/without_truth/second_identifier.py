"""Recall from an identifier that was held back: pairs that agree on it, and how many of them the rest finds.

When it applies: request and register hold a number that hardly two people share (a National Insurance number, a
pupil number), for part of the people at least, and the linkage is made once more without it.
How it fails: it takes a number that is wrong or missing to say nothing of how names and addresses are recorded.
Where the same people have both a wrong number and a wrong name, recall comes out too high. Of people without a
number it says nothing by itself: they are taken to be found as often by the rest.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.intervals import wilson_ends
from tf_linkage.quality.measures.figures import FIGURES

MEASURE = "second_recall"


def second_identifier_figures(request: pl.DataFrame, register: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Recall of a linkage with the identifier, from one made without it.

    Of the pairs that agree on the identifier, the share that the rest links estimates what the rest finds (a). Of
    the links made by the rest for people who have the identifier, the share that agree on it estimates what it
    finds by itself (b). With both, of people who have it, 1 - (1 - a)(1 - b) are found (Lincoln 1930, Petersen
    1896), and of others a.

    Args:
        request: `ref` and `number`, which may be empty.
        register: `key` and `number`, of which only those held once count.
        links: `ref` and `key` of the links made without the number.

    Returns:
        One row of columns level, measure, numerator, denominator, value, low, high; numerator and denominator are
        of the share a, whose interval (Wilson) is carried over. No row where no pair agrees, or no link has it.
    """
    asked = request.drop_nulls("number").unique("number", keep="none", maintain_order=True)
    held = register.drop_nulls("number").unique("number", keep="none", maintain_order=True)
    agreeing = asked.join(held, on="number").select("ref", "key")
    by_rest = links.select("ref", "key").unique(maintain_order=True)
    with_number = by_rest.join(asked, on="ref", how="semi")
    if agreeing.is_empty() or with_number.is_empty():
        return pl.DataFrame(schema=FIGURES)
    both = agreeing.join(by_rest, on=["ref", "key"], how="semi").height
    by_number, having = both / with_number.height, with_number.height / by_rest.height

    def of_everybody(rest: float) -> float:
        return having * (1 - (1 - rest) * (1 - by_number)) + (1 - having) * rest

    rest = both / agreeing.height
    low, high = (of_everybody(end) for end in wilson_ends(rest, agreeing.height))
    row = {"level": "all", "measure": MEASURE, "numerator": both, "denominator": agreeing.height,
           "value": of_everybody(rest), "low": low, "high": high}  # fmt: skip
    return pl.DataFrame([row], schema=FIGURES)
