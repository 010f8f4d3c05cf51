"""Which threshold to take, with what it gains and costs: counted from the figures of the run.

Without the truth nothing is advised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.pages import html
from tf_linkage.quality.bounds.floors import QUALITY_FLOORS
from tf_linkage.quality.report.words import TITLES, departments_in, knows_truth

BY_CHANCE = 0.05
"""How seldom chance alone may make a change look as good as it does for it to be advised."""

RULE = (
    "A threshold is the probability, by the model, that two records are of one person, from which they are linked. "
    "Recommended is the one with fewest false links and missed people together, each weighing the same, of those "
    "whose precision keeps the department's floor; the run's own, unless the difference is beyond chance (exact "
    "two-sided sign test, 5%)."
)


class Point(NamedTuple):
    """What a threshold gives: links, those of them that are right, and people found."""

    links: int
    right: int
    found: int

    @property
    def false(self) -> int:
        """Links that are somebody else's."""
        return self.links - self.right


@dataclass(frozen=True)
class Recommendation:
    """A department's threshold, and what it changes against the run's own.

    Attributes:
        department: its name.
        own: the threshold tried that is nearest the run's own.
        advised: the threshold advised.
        missed: people missed at the threshold advised.
        wrong: false links there.
        found: people found besides (negative: lost).
        false: false links gained (negative: shed).
        best: threshold with fewest errors, which chance may have picked.
        best_found: people found besides there.
        best_false: false links gained there.
        present: people whom the register holds.
        lowest: the lowest threshold tried.
        highest: the highest.
    """

    department: str
    own: float
    advised: float
    missed: int
    wrong: int
    found: int
    false: int
    best: float
    best_found: int
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
    kept = [level for level, at in points.items() if at.links and at.right / at.links >= floor]
    if not kept:
        return None

    def errors(level: float) -> int:
        return points[level].false + present - points[level].found

    best = min(kept, key=lambda level: (errors(level), abs(level - nearest), level))
    found = points[best].found - points[nearest].found
    false = points[best].false - points[nearest].false
    better, worse = max(found, 0) + max(-false, 0), max(-found, 0) + max(false, 0)
    beyond = better > worse and sign_test(better, worse) < BY_CHANCE
    ends = (min(points), max(points))
    change = beyond or nearest not in kept
    advised, gained = (best, (found, false)) if change else (nearest, (0, 0))
    costs = present - points[advised].found, points[advised].false
    return Recommendation(name, nearest, advised, *costs, *gained, best, found, false, present, *ends)


def sign_test(better: int, worse: int) -> float:
    """How often fair coins, as many as there are differences, fall as unevenly as this, or more: the exact p-value.

    Two-sided. It allows for no choice among several thresholds.

    >>> round(sign_test(9, 2), 3)
    0.065
    """
    tossed = better + worse
    ways = sum(math.comb(tossed, number) for number in range(max(better, worse), tossed + 1))
    return min(1.0, float(Fraction(2 * ways, 2**tossed)))


def points_of(plain: pl.DataFrame, name: str) -> dict[float, Point]:
    """What each threshold gives; one of which a figure may not be shown is left out."""
    at = plain.filter(
        pl.col("department") == name, pl.col("breakdown") == "threshold", pl.col("numerator").is_not_null()
    )
    of_links, of_people = (
        {level: (had, of) for level, had, of in
         at.filter(pl.col("measure") == measure).select("level", "numerator", "denominator").iter_rows()}
        for measure in ("precision", "recall")
    )  # fmt: skip
    return {
        float(level): Point(links, right, of_people[level][0])
        for level, (right, links) in of_links.items()
        if level in of_people
    }


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
            TITLES[one.department], f"{one.own:g}", f"{one.advised:g}", _costs(one, one.missed, -one.found),
            _costs(one, one.wrong, one.false), _tried(one),
        )
        for one in advised
    ]  # fmt: skip
    head = (
        "Department", "Of this run", "Recommended", "People missed", "False links", "Best of those tried",
    )  # fmt: skip
    return (
        html.lead(_in_words(advised))
        + html.bullets(_beware(advised))
        + html.paragraph(RULE)
        + html.table("Recommended threshold, and what it costs", head, rows)
    )


def _in_words(advised: list[Recommendation]) -> str:
    """Which threshold to take, what it gains and what it costs."""
    kept = [f"{TITLES[one.department]} at {one.own:g}" for one in advised if one.advised == one.own]
    said = [f"Keep {_listed(kept)}."] if kept else []
    said += [
        f"Take {one.advised:g} for {TITLES[one.department]} instead of {one.own:g}: "
        f"{in_words(one)}{_at_the_end(one)}."
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


def in_words(one: Recommendation) -> str:
    """What the threshold advised gives more and fewer of."""
    people, links = "person" if abs(one.found) == 1 else "people", "link" if abs(one.false) == 1 else "links"
    return (
        f"{abs(one.found):,} {people} {'fewer' if one.found < 0 else 'more'} found, "
        f"{abs(one.false):,} false {links} {'fewer' if one.false < 0 else 'more'}"
    )


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _costs(one: Recommendation, number: int, change: int) -> str:
    """A number at the threshold advised, and what it is more or less than that of the run."""
    return f"{number:,}" if one.advised == one.own else f"{number:,} ({change:+,})"


def _tried(one: Recommendation) -> str:
    if one.best == one.own:
        return "this run's own"
    if one.advised != one.own:
        return f"the one recommended (recall {100 * one.found / one.present:+.1f} points)"
    return f"{one.best:g}: {one.best_found:+,} found, {one.best_false:+,} false, which may be chance"
