"""How many records had a second likely partner, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.model.model import bits_at
from tf_linkage.linkage.result import LinkResult


@dataclass(frozen=True)
class SecondPartners:
    """Records of one side with more than one partner that is likely enough to be a link.

    Attributes:
        side: `left` or `right`.
        records: how many there are.
        one: of them, linked to one partner, who is likelier than the others.
        several: linked to several.
        review: linked to none: their partners are for review.
    """

    side: str
    records: int
    one: int
    several: int
    review: int

    def __str__(self) -> str:
        if not self.records:
            return f"no {self.side} record had a second likely partner"
        became = (
            (self.one, "linked to the likelier one"),
            (self.several, "linked to several"),
            (self.review, "linked to none, with their partners for review or linked elsewhere"),
        )
        told = ", ".join(f"{number:,} {words}" for number, words in became if number)
        return f"{self.records:,} {self.side} records had a second likely partner: {told}"


def second_partners(result: LinkResult) -> tuple[SecondPartners, SecondPartners]:
    """Of the left and of the right records."""
    weighed = result.links if result.weighed.is_empty() else result.weighed
    likely = weighed.filter(pl.col("match_weight") >= bits_at(result.model.link_threshold))
    linked = weighed.filter(pl.col("status") == "link")
    found = []
    for side, one in (("left", "left_id"), ("right", "right_id")):
        several = likely.group_by(one).len("partners").filter(pl.col("partners") > 1)
        links = several.join(linked.group_by(one).len("links"), on=one, how="left")["links"].fill_null(0)
        counts = int((links == 1).sum()), int((links > 1).sum()), int((links == 0).sum())
        found.append(SecondPartners(side, several.height, *counts))
    return found[0], found[1]
