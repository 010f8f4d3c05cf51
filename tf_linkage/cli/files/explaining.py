"""`--explain`: why one pair is a link, or in doubt, part by part, without anybody's values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tf_linkage.cli.wording import say

if TYPE_CHECKING:
    from tf_linkage.linkage import LinkResult


def explained(result: LinkResult, left_id: str, right_id: str) -> None:
    """Prints the parts of a pair's weight.

    Raises:
        LinkageRefused: the pair was not weighed, or the engine keeps no explanations.
    """
    from tf_linkage.linkage.score.explain import waterfall  # noqa: PLC0415

    parts = waterfall(result, left_id, right_id)
    say(f"why {left_id} and {right_id}: bits of evidence, and their sum so far")
    for part, level, bits, running in parts.iter_rows():
        if bits or level != "unknown on either side":
            print(f"{bits:+8.2f} {running:+8.2f}  {part}: {level}")
    odds = 2.0 ** float(parts["running"][-1])
    print(f"probability of one person {odds / (1 + odds):.4f}")
