"""What a checker sees of a table that was asked for, and how the table is kept to be held against later ones."""

from __future__ import annotations

from typing import Any

import polars as pl

from tf_linkage.disclosure.requested.answer import FEW, Answer, Perturbed
from tf_linkage.disclosure.requested.cell_keys import FARTHEST, SPREAD
from tf_linkage.disclosure.suppression.linked_counts import Need, Quantity, Relation, System
from tf_linkage.pages import html

SUBTITLE = (
    "A table that a researcher asked for, as it leaves and as it is. For the output checker: this page holds "
    "unprotected numbers and stays in the researchers' zone."
)


def checking_page(number: str, found: Answer) -> str:
    """The checker's page of one table.

    Args:
        number: under which it is on record.
        found: what leaves and what stands behind it.
    """
    status = "waits for a checker, who approves it by name" if found.waits else "passes by its rules"
    rules = [
        ("Status", status),
        ("Counts", f"moved by a noise of variance {SPREAD:.0f}, at most {FARTHEST}, the same wherever the same "
         f"people are counted; below ten: {FEW}"),
        ("Worked out", "attacked together with all tables on record of the same records, by linear programming: no "
         "small number is narrowed down to fewer than ten"),
        ("Means", "fewer than ten people or families, one or two families that make up the sum, too few degrees of "
         "freedom: withheld; the rest rounded to what five families make or a fifth of the largest"),
    ]  # fmt: skip
    sections = [
        html.Section("rules", "Rules", "The rules", html.table("What protects it", ("Rule", "How"), rules)),
        html.Section("leaves", "Leaves", "What leaves", _table("As it leaves", found.table)),
        html.Section("behind", "Behind", "What stands behind it", _table("As it is: never to leave", found.behind)),
    ]
    return html.page(f"Table {number}: {found.asked.words}", SUBTITLE, sections)


def _table(caption: str, frame: pl.DataFrame) -> str:
    rows = [["–" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row]
            for row in frame.iter_rows()]  # fmt: skip
    return html.table(caption, [name.replace("_", " ") for name in frame.columns], rows)


def as_kept(found: Answer, state: str) -> dict[str, Any]:
    """A table as plain words and numbers, to be kept in the researchers' zone.

    Args:
        found: the table.
        state: digest of the records it was made from.
    """
    return {
        "state": state,
        "words": found.asked.words,
        "waits": found.waits,
        "table": found.table.to_dicts(),
        "numbers": [
            {
                "key": list(key),
                "value": number.value,
                "told": number.told if isinstance(number, Perturbed) else None,
                "need": None if number.need is None else [number.need.width, number.need.reach, number.need.rule],
            }
            for key, number in found.system.quantities.items()
        ],
        "sums": [
            [[list(key) for key in one.left], [list(key) for key in one.right]] for one in found.system.relations
        ],
    }


def system_of(kept: dict[str, Any]) -> System:
    """The numbers of a kept table, as an attacker would put them together with those of others."""
    quantities: dict[tuple[str, ...], Quantity] = {}
    for one in kept["numbers"]:
        need = None if one["need"] is None else Need(*one["need"])
        told = one["told"]
        quantities[tuple(one["key"])] = (
            Quantity(one["value"], need=need)
            if told is None
            else Perturbed(one["value"], grid=1.0, need=need, told=told)
        )
    relations = [
        Relation(tuple(tuple(key) for key in left), tuple(tuple(key) for key in right))
        for left, right in kept["sums"]
    ]
    return System(quantities, relations)
