"""`--report`: one page on one linkage, for a browser without a network: counts and weights, no values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tf_linkage.cli.files.writing import write_bytes
from tf_linkage.cli.wording import say
from tf_linkage.linkage.model.model import bits_at
from tf_linkage.pages.charts.style import BLUE, GREY, RED
from tf_linkage.pages.charts.weights import histogram, waterfalls
from tf_linkage.pages.html import Section, figure, lead, page, paragraph, table
from tf_linkage.pages.picture import Picture

if TYPE_CHECKING:
    from tf_linkage.linkage import LinkResult

THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)


def write_report(path: Path, result: LinkResult, read: Sequence[tuple[str, str, str]], said: Sequence[str]) -> None:
    """Writes the page.

    Args:
        path: where to.
        result: the linkage.
        read: for each column that is compared its file, its name, and how it was read.
        said: sentences on what became of the records.
    """
    links = result.links.filter(pl.col("status") == "link")
    counts = f"{links.height:,} links and {result.links.height - links.height:,} pairs for review."
    sections = [
        Section("found", "Found", "What was found", lead(counts) + "".join(map(paragraph, said))),
        Section("read", "Read", "How each column was read", table("Columns", ("File", "Column", "Read"), read)),
        Section("weights", "Weights", "Match weights and thresholds", _weights(result) + _thresholds(result)),
        Section("learnt", "Learnt", "What was learnt", _training(result)),
        Section("pairs", "Pairs", "How the evidence for a pair adds up", _typical(result)),
        Section("blocking", "Blocking", "Which pairs were looked at", _blocking(result)),
    ]
    sections = [section for section in sections if section.html]
    html = page("A linkage", f"engine {result.engine}; model {result.model.digest()}", sections)
    write_bytes(path, html.encode())
    say(f"the report is in {path}")


def _weighed(result: LinkResult) -> pl.DataFrame:
    return result.links if result.weighed.is_empty() else result.weighed


def _weights(result: LinkResult) -> str:
    weighed = _weighed(result)
    if weighed.is_empty():
        return ""
    words = {"link": "links", "review": "for review", "rival": "next to a link"}
    band = (pl.col("match_weight") / 2).floor() * 2
    counted = weighed.group_by(band.alias("start"), "status").len("count").sort("start", "status")
    rows = [
        {"start": start, "end": start + 2, "part": words[status], "count": count}
        for start, status, count in counted.iter_rows()
    ]
    title, says = "Match weights", "Pairs by their match weight in bits of evidence, two bits to a band."
    lines = {"link": bits_at(result.model.link_threshold), "review": bits_at(result.model.review_threshold)}
    parts = {"links": BLUE, "for review": RED, "next to a link": GREY}
    chart = histogram(rows, title=title, description=says, x_title="match weight, bits", lines=lines, parts=parts)
    cells = [[f"{row['start']:.0f} to {row['end']:.0f}", row["part"], f"{row['count']:,}"] for row in rows]
    return figure(Picture("weights", title, says, chart, (("Match weight", "What became of them", "Pairs"), cells)))


def _thresholds(result: LinkResult) -> str:
    """Expected, by the model's own probabilities, which nobody has checked against the truth."""
    linked = result.links
    every = float(linked["match_probability"].sum())
    rows = []
    for threshold in THRESHOLDS:
        chosen = linked.filter(pl.col("match_probability") >= threshold)["match_probability"]
        if not chosen.len():
            continue
        held = float(chosen.sum())
        rows.append([f"{threshold:g}", f"{chosen.len():,}", f"{held / chosen.len():.4f}", f"{held / every:.1%}"])
    head = ("Threshold", "Pairs", "Expected precision", "Share of the matches among all weighed pairs")
    about = (
        "By the model's own probabilities, among links and pairs for review. Pairs that no blocking rule brought "
        "together are in neither, so the share is no recall"
    )
    return table(about, head, rows) if rows else ""


def _training(result: LinkResult) -> str:
    columns = ["comparison", "level", "m", "u", "weight"]
    rows = [
        [comparison, level, f"{m:.5f}", f"{u:.7f}", f"{weight:+.2f}"]
        for comparison, level, m, u, weight in result.training.select(columns).iter_rows()
    ]
    head = ("Comparison", "Level", "m: among one person's records", "u: among strangers", "Bits")
    return table("Levels of agreement, how often each is seen, and what it is worth", head, rows)


def _typical(result: LinkResult) -> str:
    if result.explanations.is_empty():
        return ""
    from tf_linkage.linkage.score.explain import waterfall  # noqa: PLC0415

    order = ["match_weight", "left_id", "right_id"]
    chosen: dict[str, tuple[str, str]] = {}
    for status, name, descending in (
        ("link", "the likeliest link", True),
        ("link", "the least likely link", False),
        ("review", "the likeliest pair for review", True),
    ):
        ids = result.links.filter(pl.col("status") == status).sort(order, descending=[descending, False, False])
        if ids.height:
            chosen[name] = ids.select("left_id", "right_id").row(0)
    if not chosen:
        return ""
    rows, cells = [], []
    for name, (left_id, right_id) in chosen.items():
        for part, level, bits, _ in waterfall(result, left_id, right_id).iter_rows():
            rows.append({"panel": name, "part": part, "amount": float(bits)})
            cells.append([name, part, level, f"{bits:+.2f}"])
    title, says = "Typical pairs", "What each comparison adds to or takes from the weight of a pair, in bits."
    chart = waterfalls(rows, title=title, description=says, x_title="bits")
    return figure(Picture("pairs", title, says, chart, (("Pair", "Part", "Level", "Bits"), cells)))


def _blocking(result: LinkResult) -> str:
    rows = [[rule, f"{pairs:,}", f"{new:,}"] for rule, pairs, new in result.blocking.iter_rows()]
    return table("Blocking rules", ("Rule", "Pairs", "Pairs that no rule before it made"), rows)
