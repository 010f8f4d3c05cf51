"""From compared pairs to links: weigh, claim, assign, and again with family evidence.

The second half of a linkage, in the order in which its parts are taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.block.rule_counts import leaving_free
from tf_linkage.linkage.compare.candidates import compare_rows
from tf_linkage.linkage.compare.pairs import Candidates
from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.estimate.certain_links import CertainLinks, certain_links_of
from tf_linkage.linkage.estimate.em import Trained
from tf_linkage.linkage.estimate.forename_cohorts import forename_cohorts, of_one_time
from tf_linkage.linkage.estimate.frequencies import Rarity, both_equal, full_names, near, own_records, rarity
from tf_linkage.linkage.estimate.household_members import homes, moved
from tf_linkage.linkage.estimate.strata import Strata, no_strata, strata_of
from tf_linkage.linkage.model.comparisons import Role, place_of
from tf_linkage.linkage.model.model import Model, bits_at
from tf_linkage.linkage.resolve.assignment import nearest, settled
from tf_linkage.linkage.resolve.second_records import with_contradictions, with_second_records
from tf_linkage.linkage.score.explain import explanations
from tf_linkage.linkage.score.family import bits_of, families, family_evidence
from tf_linkage.linkage.score.weights import Evidence, Weights, best_possible, weigh
from tf_linkage.linkage.tables.encoded import Tables
from tf_linkage.linkage.tables.records import undated

_WEIGHED = 500_000
"""Pairs that are weighed at one time."""


@dataclass(frozen=True)
class DecisionRule:
    """What is known of two tables once a model is trained, and the steps from patterns to links."""

    tables: Tables
    trained: Trained
    rare: list[Rarity | None]
    names: NDArray[np.float64] | None
    forename_cohorts: NDArray[np.float64] | None
    deterministic_links: pl.DataFrame
    strata: Strata
    undated: NDArray[np.bool_]

    @classmethod
    def of(cls, tables: Tables, trained: Trained, deterministic_links: pl.DataFrame) -> DecisionRule:
        """Look up how rare each left record's values are."""
        rare = [
            rarity(
                tables,
                comparison,
                trained.u[place],
                own_records(trained, tables, place),
                trained.counted.get(comparison.frequency),
            )
            if comparison.frequency
            else None
            for place, comparison in enumerate(tables.model.comparisons)
        ]
        names = full_names(tables, trained, rare)
        forename = place_of(tables.model.comparisons, Role.FORENAME)
        return cls(
            tables,
            trained,
            rare,
            names,
            forename_cohorts(tables, 0.0 if forename is None else own_records(trained, tables, forename)),
            deterministic_links,
            no_strata(tables),
            undated(tables.left),
        )

    @property
    def model(self) -> Model:
        """What is compared and when a pair is a link."""
        return self.tables.model

    def kept_pairs(self, candidates: Candidates, least: float) -> pl.DataFrame:
        """Pairs that could weigh that many bits: `left_row`, `right_row`, `entity`, `pattern`, `rules`, sorted."""
        distinct = candidates.patterns["pattern"].unique().sort()
        levels = unpack(distinct.to_numpy(), self.model.comparisons)
        keep = distinct.filter(pl.Series(best_possible(levels, self.trained, self.rare) >= least))
        return candidates.pairs.of_patterns(keep)

    def weighed(
        self,
        pairs: pl.DataFrame,
        family: NDArray[np.float64] | None,
        certain_links: CertainLinks,
        *,
        far: bool = False,
    ) -> pl.DataFrame:
        """Pairs, sorted by their rows, with their weight; the best row of each person where there are aliases.

        Those that can be neither link nor rival are left out unless `far`: of a large register they are nearly all.
        """
        bits = np.zeros(pairs.height) if family is None else family
        every = pairs.with_columns(pl.Series("family", bits))
        # Some at a time: the parts of a weight take several times the room of the pair.
        parts = range(0, max(every.height, 1), _WEIGHED)
        weighed = (self._weighed(every.slice(start, _WEIGHED), certain_links) for start in parts)
        frame = pl.concat([part if far else self._near(part) for part in weighed])
        if not self.tables.aliased:
            return frame
        order = ["left_row", "entity", "match_weight", "right_row"]
        frame = frame.sort(order, descending=[False, False, True, False])
        return frame.unique(subset=["left_row", "entity"], keep="first", maintain_order=True)

    def _weighed(self, pairs: pl.DataFrame, certain_links: CertainLinks) -> pl.DataFrame:
        levels, weights = self._weights(pairs, certain_links)
        return pairs.with_columns(
            pl.Series("match_weight", weights.total),
            pl.Series("match_probability", weights.probability),
            pl.Series("moved", moved(levels, self.model)),
            pl.Series("undated", self.undated[pairs["left_row"].to_numpy()], pl.Boolean),
        )

    def _near(self, weighed: pl.DataFrame) -> pl.DataFrame:
        near = pl.col("match_weight") >= nearest(self.model)
        certain = weighed.filter(~near).join(self.deterministic_links, on=["left_row", "entity"], how="semi")
        return pl.concat([weighed.filter(near), certain]).sort("left_row", "right_row")

    def resolved(self, weighed: pl.DataFrame) -> pl.DataFrame:
        """Links, reviews and rivals among weighed pairs, with stage and status."""
        keys = self.deterministic_links.select("left_row", "entity", "matchkey")
        named = weighed.join(keys, on=["left_row", "entity"], how="left", maintain_order="left")
        named = named.with_columns(pl.col("matchkey").is_not_null().alias("certain"))
        return settled(named, self.model).with_columns(self._stage())

    @property
    def below_floor(self) -> float:
        """Bits below which nothing can make a pair worth a clerk's look."""
        return bits_at(self.model.review_threshold) - self.model.settings.resolution.below_floor

    def first(
        self, candidates: Candidates, certain_links: CertainLinks, standing: pl.DataFrame
    ) -> tuple[CertainLinks, Strata]:
        """What the links that are certain claim, and what all weights say of kinds of people.

        Args:
            candidates: what blocking and comparing left.
            certain_links: those of the deterministic links.
            standing: pairs at one address.
        """
        # Who cannot be a link cannot stand in a link's way.
        pairs = self.kept_pairs(candidates, 0.0)
        weighed = self.weighed(pairs, None, certain_links, far=True)
        free = {one.id: leaving_free(candidates.rules, one.columns) for one in self.model.comparisons}
        strata = no_strata(self.tables) if self.model.one_table else strata_of(weighed, self.tables, free)
        if not (self.model.left_once or self.model.right_once):
            return certain_links, strata
        links = self.resolved(weighed).filter(pl.col("status") == "link")
        bar = self.model.settings.certain.posterior
        certain = links.filter((pl.col("match_probability") >= bar) | pl.col("matchkey").is_not_null())
        certain = certain.select("left_row", "entity")
        return certain_links_of(certain, weighed, standing, self.tables), strata

    def with_family(
        self,
        pairs: pl.DataFrame,
        first: pl.DataFrame,
        certain_links: CertainLinks,
        families_of: pl.DataFrame | None,
    ) -> tuple[pl.DataFrame, float | None]:
        """Resolve again with what certain links say of their families; unchanged where there are no families.

        Also gives the share of members who moved next to another one, if anybody is known to have moved.
        """
        members = families(self.tables.left, families_of, self.model.settings.family.largest)
        links = first.filter(pl.col("status") == "link")
        if not self.model.family_evidence or members.is_empty():
            return first, None
        at_home = homes(self.tables, links["right_row"])
        if at_home.is_empty():
            return first, None
        bar = self.model.settings.certain.posterior
        evidence = family_evidence(members, links, at_home, self.tables.people, bar)
        added = evidence.pairs.join(pairs, on=["left_row", "right_row"], how="anti", maintain_order="left")
        patterns = compare_rows(self.tables, added["left_row"].to_numpy(), added["right_row"].to_numpy())
        added = added.with_columns(
            pl.Series("pattern", patterns),
            pl.lit(0, pl.Int64).alias("rules"),
            self.tables.right.entity.gather(added["right_row"]).alias("entity"),
        ).select(pairs.columns)
        every = pl.concat([pairs, added]).sort("left_row", "right_row")
        # By pattern, of which there are thousands, not by pair.
        kinds = every["pattern"].unique().sort()
        away = kinds.filter(pl.Series(moved(unpack(kinds.to_numpy(), self.model.comparisons), self.model)))
        elsewhere = every["pattern"].is_in(away.implode()).to_numpy()
        together = evidence.together if evidence.moved else None
        return self.resolved(self.weighed(every, bits_of(every, evidence, elsewhere), certain_links)), together

    def with_second_records(self, resolved: pl.DataFrame) -> pl.DataFrame:
        """Links and what else was resolved, with a further link of anyone who is held twice."""
        return with_second_records(with_contradictions(resolved, self.tables), self.model)

    def explained(self, resolved: pl.DataFrame, certain_links: CertainLinks) -> pl.DataFrame:
        """Links, reviews and rivals with every part of their weight."""
        levels, weights = self._weights(resolved, certain_links)
        parts = explanations(levels, weights, self.model.comparisons)
        return pl.concat([resolved.drop("family"), parts], how="horizontal")

    def _weights(self, pairs: pl.DataFrame, certain_links: CertainLinks) -> tuple[Levels, Weights]:
        levels = unpack(pairs["pattern"].to_numpy(), self.model.comparisons)
        left = pairs["left_row"].to_numpy()
        family = pairs["family"].to_numpy()
        evidence = Evidence(
            self.rare, self._names(levels, left), family, certain_links.free(pairs), certain_links, self.strata
        )
        return levels, weigh(levels, left, self.trained, evidence)

    def _names(self, levels: Levels, left: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Bits of each pair because names go together, more so in one district, and with years of birth."""
        found = np.zeros(len(levels))
        if self.forename_cohorts is not None:
            found += np.where(of_one_time(levels, self.model), self.forename_cohorts[left], 0.0)
        if self.names is None:
            return found
        together = self.names[left] - np.where(near(levels, self.model), self.trained.nearby, 0.0)
        return found + np.where(both_equal(levels, self.model), together, 0.0)

    def _stage(self) -> pl.Expr:
        stage = pl.lit("")
        for bit in reversed(range(len(self.model.blocking_rules) + 1)):  # and that of what resembles
            stage = pl.when(pl.col("rules") % (2 << bit) == 1 << bit).then(pl.lit(f"rule {bit}")).otherwise(stage)
        stage = pl.when(pl.col("rules") == 0).then(pl.lit("family: home of a linked relative")).otherwise(stage)
        stage = (
            pl.when((pl.col("family") > 0) & (pl.col("rules") > 0))
            .then(pl.format("family: {}", stage))
            .otherwise(stage)
        )
        for place, key in enumerate(self.model.matchkeys):
            stage = pl.when(pl.col("matchkey") == place).then(pl.lit(f"matchkey: {key.name}")).otherwise(stage)
        return stage.alias("stage")
