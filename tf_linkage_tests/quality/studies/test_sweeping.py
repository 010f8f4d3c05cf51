"""A sweep goes on where it stopped, and keeps its order."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.outputs.quality import Sweep
from tf_linkage.quality.measures.figures import laid_out, shares
from tf_linkage.quality.studies.sweeping import Setting, family_curve, ranges, sweep


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
        sweep({Setting("seed 1"): case(90), Setting("seed 2"): case(95, fails=True)}, tmp_path)
    swept = sweep({Setting("seed 1"): case(90), Setting("seed 2"): case(95)}, tmp_path).collect()
    assert ran == [90, 95]
    Sweep.validate(swept)
    assert swept["case"].unique(maintain_order=True).to_list() == ["seed 1", "seed 2"]
    assert not list(tmp_path.glob("*.part"))


def test_ranges_by_hand(tmp_path: Path) -> None:
    cases = {Setting(f"seed {right}"): (lambda right=right: metrics(right)) for right in (90, 99, 94)}
    row = ranges(sweep(cases, tmp_path).collect()).row(0, named=True)
    assert (row["cases"], row["least"], row["median"], row["most"]) == (3, 0.90, 0.94, 0.99)


def test_one_world_linked_both_ways_is_two_cases_and_one_range(tmp_path: Path) -> None:
    cases = {
        Setting("seed 1", family_evidence=evidence): (lambda right=right: metrics(right))
        for evidence, right in ((True, 95), (False, 90))
    }
    swept = sweep(cases, tmp_path).collect()
    assert swept.height == 4
    assert ranges(swept)["cases"].to_list() == [1, 1]
    assert ranges(swept)["least"].to_list() == [0.95, 0.95]


def test_the_curve_of_family_evidence_by_hand(tmp_path: Path) -> None:
    found = {  # by world, share of moves made together and evidence: right of 100
        ("seed 1", 1.0, True): 96, ("seed 1", 1.0, False): 90,
        ("seed 2", 1.0, True): 98, ("seed 2", 1.0, False): 94,
        ("seed 1, alone", 0.0, True): 91, ("seed 1, alone", 0.0, False): 90,
        ("seed 3, linked one way", 1.0, True): 10,
    }  # fmt: skip
    cases = {Setting(*key): (lambda right=right: metrics(right)) for key, right in found.items()}
    curve = family_curve(sweep(cases, tmp_path).collect()).filter(pl.col("measure") == "recall")
    assert curve.select("moves_together", "family_evidence", "numerator", "denominator").rows() == [
        (0.0, "with", 91, 100),
        (0.0, "without", 90, 100),
        (1.0, "with", 194, 200),
        (1.0, "without", 184, 200),
    ]
    assert curve["value"].to_list() == [0.91, 0.90, 0.97, 0.92]
    assert all(low < value < high for low, value, high in curve.select("low", "value", "high").iter_rows())
