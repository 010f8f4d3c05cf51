"""`--explain`: why one pair is a link, in doubt, or neither, part by part, without anybody's values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tf_linkage.cli.wording import say

if TYPE_CHECKING:
    from tf_linkage.linkage import LinkResult

SHOWN = 3
"""Rules that are named where none brought a pair together."""


def explained(result: LinkResult, left_id: str, right_id: str) -> None:
    """Prints what became of a pair, and the parts of its weight that apply.

    Raises:
        LinkageRefused: the engine keeps no explanations.
    """
    from tf_linkage.linkage.score.explain import waterfall  # noqa: PLC0415

    parts = waterfall(result, left_id, right_id)
    say(f"{left_id} and {right_id}: {_became(result, left_id, right_id)}")
    say("bits of evidence, their sum so far, and what for:")
    for part, level, bits, running in parts.iter_rows():
        print(f"{bits:+8.2f} {running:+8.2f}  {part}: {level}")
    odds = 2.0 ** float(parts["running"][-1])
    print(f"probability of one person {odds / (1 + odds):.4f}")
    for line in _rules(result, left_id, right_id):
        print(line)


def _became(result: LinkResult, left_id: str, right_id: str) -> str:
    found = _of(result.links, left_id, right_id)
    if found.height:
        return {"link": "a link", "review": "for review"}[found["status"][0]]
    if _of(result.weighed, left_id, right_id).height:
        return "no link, as one of the two has a likelier partner" + _partners(result, left_id, right_id)
    if not _held(result).height:
        return "no link: no blocking rule brought them together, so they were never compared"
    return "no link, and too unlikely for review" + _partners(result, left_id, right_id)


def _of(pairs: pl.DataFrame, left_id: str, right_id: str) -> pl.DataFrame:
    if not pairs.width:
        return pairs
    return pairs.filter(pl.col("left_id") == left_id, pl.col("right_id") == right_id)


def _partners(result: LinkResult, left_id: str, right_id: str) -> str:
    """Whom either is linked to."""
    links = result.links.filter(pl.col("status") == "link")
    if result.model.one_table:
        return ""
    ours = links.filter(pl.col("left_id") == left_id)["right_id"].to_list()
    theirs = links.filter(pl.col("right_id") == right_id)["left_id"].to_list()
    told = [
        f"{one} is linked to {', '.join(others)}" for one, others in ((left_id, ours), (right_id, theirs)) if others
    ]
    return "; " + "; ".join(told) if told else ""


def _held(result: LinkResult) -> pl.DataFrame:
    """The rules that brought the pair together."""
    rules = (
        pl.DataFrame(schema={"used": pl.Boolean, "holds": pl.Boolean})
        if result.asked is None
        else result.asked.rules
    )
    return rules.filter(pl.col("used") & pl.col("holds"))


def _rules(result: LinkResult, left_id: str, right_id: str) -> list[str]:
    """Which rules brought the pair together, or how near others came."""
    if result.asked is None:
        return []
    if (held := _held(result)).height:
        return [f"brought together by: {'; '.join(held['rule'])}"]
    if _of(result.links, left_id, right_id).height:
        return ["brought together by what is known of their families"]
    lines = []
    rules = result.asked.rules
    for name in rules.filter(pl.col("holds") & ~pl.col("used"))["rule"]:
        lines.append(f"rule {name!r} would hold, but brings together too many pairs of files of this size")
    missing = pl.col("differ").list.len() + pl.col("unknown").list.len()
    near = rules.filter(pl.col("used")).with_columns(missing.alias("missing")).sort("missing", maintain_order=True)
    for name, _, _, differ, unknown, _ in near.head(SHOWN).iter_rows():
        why = [f"{field} differs" for field in differ] + [f"{field} is not known" for field in unknown]
        lines.append(f"rule {name!r} would have compared them, but {', '.join(why)}")
    return lines
