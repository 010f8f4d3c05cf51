"""Published results of real linkages, and what ours reaches next to them. Nothing is tuned to them.

Which of our figures stands next to which published one.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.pages.words import with_interval
from tf_linkage.quality.report.words import TITLES, departments_in, plain_figures, word

OURS = {
    "match rate": ("match_rate", "recall"),
    "false match rate": ("false_discovery_rate",),
    "missed match rate": ("missed_match_rate",),
}
"""Our figures for each published one. A published match rate may or may not leave out those whom the register does
not hold, so both of ours stand next to it."""


def published_linkages(metrics: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """Each published result with ours, in words.

    Args:
        metrics: `contracts.outputs.quality.Metrics` with truth.
        published: linkage, body (a department, or `all`), measure (of `OURS`), low, high, source.

    Returns:
        Published linkage, Figure, Published, Ours, Source: words ready to be shown.
    """
    plain = plain_figures(metrics)
    overall = plain.filter(pl.col("breakdown") == "all")
    by_figure = {(row["department"], row["measure"]): row for row in overall.iter_rows(named=True)}
    rows = []
    for row in published.iter_rows(named=True):
        names = departments_in(plain) if row["body"] == "all" else [row["body"]]
        ours = [
            f"{TITLES[name]} {word(measure).lower()} {with_interval(by_figure[name, measure])}"
            for name in names
            for measure in OURS[row["measure"]]
            if (name, measure) in by_figure
        ]
        low, high = row["low"], row["high"]
        said = f"{100 * low:.1f}%" if low == high else f"{100 * low:.1f} to {100 * high:.1f}%"
        rows.append((row["linkage"], row["measure"], said, "; ".join(ours) or "–", row["source"]))
    schema = ("Published linkage", "Figure", "Published", "Ours", "Source")
    return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
