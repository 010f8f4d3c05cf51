"""A sweep goes on where it stopped, and keeps its order."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.quality import Sweep
from tf_linkage.quality.measures import laid_out, shares
from tf_linkage.quality.sweeping import ranges, sweep


def metrics(right: int) -> pl.DataFrame:
    totals = pl.DataFrame({"level": ["all"], "right": [right], "links": [100]})
    return laid_out(
        {("dwp", "all"): shares(totals, {"precision": ("right", "links"), "recall": ("right", "links")})}
    )


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    ran: list[int] = []

    def case(right: int, fails: bool = False):  # type: ignore[no-untyped-def]
        def run() -> pl.DataFrame:
            if fails:
                raise RuntimeError("stopped")
            ran.append(right)
            return metrics(right)

        return run

    with pytest.raises(RuntimeError, match="stopped"):
        sweep({"seed 1": case(90), "seed 2": case(95, fails=True)}, tmp_path)
    swept = sweep({"seed 1": case(90), "seed 2": case(95)}, tmp_path).collect()
    assert ran == [90, 95]
    Sweep.validate(swept)
    assert swept["case"].unique(maintain_order=True).to_list() == ["seed 1", "seed 2"]
    assert not list(tmp_path.glob("*.part"))


def test_ranges_by_hand(tmp_path: Path) -> None:
    cases = {f"seed {right}": (lambda right=right: metrics(right)) for right in (90, 99, 94)}
    row = ranges(sweep(cases, tmp_path).collect()).row(0, named=True)
    assert (row["cases"], row["least"], row["median"], row["most"]) == (3, 0.90, 0.94, 0.99)
