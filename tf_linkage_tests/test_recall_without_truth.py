"""How often the interval of recall without truth holds the true recall, over seeds and three levels of noise."""

from __future__ import annotations

import os

import polars as pl
import pytest

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.rehearsal.cases import Case, link_case
from tf_linkage.study import Preset, Study

NOISE = (0.5, 1.0, 2.0)
"""Multiples of the usual error rates."""

SEEDS = int(os.environ.get("RECALL_SEEDS", "20"))
PRESET = Preset(os.environ.get("RECALL_PRESET", "demo"))


def figures_of(seed: int, noise: float) -> list[dict[str, object]]:
    """By department, the interval of recall without truth and the true recall of one world."""
    made = link_case(Case.of(Study.of(PRESET, seed=seed, noise_multiplier=noise))).figures()
    overall = made.filter(pl.col("breakdown").cast(pl.String) == "all").with_columns(
        pl.col("department", "measure").cast(pl.String)
    )
    rows = {(row["department"], row["measure"]): row for row in overall.iter_rows(named=True)}
    found = []
    for name in DEPARTMENTS:
        known, true = rows.get((name, "known_recall")), rows.get((name, "recall"))
        if known and true and known["low"] is not None and true["value"] is not None:
            found.append(
                {"department": name, "noise": noise, "people": known["denominator"], "known": known["value"],
                 "true": true["value"], "width": known["high"] - known["low"],
                 "holds": known["low"] <= true["value"] <= known["high"]}
            )  # fmt: skip
    return found


@pytest.mark.slow
def test_how_often_the_interval_holds_the_true_recall() -> None:
    """Fewer than the printed nine in ten is a finding of the page; fewer than eight a fault of the figure."""
    found = pl.DataFrame(
        [row for noise in NOISE for seed in range(1, SEEDS + 1) for row in figures_of(seed, noise)]
    )
    table = found.group_by("department", "noise", maintain_order=True).agg(
        pl.len().alias("worlds"), pl.col("people", "known", "true", "width", "holds").mean()
    )
    print(f"\n{PRESET}, {SEEDS} seeds")
    for row in table.sort("department", "noise").iter_rows(named=True):
        print(
            f"  {row['department']} noise x{row['noise']:g}: {row['people']:,.0f} known to be present; found "
            f"{row['known']:.3f}, true recall {row['true']:.3f}; holds {row['holds']:.2f} of {row['worlds']}, "
            f"width {row['width']:.3f}"
        )
    assert found["holds"].mean() >= 0.8  # type: ignore[operator]
