"""The report: one page from which a reader learns how good the linkage is, for whom worse, and how sure that is.

The verdict first, then what to do, then the evidence, folded by question.

The page is made of aggregated tables alone, so it can hold no score of a pair, no reference and no identifier. It
opens from a file, without a network and without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.quality import MEASURES, SUBGROUPS
from tf_linkage.pages import html
from tf_linkage.pages.picture import Names, Picture
from tf_linkage.pages.words import with_interval
from tf_linkage.quality.bounds.floors import floor_results
from tf_linkage.quality.report import estimate_sections
from tf_linkage.quality.report.actions import action_section, actions
from tf_linkage.quality.report.group_sections import gap_section, worst_group
from tf_linkage.quality.report.longer.assessment import Assessment
from tf_linkage.quality.report.longer.assessment import sections as assessment_sections
from tf_linkage.quality.report.pictures import pictures
from tf_linkage.quality.report.reporting_items import reporting_items
from tf_linkage.quality.report.summary import LINK_THRESHOLD, USUAL_THRESHOLD, headline_table, in_short
from tf_linkage.quality.report.thresholds import threshold_section
from tf_linkage.quality.report.unlinked_section import difference_section
from tf_linkage.quality.report.verdict import PEOPLE_AND_LINKS, RECALL_AND_PRECISION, tiles, verdict
from tf_linkage.quality.report.words import TITLES, knows_truth, plain_figures, word

TITLE = "How good the linkage is"
WITH_TRUTH = (
    "This is a simulation: every person and record here is made up, by a program that knows who is who. So the "
    "errors of this one run are counted, not estimated; intervals say how far chance could have moved the figures."
)
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
    own = float(run.get(LINK_THRESHOLD, USUAL_THRESHOLD))
    drawn = pictures(metrics, names, own)
    answers = dict(in_short(metrics, run=run, names=names, causes=causes, assessment=assessment))
    evidence = _evidence(
        plain, drawn, run=run, names=names, causes=causes, assessment=assessment, published=published
    )
    worst = worst_group(plain, names, causes) if truth else ""
    short = html.lead(verdict(plain)) + html.tiles(tiles(plain))
    short += (html.lead(worst) if worst else "") + html.paragraph(PEOPLE_AND_LINKS)
    short += html.pointer(
        f"{RECALL_AND_PRECISION if truth else ''} In words:".strip(), "meaning", "what every figure means"
    )
    next_ = action_section(actions(plain, names, own, causes), assess=truth and assessment.effects is None)
    sections = [
        html.Section("short", "Verdict", "The verdict", short),
        html.Section("recommended", "Threshold", "Which threshold to take", threshold_section(plain, own)),
        html.Section("next", "What to do", "What to do next", next_),
        *_questions(answers, evidence, drawn),
        html.Section("meaning", "Meaning", "What the figures mean", html.opened("Every figure", _meaning(plain))),
    ]
    return html.page(
        TITLE,
        WITH_TRUTH if truth else WITHOUT_TRUTH,
        sections,
        about=html.about([(name, value) for name, value in run.items()]) if run else "",
        brief_in_print=True,
    )


COUNTS = (
    "counts, such as of people missed or of links that are somebody else's, may be smaller: nobody here is real."
)
SMALL = "of a share that only few have, the interval alone is shown."

OPEN = {
    "How good is it?": ("flow", "departments"),
    "How many were linked?": ("flow",),
    "For whom is it worse?": ("by_community",),
    "At what threshold?": ("thresholds",),
}
"""Pictures that stand open under a question, on paper too; all others are folded with the evidence."""


def _questions(
    answers: Mapping[str, Sequence[str]],
    evidence: Mapping[str, Sequence[html.Section]],
    drawn: Mapping[str, Picture],
) -> list[html.Section]:
    """A section for each question: its answer, its main picture, and the evidence to open."""
    asked = list(dict.fromkeys([*evidence, *answers]))
    return [
        html.Section(
            f"question-{number}",
            question.removesuffix("?"),
            question,
            html.bullets(answers.get(question, []))
            + _drawn(drawn, *OPEN.get(question, ()))
            + html.evidence("The evidence", evidence.get(question, [])),
        )
        for number, question in enumerate(asked, start=1)
    ]


def _evidence(
    plain: pl.DataFrame,
    drawn: Mapping[str, Picture],
    *,
    run: Mapping[str, str],
    names: Names,
    causes: pl.DataFrame | None,
    assessment: Assessment,
    published: pl.DataFrame | None,
) -> dict[str, list[html.Section]]:
    """The parts that bear out the answers, by question."""
    truth = knows_truth(plain)
    groups = [f"by_{breakdown}" for breakdown in (*SUBGROUPS, "error")]
    weights = [name for name in drawn if name.startswith("weights_")]
    longer = {section.name: section for section in assessment_sections(assessment)}
    findings = [longer.pop(name) for name in ("findings",) if name in longer]
    shown = {name for several in OPEN.values() for name in several}

    def part(name: str, title: str, text: str) -> html.Section:
        return html.Section(name, title, title, text)

    def pictured(*wanted: str) -> str:
        return _drawn(drawn, *(name for name in wanted if name not in shown))

    return {
        "How good is it?" if truth else "How many were linked?": [
            part("errors", "How right, how complete" if truth else "How many were linked",
                 headline_table(plain, truth) + ("" if truth else _drawn(drawn, "departments"))),
            part("bounds", "Limits set beforehand", _floors(plain, truth)),
            part("published", "Published linkages beside this one",
                 estimate_sections.published_section(plain, published)),
        ],
        "For whom is it worse?" if truth else "Who was linked how often?": [
            part("groups", "Groups", gap_section(plain, names, causes) + pictured(*groups)),
            part("differences", "Linked against unlinked", difference_section(plain, names)),
        ],
        "How sure is that?" if truth else "How good is it?": [
            part("signs", f"What {'could be' if truth else 'is'} known without the truth",
                 estimate_sections.signs(plain, truth, assessment.agreement)),
            part("belief", "Can the probabilities be believed", _drawn(drawn, "calibration")),
        ],
        "At what threshold?": [part("threshold", "Match weights and other thresholds", pictured(*weights))],
        "What does it do to the findings?": findings,
        "What would change it?": list(longer.values()),
        "Where did records and people go?": [
            part("losses", "Where people were lost", estimate_sections.losses(plain)),
            part("stages", "Which stage made the links", estimate_sections.stages(plain, truth)),
            part("cohort", "One person, one reference", estimate_sections.cohort(plain)),
            part("completeness", "How complete the identifiers are", estimate_sections.completeness(plain)),
        ],
        "What does guidance ask to report?": [
            part("items", "Reporting items", _items(plain, run, assessment, names)),
        ],
    }  # fmt: skip


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


def _items(plain: pl.DataFrame, run: Mapping[str, str], assessment: Assessment, names: Names) -> str:
    words = "Items after GUILD and RECORD, in our words, filled from the run."
    rows = reporting_items(plain, run, assessment, names)
    return html.paragraph(words) + html.table("Reporting items", ("Guidance", "Asked", "Answer"), rows)


def _meaning(plain: pl.DataFrame) -> str:
    used = set(plain.get_column("measure"))
    rows = [(word(name), meaning) for name, meaning in MEASURES.items() if name in used]
    words = (
        "Intervals are 95%: Wilson's for shares, bootstrapped where records stand or fall together. No share is "
        f"of fewer than ten people or pairs; {COUNTS if knows_truth(plain) else SMALL} On this page there is no "
        "pair, no reference and nobody's record."
    )
    return html.paragraph(words) + html.table("Every figure in words", ("Figure", "Meaning"), rows)


def _drawn(drawn: Mapping[str, Picture], *wanted: str) -> str:
    return "".join(html.figure(drawn[name]) for name in wanted if name in drawn)
