"""One chart with its words: what every picture of the page is.

The picture itself and the one made of shares with intervals.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tf_linkage.pages import charts
from tf_linkage.pages.charts import Drawing
from tf_linkage.pages.words import with_interval

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Head and rows, as words."""

Names = Mapping[str, str]
"""Words for levels that are codes, such as councils."""


@dataclass(frozen=True)
class Picture:
    """One chart with its words.

    Attributes:
        name: short name, for links and metadata.
        title: heading.
        says: what it shows and how to read it, in a sentence or two.
        drawing: the chart, wide and narrow.
        table: the same figures as a table, for those who do not see the chart.
    """

    name: str
    title: str
    says: str
    drawing: Drawing
    table: Table

    def as_markdown(self) -> str:
        """The chart as the Dagster UI shows it: an image in Markdown that carries its own data."""
        return markdown(self.drawing, self.title)


def markdown(drawing: Drawing, title: str) -> str:
    """A drawing as an image in Markdown that carries its own data."""
    return f"![{title}](data:image/svg+xml;base64,{base64.b64encode(drawing.wide.encode()).decode()})"


def interval_picture(
    name: str, title: str, says: str, *, rows: charts.Rows, x_title: str, reference: str = ""
) -> Picture:
    """Shares with their intervals, as a chart and as a table."""
    chart = charts.intervals(rows, title=title, description=says, x_title=x_title, reference=reference)
    table = [(str(r["panel"]), str(r["level"]), with_interval(r)) for r in rows]
    return Picture(name, title, says, chart, (("", "", "Share (95% interval)"), table))


def ends(row: Mapping[str, object]) -> dict[str, object]:
    """A figure and its interval, as charts want them."""
    return {end: row[end] for end in ("value", "low", "high")}
