"""For whom the linkage is worse: gaps and what drives them. The words and tables of that section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.quality import BREAKDOWNS
from tf_linkage.pages import html
from tf_linkage.pages.picture import Names
from tf_linkage.pages.words import percent
from tf_linkage.quality.bounds.floors import GAP_BOUNDS, gaps, kept_by_value
from tf_linkage.quality.bounds.gap_causes import OTHER
from tf_linkage.quality.report.words import TITLES, departments_in, identifier_word, level_word, word


def gap_sentences(plain: pl.DataFrame, names: Names, causes: pl.DataFrame | None) -> Iterator[str]:
    """For each department the widest gap in recall that is no chance, its main error, and the worst hard case."""
    recall = gaps(plain).filter(pl.col("measure").cast(pl.String) == "recall")
    found, hard = recall.filter(pl.col("bound").is_not_null()), recall.filter(pl.col("bound").is_null())
    for name in departments_in(plain):
        widest = found.filter(pl.col("department").cast(pl.String) == name, pl.col("gap_low") > 0).sort(
            "gap", "breakdown", descending=[True, False]
        )
        if widest.is_empty():
            yield from _unseen(name, found, names)
        for row in widest.head(1).iter_rows(named=True):
            yield _widest(row, names, causes)
        for row in hard.filter(pl.col("department").cast(pl.String) == name).iter_rows(named=True):
            yield (
                f"{TITLES[name]}: the worst hard case is “{level_word(row['breakdown'], row['worst'], names)}”: "
                f"recall {_against(row)}{'' if row['gap_low'] > 0 else DOUBTFUL}."
            )


def worst_group(plain: pl.DataFrame, names: Names, causes: pl.DataFrame | None) -> str:
    """The widest gap in recall of all departments, by the rule that it goes by, and what that rule leaves out.

    The widest beyond chance of the groups that limits judge, and why; beside it the widest hard case, and the
    widest gap that chance may have made.

    Args:
        plain: figures with codes as strings.
        names: words for levels that are codes.
        causes: `contracts.outputs.quality.GapCauses`.
    """
    found = (
        gaps(plain)
        .filter(pl.col("measure").cast(pl.String) == "recall")
        .sort("gap", "department", "breakdown", descending=[True, False, False])
    )
    judged, hard = found.filter(pl.col("bound").is_not_null()), found.filter(pl.col("bound").is_null())
    said = []
    real, doubtful = (judged.filter(one) for one in (pl.col("gap_low") > 0, pl.col("gap_low") <= 0))
    if not real.is_empty():
        widest = _widest(real.row(0, named=True), names, causes)
        said.append(f"Beyond chance between groups, cases that are hard by design left out: {widest}")
    elif not judged.is_empty():
        said.append("No group is found less often than everybody else beyond chance (hard cases left out).")
    for row in hard.filter(pl.col("gap") > 0).head(1).iter_rows(named=True):
        said.append(f"The widest of the hard cases: {_named(row, names)}{'' if row['gap_low'] > 0 else DOUBTFUL}.")
    for row in doubtful.filter(pl.col("gap") > 0).head(1).iter_rows(named=True):
        said.append(f"The widest gap that chance may have made: {_named(row, names)}.")
    return " ".join(said)


DOUBTFUL = ", which may be chance"


def _named(row: dict[str, Any], names: Names) -> str:
    """A gap by its group, with its interval."""
    return (
        f"{TITLES[row['department']]}, {BREAKDOWNS[row['breakdown']].lower()} "
        f"“{level_word(row['breakdown'], row['worst'], names)}”, {_gap(row)} points"
    )


def _widest(row: dict[str, Any], names: Names, causes: pl.DataFrame | None) -> str:
    return (
        f"{TITLES[row['department']]}: recall's widest gap beyond chance, {BREAKDOWNS[row['breakdown']].lower()} "
        f"“{level_word(row['breakdown'], row['worst'], names)}”: {percent(row['worst_value'])} of "
        f"{row['worst_of']:,}, {_gap(row)} points below everybody else{_mostly(row, causes)}."
    )


def _unseen(name: str, found: pl.DataFrame, names: Names) -> Iterator[str]:
    """That no gap is beyond chance, and how wide one could be all the same."""
    says = f"{TITLES[name]}: hard cases apart, no group's recall lies below everybody else's beyond chance"
    rows = found.filter(pl.col("department").cast(pl.String) == name).sort(
        "gap_high", "breakdown", descending=[True, False]
    )
    for row in rows.head(1).iter_rows(named=True):
        says += (
            f"; that is not to say that none does: for {BREAKDOWNS[row['breakdown']].lower()} "
            f"“{level_word(row['breakdown'], row['worst'], names)}” a gap of up to {100 * row['gap_high']:.1f} "
            "points is not ruled out"
        )
    yield f"{says}."


def gaps_not_kept(plain: pl.DataFrame, names: Names) -> Iterator[str]:
    """Each bounded gap that is missed or in doubt, by name and with its figures, the missed first."""
    for status in ("missed", "in doubt"):
        for row in gaps(plain).filter(pl.col("status").cast(pl.String) == status).iter_rows(named=True):
            yield (
                f"{status.capitalize()}: {TITLES[row['department']]}, {BREAKDOWNS[row['breakdown']].lower()} "
                f"“{level_word(row['breakdown'], row['worst'], names)}”: {word(row['measure']).lower()} "
                f"{_against(row)}, where at most {100 * row['bound']:.0f} are allowed."
            )


def gap_section(plain: pl.DataFrame, names: Names, causes: pl.DataFrame | None) -> str:
    """The gaps and what drives them."""
    rows = [
        (
            f"{TITLES[row['department']]}, {word(row['measure']).lower()}, {BREAKDOWNS[row['breakdown']].lower()}",
            level_word(row["breakdown"], row["worst"], names) if row["gap"] > 0 else "none",
            percent(row["worst_value"]),
            percent(row["rest_value"]),
            _gap(row),
            "no bound" if row["bound"] is None else f"{100 * row['bound']:.0f}",
            _verdict(row),
        )
        for row in gaps(plain).iter_rows(named=True)
    ]
    if not rows:
        return ""
    words = (
        "Each breakdown's worst group is held against everybody else. The worst of many is picked after "
        "looking, so small gaps are found even where there are none: intervals are widened for that. A gap is "
        "“kept” when its whole interval is at most the bound; “kept, unsure” when the gap itself is, but its "
        "interval reaches above; “in doubt” when the gap is above the bound but its interval reaches down to it; "
        "“missed” when the whole interval lies above. Where no group is found less often than all others, the "
        "worst is “none”."
    )
    bounds = [
        f"{word(name)}: at most {100 * bound:.0f} points. {reason}." for name, (bound, reason) in GAP_BOUNDS.items()
    ]
    head = ("Figure", "Worst group", "There", "All others", "Gap in points (95%)", "At most", "Verdict")
    real = [row for row, gap in zip(rows, gaps(plain).iter_rows(named=True), strict=True) if gap["gap_low"] > 0]
    beyond = html.table("Gaps beyond chance", head, real) if real else html.paragraph("No gap is beyond chance.")
    return (
        html.paragraph(words)
        + html.bullets(bounds)
        + beyond
        + html.opened("Every gap as a table", html.table("Widest gaps", head, rows))
        + _causes(plain, names, causes)
    )


def _verdict(row: dict[str, Any]) -> str:
    """What a gap is beside its bound: one that is kept by its value alone is not called so without a word."""
    if row["bound"] is None:
        return ""
    status = str(row["status"])
    return f"{status}, unsure" if kept_by_value(row) else status


def _causes(plain: pl.DataFrame, names: Names, causes: pl.DataFrame | None) -> str:
    if causes is None or causes.is_empty():
        return ""
    said = causes.with_columns(pl.col("department", "breakdown").cast(pl.String))
    beyond = gaps(plain).with_columns(pl.col("department", "breakdown", "measure").cast(pl.String)).filter(
        pl.col("measure") == "recall", pl.col("gap_low") > 0
    )  # fmt: skip
    shown = said.join(beyond, on=["department", "breakdown"], how="semi", maintain_order="left")
    tables = [_cause_rows(table, names) for table in (shown, said)]
    head = (
        "Gap",
        "Identifier wrong or missing",
        "In the group",
        "Elsewhere",
        "Cost in points (95%)",
        "Part of the gap",
    )
    words = (
        "What drives the gaps: how much more often an identifier is wrong or missing in the group, times what "
        "such an error costs in recall. The parts of a gap add up to it; “other” is what no recorded error "
        "accounts for."
    )
    first = html.table("Gaps beyond chance, by error", head, tables[0]) if tables[0] else ""
    return html.paragraph(words) + first + html.opened(
        "Every gap by error, as a table", html.table("Gaps in recall, by error", head, tables[1])
    )  # fmt: skip


def _cause_rows(table: pl.DataFrame, names: Names) -> list[tuple[str, ...]]:
    return [
        (
            f"{TITLES[row['department']]}, {BREAKDOWNS[row['breakdown']].lower()}: "
            f"{level_word(row['breakdown'], row['worst'], names)}",
            identifier_word(row["error"]),
            percent(row["share_worst"]),
            percent(row["share_rest"]),
            _cost(row),
            f"{100 * row['part']:z.1f}",
        )
        for row in table.iter_rows(named=True)
    ]


def _cost(row: dict[str, float | None]) -> str:
    cost, low, high = (row[name] for name in ("cost", "cost_low", "cost_high"))
    if cost is None or low is None or high is None:
        return "–"
    return f"{100 * cost:z.1f} ({100 * low:z.1f} to {100 * high:z.1f})"


def _gap(row: dict[str, float]) -> str:
    return f"{100 * row['gap']:z.1f} ({100 * row['gap_low']:z.1f} to {100 * row['gap_high']:z.1f})"


def _against(row: dict[str, float]) -> str:
    """The worst group's figure next to everybody else's, and the gap."""
    return (
        f"{percent(row['worst_value'])} of {row['worst_of']:,}, against {percent(row['rest_value'])} of all "
        f"others, a gap of {_gap(row)} points"
    )


def _mostly(gap: dict[str, object], causes: pl.DataFrame | None) -> str:
    """The error with the largest part in a gap, what the others add, and what is left over, in words."""
    if causes is None:
        return ""
    parts = causes.with_columns(pl.col("department", "breakdown").cast(pl.String)).filter(
        pl.col("department") == gap["department"], pl.col("breakdown") == gap["breakdown"]
    )
    by_error = dict(parts.select("error", "part").iter_rows())
    left = by_error.pop(OTHER, 0.0)
    if not by_error:
        return ""
    error = max(sorted(by_error), key=lambda name: by_error[name])
    of_all = sum(by_error.values()) + left
    largest, others = by_error[error], sum(by_error.values()) - by_error[error]
    if largest <= 0:
        return f". Why: no recorded error accounts for any of these {100 * of_all:z.1f} points"
    parts_shown = [f"{100 * part:z.1f}" for part in (largest, others, left)]
    adds_up = round(sum(map(float, parts_shown)), 1) == round(100 * of_all, 1)
    return (
        f". Why: of these {100 * of_all:z.1f} points {parts_shown[0]} come with a wrong or missing "
        f"{identifier_word(error)}, {parts_shown[1]} with all other errors together; for {parts_shown[2]} no "
        f"recorded error accounts{'' if adds_up else ' (rounded)'}"
    )
