"""What the longer studies tell without truth by linking again: its tables and words."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tf_linkage.pages import html
from tf_linkage.pages.words import percent, with_interval
from tf_linkage.quality.report.words import DEPARTMENT_ORDER, TITLES


def linked_again(table: pl.DataFrame) -> Iterator[str]:
    """The section's parts; none of a second engine's agreement, which stands among the signs.

    Args:
        table: `contracts.outputs.quality.Metrics`.
    """
    plain = table.with_columns(pl.col("department", "breakdown", "measure").cast(pl.String)).filter(
        pl.col("value").is_not_null()
    )
    of = {(row["department"], row["level"], row["measure"]): row for row in plain.iter_rows(named=True)}
    precision = [
        (TITLES[name], with_interval(row), f"{row['denominator']:,}")
        for name in DEPARTMENT_ORDER
        if (row := of.get((name, "all", "sentinel_precision")))
    ]
    if precision:
        yield html.paragraph(
            "Precision from records taken out: linked people whose record the register no longer holds, and how "
            "many of them are linked all the same, tell how often people who are not there are linked to others, "
            "by decade of birth and by who has a number. Somebody whom the register holds twice is linked to the "
            "other record: there precision comes out too low. Of strangers linked in the place of a record that is "
            "there it says nothing."
        )
        yield html.table("Precision from records taken out", ("Department", "Precision", "Of links"), precision)
    bands = plain.filter(pl.col("measure") == "held_out_share").sort("department", "level")
    rows = [
        (f"{TITLES[row['department']]}, {row['level']}", f"{row['denominator']:,}",
         percent(of[row["department"], row["level"], "held_out_expected"]["value"]), with_interval(row))
        for row in bands.iter_rows(named=True)
    ]  # fmt: skip
    if rows:
        yield html.paragraph(
            "Posteriors by a number held back: linked without it, the pairs that agree on it are of one person. "
            "Where a wrong number goes with a wrong name, pairs in doubt agree more rarely than they should."
        )
        yield html.table(
            "Posteriors by a number held back", ("Posterior", "Pairs", "Mean posterior", "Of one person"), rows
        )
    even = [
        f"{TITLES[name]}: refitted, a pair with posterior 50% is of one person in {with_interval(row)}."
        for name in DEPARTMENT_ORDER
        if (row := of.get((name, "all", "held_out_even")))
    ]
    yield html.bullets(even) if even else ""
