"""What can be known of a linkage without knowing who is who: by its own probabilities, and by its rules."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.result import LinkResult


@dataclass(frozen=True)
class Expected:
    """What a linkage expects of itself. None of it is recall, which nobody knows without the truth.

    Attributes:
        links: links that were made.
        wrong: of them, those that are expected to be wrong.
        review: pairs for review.
        review_true: of them, those that are expected to be true.
        never_compared: estimated share of true pairs that no blocking rule compares; None where unknown.
    """

    links: int
    wrong: float
    review: int
    review_true: float
    never_compared: float | None

    @classmethod
    def of(cls, result: LinkResult) -> Expected:
        """What a result expects of itself."""
        links = result.links.filter(pl.col("status") == "link")["match_probability"]
        review = result.links.filter(pl.col("status") == "review")["match_probability"]
        wrong, true = links.len() - float(links.sum()), float(review.sum())
        return cls(links.len(), wrong, review.len(), true, result.never_compared)

    @property
    def precision(self) -> float:
        """Share of links that are expected to be right; 1 where there are none."""
        return 1.0 - self.wrong / self.links if self.links else 1.0

    @property
    def missed(self) -> float | None:
        """True pairs that were probably never compared."""
        if self.never_compared is None or self.never_compared >= 1:
            return None
        return (self.links - self.wrong + self.review_true) * self.never_compared / (1 - self.never_compared)

    def said(self) -> tuple[str, ...]:
        """In sentences."""
        if not self.links:
            return ()
        found = [
            f"by the model's own probabilities {self.precision:.1%} of the {self.links:,} links are right, and "
            f"{self.wrong:,.0f} wrong; of {self.review:,} pairs for review {self.review_true:,.0f} are true"
        ]
        if self.missed is None:
            return (*found, "how many true pairs were never compared is not known")
        found.append(
            f"never compared, as no blocking rule holds: {self.never_compared:.1%} or more of all true pairs, "
            f"some {self.missed:,.0f}; they are in no figure above, and no threshold brings them in"
        )
        found.append(
            "(estimated from how often links that one rule found fail the others, as if errors in one column said "
            "nothing of errors in the next; where errors come together, more are missed. It is no recall: that is "
            "known only where it is known who is who)"
        )
        return tuple(found)
