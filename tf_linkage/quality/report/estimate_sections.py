"""Where links came from, where people were lost, and how far the signs that need no truth can be trusted.

The words and tables of those sections.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.quality import MEASURES
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture
from tf_linkage.pages.words import with_interval
from tf_linkage.quality.report.published_linkages import published_linkages
from tf_linkage.quality.report.words import DEPARTMENT_ORDER, TITLES, departments_in, plain_figures, word
from tf_linkage.quality.without_truth.effort import people_for, searches_for
from tf_linkage.quality.without_truth.rule import HEADLINE, headline_of

POINT = 0.01
SHORT = {"search_recall": "search", "known_recall": "known present"}
"""Ways to tell recall, in a word or two."""

FREQUENT = 0.01
"""Share of a department's links from which a stage is shown at once."""

ESTIMATES = (
    ("precision", ("", "", "expected_precision", "clerical_precision", "erring_precision", "agreed_precision")),
    ("recall", ("search_recall", "known_recall", "", "clerical_recall", "erring_recall", "agreed_recall")),
)
"""What is estimated without truth, by the columns of the table; nothing where a way does not apply."""


def stages(plain: pl.DataFrame, truth: bool) -> str:
    """Links by the stage that made them: the frequent ones, and all to open."""
    measures = ("share_of_links", "precision", "recall_added") if truth else ("share_of_links",)
    at = plain.filter(pl.col("breakdown") == "stage")
    by_key = {(r["department"], r["level"], r["measure"]): r for r in at.iter_rows(named=True)}
    rows: list[tuple[float, tuple[str, ...]]] = []
    for name in departments_in(at):
        of_department = []
        for level in at.filter(pl.col("department") == name).get_column("level").unique().sort():
            found = [by_key.get((name, level, measure)) for measure in measures]
            if any(row is not None and row["low"] is not None for row in found):
                share = (found[0] or {}).get("value") or 0.0
                cells = ("–" if r is None else with_interval(r) for r in found)
                of_department.append((share, (f"{TITLES[name]}, {level}", *cells)))
        rows += sorted(of_department, key=lambda row: -row[0])
    if not rows:
        return ""
    head = ("Stage", *(word(name) for name in measures))
    frequent = [row for share, row in rows if share >= FREQUENT]
    every = html.opened("Every stage as a table", html.table("Links by stage", head, [row for _, row in rows]))
    return html.table("Stages that made one link in a hundred or more", head, frequent) + every


def cohort(plain: pl.DataFrame) -> str:
    """De-duplication of the cohort, and groups of records as a whole."""
    at = plain.filter(pl.col("department") == "council", pl.col("breakdown") == "all")
    rows = [
        (MEASURES[row["measure"]], "too few" if row["low"] is None else with_interval(row))
        for row in at.iter_rows(named=True)
    ]
    words = "Before anything is sent, people whom two councils (or one, twice) named become one."
    parts = (
        [html.paragraph(words), html.table("De-duplication of the cohort", ("Figure", "Share"), rows)]
        if rows
        else []
    )
    by_figure = _overall(plain)
    measures = ("b_cubed_precision", "b_cubed_recall")
    groups = [
        (TITLES[name], *(_cell(by_figure, name, measure) for measure in measures))
        for name in departments_in(plain)
        if (name, measures[0]) in by_figure
    ]
    if groups:
        said = (
            "A register may hold a person twice, and links tie records together. Record by record (B-cubed): "
            "how much of the group a record landed in is of its person, and how much of its person is in its "
            "group. A link to one of two records of a person leaves the other alone, so recall stays below "
            "100% by design."
        )
        head = ("Department", *(word(m).replace("B cubed", "B-cubed") for m in measures))
        parts += [html.paragraph(said), html.table("Groups of records (bootstrap intervals)", head, groups)]
    return "".join(parts)


