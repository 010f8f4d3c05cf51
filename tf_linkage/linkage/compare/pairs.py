"""What blocking and comparing found: counts, and the pairs themselves, to be asked for.

Two questions, wherever the pairs are: which have these patterns, and how many of each there are beside links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from tf_linkage.linkage.model.model import Rule
from tf_linkage.linkage.tables.encoded import Tables


class CandidatePairs(Protocol):
    """Candidate pairs, each once, with its pattern and the rules that it meets."""

    def of_patterns(self, patterns: pl.Series) -> pl.DataFrame:
        """Those of these patterns: `left_row`, `right_row`, `entity`, `pattern`, `rules`; sorted by both rows."""
        ...

    def counted_beside(self, taken: pl.DataFrame) -> pl.DataFrame:
        """How many pairs there are beside links, whose records match no other record.

        Args:
            taken: the links: `l`, `entity`.

        Returns:
            One row for each pattern and set of rules, sorted: `pattern`, `rules`, `certain` pairs that are these
            links, `pairs` that touch none of their records.
        """
        ...


@dataclass(frozen=True)
class Candidates:
    """What blocking and comparing found.

    Attributes:
        rules: the rules that were used, in order; bit i of a pair's `rules` stands for the i-th.
        blocking: one row for each rule: `rule`, `pairs` that meet it, `new_pairs` that meet none before it.
        patterns: one row for each pattern and set of rules: `pattern`, `rules`, `pairs`.
        pairs: the pairs themselves, to be asked for.
    """

    rules: tuple[Rule, ...]
    blocking: pl.DataFrame
    patterns: pl.DataFrame
    pairs: CandidatePairs


@dataclass(frozen=True)
class PairsInDuckDB:
    """Those of the view `pairs` (`l`, `r`, `pattern`, `rules`)."""

    tables: Tables

    def of_patterns(self, patterns: pl.Series) -> pl.DataFrame:
        """See `CandidatePairs`."""
        self.tables.connection.register("keep", pl.DataFrame({"pattern": patterns}).to_arrow())
        pairs = self.tables.frame(
            "SELECT l AS left_row, pairs.r AS right_row, entity, pattern, rules "
            "FROM pairs SEMI JOIN keep USING (pattern) JOIN r ON pairs.r = r.row ORDER BY left_row, right_row"
        )
        self.tables.connection.unregister("keep")
        return pairs

    def counted_beside(self, taken: pl.DataFrame) -> pl.DataFrame:
        """See `CandidatePairs`."""
        self.tables.connection.register("taken", taken.to_arrow())
        found = self.tables.frame(
            "SELECT pattern, rules, count(*) FILTER (one.entity = r.entity)::BIGINT AS certain, "
            "count(*) FILTER (one.entity IS NULL AND other.l IS NULL)::BIGINT AS pairs "
            "FROM pairs JOIN r ON pairs.r = r.row LEFT JOIN taken one ON pairs.l = one.l "
            "LEFT JOIN taken other ON r.entity = other.entity GROUP BY pattern, rules ORDER BY pattern, rules"
        )
        self.tables.connection.unregister("taken")
        return found

    def counted(self) -> pl.DataFrame:
        """How many pairs have each pattern and set of rules: `pattern`, `rules`, `pairs`; sorted."""
        return self.tables.frame(
            "SELECT pattern, rules, count(*) AS pairs FROM pairs GROUP BY ALL ORDER BY pattern, rules"
        )


def candidates_of(rules: Sequence[Rule], patterns: pl.DataFrame, pairs: CandidatePairs) -> Candidates:
    """Candidates by their counts (`pattern`, `rules`, `pairs`; sorted)."""
    return Candidates(tuple(rules), _blocking(rules, patterns), patterns, pairs)


def _blocking(rules: Sequence[Rule], patterns: pl.DataFrame) -> pl.DataFrame:
    """How many pairs each rule made, and how many that no rule before it had made."""
    met = [
        int(patterns.filter(pl.col("rules") // (1 << place) % 2 == 1)["pairs"].sum()) for place in range(len(rules))
    ]
    # A pair is its lowest rule's: the bits below are zero.
    new = [
        int(patterns.filter(pl.col("rules") % (2 << place) == 1 << place)["pairs"].sum())
        for place in range(len(rules))
    ]
    names = [rule.name for rule in rules]
    return pl.DataFrame(
        {"rule": names, "pairs": met, "new_pairs": new},
        schema={"rule": pl.String, "pairs": pl.Int64, "new_pairs": pl.Int64},
    )
