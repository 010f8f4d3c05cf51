"""Recall without truth: of people whom a council's flag puts in a register, the share whom links find.

When it applies: councils flag problems that leave a trace in the register (`Department.known_by`).
How it fails: a wrong flag looks like a missed link, so that the figure runs low; the upper end of the interval
allows for `FLAG_ERROR` of them. People in recent contact are easier to find than all whom the register holds: it is
recall of people like those flagged. Links to somebody else count as found, as far as precision falls short of 1.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.quality.measures.figures import FIGURES
from tf_linkage.research.estimates.linkage_error import share_found

MEASURE = "known_recall"


def known_figures(known: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """Recall of the people known to be present, for each level of one column.

    Args:
        known: people known to be present: person_id, family_id, links (how many), and the column `by`.
        by: column to break the figure down by; everybody together when None.

    Returns:
        Columns level, measure, numerator, denominator, value, low, high (`share_found`).
    """
    return share_found(known, by).with_columns(measure=pl.lit(MEASURE)).select(list(FIGURES))
