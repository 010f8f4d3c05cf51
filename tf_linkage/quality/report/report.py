"""The report: one page from which a reader learns how good the linkage is, for whom worse, and how sure that is.

The order of the sections, and the bounds.

The page is made of aggregated tables alone, so it can hold no score of a pair, no reference and no identifier. It
opens from a file, without a network and without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.quality import MEASURES, SUBGROUPS
from tf_linkage.pages import html
from tf_linkage.pages.picture import Names, Picture
from tf_linkage.pages.words import with_interval
from tf_linkage.quality.bounds.floors import floor_results
from tf_linkage.quality.report import estimate_sections
from tf_linkage.quality.report.assessment import Assessment
from tf_linkage.quality.report.assessment import sections as assessment_sections
from tf_linkage.quality.report.group_sections import difference_section, gap_section
from tf_linkage.quality.report.pictures import pictures
from tf_linkage.quality.report.reporting_items import reporting_items
from tf_linkage.quality.report.summary import headline_table, in_short
from tf_linkage.quality.report.words import TITLES, knows_truth, plain_figures, word

TITLE = "How good the linkage is"
WITH_TRUTH = "Held against the truth of a simulation: every error is counted, none is estimated."
WITHOUT_TRUTH = (
    "Made without the truth, as a real run must be. Precision and recall cannot be counted here: match rates, what "
    "the model's probabilities expect, and differences between groups are all that is shown."
)


def quality_report(
    metrics: pl.DataFrame,
    *,
    run: Mapping[str, str] | None = None,
    names: Names | None = None,
    assessment: Assessment | None = None,
    causes: pl.DataFrame | None = None,
    published: pl.DataFrame | None = None,
) -> str:
    """The page, as HTML.

    Args:
        metrics: `contracts.outputs.quality.Metrics`, with truth or without; the page says which.
        run: what distinguishes the run, such as preset, seed and engine, shown as it is.
        names: words for levels that are codes, such as councils.
        assessment: the tables of the longer studies, as many as there are.
        causes: `contracts.outputs.quality.GapCauses`.
        published: results of real linkages, as `beside` takes them.

    Returns:
        One self-contained HTML page. The same figures give the same page.
    """
    names, run, assessment = names or {}, run or {}, assessment or Assessment()
    plain = plain_figures(metrics)
    truth = knows_truth(plain)
    drawn = pictures(metrics, names)
    weights = [name for name in drawn if name.startswith("weights_")]
    groups = [f"by_{breakdown}" for breakdown in (*SUBGROUPS, "error")]
    longer = {section.name: section for section in assessment_sections(assessment)}
    short = html.answers(in_short(metrics, run=run, names=names, causes=causes, assessment=assessment))
    sections = [
        html.Section("short", "In short", "In short", short + headline_table(plain, truth)),
        html.Section("records", "Flow", "Where the records went", _drawn(drawn, "flow")),
        html.Section(
            "errors", "Quality", "How right, how complete" if truth else "How many were linked",
            _drawn(drawn, "departments"),
        ),
        html.Section("bounds", "Limits", "Limits set beforehand", _floors(plain, truth)),
        html.Section(
            "groups", "Groups", "For whom it is worse" if truth else "Who was linked how often",
            gap_section(plain, names, causes) + _drawn(drawn, *groups),
        ),
        html.Section("differences", "Balance", "Linked against unlinked", difference_section(plain, names)),
        html.Section("threshold", "Threshold", "At what threshold", _drawn(drawn, "thresholds", *weights)),
        *[longer.pop(name) for name in ("findings",) if name in longer],
        html.Section("belief", "Calibration", "Can the probabilities be believed", _drawn(drawn, "calibration")),
        html.Section(
            "signs", "Signs", f"What {'could be' if truth else 'is'} known without the truth",
            estimate_sections.signs(plain, truth, assessment.agreement),
        ),
        html.Section(
            "published", "Published", "Published linkages beside this one",
            estimate_sections.published_section(metrics, published),
        ),
        *longer.values(),
        html.Section("losses", "Losses", "Where people were lost", estimate_sections.losses(plain)),
        html.Section("stages", "Stages", "Which stage made the links", estimate_sections.stages(plain, truth)),
        html.Section("cohort", "Records", "One person, one reference", estimate_sections.cohort(plain)),
        html.Section(
            "completeness", "Completeness", "How complete the identifiers are",
            estimate_sections.completeness(plain)
        ),
        html.Section("items", "Reporting", "What guidance asks to report", _items(plain, run, assessment)),
        html.Section("meaning", "Meaning", "What the figures mean", _meaning(plain) + _run(run)),
    ]  # fmt: skip
    return html.page(TITLE, WITH_TRUTH if truth else WITHOUT_TRUTH, sections)


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


def _items(plain: pl.DataFrame, run: Mapping[str, str], assessment: Assessment) -> str:
    words = "Items after GUILD and RECORD, in our words, filled from the run."
    rows = reporting_items(plain, run, assessment)
    return html.paragraph(words) + html.table("Reporting items", ("Guidance", "Asked", "Answer"), rows)


def _meaning(plain: pl.DataFrame) -> str:
    used = set(plain.get_column("measure"))
    rows = [(word(name), meaning) for name, meaning in MEASURES.items() if name in used]
    words = (
        "Intervals are 95%: Wilson's for shares, bootstrapped where records stand or fall together. No figure "
        "stands on fewer than ten people or pairs. On this page there is no pair, no reference and nobody's record."
    )
    return html.paragraph(words) + html.table("Every figure in words", ("Figure", "Meaning"), rows)


def _run(run: Mapping[str, str] | None) -> str:
    return html.table("This run", ("What", "Which"), list(run.items())) if run else ""


def _drawn(drawn: Mapping[str, Picture], *wanted: str) -> str:
    return "".join(html.figure(drawn[name]) for name in wanted if name in drawn)
