"""What protection costs, in the words of the findings page."""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_REGIONS
from tf_linkage.disclosure.findings_page.protection import AFTER, typical_price


def test_the_typical_price_is_that_of_all_regions_together() -> None:
    """Two of all regions, .01 and .02 (half intervals .03 and .05): .015 and .04; three of one region stay out."""
    rows = [(ALL_REGIONS, 0.01, 0.4, 0.46), (ALL_REGIONS, 0.02, 0.4, 0.5)]
    rows += [("London", 0.09, 0.1, 0.9)] * 3
    outcomes = pl.DataFrame(
        [{"unit": "family", "window": AFTER, "region": region, "share": 0.43, "moved_by_rounding": moved,
          "low": low, "high": high} for region, moved, low, high in rows]
    )  # fmt: skip
    moved, half = typical_price(outcomes)
    assert moved is not None
    assert half is not None
    assert (round(moved, 6), round(half, 6)) == (0.015, 0.04)
