"""The part of the findings' page that tells what families cost.

Costs as released, in a picture and as a table.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.published import ILLUSTRATIVE, PRICES
from tf_linkage.disclosure.findings_page.cells import HEAD, WITHHELD, Row, any_shown, drawn
from tf_linkage.disclosure.findings_page.words import GROUPS
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture

TITLE = "Pounds for each family, by theme"
SAYS = (
    "Mean cost of the families followed, those without any cost included, with 95% intervals: in the year "
    "before the family's start, and in the 24 months after it. The window after is twice as long as the one "
    "before."
)


def costs_section(money: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        money: `contracts.outputs.published.Money`, codes as text.
    """
    table = []
    for (theme, window), of in money.group_by(["theme", "window"], maintain_order=True):
        found = {row["study_group"]: _pounds(row) for row in of.iter_rows(named=True)}
        cells = (cell for group in GROUPS for cell in found.get(group, ("–", "")))
        table.append((f"{theme}, {window}".capitalize(), *cells, PRICES[str(theme)]))
    head = (*HEAD, "Prices")
    level = [f"{theme}, {window}".capitalize() for theme, window in money.select("theme", "window").iter_rows()]
    rows = drawn(money, level, value="mean")
    if not any_shown(rows):
        return _prices() + html.paragraph("Too few families for any cost.")
    ends = (0.0, 1.05 * max(float(str(row["high"])) for row in rows if row["high"] is not None))
    chart = charts.intervals(rows, title=TITLE, description=SAYS, x_title="pounds", domain=ends, numbers=",.0f")
    return _prices() + html.figure(Picture("costs", TITLE, SAYS, chart, (head, table)))


def _prices() -> str:
    illustrative = ", ".join(theme for theme, prices in PRICES.items() if prices == ILLUSTRATIVE)
    return html.paragraph(
        f"Illustrative costs. For {illustrative} the unit costs are round figures of ours, from no source: no "
        "conclusion may be drawn from these sums. Benefits are the amounts that were paid; the programme is "
        "its published average, the same for each family on it. Costs are rounded to at least what five "
        "families of average cost make. What there is none of has no row: families that wait cost the "
        "programme nothing."
    )


def _pounds(row: Row) -> tuple[str, str]:
    if row["mean"] is None:
        return WITHHELD, ""
    mean, low, high = (f"{row[name]:,.0f}" for name in ("mean", "low", "high"))
    # The same for each family: an interval would pretend to an uncertainty that nobody has.
    interval = f" ({low} to {high})" if low != high else ""
    return f"£{mean}{interval}", f"{float(str(row['rounded_to'])) / 2:,g}"
