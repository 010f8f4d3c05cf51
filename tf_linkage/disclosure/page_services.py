"""The part of the findings' page that tells how many services families use.

Belongs here: service use as released, in a picture and as a table. Does not belong here: what may be shown of it.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.estimates import HALF_YEARS, SERVICES
from tf_linkage.disclosure.words import GROUPS
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture
from tf_linkage.pages.words import with_interval

TITLE = "How many services families use"
SAYS = (
    f"Share of families that used so many of {len(SERVICES)} services ({', '.join(SERVICES)}) in the last "
    "half-year before the family's start and in the last that is told after it, with 95% intervals. The table has "
    "every half-year."
)
DRAWN = ("1-6 months before", list(HALF_YEARS)[-1])


def services_section(use: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        use: `contracts.published.ServiceUse`, codes as text.
    """
    ordered = use.sort("services", maintain_order=True)
    table = []
    for (services, window), of in ordered.group_by(["services", "window"], maintain_order=True):
        found = {row["study_group"]: _share(row) for row in of.iter_rows(named=True)}
        table.append((f"{_of(services)}, {window}", *(found.get(group, "–") for group in GROUPS)))
    head = ("", *GROUPS.values())
    drawn = ordered.filter(pl.col("window").is_in(DRAWN), pl.col("share").is_not_null())
    rows = [
        {"level": f"{_of(row['services'])}, {row['window']}", "panel": GROUPS[row["study_group"]],
         "value": row["share"], "low": row["low"], "high": row["high"]}
        for row in drawn.iter_rows(named=True)
    ]  # fmt: skip
    if not rows:
        return html.table(TITLE, head, table)
    svg = charts.intervals(rows, title=TITLE, description=SAYS, x_title="share of families", domain=(0, 1))
    return html.figure(Picture("service-use", TITLE, SAYS, svg, (head, table)))


def _of(services: object) -> str:
    return {0: "None", 1: "1 service"}.get(int(str(services)), f"{services} services")


def _share(row: Mapping[str, object]) -> str:
    return with_interval({**row, "value": row["share"]}) if row["share"] is not None else "withheld"
