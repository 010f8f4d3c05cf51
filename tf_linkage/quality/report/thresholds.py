"""Which threshold to take, with what it gains and costs: counted from the figures of the run.

Without the truth nothing is advised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.pages import html
from tf_linkage.quality.bounds.floors import QUALITY_FLOORS
from tf_linkage.quality.report.words import TITLES, departments_in, knows_truth

BEYOND_CHANCE = 1.96
"""Standard deviations by which right links must outweigh false ones for a change to be advised (sign test, 5%)."""

RULE = (
    "A threshold is the probability, by the model, that two records are of one person, from which they are linked. "
    "Recommended is the one at which false links and missed people together are fewest, among those whose "
    "precision keeps the department's floor; the run's own, unless the difference is beyond chance (sign test, "
    "5%). One false link weighs as much here as one missed person."
)


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
        lowest: the lowest threshold tried.
        highest: the highest.
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
    lowest: float
    highest: float


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
    points = points_of(plain, name)
    present = present_in(plain, name)
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
    ends = (min(points), max(points))
    if beyond or nearest not in kept:
        return Recommendation(name, nearest, best, right, false, best, right, false, present, *ends)
    return Recommendation(name, nearest, nearest, 0, 0, best, right, false, present, *ends)


def points_of(plain: pl.DataFrame, name: str) -> dict[float, tuple[int, int]]:
    """By threshold, links and right links; a figure that may not be shown is left out."""
    at = plain.filter(
        pl.col("department") == name,
        pl.col("breakdown") == "threshold",
        pl.col("measure") == "precision",
        pl.col("numerator").is_not_null(),
    )
    return {float(level): (links, right) for level, links, right in
            at.select("level", "denominator", "numerator").iter_rows()}  # fmt: skip


def present_in(plain: pl.DataFrame, name: str) -> int | None:
    """How many of those sent a department's register holds; None where that is not known."""
    return overall(plain, name, "recall", "denominator")


def overall(plain: pl.DataFrame, name: str, measure: str, part: str = "numerator") -> int | None:
    """A department's count over everybody; None where it may not be shown."""
    at = plain.filter(
        pl.col("department") == name, pl.col("breakdown") == "all", pl.col("measure") == measure
    ).get_column(part)
    return None if at.is_empty() or at.item() is None else int(at.item())


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
            TITLES[one.department], f"{one.own:g}", f"{one.advised:g}",
            "keep" if one.advised == one.own else "change",
            f"{one.right:+,}" if one.advised != one.own else "0",
            f"{one.false:+,}" if one.advised != one.own else "0",
            _tried(one),
        )
        for one in advised
    ]  # fmt: skip
    head = (
        "Department", "Of this run", "Recommended", "So", "Right links", "False links", "Best of those tried",
    )  # fmt: skip
    return (
        html.lead(_in_words(advised))
        + html.bullets(_beware(advised))
        + html.paragraph(RULE)
        + html.table("Recommended threshold, what it gains and what it costs", head, rows)
    )


def _in_words(advised: list[Recommendation]) -> str:
    """Which threshold to take, what it gains and what it costs."""
    kept = [f"{TITLES[one.department]} at {one.own:g}" for one in advised if one.advised == one.own]
    said = [f"Keep {_listed(kept)}."] if kept else []
    said += [
        f"Take {one.advised:g} for {TITLES[one.department]} instead of {one.own:g}: "
        f"{change(one.right, 'right')} and {change(one.false, 'false')}{_at_the_end(one)}."
        for one in advised
        if one.advised != one.own
    ]
    return " ".join(said)


def _at_the_end(one: Recommendation) -> str:
    """That no threshold beyond was tried: a better one may lie there."""
    for end, further in ((one.lowest, "lower"), (one.highest, "higher")):
        if one.advised == end:
            return f"; no {further} one was tried, and one may be better still"
    return ""


def _beware(advised: list[Recommendation]) -> list[str]:
    """What a false link does to somebody, where a department says so: it may weigh more than a missed person."""
    return [
        f"For {TITLES[one.department]} a false link may weigh more than a missed person: it {harm}."
        for one in advised
        if one.department in DEPARTMENTS and (harm := DEPARTMENTS[one.department].false_link)
    ]


def change(links: int, which: str) -> str:
    """How many links more or fewer."""
    return f"{abs(links):,} {which} {'link' if abs(links) == 1 else 'links'} {'fewer' if links < 0 else 'more'}"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _tried(one: Recommendation) -> str:
    if one.best == one.own:
        return "this run's own"
    if one.advised != one.own:
        return f"the one recommended (recall {100 * one.right / one.present:+.1f} points)"
    return f"{one.best:g}: {one.best_right:+,} right, {one.best_false:+,} false, which may be chance"
