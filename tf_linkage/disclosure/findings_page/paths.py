"""The part of the findings' page that tells where adults went between benefits and work.

Benefit paths as released, in a picture and as tables.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.estimates import HALF_YEARS
from tf_linkage.disclosure.findings_page.cells import HEAD, any_shown, both_groups, drawn
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture

LAST = list(HALF_YEARS)[-1]
TITLE = f"Where adults stand, {LAST} the start, by where they stood before it"
SAYS = (
    "Of the adults of working age who stood in a state in the half-year before the family's start, the share "
    "that stood in each state in a half-year after it, with 95% intervals as if adults of one family went "
    "together. Out of work: an out-of-work benefit and no job; working and claiming: both; working: a job "
    "alone; neither: none of these."
)


def paths_section(paths: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        paths: `contracts.outputs.published.BenefitPaths`, codes as text.
    """
    return _picture(paths.filter(pl.col("window") == LAST)) + "".join(
        html.opened(f"{window} the start", html.table(f"Where adults stand, {window} the start", HEAD, _rows(of)))
        for (window,), of in paths.group_by(["window"], maintain_order=True)
        if window != LAST
    )


def _picture(last: pl.DataFrame) -> str:
    rows = drawn(last, [_way(start, to) for start, to in last.select("from_state", "to_state").iter_rows()])
    if not any_shown(rows):
        return html.paragraph(SAYS)
    chart = charts.intervals(rows, title=TITLE, description=SAYS, x_title="share of adults", domain=(0, 1))
    return html.figure(Picture("paths", TITLE, SAYS, chart, (HEAD, _rows(last))))


def _rows(paths: pl.DataFrame) -> list[tuple[str, ...]]:
    cells = both_groups(paths, ["from_state", "to_state"])
    return [(_way(start, to), *figures) for (start, to), figures in cells]


def _way(start: str, to: str) -> str:
    return f"{start}, then {to}".capitalize()
