"""The items that guidance asks a linked study to report, filled from the run itself.

Items after GUILD (Gilbert et al. 2018, Journal of Public Health) and RECORD, and where each answer comes from. The
wording of the items is ours.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.quality import BREAKDOWNS
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.pages.picture import Names
from tf_linkage.pages.words import percent
from tf_linkage.quality.measures.figures import figure
from tf_linkage.quality.report.longer.assessment import Assessment
from tf_linkage.quality.report.words import TITLES, departments_in, knows_truth, level_word

TEAM = "Not known to the run; the study team states it."


def reporting_items(
    plain: pl.DataFrame, run: Mapping[str, str], assessment: Assessment, names: Names
) -> list[tuple[str, str, str]]:
    """The items: guidance and number, what is asked, the answer.

    Args:
        plain: figures with codes as strings.
        run: what distinguishes the run.
        assessment: the tables of the longer studies, as many as there are.
        names: words for levels that are codes.
    """
    truth = knows_truth(plain)
    quality = (
        _each(plain, "precision", "recall")
        if truth
        else f"{_each(plain, 'expected_precision')}; recall is not known without the truth"
    )
    told = "; ".join(
        f"{TITLES[name]}: {', '.join(column.replace('_', ' ') for column in DEPARTMENTS[name].request_columns)}"
        for name in departments_in(plain)
    )
    method = ", ".join(f"{name} {value}" for name, value in run.items()) or TEAM
    effects = (
        "see “What it does to the findings”"
        if assessment.effects is not None
        else "not computed yet: “tf-linkage assess” does it"
        if truth
        else "not known without the truth; a rehearsal with the same settings computes it"
    )
    known = "completeness" in set(plain.get_column("measure"))
    complete = "see “How complete the identifiers are”" if known else "not counted"
    return [
        ("GUILD, provision", "Who was to be linked", _counts(plain)),
        ("GUILD, provision", "Identifiers used", told),
        ("GUILD, provision", "Completeness of identifiers", complete),
        ("GUILD, linkage", "How records were linked, and by which version", method),
        ("GUILD, linkage", "Link rate", _each(plain, "match_rate")),
        ("GUILD, linkage", "Accuracy" if truth else "Accuracy, as the model expects it", quality),
        ("GUILD, linkage", "Linked held against unlinked", _differences(plain, names)),
        ("GUILD, analysis", "What linkage error does to results", effects),
        (
            "GUILD, reporting",
            "Disclosure control",
            "no share of fewer than ten people or pairs; no pair, no reference",
        ),
        ("RECORD 6.3", "Flow of linkage", "see “Where did records and people go?”"),
        ("RECORD 12.1", "Access of investigators to the population", TEAM),
        ("RECORD 12.2", "Cleaning", "identifiers are standardised before comparison; see the model in the run"),
        ("RECORD 12.3", "Level of linkage, method, quality", f"person level; {quality}"),
        ("RECORD 13.1", "Selection of people", _counts(plain)),
        ("RECORD 19.1", "Limits of linked data", _limits(truth)),
    ]


def in_a_sentence(plain: pl.DataFrame, run: Mapping[str, str], assessment: Assessment, names: Names) -> str:
    """How many items guidance asks for, and how many of them the run cannot fill."""
    answers = [answer for _, _, answer in reporting_items(plain, run, assessment, names)]
    left = answers.count(TEAM)
    unknown = sum(answer.startswith("not ") for answer in answers)
    return (
        f"GUILD and RECORD ask {len(answers)} items of a study like this: {len(answers) - left - unknown} are "
        f"answered in the evidence, {left} {'is' if left == 1 else 'are'} for the study team to state"
        + (f", and {unknown} {'is' if unknown == 1 else 'are'} not known yet." if unknown else ".")
    )


def _each(plain: pl.DataFrame, *measures: str) -> str:
    parts = []
    for name in departments_in(plain):
        figures = ", ".join(f"{m.replace('_', ' ')} {percent(figure(plain, name, m))}" for m in measures)
        parts.append(f"{TITLES[name]} {figures}")
    return "; ".join(parts)


def _counts(plain: pl.DataFrame) -> str:
    parts = []
    for name in departments_in(plain):
        sent, linked = (figure(plain, name, measure) for measure in ("sent", "linked"))
        words = "too few" if sent != sent else f"{sent:,.0f} sent"  # noqa: PLR0124 - NaN may not be shown
        parts.append(f"{TITLES[name]} {words}" + ("" if linked != linked else f", {linked:,.0f} linked"))  # noqa: PLR0124
    return "; ".join(parts)


def _differences(plain: pl.DataFrame, names: Names) -> str:
    found = plain.filter(
        pl.col("measure") == "standardised_difference",
        pl.col("value").is_not_null(),
        pl.col("breakdown") != "hard_case",
    ).sort("department", pl.col("value").abs(), "breakdown", "level", descending=[False, True, False, False])
    parts = []
    for name in departments_in(plain):
        top = found.filter(pl.col("department") == name).head(1)
        for row in top.iter_rows(named=True):
            group = f"{BREAKDOWNS[row['breakdown']].lower()} “{level_word(row['breakdown'], row['level'], names)}”"
            parts.append(f"{TITLES[name]} largest {row['value']:+.2f}, for {group}")
    return "standardised differences: " + ("; ".join(parts) or "too few to show")


def _limits(truth: bool) -> str:
    if truth:
        return "a simulation: its errors are modelled after published rates, and real registers may err otherwise"
    return "precision and recall cannot be counted; those not linked may be missed or absent from the register"
