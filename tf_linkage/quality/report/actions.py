"""What to do next: actions by their expected gain, and apart from them what could at most be found elsewhere.

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
from tf_linkage.quality.report.thresholds import (
    Recommendation,
    in_words,
    overall,
    points_of,
    present_in,
    recommendations,
)
from tf_linkage.quality.report.words import TITLES, departments_in, identifier_word, knows_truth, level_word

SHOWN, OF_A_KIND = 6, 3
"""How many actions stand open, and how many of them may be of one kind: six of one would hide the others."""

CEILINGS = 3
"""How many actions of which only the most that they could find is known stand open."""

SPARSE = 0.95
"""Share of records with an identifier below which it is worth asking for."""

EXPECTED = (
    "“About” is a gain to be expected: counted on this run's pairs, or estimated from what an error costs where "
    "the others are equal. Gains overlap, since one person may be in several lines: they cannot be added up."
)
AT_MOST = (
    "“Up to” is a ceiling: what would be found if all of it were cured, which no single step does. Ceilings are "
    "not to be set beside the gains above."
)
ASSESS = (
    "Besides: run “tf-linkage assess”. It says what linkage error does to the findings, what each identifier would "
    "find if a department were told it, and how the figures range over other worlds."
)
ONE_OF_THE_TWO = "the same pairs as {}: do one of the two"


@dataclass(frozen=True)
class Action:
    """Something to do.

    Attributes:
        department: where.
        does: what.
        gain: expected gain in people found; None where nothing can be counted.
        basis: how the gain is known.
        kind: what sort of thing it is to do.
        at_most: whether the gain is a ceiling only.
        says: the gain in words, where it is more than people found.
    """

    department: str
    does: str
    gain: float | None
    basis: str
    kind: str
    at_most: bool = False
    says: str = ""


def actions(plain: pl.DataFrame, names: Names, own: float, causes: pl.DataFrame | None = None) -> list[Action]:
    """What to do: expected gains from the largest, then ceilings from the largest, then what cannot be counted.

    Args:
        plain: figures with codes as strings.
        names: words for levels that are codes.
        own: threshold of the run.
        causes: `contracts.outputs.quality.GapCauses`: what an error costs. Without it no error is to be checked.
    """
    advised = {one.department: one for one in recommendations(plain, own)}
    found = [
        action
        for name in departments_in(plain)
        for action in (
            *_threshold(plain, name, advised.get(name)),
            *_review(plain, name, own, advised.get(name)),
            *_blocking(plain, name),
            *_errors(plain, name, causes),
            *_groups(plain, name, names),
        )
    ]
    found += _sparse(plain)
    return sorted(
        found, key=lambda one: (one.gain is None, one.at_most, -(one.gain or 0), one.department, one.does)
    )


def _threshold(plain: pl.DataFrame, name: str, advised: Recommendation | None) -> Iterator[Action]:
    """A recommended threshold that is not the run's own; false links count against what it finds."""
    if advised is None or advised.advised == advised.own:
        return
    lower = advised.advised < advised.own
    basis = "people found less false links, counted at that threshold; it costs nobody's time"
    if lower and overall(plain, name, "in_review"):
        basis += f"; {ONE_OF_THE_TWO.format('the review')}"
    yield Action(
        name, f"Take threshold {advised.advised:g} instead of {advised.own:g}",
        float(advised.found - advised.false) if lower else float(-advised.false), basis, "threshold",
        says=in_words(advised),
    )  # fmt: skip


def _review(plain: pl.DataFrame, name: str, own: float, advised: Recommendation | None) -> Iterator[Action]:
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
        gain = points[min(points)].found - points[nearest].found
        basis = f"found from {min(points):g}, the lowest threshold tried, to {nearest:g}, if no clerk errs"
        if advised is not None and advised.advised < advised.own:
            basis += f"; {ONE_OF_THE_TWO.format('the lower threshold')}"
        if gain > 0:
            yield Action(name, does, gain, basis, "review")


def _blocking(plain: pl.DataFrame, name: str) -> Iterator[Action]:
    lost = overall(plain, name, "blocking_missed")
    if lost:
        yield Action(
            name, "Block on one rule more: true pairs were never compared", lost,
            "missed people whose true pair no blocking rule brought up; a rule costs pairs and time", "block",
            at_most=True,
        )  # fmt: skip


