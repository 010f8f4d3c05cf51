"""How linked people differ from unlinked ones: the words and table of that section."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.quality import BREAKDOWNS, SUBGROUPS
from tf_linkage.intervals import Z
from tf_linkage.pages import html
from tf_linkage.pages.picture import Names
from tf_linkage.quality.bounds.floors import UNBOUNDED
from tf_linkage.quality.report.words import TITLES, departments_in, level_word

NOTABLE = 0.1
"""A standardised difference above which groups are commonly held to be out of balance (Austin 2009)."""

POWER = 2.8
"""Standard errors that a difference must be of to be seen four times in five at 95%."""

CHANCE = 0.05

VERDICTS = ("differ", "alike", "undecided")

TOO_FEW = (
    "Fewer than ten people who are in a register were not linked there: who they are cannot be told from others."
)


def difference_section(plain: pl.DataFrame, names: Names) -> str:
    """How the linked differ from the unlinked, of people who are in the register."""
    found = plain.filter(
        pl.col("measure") == "standardised_difference",
        pl.col("value").is_not_null(),
        pl.col("breakdown").is_in([name for name in SUBGROUPS if name not in UNBOUNDED]),
    )
    if found.is_empty():
        asked = not plain.filter(pl.col("measure") == "standardised_difference").is_empty()
        return html.paragraph(TOO_FEW) if asked else ""
    words = (
        "People in the register alone: those whom the truth puts there, or without it those whom a council's flag "
        "does. A difference above 0 means that linked people are more often of the group, in standard deviations. "
        f"“Differ”: the whole interval lies beyond {NOTABLE:g} either way, above which groups are commonly held to "
        "be out of balance. “Alike”: it lies within. “Undecided”: neither; the last column says what would have "
        "been seen four times in five. All groups of a department together are held against chance first, by "
        "exchanging families."
    )
    said = [_of_all(name, plain, found, names) for name in departments_in(found)]
    rows = [
        (
            f"{TITLES[row['department']]}, {BREAKDOWNS[row['breakdown']].lower()}",
            level_word(row["breakdown"], row["level"], names),
            f"{row['value']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})",
            judged(row),
            f"{seen_from(row):.2f}",
        )
        for row in found.sort(
            pl.col("value").abs(), "department", "breakdown", "level", descending=[True, False, False, False]
        ).iter_rows(named=True)
    ]
    head = ("Department, grouped by", "Group", "Difference (95%)", "Verdict", "Seen from")
    every = html.opened("Every difference as a table", html.table("Linked against unlinked", head, rows))
    return html.paragraph(words) + html.bullets(said) + every


def _of_all(name: str, plain: pl.DataFrame, found: pl.DataFrame, names: Names) -> str:
    """What is to be said of one department's groups together."""
    of = found.filter(pl.col("department") == name)
    verdicts = [judged(row) for row in of.iter_rows(named=True)]
    counts = ", ".join(
        f"{verdicts.count(verdict)} {'are ' if verdict != 'differ' else ''}{verdict}" for verdict in VERDICTS
    )
    tested = plain.filter(
        pl.col("department") == name, pl.col("measure") == "alike_chance", pl.col("value").is_not_null()
    )
    says = f"{TITLES[name]}: of {len(verdicts)} groups {counts}"
    if tested.is_empty():
        return f"{says}."
    chance = float(tested["value"][0])
    if chance >= CHANCE:
        return f"{says}; were they all alike, one would differ as much as any does {chance:.0%} of the time."
    widest = of.sort(pl.col("value").abs(), "breakdown", "level", descending=[True, False, False]).row(
        0, named=True
    )
    return (
        f"{says}; were they all alike, one would differ as much as the widest does "
        f"only {chance:.1%} of the time, so that chance alone is unlikely. The widest: "
        f"{BREAKDOWNS[widest['breakdown']].lower()} “{level_word(widest['breakdown'], widest['level'], names)}”, "
        f"{widest['value']:+.2f} ({widest['low']:+.2f} to {widest['high']:+.2f})."
    )


def judged(row: Mapping[str, float]) -> str:
    """What an interval says of a difference.

    >>> judged({"low": 0.12, "high": 0.5}), judged({"low": -0.09, "high": 0.02}), judged({"low": -0.3, "high": 0.1})
    ('differ', 'alike', 'undecided')
    """
    if row["low"] > NOTABLE or row["high"] < -NOTABLE:
        return VERDICTS[0]
    return VERDICTS[1] if row["low"] >= -NOTABLE and row["high"] <= NOTABLE else VERDICTS[2]


def seen_from(row: Mapping[str, float]) -> float:
    """The difference that would have been seen four times in five, from the width of the interval.

    >>> round(seen_from({"low": -0.196, "high": 0.196}), 2)
    0.28
    """
    return POWER * (row["high"] - row["low"]) / (2 * Z)
