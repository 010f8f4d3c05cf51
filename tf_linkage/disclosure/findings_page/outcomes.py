"""The parts of the findings' page that tell how often what happened, by group, time, region and person.

Outcomes as released, in pictures and tables.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, HALF_YEARS
from tf_linkage.contracts.outputs.published import REGIONAL_WINDOWS
from tf_linkage.disclosure.findings_page.cells import HEAD, any_shown, both_groups, drawn
from tf_linkage.disclosure.findings_page.words import GROUPS, UNITS, outcome_sentence, outcome_word
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture

FIRST_AFTER = next(name for name, (first, _) in HALF_YEARS.items() if first == 0)
EITHER_SIDE = pl.col("window").is_in(list(REGIONAL_WINDOWS))


def spans(outcomes: pl.DataFrame) -> str:
    """Families in the year before the start and in the two years after it.

    Args:
        outcomes: `contracts.outputs.published.Outcomes`, codes as text; so for all sections below.
    """
    families = _in_order(_of(outcomes, unit="family", region=ALL_REGIONS).filter(EITHER_SIDE))
    level = [f"{outcome_word(of)}, {window}" for of, window in families.select("outcome", "window").iter_rows()]
    rows = drawn(families, level)
    if not any_shown(rows):
        return html.paragraph("Too few families for any figure.")
    says = (
        "Share of families in which it happened to anybody, with 95% intervals: in the year before the "
        "family's start, and in the 24 months after it. The window after is twice as long as the one before: "
        "compare the groups, not the windows."
    )
    title = "In how many families something happened"
    chart = charts.intervals(rows, title=title, description=says, x_title="share of families", domain=(0, 1))
    table = [
        (f"{outcome_word(outcome)}, {window}", *cells)
        for (outcome, window), cells in both_groups(families, ["outcome", "window"])
    ]
    return html.figure(Picture("spans", title, says, chart, (HEAD, table)))


def half_years(outcomes: pl.DataFrame) -> str:
    """Families half-year by half-year: a picture for each outcome."""
    families = _of(outcomes, unit="family", region=ALL_REGIONS).filter(pl.col("window").is_in(list(HALF_YEARS)))
    found, silent = [], []
    for outcome in _outcomes_in(families):
        of = _of(families, outcome=outcome)
        if of.get_column("share").is_null().all():
            silent.append(outcome_word(outcome).lower())
            continue
        rows = [
            {"step": row["window"], "series": GROUPS[row["study_group"]], "value": row["share"],
             "low": row["low"], "high": row["high"]}
            for row in of.iter_rows(named=True)
        ]  # fmt: skip
        title = outcome_word(outcome)
        says = (
            f"Share of families in which {outcome_sentence(outcome)}, by half-year from the family's start "
            "(dashed line), with 95% intervals. Where a figure is withheld the line has a gap."
        )
        chart = charts.over_time(
            rows, title=title, description=says, steps=list(HALF_YEARS), series=list(GROUPS.values()),
            y_title="share of families", after=FIRST_AFTER,
        )  # fmt: skip
        table = [(window, *cells) for (window,), cells in both_groups(of, ["window"])]
        name = f"half-years-{outcome.replace('_', '-')}"
        found.append(html.figure(Picture(name, title, says, chart, (("Months", *HEAD[1:]), table))))
    said = html.paragraph(f"Withheld in every half-year: {', '.join(silent)}.") if silent else ""
    return said + "".join(found)


def regions(outcomes: pl.DataFrame) -> str:
    """Families by region: a table for each outcome."""
    families = _in_order(_of(outcomes, unit="family").filter(EITHER_SIDE))
    tables = []
    for (outcome,), of in families.group_by(["outcome"], maintain_order=True):
        cells = both_groups(of, ["window", "region"])
        rows = [(f"{_region(region)}, {window}", *figures) for (window, region), figures in cells]
        caption = f"Families in which {outcome_sentence(str(outcome))}"
        tables.append(html.opened(outcome_word(str(outcome)), html.table(caption, HEAD, rows)))
    return html.paragraph(
        "Share of families, with 95% intervals, by the region of their council. By region only the year "
        "before and the 24 months after are released."
    ) + "".join(tables)


def people(outcomes: pl.DataFrame) -> str:
    """Children and adults: a table for each."""
    persons = outcomes.filter((pl.col("unit") != "family") & (pl.col("region") == ALL_REGIONS) & EITHER_SIDE)
    tables = []
    for (unit,), of in _in_order(persons).group_by(["unit"], maintain_order=True):
        cells = both_groups(of, ["outcome", "window"])
        rows = [(f"{outcome_word(outcome)}, {window}", *figures) for (outcome, window), figures in cells]
        tables.append(html.table(f"Share of {UNITS[str(unit)]}", HEAD, rows))
    return html.paragraph("Of children and adults by their age at the start, with 95% intervals.") + "".join(tables)


def _of(outcomes: pl.DataFrame, **wanted: str) -> pl.DataFrame:
    return outcomes.filter(pl.col(name) == value for name, value in wanted.items())


def _outcomes_in(outcomes: pl.DataFrame) -> list[str]:
    return list(dict.fromkeys(outcomes.get_column("outcome")))


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """By unit and outcome as they come; the window before first; all regions together first."""
    place = {name: i for i, name in enumerate(dict.fromkeys(rows.get_column("unit")))}
    outcome = {name: i for i, name in enumerate(_outcomes_in(rows))}
    return rows.sort(
        pl.col("unit").replace_strict(place, default=None, return_dtype=pl.Int32),
        pl.col("outcome").replace_strict(outcome, default=None, return_dtype=pl.Int32),
        pl.col("window") != REGIONAL_WINDOWS[0],
        pl.col("region") != ALL_REGIONS,
        "region",
        maintain_order=True,
    )


def _region(region: str) -> str:
    return "All regions" if region == ALL_REGIONS else region
