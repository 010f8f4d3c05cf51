"""The report: one page from which a reader learns how good the linkage is, for whom worse, and how sure that is.

Belongs here: the sections and their sentences. Does not belong here: figures, pictures, or HTML as such.

The page is made of `contracts.quality.Metrics` alone, so it can hold no score of a pair, no reference and no
identifier. It opens from a file, without a network and without scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib.resources import files

import polars as pl

from tf_linkage.contracts.quality import BREAKDOWNS, MEASURES, SUBGROUPS
from tf_linkage.quality import html
from tf_linkage.quality.assessing import Assessment
from tf_linkage.quality.assessing import sections as assessment_sections
from tf_linkage.quality.floors import GAP_BOUNDS, floor_results, gaps
from tf_linkage.quality.measures import figure
from tf_linkage.quality.pictures import Names, Picture, pictures
from tf_linkage.quality.reporting import reporting_items
from tf_linkage.quality.words import (
    TITLES,
    departments_in,
    knows_truth,
    percent,
    plain_figures,
    with_interval,
    word,
)

TITLE = "How good the linkage is"
WITH_TRUTH = "Held against the truth of a simulation: every error is counted, none is estimated."
WITHOUT_TRUTH = (
    "Made without the truth, as a real run must be. Precision and recall cannot be counted here: match rates, what "
    "the model's probabilities expect, and differences between groups are all that is shown."
)


def report(
    metrics: pl.DataFrame,
    *,
    run: Mapping[str, str] | None = None,
    names: Names | None = None,
    assessment: Assessment | None = None,
) -> str:
    """The page, as HTML.

    Args:
        metrics: `contracts.quality.Metrics`, with truth or without; the page says which.
        run: what distinguishes the run, such as preset, seed and engine, shown as it is.
        names: words for levels that are codes, such as councils.
        assessment: the tables of the longer studies, as many as there are.

    Returns:
        One self-contained HTML page. The same figures give the same page.
    """
    names, assessment = names or {}, assessment or Assessment()
    plain = plain_figures(metrics)
    truth = knows_truth(plain)
    drawn = pictures(metrics, names)
    weights = [name for name in drawn if name.startswith("weights_")]
    groups = [f"by_{breakdown}" for breakdown in (*SUBGROUPS, "error")]
    sections = [
        html.Section("short", "In short", "In short", _short(plain, truth, names) + _headline(plain, truth)),
        html.Section("records", "Flow", "Where the records went", _drawn(drawn, "flow")),
        html.Section("errors", "Quality", "How right, how complete", _drawn(drawn, "departments")),
        html.Section("bounds", "Bounds", "Bounds set beforehand", _floors(plain, truth)),
        html.Section("groups", "Groups", "For whom it is worse", _gaps(plain, names) + _drawn(drawn, *groups)),
        html.Section("threshold", "Threshold", "At what threshold", _drawn(drawn, *weights, "thresholds")),
        html.Section("belief", "Calibration", "Can the probabilities be believed", _drawn(drawn, "calibration")),
        html.Section("stages", "Stages", "Which stage made the links", _stages(plain, truth)),
        html.Section("cohort", "Cohort", "One person, one reference", _cohort(plain)),
        html.Section("signs", "Signs", "What could be known without the truth", _signs(plain, truth)),
        *assessment_sections(assessment),
        html.Section("items", "Reporting", "What guidance asks to report", _items(plain, run or {}, assessment)),
        html.Section("meaning", "Meaning", "What the figures mean", _meaning(plain) + _run(run)),
    ]
    css = files("tf_linkage.quality").joinpath("page.css").read_text(encoding="utf-8")
    return html.page(TITLE, WITH_TRUTH if truth else WITHOUT_TRUTH, sections, css)


def _short(plain: pl.DataFrame, truth: bool, names: Names) -> str:
    return html.bullets([*_sentences(plain, truth), *(_gap_sentences(plain, names) if truth else [])])


def _sentences(plain: pl.DataFrame, truth: bool) -> Iterator[str]:
    for name in departments_in(plain):
        get = partial(figure, plain, name)
        if truth:
            yield (
                f"{TITLES[name]}: of {get('sent'):,.0f} people sent, its register holds {get('present'):,.0f}; "
                f"{percent(get('recall'))} of these were found, and {percent(get('precision'))} of the links are "
                "right."
            )
        else:
            yield f"{TITLES[name]}: of {get('sent'):,.0f} people sent, {percent(get('match_rate'))} were linked."


def _gap_sentences(plain: pl.DataFrame, names: Names) -> Iterator[str]:
    found = gaps(plain).filter(pl.col("measure").cast(pl.String) == "recall", pl.col("bound").is_not_null())
    for name in departments_in(plain):
        widest = found.filter(pl.col("department").cast(pl.String) == name, pl.col("gap_low") > 0).sort(
            "gap", "breakdown", descending=[True, False]
        )
        for row in widest.head(1).iter_rows(named=True):
            yield (
                f"{TITLES[name]}: recall is lowest for {BREAKDOWNS[row['breakdown']].lower()} "
                f"“{names.get(row['worst'], row['worst'])}”, {100 * row['gap']:.1f} points below everybody else "
                f"({100 * row['gap_low']:.1f} to {100 * row['gap_high']:.1f})."
            )


def _headline(plain: pl.DataFrame, truth: bool) -> str:
    counts = ("sent", "present", "linked", "right_links", "false_links", "missed") if truth else ("sent", "linked")
    rates = (
        ("match_rate", "precision", "recall")
        if truth
        else ("match_rate", "review_rate", "expected_precision", "expected_recall")
    )
    rows = []
    for name in departments_in(plain):
        at = plain.filter(pl.col("department") == name, pl.col("breakdown") == "all")
        by_measure = {row["measure"]: row for row in at.iter_rows(named=True)}
        cells = [_count(by_measure.get(measure)) for measure in counts]
        cells += [with_interval(by_measure[m]) if m in by_measure else "–" for m in rates]
        rows.append((TITLES[name], *cells))
    head = ("Department", *(word(name) for name in (*counts, *rates)))
    return html.table("Department by department, with 95% intervals", head, rows)


def _count(row: Mapping[str, object] | None) -> str:
    return "–" if row is None or row["numerator"] is None else f"{row['numerator']:,}"


def _floors(plain: pl.DataFrame, truth: bool) -> str:
    if not truth:
        return ""
    rows = [
        (
            f"{TITLES[row['department']]}, {word(row['measure']).lower()}",
            f"{100 * row['floor']:.0f}%",
            with_interval(row),
            row["status"],
            row["reason"],
        )
        for row in floor_results(plain).iter_rows(named=True)
    ]
    words = (
        "Each was fixed before any run. A figure is “missed” when its whole interval lies below the floor, “in "
        "doubt” when only the figure itself does, and “not judged” when there are too few."
    )
    head = ("Figure", "At least", "Is", "Verdict", "Why there")
    return html.paragraph(words) + html.table("Floors of quality", head, rows)


def _gaps(plain: pl.DataFrame, names: Names) -> str:
    rows = [
        (
            f"{TITLES[row['department']]}, {word(row['measure']).lower()}, {BREAKDOWNS[row['breakdown']].lower()}",
            names.get(row["worst"], row["worst"]),
            percent(row["worst_value"]),
            percent(row["rest_value"]),
            f"{100 * row['gap']:.1f} ({100 * row['gap_low']:.1f} to {100 * row['gap_high']:.1f})",
            "no bound" if row["bound"] is None else f"{100 * row['bound']:.0f}",
            row["status"] if row["bound"] is not None else "",
        )
        for row in gaps(plain).iter_rows(named=True)
    ]
    if not rows:
        return ""
    words = (
        "Each breakdown's worst group is held against everybody else. The worst of many is picked after "
        "looking, so small gaps are found even where there are none. A gap is “missed” when its whole "
        "interval lies above the bound."
    )
    bounds = [
        f"{word(name)}: at most {100 * bound:.0f} points. {reason}." for name, (bound, reason) in GAP_BOUNDS.items()
    ]
    head = ("Figure", "Worst group", "There", "All others", "Gap in points (95%)", "At most", "Verdict")
    shown = html.table("Widest gaps", head, rows)
    return html.paragraph(words) + html.bullets(bounds) + html.opened("Every gap as a table", shown)


def _stages(plain: pl.DataFrame, truth: bool) -> str:
    measures = ("share_of_links", "precision", "recall_added") if truth else ("share_of_links",)
    at = plain.filter(pl.col("breakdown") == "stage")
    by_key = {(r["department"], r["level"], r["measure"]): r for r in at.iter_rows(named=True)}
    rows = []
    for name in departments_in(at):
        for level in at.filter(pl.col("department") == name).get_column("level").unique().sort():
            found = [by_key.get((name, level, measure)) for measure in measures]
            if any(row is not None and row["low"] is not None for row in found):
                rows.append((f"{TITLES[name]}, {level}", *("–" if r is None else with_interval(r) for r in found)))
    if not rows:
        return ""
    return html.table("Links by stage or matchkey", ("Stage", *(word(name) for name in measures)), rows)


def _cohort(plain: pl.DataFrame) -> str:
    at = plain.filter(pl.col("department") == "council", pl.col("breakdown") == "all")
    rows = [
        (MEASURES[row["measure"]], "too few" if row["low"] is None else with_interval(row))
        for row in at.iter_rows(named=True)
    ]
    if not rows:
        return ""
    words = "Before anything is sent, people whom two councils (or one, twice) named become one."
    return html.paragraph(words) + html.table("De-duplication of the cohort", ("Figure", "Share"), rows)


def _signs(plain: pl.DataFrame, truth: bool) -> str:
    rows = []
    if truth:
        pairs = (("expected_precision", "precision"), ("expected_recall", "recall"))
        rows = [
            (
                f"{TITLES[name]}, {word(true).lower()}",
                percent(figure(plain, name, expected)),
                percent(figure(plain, name, true)),
            )
            for name in departments_in(plain)
            for expected, true in pairs
        ]
    estimates = html.table("Estimates from the posteriors", ("Figure", "Expected", "True"), rows) if rows else ""
    at = plain.filter(pl.col("breakdown") == "scenario")
    by_key = {(r["department"], r["level"], r["measure"]): r for r in at.iter_rows(named=True)}
    measures = ("implausible", "implausible_false", "false_caught") if truth else ("implausible",)
    signs = []
    for name, level in at.select("department", "level").unique().sort("department", "level").iter_rows():
        found = [by_key.get((name, level, measure)) for measure in measures]
        signs.append((f"{TITLES[name]}: {level}", *("–" if r is None else with_interval(r) for r in found)))
    head = ("History", "Of those linked", "Of these, false", "Of the false links, caught")[: len(measures) + 1]
    histories = html.table("Implausible histories", head, signs) if signs else ""
    if not estimates and not histories:
        return ""
    words = (
        "A real run has no truth. What it has are the model's own probabilities and histories that cannot be one "
        "person's. Here stands how far they can be trusted."
        if truth
        else "Histories that cannot be one person's are signs of false links; most false links give no sign."
    )
    return html.paragraph(words) + estimates + histories


def _items(plain: pl.DataFrame, run: Mapping[str, str], assessment: Assessment) -> str:
    words = "Items after GUILD and RECORD, in our words, filled from the run."
    rows = reporting_items(plain, run, assessment)
    return html.paragraph(words) + html.table("Reporting items", ("Guidance", "Asked", "Answer"), rows)


def _meaning(plain: pl.DataFrame) -> str:
    used = set(plain.get_column("measure"))
    rows = [(word(name), meaning) for name, meaning in MEASURES.items() if name in used]
    words = (
        "Intervals are 95% Wilson intervals. No figure stands on fewer than ten people or pairs. On this page "
        "there is no pair, no reference and nobody's record."
    )
    return html.paragraph(words) + html.table("Every figure in words", ("Figure", "Meaning"), rows)


def _run(run: Mapping[str, str] | None) -> str:
    return html.table("This run", ("What", "Which"), list(run.items())) if run else ""


def _drawn(drawn: Mapping[str, Picture], *wanted: str) -> str:
    return "".join(html.figure(drawn[name]) for name in wanted if name in drawn)
