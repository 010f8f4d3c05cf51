"""In short: what a reader comes for, in sentences made from the figures.

How good, for whom worse, how sure, at what threshold, what it does to the findings; then where people were lost and
what guidance asks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import polars as pl

from tf_linkage.pages import html
from tf_linkage.pages.picture import Names
from tf_linkage.pages.words import percent, with_interval
from tf_linkage.quality.bounds.floors import floor_results
from tf_linkage.quality.measures.figures import figure
from tf_linkage.quality.report.group_sections import gap_sentences, gaps_not_kept
from tf_linkage.quality.report.longer.assessment import Assessment
from tf_linkage.quality.report.reporting_items import in_a_sentence
from tf_linkage.quality.report.thresholds import recommendations
from tf_linkage.quality.report.words import (
    DEPARTMENT_ORDER,
    TITLES,
    departments_in,
    knows_truth,
    plain_figures,
    word,
)
from tf_linkage.quality.studies.effects import AS_RUN
from tf_linkage.quality.studies.sweeping import ranges

LINK_THRESHOLD = "link threshold"
"""Name under which a run says its own threshold."""

USUAL_THRESHOLD = "0.5"
"""Where a run does not say its own."""

FINDINGS_NOT_ASSESSED = (
    "“tf-linkage assess” holds them against those on true links; it has not been run. The findings' page allows "
    "for missed links (Linkage)."
)

Answers = list[tuple[str, list[str]]]
"""Questions, each with the sentences that answer it."""


def in_short(
    metrics: pl.DataFrame,
    *,
    run: Mapping[str, str],
    names: Names,
    causes: pl.DataFrame | None,
    assessment: Assessment,
) -> Answers:
    """The answers, each under its question.

    Args:
        metrics: `contracts.outputs.quality.Metrics`, with truth or without.
        run: what distinguishes the run.
        names: words for levels that are codes.
        causes: `contracts.outputs.quality.GapCauses`.
        assessment: the tables of the longer studies, as many as there are.
    """
    plain = plain_figures(metrics)
    asked = ("What does guidance ask to report?", [in_a_sentence(plain, run, assessment, names)])
    if not knows_truth(plain):
        return [
            ("How many were linked?", list(_match_rates(plain))),
            ("How good is it?", list(_expected(plain))),
            ("At what threshold?", list(_thresholds(plain, run))),
            ("Where did records and people go?", list(_by_stage(plain))),
            asked,
        ]
    return [
        ("How good is it?", [*_how_good(plain), *_floors_not_kept(plain), *gaps_not_kept(plain, names)]),
        ("For whom is it worse?", list(gap_sentences(plain, names, causes))),
        ("How sure is that?", [*_how_sure(plain), *_over_runs(assessment.swept)]),
        ("At what threshold?", list(_thresholds(plain, run))),
        ("What does it do to the findings?", list(_findings(assessment.effects))),
        ("Where did records and people go?", [*_lost(plain), *_by_stage(plain)]),
        asked,
    ]


def _how_good(plain: pl.DataFrame) -> Iterator[str]:
    for name in departments_in(plain):
        get = partial(figure, plain, name)
        yield (
            f"{TITLES[name]}: of {get('sent'):,.0f} people sent, its register holds {get('present'):,.0f}; "
            f"{percent(get('recall'))} of these were found, and {percent(get('precision'))} of the links are right."
        )


def _match_rates(plain: pl.DataFrame) -> Iterator[str]:
    for name in departments_in(plain):
        get = partial(figure, plain, name)
        yield f"{TITLES[name]}: of {get('sent'):,.0f} people sent, {percent(get('match_rate'))} were linked."


def _expected(plain: pl.DataFrame) -> Iterator[str]:
    found = [(TITLES[name], figure(plain, name, "expected_precision")) for name in departments_in(plain)]
    said = "; ".join(f"{title} {percent(value)}" for title, value in found if value == value)  # noqa: PLR0124
    if said:
        yield f"The model's own probabilities expect this precision: {said}. They hold as far as the model does."
    at = plain.filter(
        pl.col("breakdown") == "all", pl.col("measure") == "known_recall", pl.col("low").is_not_null()
    )
    of = {row["department"]: row for row in at.iter_rows(named=True)}
    known = "; ".join(f"{TITLES[name]} {with_interval(of[name])}" for name in departments_in(plain) if name in of)
    if known:
        yield f"Of people whom a council's flag puts in the register, these were found: {known}."
    yield (
        f"How many {'others ' if known else ''}were missed cannot be known from these files. A rehearsal with the "
        "same settings says how many a linkage like this misses; clerks who search the register for people without "
        "a link tell it of this one (“review search”), and a review of pairs (“review export”) says how "
        "many of the links are right."
    )


def _floors_not_kept(plain: pl.DataFrame) -> Iterator[str]:
    """Each floor that is missed or in doubt, with its figure."""
    floors = floor_results(plain)
    for row in floors.filter(pl.col("status").cast(pl.String).is_in(["missed", "in doubt"])).iter_rows(named=True):
        yield (
            f"{row['status'].capitalize()}: {TITLES[row['department']]}, {word(row['measure']).lower()}: "
            f"{with_interval(row)}, where at least {100 * row['floor']:.0f}% is asked."
        )


def _how_sure(plain: pl.DataFrame) -> Iterator[str]:
    at = plain.filter(pl.col("breakdown") == "all")
    by_figure = {(row["department"], row["measure"]): row for row in at.iter_rows(named=True)}
    for name in departments_in(plain):
        parts = [
            f"{measure} lies between {100 * row['low']:.1f}% and {100 * row['high']:.1f}%"
            for measure in ("precision", "recall")
            if (row := by_figure.get((name, measure))) and row["low"] is not None
        ]
        expected = by_figure.get((name, "expected_precision"))
        known = "" if expected is None or expected["value"] is None else (
            f"; the model's own probabilities would have said {percent(expected['value'])} precision"
        )  # fmt: skip
        if parts:
            yield f"{TITLES[name]}: {' and '.join(parts)} (95%){known}."


def _over_runs(swept: pl.DataFrame | None) -> Iterator[str]:
    """Least and most over the sweep's runs, or how to come by them."""
    if swept is None or swept.is_empty():
        yield "One simulated world is one draw: “tf-linkage assess” shows the ranges over many."
        return
    spread = {(row["department"], row["measure"]): row for row in ranges(swept).iter_rows(named=True)}
    for name in DEPARTMENT_ORDER:
        rows = {measure: spread.get((name, measure)) for measure in ("precision", "recall")}
        said = " and ".join(
            f"{measure} runs from {percent(row['least'])} to {percent(row['most'])} ({row['cases']} runs)"
            for measure, row in rows.items()
            if row
        )
        if said:
            yield f"{TITLES[name]}: over runs that differ in seed or settings, {said}."


