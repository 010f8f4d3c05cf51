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
        unlikely: true pairs that training expects among those compared, beyond links and review: they look too much
            like strangers'. None where nothing was trained here.
        never_compared: estimated share of true pairs that no blocking rule compares; None where unknown.
    """

    links: int
    wrong: float
    review: int
    review_true: float
    unlikely: float | None
    never_compared: float | None

    @classmethod
    def of(cls, result: LinkResult) -> Expected:
        """What a result expects of itself."""
        links = result.links.filter(pl.col("status") == "link")["match_probability"]
        review = result.links.filter(pl.col("status") == "review")["match_probability"]
        wrong, true = links.len() - float(links.sum()), float(review.sum())
        curve, unlikely = result.training_curve, None
        if "expected_links" in curve.columns and curve.height:
            unlikely = max(float(curve["expected_links"][-1]) - float(links.sum()) - true, 0.0)
        return cls(links.len(), wrong, review.len(), true, unlikely, result.never_compared)

    @property
    def precision(self) -> float:
        """Share of links that are expected to be right; 1 where there are none."""
        return 1.0 - self.wrong / self.links if self.links else 1.0

    @property
    def missed(self) -> float | None:
        """True pairs that were probably never compared."""
        if self.never_compared is None or self.never_compared >= 1:
            return None
        compared = self.links - self.wrong + self.review_true + (self.unlikely or 0.0)
        return compared * self.never_compared / (1 - self.never_compared)

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
        right, unlikely = self.links - self.wrong, self.unlikely or 0.0
        lost = self.review_true + unlikely + self.missed
        compared = "an unknown number" if self.unlikely is None else f"{unlikely:,.0f}"
        share = lost / (right + lost) if lost else 0.0
        found.append(
            f"not linked: about {lost:,.0f} of some {right + lost:,.0f} true pairs ({share:.1%}): "
            f"{self.review_true:,.0f} for review, {compared} compared but too unlike, and {self.missed:,.0f} "
            "or more never compared, as no blocking rule holds for them, whatever the threshold"
        )
        found.append(
            "(an estimate and no recall, which is known only where it is known who is who: by what training "
            "expects among pairs compared, and by how often links that one rule found fail others, as if errors "
            "in one column said nothing of errors in the next; where errors come together, more are missed)"
        )
        return tuple(found)
