"""What stands before a model is trained: deterministic links, candidate pairs, people of one address.

The order of these steps, the same for every engine that trains here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.compare.candidates import Blocking, DeterministicPass, affordable, block_and_compare
from tf_linkage.linkage.compare.pairs import Candidates
from tf_linkage.linkage.estimate.certain_links import CertainLinks, certain_of_deterministic
from tf_linkage.linkage.estimate.deterministic import deterministic_pass
from tf_linkage.linkage.estimate.household_members import at_one_address
from tf_linkage.linkage.estimate.training_input import TrainingInput, gather, given_known_links
from tf_linkage.linkage.model.model import BlockingRule
from tf_linkage.linkage.tables.encoded import Tables


@dataclass(frozen=True)
class Preparation:
    """What is known of two tables before training.

    Attributes:
        tables: both tables.
        deterministic_pass: the matchkeys' links.
        rules: the blocking rules that were used.
        candidates: what blocking and comparing left.
        standing: pairs at one address; see `at_one_address`.
        certain_links: those of the deterministic links.
    """

    tables: Tables
    deterministic_pass: DeterministicPass
    rules: tuple[BlockingRule, ...]
    candidates: Candidates
    standing: pl.DataFrame
    certain_links: CertainLinks

    def training_input(self) -> TrainingInput:
        """What EM is given, next to the deterministic links.

        Raises:
            NothingToLearn: no pair meets a blocking rule.
        """
        found = gather(self.tables, self.candidates, self.deterministic_pass.training_links, self.standing.height)
        return given_known_links(found, self.candidates, self.certain_links)


def preparation_of(tables: Tables, most_pairs: int, blocked_by: Blocking = block_and_compare) -> Preparation:
    """Deterministic pass, blocking and comparison.

    Raises:
        LinkageRefused: a rule would make more than `most_pairs` pairs.
    """
    rules = affordable(tables, most_pairs)
    deterministic_links = deterministic_pass(tables)
    candidates = blocked_by(tables, rules, deterministic_links)
    standing = at_one_address(tables)
    return Preparation(
        tables,
        deterministic_links,
        tuple(rules),
        candidates,
        standing,
        certain_of_deterministic(deterministic_links.links, standing, tables),
    )
