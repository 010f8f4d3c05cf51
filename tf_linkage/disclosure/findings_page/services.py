"""The part of the findings' page that tells how many services families use.

Service use as released, in a picture and as a table.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.estimates import HALF_YEARS, SERVICES
from tf_linkage.disclosure.findings_page.cells import HEAD, any_shown, both_groups, drawn
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture

TITLE = "How many services families use"
SAYS = (
    f"Share of families that used so many of {len(SERVICES)} services ({', '.join(SERVICES)}) in the last "
    "half-year before the family's start and in the last that is told after it, with 95% intervals. The "
    "table has every half-year."
)
DRAWN = ("1-6 months before", list(HALF_YEARS)[-1])


def services_section(use: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        use: `contracts.outputs.published.ServiceUse`, codes as text.
    """
    ordered = use.sort("services", maintain_order=True)
    table = [
        (f"{_of(services)}, {window}", *cells)
        for (services, window), cells in both_groups(ordered, ["services", "window"])
    ]
    two = ordered.filter(pl.col("window").is_in(DRAWN))
    rows = drawn(two, [f"{_of(n)}, {window}" for n, window in two.select("services", "window").iter_rows()])
    if not any_shown(rows):
        return html.table(TITLE, HEAD, table)
    chart = charts.intervals(rows, title=TITLE, description=SAYS, x_title="share of families", domain=(0, 1))
    return html.figure(Picture("service-use", TITLE, SAYS, chart, (HEAD, table)))


def _of(services: object) -> str:
    return {0: "None", 1: "1 service"}.get(int(str(services)), f"{services} services")