def signs(plain: pl.DataFrame, truth: bool, agreement: pl.DataFrame | None) -> str:
    """What a real run could know, and how far it can be trusted."""
    by_figure = _overall(plain) | ({} if agreement is None else _overall(plain_figures(agreement)))
    rows = [
        (
            f"{TITLES[name]}, {true}",
            *(_cell(by_figure, name, measure) for measure in ways),
            _quoted(by_figure, name) if true == "recall" else "–",
            _cell(by_figure, name, true),
        )
        for name in departments_in(plain)
        for true, ways in ESTIMATES
        if truth
    ]
    head = (
        "Figure", "From clerks who search for the unlinked", "From people known to be present",
        "From the posteriors", "From a clerk who never errs", "From a clerk who errs as clerks do",
        "From a second engine", "Quoted, by rule", "True",
    )  # fmt: skip
    estimates = html.table("Estimates that need no truth, beside the truth", head, rows) if rows else ""
    if not truth:
        estimates = _known(by_figure, plain)
    histories = _histories(plain, truth)
    if not estimates and not histories:
        return ""
    words = (
        "A real run has no truth. What it has are the model's own probabilities, a clerk who looks at a "
        "random sample, a second engine (by “tf-linkage assess”), and histories that cannot be one person's. Here "
        "stands how far each can be trusted. The first clerk never errs, so that sampling alone is seen; the "
        "second errs on 11 doubtful pairs in a hundred, unless CLERK_ERROR says otherwise, and on far fewer plain "
        "ones: where "
        "nearly every link is right, his slips outnumber the false links and precision reads too low. "
        "A clerk's sample of pairs, and an engine, leave out those who were never weighed, so that their recall "
        "runs high. Clerks who search the register for a sample of the unlinked see those too: where there was "
        "such a search, its recall is the one to quote. People known to be present are not left out either, but "
        "wrong flags of councils' make theirs run low, for which the upper end of the interval allows. Posteriors "
        "tell no recall. Agreement of precision runs low, since the second engine misses people too."
        if truth
        else "Recall is that of people whom a council's flag puts in a register: wrong flags make it run low, for "
        "which the upper end allows, and recent contact makes such people easier to find than others. Histories "
        "that cannot be one person's are signs of false links; most false links give no sign."
    )
    return html.paragraph(words) + estimates + _effort(by_figure, plain) + histories


def _quoted(by_figure: Mapping[tuple[str, str], Mapping[str, object]], name: str) -> str:
    """Which recall is quoted where there is no truth, and whether its interval holds the truth here."""
    there = [measure for measure in HEADLINE if by_figure.get((name, measure), {}).get("low") is not None]
    quoted = headline_of(there)
    if quoted is None:
        return "none"
    ends = [by_figure[name, quoted][end] for end in ("low", "high")]
    true = by_figure.get((name, "recall"), {}).get("value")
    low, high, recall = (float(str(one)) for one in (*ends, true))
    return f"{SHORT[quoted]}: {'holds' if low <= recall <= high else 'does not hold'}"


def _effort(by_figure: Mapping[tuple[str, str], Mapping[str, object]], plain: pl.DataFrame) -> str:
    """What would tell recall to within a point: people known to be present, or a clerk's searches."""
    rows = []
    for name in departments_in(plain):
        known, sent, linked = (by_figure.get((name, measure)) for measure in ("known_recall", "sent", "linked"))
        figures = [None if row is None else row.get("value") for row in (known, sent, linked)]
        if known is None or not all(isinstance(figure, float) for figure in figures):
            continue
        recall, everybody, found = (float(str(figure)) for figure in figures)
        if 0 < recall < 1:
            searches = searches_for(recall, round(found), round(everybody - found), POINT)
            needed = _needed(people_for(recall, POINT), known["denominator"])
            rows.append(
                (TITLES[name], f"{known['denominator']:,}", needed, f"{searches:,}", f"{everybody - found:,.0f}")
            )
    head = ("Department", "Known to be present", "Needed of them", "Or searches by a clerk", "Of people unlinked")
    words = (
        "To know recall to within a point: so many people known to be present, if they come from as many families, "
        "or so many searches of the register by every means for people drawn from those without a link. Where "
        "hardly anybody without a link is present, nearly all must be searched for."
    )
    return html.paragraph(words) + html.table("What buys recall to within a point", head, rows) if rows else ""


