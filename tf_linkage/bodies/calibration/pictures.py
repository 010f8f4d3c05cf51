"""The world next to England, topic by topic: a picture in which what is off stands out, and the page of all."""

from __future__ import annotations

from typing import Any

import polars as pl

from tf_linkage.bodies.calibration.questions import in_words
from tf_linkage.pages import charts

WORDS = {
    "series": "the world's figures as lines, the published ones as diamonds",
    "targets": "how far the world lies from each published figure, in tolerances",
}
"""What a kind of picture shows, for who does not see it."""

INTRODUCTION = """Made by `{made_by}`. The same pictures stand at the check `calibrated` of `population/truth`
in the UI. Sources are short names, in full in `population/sources.py`; `A` marks what is an assumption or
remembered, not a figure seen. Tolerances hold what chance can do in a world of this size, so that one which meets
all targets is refused once in a hundred times.
"""

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
                x_title="distance from the published figure, in tolerances (within -1 to 1: met)",
                domain=(-WIDEST, WIDEST),
                numbers="+.1~f",
                line=0,
            )
    return drawn


def series_pictures(answered: pl.DataFrame) -> dict[str, charts.Drawing]:
    """One drawing (SVG) for each topic: the world's series beside England's, a panel for each question.

    Questions without a published figure for at least two of their labels are left to the table.

    Args:
        answered: of `questions.answers`.
    """
    drawn = {}
    for (topic,), rows in answered.group_by("topic", maintain_order=True):
        known = rows.filter(
            pl.col("england").is_not_null().sum().over("question") > 1, pl.col("world").is_not_null()
        )
        if known.height:
            name = str(topic)
            drawn[name] = charts.beside(
                known.select(panel="question", step="label", found="world", published="england").to_dicts(),
                title=f"{name}: the world beside England",
                description="For each question the world's figures as a line, the published ones as diamonds.",
                names=("the simulated world", "England, published"),
            )
    return drawn


def page(
    calibrated: pl.DataFrame, questions: pl.DataFrame, *, made_by: str = "", beside: str = "calibration"
) -> tuple[str, dict[str, str]]:
    """The page in Markdown: pictures and figures by topic, and the twenty questions.

    Args:
        calibrated: of `targets.calibrate`.
        questions: of `questions.answers`.
        made_by: the command that makes the page, said at its top.
        beside: the folder, next to the page, in which its pictures are looked for.

    Returns:
        The page, and its pictures (SVG) by the names of their files in that folder.
    """
    passed, count = int(calibrated["passed"].sum()), calibrated.height
    intro = INTRODUCTION.format(made_by=made_by) if made_by else ""
    parts = ["# The simulated world next to England", "", intro, f"{passed} of {count} targets met.", ""]
    kinds = {"series": series_pictures(questions), "targets": pictures(calibrated)}
    files: dict[str, str] = {}
    for topic in calibrated["topic"].unique(maintain_order=True):
        parts += [f"## {topic[0].upper()}{topic[1:]}", ""]
        for kind, drawn in kinds.items():
            if topic in drawn:
                name = f"{topic.replace(' ', '_')}_{kind}.svg"
                files[name] = drawn[topic].wide
                parts += [f"![{topic}: {WORDS[kind]}]({beside}/{name})", ""]
        parts += ["| target | England | world | tolerance | source |", "|---|---|---|---|---|"]
        for row in calibrated.filter(pl.col("topic") == topic).iter_rows(named=True):
            mark = "" if row["passed"] else " **missed**"
            parts.append(
                f"| {row['target']} | {row['expected']:.3g} | {row['found']:.3g}{mark} | {row['tolerance']:.2g} "
                f"| {row['cited']} |"
            )
        parts.append("")
    parts += ["## Twenty questions", "", "| question | the world | published |", "|---|---|---|"]
    parts += [f"| {asks} | {told} | {published} |" for asks, told, published in in_words(questions)]
    return "\n".join(parts) + "\n", files
