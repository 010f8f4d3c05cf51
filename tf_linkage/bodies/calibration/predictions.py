"""Published results of real linkages, to set next to what ours reaches. Nothing is tuned to them.

The figures and their sources.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from tf_linkage.population.sources import in_full

PREDICTIONS: Final = (
    ("Census 2021 to DWP, all identifiers", "dwp", "match rate", 0.967, 0.967,
        "Census to DWP 2021: 96.7%, precision 99.87%, recall 99.86%"),
    ("electoral register to DWP, name and address only", "dwp", "match rate", 0.78, 0.795,
        "IER 2014: 78% dry run, 79.5% live"),
    ("NPD to HES", "dfe", "match rate", 0.95, 0.95, "NPD-HES 2021: 95% (92% born 1990/91 to 99% born 2004/05)"),
    ("PNC to NPD, offenders", "moj", "match rate", 0.77, 0.77, "PNC-NPD: 77% of offenders"),
    ("HESID false matches", "all", "false match rate", 0.002, 0.002, "HESID 2015: .2%"),
    ("HESID missed matches", "all", "missed match rate", 0.041, 0.041, "HESID 2015: 4.1%"),
)  # fmt: skip


def predictions() -> pl.DataFrame:
    """One row per published result: linkage, body, measure, low, high, source (in full)."""
    rows = [(*row[:-1], in_full(row[-1])) for row in PREDICTIONS]
    return pl.DataFrame(rows, schema=["linkage", "body", "measure", "low", "high", "source"], orient="row")