def _thresholds(plain: pl.DataFrame, run: Mapping[str, str]) -> Iterator[str]:
    """From where a pair is a link, and what the recommended threshold, or the best tried, would give instead."""
    own = run.get(LINK_THRESHOLD)
    if own:
        yield (
            f"A pair of records is a link from a posterior probability of {own} (the chance, by the model, that "
            "both are of one person), where a whole matchkey agrees (a fixed set of identifiers, alike in "
            "both), or by the evidence of the family's other links."
        )
    for one in recommendations(plain, float(own or USUAL_THRESHOLD)):
        here, there = (
            " and ".join(
                f"{measure} {percent(figure(plain, one.department, measure, 'threshold', f'{at:g}'))}"
                for measure in ("recall", "precision")
            )
            for at in (one.own, one.best)
        )
        if one.best == one.own:
            yield f"{TITLES[one.department]}: {one.own:g} is the best of those tried, with {here}."
        else:
            why = "recommended" if one.advised == one.best else "the best of those tried, which may be chance"
            yield f"{TITLES[one.department]}: {here} at {one.own:g}; {there} at {one.best:g} ({why})."


def _lost(plain: pl.DataFrame) -> Iterator[str]:
    """Where people were missed, department by department, in one sentence."""
    said = []
    for name in departments_in(plain):
        missed, never, unbelieved = (
            figure(plain, name, measure) for measure in ("missed", "blocking_missed", "scoring_missed")
        )
        if not any(map(math.isnan, (missed, never, unbelieved))):
            said.append(
                f"{TITLES[name]} {missed:,.0f}, of them {never:,.0f} never compared with their own record and "
                f"{unbelieved:,.0f} compared but not believed"
            )
    if said:
        yield f"Missed: {'; '.join(said)}."


