"""The part of the findings' page that tells whether effects differ by council and by problem."""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.estimates import SUBGROUPS
from tf_linkage.disclosure.findings_page.cells import PRICE
from tf_linkage.disclosure.findings_page.compared import as_a_ratio, ends
from tf_linkage.disclosure.findings_page.words import outcome_word, recall_span
from tf_linkage.pages import html

COUNCILS, PROBLEMS = SUBGROUPS
SAYS = (
    "Exploratory. How often something new began in months 7 to 24, on the programme over the weighted comparison, "
    "among the families of each council and among those with each problem. Each ratio leans on the others of its "
    "kind, the more so the less sure it is and the less they differ: a group that stands out by chance is drawn "
    "back. A family with two problems stands in two rows, so that rows of problems are no separate evidence."
)
READING = (
    "The spread is how much true ratios of the kind differ, as a standard deviation of logarithms, rounded up and "
    "never estimated as nothing: .1 means that most lie within a fifth of each other. Councils are numbered within "
    "their region. What links miss in each group is allowed for where recall is known."
)
NOTHING = "Too few families with new events in any group to tell of councils or problems."
HEADS = {COUNCILS: "By council", PROBLEMS: "By problem"}


def groups_section(subgroups: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        subgroups: `contracts.outputs.published.Subgroups`, codes as text.
    """
    told = subgroups.filter(pl.col("estimate").is_not_null())
    if told.is_empty():
        return html.paragraph(NOTHING)
    counted = [
        f"{HEADS[kind]}: {_counted(told.filter(pl.col('kind') == kind))}"
        for kind in SUBGROUPS
        if kind in told["kind"]
    ]
    tables = [
        html.opened(HEADS[kind], html.table(f"Ratios of yearly rates, {HEADS[kind].lower()}", HEAD, rows))
        for kind in SUBGROUPS
        if (rows := _rows(subgroups.filter(pl.col("kind") == kind)))
    ]
    return html.paragraph(SAYS) + html.bullets([*counted, READING]) + "".join(tables)


HEAD = ("", "", "Ratio, leaning on the others (95%)", PRICE, "Spread of the kind", "Recall, programme",
        "Recall, comparison", "Of its variance, linkage")  # fmt: skip


def _counted(rows: pl.DataFrame) -> str:
    """How many of the ratios shown leave 1 out."""
    sides = [ends(row) for row in rows.iter_rows(named=True)]
    below, above = sum(high < 1 for _, high in sides), sum(low > 1 for low, _ in sides)
    return f"{rows.height} ratios shown; {below} lie below 1 as a whole and {above} above."


def _rows(rows: pl.DataFrame) -> list[tuple[str, ...]]:
    return [
        (outcome_word(str(row["outcome"])), str(row["group"]), *as_a_ratio(row),
         "" if row["spread"] is None else f"up to {row['spread']:g}",
         *(recall_span(row, side) for side in ("programme", "comparison")),
         "" if row["linkage_share"] is None else f"up to {row['linkage_share']:.0%}")
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip
