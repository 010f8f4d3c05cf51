"""What to do next: actions by their expected gain.

Everything is counted from the figures of the run; without the truth only what needs none is advised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.outputs.quality import BREAKDOWNS
from tf_linkage.pages import html
from tf_linkage.pages.picture import Names
from tf_linkage.quality.bounds.floors import gaps
from tf_linkage.quality.report.thresholds import overall, points_of, present_in
from tf_linkage.quality.report.words import TITLES, departments_in, knows_truth, level_word

SHOWN, OF_A_KIND = 6, 2
"""How many actions stand open, and how many of them may be of one kind: six of one would hide the others."""

SPARSE = 0.95
"""Share of records with an identifier below which it is worth asking for."""

OVERLAP = "Gains overlap, since one person may be in several lines: they cannot be added up."


@dataclass(frozen=True)
class Action:
    """Something to do.

    Attributes:
        department: where.
        does: what.
        gain: expected gain in people found; None where nothing can be counted.
        basis: how the gain is known.
        kind: what sort of thing it is to do.
        at_most: whether other causes may have part in it.
    """

    department: str
    does: str
    gain: float | None
    basis: str
    kind: str
    at_most: bool = False


def actions(plain: pl.DataFrame, names: Names, own: float) -> list[Action]:
    """What to do, those with the largest expected gain first.

    Args:
        plain: figures with codes as strings.
        names: words for levels that are codes.
        own: threshold of the run.
    """
    found = [
        action
        for name in departments_in(plain)
        for action in (
            *_review(plain, name, own),
            *_blocking(plain, name),
            *_errors(plain, name),
            *_groups(plain, name, names),
        )
    ]
    found += _sparse(plain)
    return sorted(found, key=lambda one: (one.gain is None, -(one.gain or 0), one.department, one.does))


def _review(plain: pl.DataFrame, name: str, own: float) -> Iterator[Action]:
    waiting = overall(plain, name, "in_review")
    if not waiting:
        return
    points = points_of(plain, name)
    does = f"Have a clerk review the doubtful pairs of {waiting:,} {_people(waiting)} (review export {name})"
    if not knows_truth(plain):
        yield Action(
            name,
            does,
            None,
            f"at most {waiting:,} {_people(waiting)} more; how many cannot be counted here",
            "review",
        )
    elif points:
        nearest = min(points, key=lambda level: (abs(level - own), level))
        gain = points[min(points)][1] - points[nearest][1]
        if gain > 0:
            yield Action(
                name, does, gain, "right pairs between the review threshold and the link threshold", "review"
            )


def _blocking(plain: pl.DataFrame, name: str) -> Iterator[Action]:
    lost = overall(plain, name, "blocking_missed")
    if lost:
        yield Action(
            name, "Block on one rule more: true pairs were never compared", lost,
            "missed people whose true pair no blocking rule brought up; a rule costs pairs and time", "block",
        )  # fmt: skip


def _errors(plain: pl.DataFrame, name: str) -> Iterator[Action]:
    right, present = overall(plain, name, "recall"), present_in(plain, name)
    if right is None or present is None:
        return
    rows = plain.filter(
        pl.col("department") == name,
        pl.col("breakdown") == "error",
        pl.col("measure") == "recall",
        pl.col("level") != "none",
        pl.col("numerator").is_not_null(),
    ).sort("level")
    for row in rows.iter_rows(named=True):
        others = present - row["denominator"]
        if not others:
            continue
        rest = (right - row["numerator"]) / others
        identifier = row["level"].replace("_", " ")
        if row["high"] < rest:
            yield Action(
                name, f"Ask for {identifier} to be checked at the source",
                row["denominator"] * (rest - row["value"]),
                f"{row['denominator']:,} people have it wrong on one side and are found less often than the others",
                "check", at_most=True,
            )  # fmt: skip


def _groups(plain: pl.DataFrame, name: str, names: Names) -> Iterator[Action]:
    wide = gaps(plain).with_columns(pl.col("department", "breakdown", "measure").cast(pl.String)).filter(
        pl.col("department") == name, pl.col("measure") == "recall", pl.col("bound").is_not_null(),
        pl.col("gap_low") > 0,
    )  # fmt: skip
    for row in wide.iter_rows(named=True):
        group = f"{BREAKDOWNS[row['breakdown']].lower()} “{level_word(row['breakdown'], row['worst'], names)}”"
        yield Action(
            name, f"Look at {group}", row["gap"] * row["worst_of"],
            f"{row['worst_of']:,} people, found {100 * row['gap']:.1f} points less often than everybody else",
            "group", at_most=True,
        )  # fmt: skip


def _sparse(plain: pl.DataFrame) -> Iterator[Action]:
    rows = plain.filter(
        pl.col("measure") == "completeness", pl.col("value") < SPARSE, pl.col("level") != "middle_name"
    ).sort("value", "department", "level")
    for row in rows.iter_rows(named=True):
        who = "councils" if row["department"] == "council" else TITLES[row["department"]]
        yield Action(
            row["department"], f"Ask {who} for {row['level'].replace('_', ' ')}", None,
            f"it is there in {100 * row['value']:.0f}% of the records; what it would find is not counted here "
            "(job assess tells)",
            "ask",
        )  # fmt: skip


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


def action_section(found: list[Action]) -> str:
    """The actions, ranked."""
    if not found:
        return html.paragraph("Nothing in the figures asks for action.")
    head = ("Do", "Where", "Expected gain", "How that is known")
    first, rest = shown_first(found)
    open_to_all = html.table("What to do next, by expected gain, at most two of a kind", head, map(_row, first))
    more = html.opened(f"{len(rest)} more", html.table("Further actions", head, map(_row, rest))) if rest else ""
    return open_to_all + html.paragraph(OVERLAP) + more


def shown_first(ranked: list[Action]) -> tuple[list[Action], list[Action]]:
    """Those that stand open, and the others, both in their order."""
    first: list[Action] = []
    for one in ranked:
        if len(first) < SHOWN and sum(other.kind == one.kind for other in first) < OF_A_KIND:
            first.append(one)
    return first, [one for one in ranked if one not in first]


def _row(one: Action) -> tuple[str, str, str, str]:
    return one.does, TITLES[one.department], _gain(one), one.basis


def _gain(action: Action) -> str:
    if action.gain is None:
        return "not counted"
    whole = round(action.gain)
    if whole < 1:
        return "under 1 person"
    return f"{'up to' if action.at_most else 'about'} {whole:,} {_people(whole)}"
