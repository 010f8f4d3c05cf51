"""What to do next: a threshold with what it gains and costs, then actions by their expected gain.

Everything is counted from the figures of the run; without the truth only what needs none is advised.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.outputs.quality import BREAKDOWNS
from tf_linkage.pages import html
from tf_linkage.pages.picture import Names
from tf_linkage.quality.bounds.floors import QUALITY_FLOORS, gaps
from tf_linkage.quality.report.words import TITLES, departments_in, knows_truth, level_word

BEYOND_CHANCE = 1.96
"""Standard deviations by which right links must outweigh false ones for a change to be advised (sign test, 5%)."""

SHOWN = 6
SPARSE = 0.95
"""Share of records with an identifier below which it is worth asking for."""

RULE = (
    "The threshold at which false links and missed people together are fewest, among those whose precision keeps "
    "the department's floor; the run's own, unless the difference is beyond chance (sign test, 5%)."
)
OVERLAP = "Gains overlap, since one person may be in several lines: they cannot be added up."


@dataclass(frozen=True)
class Recommendation:
    """A department's threshold, and what it changes against the run's own.

    Attributes:
        department: its name.
        own: the threshold tried that is nearest the run's own.
        advised: the threshold advised.
        right: right links gained (negative: lost).
        false: false links gained (negative: shed).
        best: threshold with fewest errors, which chance may have picked.
        best_right: right links gained there.
        best_false: false links gained there.
        present: people whom the register holds.
    """

    department: str
    own: float
    advised: float
    right: int
    false: int
    best: float
    best_right: int
    best_false: int
    present: int


@dataclass(frozen=True)
class Action:
    """Something to do.

    Attributes:
        department: where.
        does: what.
        gain: expected gain in people found; None where nothing can be counted.
        basis: how the gain is known.
        at_most: whether other causes may have part in it.
    """

    department: str
    does: str
    gain: float | None
    basis: str
    at_most: bool = False


def recommendations(plain: pl.DataFrame, own: float) -> list[Recommendation]:
    """A threshold for each department; empty without truth.

    Args:
        plain: figures with codes as strings.
        own: threshold of the run.
    """
    if not knows_truth(plain):
        return []
    found = (_recommended(plain, name, own) for name in departments_in(plain))
    return [one for one in found if one is not None]


def _recommended(plain: pl.DataFrame, name: str, own: float) -> Recommendation | None:
    points = _points(plain, name)
    present = _present(plain, name)
    if not points or present is None:
        return None
    floor = next((f.floor for f in QUALITY_FLOORS if (f.department, f.measure) == (name, "precision")), 0.0)
    nearest = min(points, key=lambda level: (abs(level - own), level))
    kept = [level for level, (links, right) in points.items() if links and right / links >= floor]
    if not kept:
        return None

    def errors(level: float) -> int:
        links, right = points[level]
        return (links - right) + (present - right)

    best = min(kept, key=lambda level: (errors(level), abs(level - nearest), level))
    right = points[best][1] - points[nearest][1]
    false = (points[best][0] - points[best][1]) - (points[nearest][0] - points[nearest][1])
    beyond = right - false > BEYOND_CHANCE * math.sqrt(abs(right) + abs(false))
    if beyond or nearest not in kept:
        return Recommendation(name, nearest, best, right, false, best, right, false, present)
    return Recommendation(name, nearest, nearest, 0, 0, best, right, false, present)


def _points(plain: pl.DataFrame, name: str) -> dict[float, tuple[int, int]]:
    """By threshold, links and right links; a figure that may not be shown is left out."""
    at = plain.filter(
        pl.col("department") == name,
        pl.col("breakdown") == "threshold",
        pl.col("measure") == "precision",
        pl.col("numerator").is_not_null(),
    )
    return {float(level): (links, right) for level, links, right in
            at.select("level", "denominator", "numerator").iter_rows()}  # fmt: skip


def _present(plain: pl.DataFrame, name: str) -> int | None:
    return _overall(plain, name, "recall", "denominator")


def _overall(plain: pl.DataFrame, name: str, measure: str, part: str = "numerator") -> int | None:
    at = plain.filter(
        pl.col("department") == name, pl.col("breakdown") == "all", pl.col("measure") == measure
    ).get_column(part)
    return None if at.is_empty() or at.item() is None else int(at.item())


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
    waiting = _overall(plain, name, "in_review")
    if not waiting:
        return
    points = _points(plain, name)
    does = f"Have a clerk review the doubtful pairs of {waiting:,} {_people(waiting)} (review export {name})"
    if not knows_truth(plain):
        yield Action(
            name, does, None, f"at most {waiting:,} {_people(waiting)} more; how many cannot be counted here"
        )
    elif points:
        nearest = min(points, key=lambda level: (abs(level - own), level))
        gain = points[min(points)][1] - points[nearest][1]
        if gain > 0:
            yield Action(name, does, gain, "right pairs between the review threshold and the link threshold")


def _blocking(plain: pl.DataFrame, name: str) -> Iterator[Action]:
    lost = _overall(plain, name, "blocking_missed")
    if lost:
        yield Action(
            name, "Block on one rule more: true pairs were never compared", lost,
            "missed people whose true pair no blocking rule brought up; a rule costs pairs and time",
        )  # fmt: skip


def _errors(plain: pl.DataFrame, name: str) -> Iterator[Action]:
    right, present = _overall(plain, name, "recall"), _present(plain, name)
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
                at_most=True,
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
            at_most=True,
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
        )  # fmt: skip


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


def threshold_section(plain: pl.DataFrame, own: float) -> str:
    """The recommended threshold, with what it gains and costs."""
    advised = recommendations(plain, own)
    if not advised:
        return html.paragraph(
            f"This run linked from {own:g}. Which threshold is best cannot be counted without the truth: take it "
            "from a rehearsal with the same settings, and check it by a clerk's review."
        )
    rows = [
        (
            TITLES[one.department], f"{one.own:g}",
            f"{one.advised:g}" + ("" if one.advised != one.own else " (keep)"),
            f"{one.right:+,}" if one.advised != one.own else "0",
            f"{one.false:+,}" if one.advised != one.own else "0",
            _tried(one),
        )
        for one in advised
    ]  # fmt: skip
    head = ("Department", "Of this run", "Recommended", "Right links", "False links", "Best of those tried")
    return html.paragraph(RULE) + html.table("Recommended threshold, what it gains and what it costs", head, rows)


def _tried(one: Recommendation) -> str:
    if one.best == one.own:
        return "this run's own"
    if one.advised != one.own:
        return f"the one recommended (recall {100 * one.right / one.present:+.1f} points)"
    return f"{one.best:g}: {one.best_right:+,} right, {one.best_false:+,} false, which may be chance"


def action_section(found: list[Action]) -> str:
    """The actions, ranked."""
    if not found:
        return html.paragraph("Nothing in the figures asks for action.")
    rows = [(one.does, TITLES[one.department], _gain(one), one.basis) for one in found]
    head = ("Do", "Where", "Expected gain", "How that is known")
    first = html.table("What to do next, by expected gain", head, rows[:SHOWN])
    rest = rows[SHOWN:]
    return (
        first
        + html.paragraph(OVERLAP)
        + (html.opened(f"{len(rest)} more", html.table("Further actions", head, rest)) if rest else "")
    )


def _gain(action: Action) -> str:
    if action.gain is None:
        return "not counted"
    whole = round(action.gain)
    if whole < 1:
        return "under 1 person"
    return f"{'up to' if action.at_most else 'about'} {whole:,} {_people(whole)}"
