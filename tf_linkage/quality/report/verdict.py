"""The verdict: for each department how many were found, how many links are right, and how sure that is.

A light stands only where a limit set beforehand decides it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.quality import NO_CASE, SUBGROUPS
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.pages.html import Tile
from tf_linkage.pages.words import percent, with_interval
from tf_linkage.quality.bounds.floors import GAP_BOUNDS, UNBOUNDED, floor_results, gaps, kept_by_value
from tf_linkage.quality.report.words import TITLES, departments_in, knows_truth, word

PEOPLE_AND_LINKS = (
    "People are those sent to a department; a link joins one of them to one record of its register. A register may "
    "hold a person twice, and a person may be linked to the wrong record: people found, people linked and links "
    "are therefore three numbers. Intervals tell chance within this world, not how another world would differ."
)
RECALL_AND_PRECISION = "What is called found here is recall below, and right is precision."
NO_TRUTH = (
    "No verdict: the truth is not known here. What follows says how many were linked and what the model expects of "
    "itself, not how many links are right or how many people were missed."
)

Row = Mapping[str, Any]


def verdict(plain: pl.DataFrame) -> str:
    """The verdict in a few sentences: which limits set beforehand were kept, how wide they are, whom none judges.

    Args:
        plain: figures with codes as strings (`words.plain_figures`).
    """
    if not knows_truth(plain):
        return NO_TRUTH
    judged = [(row["status"], f"{TITLES[row['department']]}, {word(row['measure']).lower()}", "everybody")
              for row in floor_results(plain).iter_rows(named=True)]  # fmt: skip
    judged += [
        (row["status"], f"{TITLES[row['department']]}, {word(row['measure']).lower()}", f"by {row['breakdown']}")
        for row in gaps(plain).filter(pl.col("bound").is_not_null()).iter_rows(named=True)
    ]
    by_status = {
        status: [f"{what} {whom.replace('_', ' ')}" for given, what, whom in judged if given == status]
        for status in ("kept", "missed", "in doubt", "not judged")
    }
    total, kept = len(judged), len(by_status["kept"])
    if kept == total:
        return f"All {total} limits set beforehand are kept{_unsure(plain)}.{_limits(plain)}"
    said = [f"{kept} of {total} limits set beforehand are kept{_unsure(plain)}"]
    for status, so in (("missed", "missed beyond doubt"), ("in doubt", "in doubt"), ("not judged", "not judged")):
        if by_status[status]:
            named = "; ".join(by_status[status][:4])
            more = f"; and {len(by_status[status]) - 4} more" if len(by_status[status]) > 4 else ""
            said.append(f"{len(by_status[status])} {so} ({named}{more})")
    return f"{', '.join(said)}.{_limits(plain)}"


def _unsure(plain: pl.DataFrame) -> str:
    """How many gaps are within their bound by their value alone, and not by their whole interval."""
    by_value = sum(map(kept_by_value, gaps(plain).iter_rows(named=True)))
    return f" ({by_value} of them by the figure alone, not by its whole interval)" if by_value else ""


def _limits(plain: pl.DataFrame) -> str:
    """How far the limits lie from the figures, and how many groups no limit judges."""
    floors = floor_results(plain).with_columns(pl.col("department", "measure").cast(pl.String)).filter(
        pl.col("department").is_in(departments_in(plain)), pl.col("value").is_not_null()
    )  # fmt: skip
    said = []
    for measure, what in (("recall", "found"), ("precision", "right")):
        at = floors.filter(pl.col("measure") == measure)
        if at.is_empty():
            continue
        asked = _span([f"{100 * value:.0f}%" for value in at["floor"].sort()])
        was = _span([percent(value) for value in at["value"].sort()])
        said.append(f"at least {asked} {what}, where it was {was}")
    bounds = " and ".join(f"{100 * bound:.0f} points in {measure}" for measure, (bound, _) in GAP_BOUNDS.items())
    said.append(f"groups at most {bounds} below everybody else")
    groups = plain.filter(
        pl.col("measure") == "recall",
        pl.col("breakdown").is_in(SUBGROUPS),
        pl.col("level") != NO_CASE,
        pl.col("department").is_in(departments_in(plain)),
    )
    hard = groups.filter(pl.col("breakdown").is_in(UNBOUNDED), pl.col("value").is_not_null()).height
    small = groups.filter(pl.col("value").is_null()).height
    cases, few = "case" if hard == 1 else "cases", "group" if small == 1 else "groups"
    return (
        f" The limits are wide: {'; '.join(said)}. No limit is set for {hard:,} hard {cases} and {small:,} "
        f"{few} of fewer than ten people in a register (counted department by department)."
    )


def _span(words: list[str]) -> str:
    return words[0] if words[0] == words[-1] else f"{words[0]} to {words[-1]}"


def tiles(plain: pl.DataFrame) -> list[tuple[str, list[Tile]]]:
    """Three tiles for each department, under its title: found, right, sure.

    Args:
        plain: figures with codes as strings.
    """
    of = _with_truth if knows_truth(plain) else _without_truth
    floors = {(row["department"], row["measure"]): row for row in floor_results(plain).iter_rows(named=True)}
    overall = plain.filter(pl.col("breakdown") == "all")
    found = []
    for name in departments_in(overall):
        rows = {row["measure"]: row for row in overall.filter(pl.col("department") == name).iter_rows(named=True)}
        limits = {measure: row for (department, measure), row in floors.items() if department == name}
        found.append((_in_full(name), of(rows, limits)))
    return found


def _in_full(name: str) -> str:
    """A department by its short name and its name in full."""
    return f"{TITLES[name]}, {DEPARTMENTS[name].title}" if name in DEPARTMENTS else TITLES[name]


def _with_truth(rows: Mapping[str, Row], limits: Mapping[str, Row]) -> list[Tile]:
    recall, precision = rows["recall"], rows["precision"]
    return [
        Tile(
            "Found",
            percent(recall["value"]),
            f"{_of(recall)} people whom its register holds were linked rightly; {_count(rows, 'missed')} "
            f"missed. {_asked(limits.get('recall'))}",
            _light(limits.get("recall")),
        ),
        Tile(
            "Right",
            percent(precision["value"]),
            f"{_of(precision)} links are of one person; {_others(rows)} somebody else's. "
            f"{_asked(limits.get('precision'))}",
            _light(limits.get("precision")),
        ),
        Tile(
            "Found, sure to",
            _within(recall),
            f"95% intervals: found {_interval(recall)}; right {_interval(precision)} ({_within(precision)}).",
        ),
    ]


def _without_truth(rows: Mapping[str, Row], _: Mapping[str, Row]) -> list[Tile]:
    rate, expected = rows.get("match_rate"), rows.get("expected_precision")
    return [
        Tile(
            "Linked",
            "–" if rate is None else percent(rate["value"]),
            f"{'' if rate is None else _of(rate)} people sent. How many of the others are in its register is not "
            "known, so this is not the share found.",
        ),
        Tile(
            "Right, as the model expects",
            "–" if expected is None else percent(expected["value"]),
            "What its own probabilities expect; nobody has counted.",
        ),
        Tile(
            "Sure",
            "not known",
            "A clerk's review (review export) tells how many links are right; a rehearsal with the same settings, "
            "how many people a linkage like this misses.",
        ),
    ]


def _of(row: Row) -> str:
    if row["numerator"] is None or row["denominator"] is None:
        return with_interval(row) + " of"
    return f"{row['numerator']:,} of {row['denominator']:,}"


def _count(rows: Mapping[str, Row], measure: str) -> str:
    row = rows.get(measure)
    return "too few to show" if row is None or row["numerator"] is None else f"{row['numerator']:,}"


def _others(rows: Mapping[str, Row]) -> str:
    count = _count(rows, "false_links")
    return f"{count} {'is' if count == '1' else 'are'}"


def _asked(limit: Row | None) -> str:
    return "No limit was set." if limit is None else f"At least {100 * limit['floor']:.0f}% is asked."


def _light(limit: Row | None) -> str:
    return "" if limit is None else str(limit["status"])


def _interval(row: Row) -> str:
    return "not shown" if row["low"] is None else f"{100 * row['low']:.1f} to {100 * row['high']:.1f}%"


def _within(row: Row) -> str:
    """Half the interval, in points."""
    return "–" if row["low"] is None else f"±{50 * (row['high'] - row['low']):.1f} points"
