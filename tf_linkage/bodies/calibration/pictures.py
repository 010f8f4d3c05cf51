"""The world next to England, topic by topic: a picture in which what is off stands out, and the page of all."""

from __future__ import annotations

from typing import Any

import polars as pl

from tf_linkage.pages import charts
from tf_linkage.pages.picture import markdown

WIDEST = 1.6
"""How far out a target may be drawn, in tolerances; what lies further is drawn there."""


def pictures(calibrated: pl.DataFrame) -> dict[str, charts.Drawing]:
    """One drawing (SVG) for each topic.

    Each target's distance from its published figure is drawn in tolerances: between -1 and 1 it passes. The bar is
    what chance can do to the world's figure (`targets.chance_errors`).

    Args:
        calibrated: of `targets.calibrate`.
    """
    drawn = {}
    for topic in calibrated["topic"].unique(maintain_order=True):
        rows: list[dict[str, Any]] = []
        for row in calibrated.filter(pl.col("topic") == topic, pl.col("observations") > 0).iter_rows(named=True):
            allowed = row["tolerance"] or 1e-9
            off = max(-WIDEST, min(WIDEST, (row["found"] - row["expected"]) / allowed))
            spread = row["chance"] / allowed
            rows.append({
                "panel": topic, "level": row["target"], "value": off,
                "low": max(-WIDEST, off - spread), "high": min(WIDEST, off + spread),
            })  # fmt: skip
        if rows:
            drawn[topic] = charts.intervals(
                rows,
                title=topic,
                description="How far the world lies from the published figure, in tolerances: within -1 to 1 a "
                "target passes. Bars: what chance can do.",
                x_title="tolerances from the published figure",
                domain=(-WIDEST, WIDEST),
            )
    return drawn


def page(calibrated: pl.DataFrame, questions: pl.DataFrame, *, with_pictures: bool = True) -> str:
    """The page in Markdown: pictures and figures by topic, and the twenty questions."""
    passed, count = int(calibrated["passed"].sum()), calibrated.height
    parts = ["# The simulated world next to England", "", f"{passed} of {count} targets met.", ""]
    drawn = pictures(calibrated) if with_pictures else {}
    for topic in calibrated["topic"].unique(maintain_order=True):
        parts += [f"## {topic[0].upper()}{topic[1:]}", ""]
        if topic in drawn:
            parts += [markdown(drawn[topic], topic), ""]
        parts += ["| target | England | world | tolerance | source |", "|---|---|---|---|---|"]
        for row in calibrated.filter(pl.col("topic") == topic).iter_rows(named=True):
            mark = "" if row["passed"] else " **missed**"
            parts.append(
                f"| {row['target']} | {row['expected']:.3g} | {row['found']:.3g}{mark} | {row['tolerance']:.2g} "
                f"| {row['cited']} |"
            )
        parts.append("")
    parts += ["## Twenty questions", "", "| question | the world | published |", "|---|---|---|"]
    parts += [f"| {asks} | {told} | {published} |" for asks, told, published in questions.iter_rows()]
    return "\n".join(parts) + "\n"