def _by_stage(plain: pl.DataFrame) -> Iterator[str]:
    """Which stage made most of the links."""
    at = plain.filter(
        pl.col("breakdown") == "stage", pl.col("measure") == "share_of_links", pl.col("value").is_not_null()
    ).sort("value", "level", descending=[True, False])
    said = [
        f"{TITLES[row['department']]} by {row['level']} ({percent(row['value'])})"
        for name in departments_in(at)
        for row in at.filter(pl.col("department") == name).head(1).iter_rows(named=True)
    ]
    if said:
        yield f"Most links were made: {'; '.join(said)}."


def _findings(effects: pl.DataFrame | None) -> Iterator[str]:
    if effects is None:
        yield FINDINGS_NOT_ASSESSED
        return
    plain = effects.with_columns(pl.col("links", "study_group").cast(pl.String)).filter(
        pl.col("threshold") == AS_RUN, pl.col("value").is_not_null()
    )
    sides = {
        links: plain.filter(pl.col("links") == links, pl.col("study_group") == "difference").select(
            "outcome", pl.col("value").alias(links), low="low", high="high"
        )
        for links in ("true", "found")
    }
    both = sides["true"].join(sides["found"].select("outcome", "found"), on="outcome").with_columns(
        shift=(pl.col("found") - pl.col("true")).abs()
    )  # fmt: skip
    for row in both.sort("shift", "outcome", descending=[True, False]).head(1).iter_rows(named=True):
        yield (
            f"Of {both.height} outcomes, programme less comparison moves most for "
            f"{row['outcome'].replace('_', ' ')}: {100 * row['true']:+z.2f} points on true links, "
            f"{100 * row['found']:+z.2f} on those found; its sampling interval is {100 * row['low']:+z.2f} to "
            f"{100 * row['high']:+z.2f}."
        )
    groups = plain.filter(pl.col("study_group") != "difference")
    made = groups.filter(pl.col("links") == "found")
    phantom, lost = (int(made.get_column(name).sum()) for name in ("phantom", "lost"))
    counted, so = _outcomes(made), _outcomes(groups.filter(pl.col("links") == "true"))
    yield (
        f"Over all outcomes and both groups, {phantom:,} of {counted:,} outcomes counted are somebody else's, and "
        f"{lost:,} of {so:,} true ones are hidden by missing links."
    )
    true_people, found_people = (
        int(groups.filter(pl.col("links") == links).get_column("people").sum()) for links in ("true", "found")
    )
    if true_people > found_people:
        yield (
            f"Where an outcome is known of linked people only, {true_people - found_people:,} fewer people have a "
            "figure on found links than on true ones; their outcomes are not among the hidden."
        )


def _outcomes(rates: pl.DataFrame) -> int:
    """How many outcomes shares of people come to."""
    return int(rates.select((pl.col("value") * pl.col("people")).round().sum()).item())


def headline_table(plain: pl.DataFrame, truth: bool) -> str:
    """The overall figures, department by department."""
    counts = ("sent", "present", "linked", "right_links", "false_links", "missed") if truth else ("sent", "linked")
    rates = ("match_rate", "precision", "recall") if truth else ("match_rate", "review_rate", "expected_precision")
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