def _needed(people: int, known: object) -> str:
    """How many people known to be present it takes; that there are not so many, where there are not."""
    return f"{people:,}" if people <= int(str(known)) else f"{people:,}, more than there are"


def _known(by_figure: Mapping[tuple[str, str], Mapping[str, object]], plain: pl.DataFrame) -> str:
    """Recall of people known to be present, where there is no truth to set it against."""
    rows = [
        (TITLES[name], _cell(by_figure, name, "known_recall"))
        for name in departments_in(plain)
        if (name, "known_recall") in by_figure
    ]
    head = ("Department", "Recall of people known to be present")
    return html.table("Recall without truth", head, rows) if rows else ""


def published_section(metrics: pl.DataFrame, published: pl.DataFrame | None) -> str:
    """Published results of real linkages next to ours."""
    if published is None or published.is_empty():
        return ""
    table = published_linkages(metrics, published)
    words = (
        "Other linkages, on other people and with other identifiers: they show the order of magnitude, no more. "
        "Nothing here was tuned to them."
    )
    return html.paragraph(words) + html.table("Published linkages beside this one", table.columns, table.rows())


def losses(plain: pl.DataFrame) -> str:
    """Losses of blocking apart from losses of scoring."""
    by_figure = _overall(plain)
    rows = []
    for name in DEPARTMENT_ORDER:
        if (name, "candidate_recall") not in by_figure:
            continue
        counts = [by_figure.get((name, measure)) for measure in ("blocking_missed", "scoring_missed")]
        cells = ["–" if row is None or row["numerator"] is None else f"{row['numerator']:,}" for row in counts]
        rows.append((TITLES[name], _cell(by_figure, name, "candidate_recall"), *cells))
    if not rows:
        return ""
    head = ("Department", "True pair was compared", "Missed: never compared", "Missed: compared, not believed")
    return html.table("Losses of blocking apart from losses of scoring", head, rows)


def completeness(plain: pl.DataFrame) -> str:
    """How complete the identifiers are, body by body."""
    known = plain.filter(pl.col("measure") == "completeness", pl.col("low").is_not_null())
    rows = [
        {"level": row["level"].replace("_", " "), "panel": TITLES[body],
         "value": row["value"], "low": row["low"], "high": row["high"]}
        for body in ("council", *DEPARTMENT_ORDER)
        for row in known.filter(pl.col("department") == body).sort("level").iter_rows(named=True)
    ]  # fmt: skip
    if not rows:
        return ""
    title = "Records that have the identifier"
    says = "Share of each body's records in which the identifier is not empty, right or wrong."
    chart = charts.intervals(rows, title=title, description=says, x_title="share")
    cells = [(r["panel"], r["level"], with_interval(r)) for r in rows]
    return html.figure(Picture("complete", title, says, chart, (("Body", "Identifier", "Share"), cells)))


def _histories(plain: pl.DataFrame, truth: bool) -> str:
    at = plain.filter(pl.col("breakdown") == "scenario")
    by_key = {(r["department"], r["level"], r["measure"]): r for r in at.iter_rows(named=True)}
    measures = ("implausible", "implausible_false", "false_caught") if truth else ("implausible",)
    rows = []
    for name, level in at.select("department", "level").unique().sort("department", "level").iter_rows():
        found = [by_key.get((name, level, measure)) for measure in measures]
        rows.append((f"{TITLES[name]}: {level}", *("–" if r is None else with_interval(r) for r in found)))
    head = ("History", "Of those linked", "Of these, false", "Of the false links, caught")[: len(measures) + 1]
    return html.table("Implausible histories", head, rows) if rows else ""


def _overall(plain: pl.DataFrame) -> dict[tuple[str, str], Mapping[str, object]]:
    overall = plain.filter(pl.col("breakdown") == "all")
    return {(row["department"], row["measure"]): row for row in overall.iter_rows(named=True)}


def _cell(by_figure: Mapping[tuple[str, str], Mapping[str, object]], name: str, measure: str) -> str:
    row = by_figure.get((name, measure))
    return "–" if row is None else with_interval(row)
