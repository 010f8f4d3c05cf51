"""The findings as one page that opens offline: what was released, in pictures and tables.

Belongs here: the order of the page and its words. It reads published tables alone, so that nothing stands on it
that has not passed the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from tf_linkage.contracts.estimates import ALL_REGIONS, HALF_YEARS, MEASURES, METHODS
from tf_linkage.contracts.published import REGIONAL_WINDOWS
from tf_linkage.disclosure.page_costs import costs_section
from tf_linkage.disclosure.page_paths import paths_section
from tf_linkage.disclosure.page_services import services_section
from tf_linkage.disclosure.rules import RULES
from tf_linkage.disclosure.words import GROUPS, UNITS, outcome_sentence, outcome_word, points
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture
from tf_linkage.pages.words import with_interval

TITLE = "Families before and after"
SUBTITLE = (
    "Figures about groups of families, released under rules that keep any one of them from being told. {whom} "
    "Where groups are shown side by side they are not made alike: their difference is no effect."
)
SIMULATED = "Nobody in them is real: this is a rehearsal on a synthetic population."
BEFORE, AFTER = REGIONAL_WINDOWS
FIRST_AFTER = next(name for name, (first, _) in HALF_YEARS.items() if first == 0)

Row = Mapping[str, object]
Tables = Mapping[str, pl.LazyFrame]


def findings_page(tables: Tables, *, rehearsal: bool) -> str:
    """The page.

    Args:
        tables: the tables of `contracts.published.PUBLISHED_TABLES`.
        rehearsal: whether nobody in them is real.
    """
    outcomes = _plain(tables["outcomes"])
    sections = [
        html.Section("before-after", "Before and after", "Families before and after the start", _spans(outcomes)),
        html.Section("compared", "Compared", "The programme against the comparison", _compared(tables)),
        html.Section("time", "Half-years", "Half-year by half-year", _half_years(outcomes)),
        html.Section("regions", "Regions", "By region", _regions(outcomes)),
        html.Section("people", "People", "Children and adults", _people(outcomes)),
        html.Section(
            "services", "Services", "How families use services", services_section(_plain(tables["service_use"]))
        ),
        html.Section("paths", "Paths", "Between benefits and work", paths_section(_plain(tables["benefit_paths"]))),
        html.Section("costs", "Costs", "What families cost", costs_section(_plain(tables["money"]))),
        html.Section("cost", "Protection", "What protection costs", _cost(outcomes)),
        html.Section("rules", "Rules", "The rules", _rules()),
    ]
    return html.page(TITLE, SUBTITLE.format(whom=SIMULATED if rehearsal else ""), sections)


def _plain(table: pl.LazyFrame) -> pl.DataFrame:
    return table.with_columns(pl.selectors.enum().cast(pl.String)).collect()


def _of(outcomes: pl.DataFrame, **wanted: str) -> pl.DataFrame:
    return outcomes.filter(pl.col(name) == value for name, value in wanted.items())


def _outcomes_in(outcomes: pl.DataFrame) -> list[str]:
    return list(dict.fromkeys(outcomes.get_column("outcome")))


def _shown(row: Row) -> str:
    return with_interval({**row, "value": row["share"]}) if row["share"] is not None else "withheld"


def _spans(outcomes: pl.DataFrame) -> str:
    families = _of(outcomes, unit="family", region=ALL_REGIONS).filter(pl.col("window").is_in([BEFORE, AFTER]))
    rows = [
        {"level": f"{outcome_word(row['outcome'])}, {row['window']}", "panel": GROUPS[row["study_group"]],
         "value": row["share"], "low": row["low"], "high": row["high"]}
        for row in families.filter(pl.col("share").is_not_null()).iter_rows(named=True)
    ]  # fmt: skip
    if not rows:
        return html.paragraph("Too few families for any figure.")
    says = (
        "Share of families in which it happened to anybody, with 95% intervals: in the year before the family's "
        "start, and in the 24 months after it. The window after is twice as long as the one before."
    )
    title = "In how many families something happened"
    svg = charts.intervals(rows, title=title, description=says, x_title="share of families", domain=(0, 1))
    cells = _by_group(families, ["outcome", "window"])
    table = [(f"{outcome_word(outcome)}, {window}", *figures) for (outcome, window), figures in cells]
    return html.figure(Picture("spans", title, says, svg, (("", *GROUPS.values()), table)))


def _by_group(rows: pl.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """For each cell, its share in words in each group."""
    for key, of in rows.group_by(by, maintain_order=True):
        found = {row["study_group"]: _shown(row) for row in of.iter_rows(named=True)}
        yield tuple(str(part) for part in key), tuple(found.get(group, "–") for group in GROUPS)


def _compared(tables: Tables) -> str:
    """Differences between the groups after weighting; the year before should show none."""
    compared = _plain(tables["differences"]).filter(
        (pl.col("unit") == "family") & (pl.col("measure") == MEASURES[0]) & (pl.col("method") == METHODS[1])
    )
    rows = [
        {"level": outcome_word(row["outcome"]), "panel": row["window"], "value": row["estimate"],
         "low": row["low"], "high": row["high"]}
        for row in compared.filter(pl.col("window").is_in([BEFORE, AFTER]), pl.col("estimate").is_not_null())
        .sort(pl.col("window") == AFTER, maintain_order=True)
        .iter_rows(named=True)
    ]  # fmt: skip
    table = [
        (f"{outcome_word(row['outcome'])}, {row['window']}", _difference(row))
        for row in compared.iter_rows(named=True)
    ]
    words = (
        "Share of families on the programme less share of the comparison, weighted so that both resembled each "
        "other "
        "before the start, with 95% intervals. Left of nought it happened in fewer families on the programme. The "
        "year before should show no difference. Estimates are rounded to about what five families make."
    )
    if not rows:
        return html.paragraph("Too few families for any comparison.")
    ends = max(abs(float(str(row[end]))) for row in rows for end in ("low", "high"))
    title = "Difference in share of families"
    svg = charts.intervals(
        rows, title=title, description=words, x_title="programme less comparison", domain=(-ends, ends)
    )
    return html.figure(Picture("compared-families", title, words, svg, (("", "Difference in points (95%)"), table)))


def _difference(row: Row) -> str:
    if row["estimate"] is None:
        return "withheld"
    estimate, low, high = (_points(row[name]) for name in ("estimate", "low", "high"))
    return f"{estimate} ({low} to {high})"


def _half_years(outcomes: pl.DataFrame) -> str:
    families = _of(outcomes, unit="family", region=ALL_REGIONS).filter(pl.col("window").is_in(list(HALF_YEARS)))
    drawn = []
    for outcome in _outcomes_in(families):
        of = _of(families, outcome=outcome)
        if of.get_column("share").is_null().all():
            continue
        rows = [
            {"step": row["window"], "series": GROUPS[row["study_group"]], "value": row["share"],
             "low": row["low"], "high": row["high"]}
            for row in of.iter_rows(named=True)
        ]  # fmt: skip
        title = outcome_word(outcome)
        says = (
            f"Share of families in which {outcome_sentence(outcome)}, by half-year from the family's start (dashed "
            "line), with 95% intervals. Where a figure is withheld the line has a gap."
        )
        svg = charts.over_time(
            rows, title=title, description=says, steps=list(HALF_YEARS), series=list(GROUPS.values()),
            y_title="share of families", after=FIRST_AFTER,
        )  # fmt: skip
        table = [(window, *figures) for (window,), figures in _by_group(of, ["window"])]
        name = f"half-years-{outcome.replace('_', '-')}"
        drawn.append(html.figure(Picture(name, title, says, svg, (("Months", *GROUPS.values()), table))))
    return "".join(drawn)


def _regions(outcomes: pl.DataFrame) -> str:
    families = _of(outcomes, unit="family").filter(pl.col("window").is_in([BEFORE, AFTER]))
    tables = []
    for (outcome,), of in families.group_by(["outcome"], maintain_order=True):
        cells = _by_group(of.sort("window", "region", maintain_order=True), ["window", "region"])
        rows = [(f"{window}, {_region(region)}", *figures) for (window, region), figures in cells]
        tables.append(
            html.opened(
                outcome_word(str(outcome)),
                html.table(f"Families in which {outcome_sentence(str(outcome))}", ("", *GROUPS.values()), rows),
            )
        )
    return html.paragraph("Share of families, with 95% intervals, by the region of their council.") + "".join(
        tables
    )


def _region(region: str) -> str:
    return "all regions" if region == ALL_REGIONS else region


def _people(outcomes: pl.DataFrame) -> str:
    people = outcomes.filter(
        (pl.col("unit") != "family") & (pl.col("region") == ALL_REGIONS) & pl.col("window").is_in([BEFORE, AFTER])
    )
    tables = []
    for (unit,), of in people.group_by(["unit"], maintain_order=True):
        cells = _by_group(of, ["outcome", "window"])
        rows = [(f"{outcome_word(outcome)}, {window}", *figures) for (outcome, window), figures in cells]
        tables.append(html.table(f"Share of {UNITS[str(unit)]}", ("", *GROUPS.values()), rows))
    return html.paragraph("Of children and adults by their age at the start, with 95% intervals.") + "".join(tables)


def _cost(outcomes: pl.DataFrame) -> str:
    """How much is withheld, and what rounding may have moved."""
    rows = []
    for (unit, window), of in outcomes.with_columns(
        window=pl.when(pl.col("window").is_in([BEFORE, AFTER]))
        .then(pl.col("window"))
        .otherwise(pl.lit("half-years"))
    ).group_by(["unit", "window"], maintain_order=True):
        shown = of.filter(pl.col("share").is_not_null())
        moved = shown.get_column("moved_by_rounding").median()
        half = ((shown.get_column("high") - shown.get_column("low")) / 2).median()
        rows.append(
            (f"{UNITS[str(unit)].capitalize()}, {window}", str(of.height), str(of.height - shown.height),
             _points(moved), _points(half))
        )  # fmt: skip
    head = ("", "Rows", "Withheld", "Rounding may move it by", "Half its 95% interval")
    words = (
        "Protection has a price. Rows withheld say nothing; in the others, rounding may have moved the share by at "
        "most so many percentage points (median), beside half the width of the interval that chance alone makes. "
        "Each row of the tables carries its own figure, `moved_by_rounding`."
    )
    return html.paragraph(words.replace("`", "")) + html.table("What is lost, in percentage points", head, rows)


def _points(value: object) -> str:
    return points(value if isinstance(value, float) else None)


def _rules() -> str:
    lines = [
        "A figure is shown only if it stands on at least 10 people and 10 families, and so do those to whom it did "
        "not happen.",
        "Numbers of those to whom something happened are rounded to 5, of those to whom it could happen to 10; "
        "shares and intervals come from the rounded numbers.",
        "Costs are shown only where no one or two families make up too much of the sum, and neither the sum nor "
        "the interval gives the largest away to within 10%.",
        "What could still be worked out of a withheld figure from all others is reckoned by linear programming; "
        "more is withheld until at least ten numbers stay possible for each.",
        "A release that differs from an earlier one by fewer than 10 people or families in a figure is held back.",
        "Withheld rows all say the same, since the reason is itself a figure. The possible reasons: "
        + "; ".join(f"{rule}" for rule in RULES)
        + ".",
    ]
    return html.bullets(lines)