def _errors(plain: pl.DataFrame, name: str, causes: pl.DataFrame | None) -> Iterator[Action]:
    """Identifiers whose errors cost recall beyond chance: those with the error, times what it costs each.

    Slopes of errors that come in company may overshoot one another: nobody is promised more than would be found
    if people with the error were found as often as all others.
    """
    right, present = overall(plain, name, "recall"), present_in(plain, name)
    if right is None or present is None or causes is None:
        return
    rows = plain.filter(
        pl.col("department") == name,
        pl.col("breakdown") == "error",
        pl.col("measure") == "recall",
        pl.col("numerator").is_not_null(),
    )
    with_error = {row["level"]: row for row in rows.iter_rows(named=True)}
    for error, (cost, low, high) in costs_of(causes, name).items():
        row = with_error.get(error)
        if row is None or low <= 0 or row["denominator"] >= present:
            continue
        people = row["denominator"]
        rest = (right - row["numerator"]) / (present - people)
        behind = rest - row["value"]
        gain = people * min(cost, behind)
        least = (
            ""
            if cost <= behind
            else f"; they are found {100 * behind:.1f} points less often than all others, and more is not "
            "promised: errors that come with it seem to cost less than nothing"
        )
        if gain > 0:
            yield Action(
                name, f"Ask for {identifier_word(error)} to be checked at the source", gain,
                f"{people:,} people have it wrong or missing on one side; of 100 put right, about "
                f"{100 * gain / people:.0f} more would be found (an error costs {100 * cost:.1f} points of recall, "
                f"{100 * low:.1f} to {100 * high:.1f}){least}",
                "check",
            )  # fmt: skip


def costs_of(causes: pl.DataFrame, name: str) -> dict[str, tuple[float, float, float]]:
    """What each error costs in a department's recall, with its interval; the same behind each of its gaps."""
    at = causes.filter(
        pl.col("department").cast(pl.String) == name,
        pl.all_horizontal(pl.col("cost", "cost_low", "cost_high").is_not_null()),
    ).sort("error")
    return {
        error: (cost, low, high)
        for error, cost, low, high in at.select("error", "cost", "cost_low", "cost_high").iter_rows()
    }


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
            row["department"], f"Ask {who} to fill in {identifier_word(row['level'])} more often", None,
            f"{100 * row['value']:.0f}% of records have it; what more would find, job assess tells",
            "ask",
        )  # fmt: skip


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


def action_section(found: list[Action], *, assess: bool = False) -> str:
    """The actions, ranked: gains to be expected, then ceilings, the rest folded.

    Args:
        found: what `actions` gives.
        assess: whether the longer studies are still to be run.
    """
    besides = html.paragraph(ASSESS) if assess else ""
    if not found:
        return html.paragraph("Nothing in the figures asks for action.") + besides
    expected = [one for one in found if one.gain is not None and not one.at_most]
    ceilings = [one for one in found if one.at_most]
    first, rest = shown_first(expected)
    most, more = shown_first(ceilings, CEILINGS)
    uncounted = [one for one in found if one.gain is None]
    if not first and not most:
        first, rest = shown_first(uncounted)
    else:
        rest += more + uncounted
    parts = []
    if first:
        counted = first[0].gain is not None
        caption = "What to do next" + (", by expected gain" if counted else "") + f", at most {OF_A_KIND} of a kind"
        parts += [html.table(caption, ("Do", "Where", "Expected gain", "How that is known"), map(_row, first))]
        parts += [html.paragraph(EXPECTED)] if counted else []
    if most:
        head = ("Look into", "Where", "At most", "How that is known")
        parts += [html.table("Where more may be lost", head, map(_row, most)), html.paragraph(AT_MOST)]
    if rest:
        head = ("Do", "Where", "Gain", "How that is known")
        parts.append(html.opened(f"{len(rest)} more", html.table("Further actions", head, map(_row, rest))))
    return "".join(parts) + besides


def shown_first(ranked: list[Action], most: int = SHOWN) -> tuple[list[Action], list[Action]]:
    """Those that stand open, and the others, both in their order."""
    first: list[Action] = []
    for one in ranked:
        if len(first) < most and sum(other.kind == one.kind for other in first) < OF_A_KIND:
            first.append(one)
    return first, [one for one in ranked if one not in first]


def _row(one: Action) -> tuple[str, str, str, str]:
    return one.does, TITLES[one.department], one.says or _gain(one), one.basis


def _gain(action: Action) -> str:
    if action.gain is None:
        return "not counted"
    whole = round(action.gain)
    if whole < 1:
        return "under 1 person"
    return f"{'up to' if action.at_most else 'about'} {whole:,} {_people(whole)}"
