"""What stands before a model is trained: who is peeled, who is a candidate, who lives where.

Belongs here: the order of these steps, the same for every engine that trains here. Does not belong here: any step.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.compare.candidates import Candidates, Peel, affordable, block_and_compare
from tf_linkage.linkage.estimate.certain_links import Claims, claims_of_peeled
from tf_linkage.linkage.estimate.deterministic import peel
from tf_linkage.linkage.estimate.household_members import at_one_address
from tf_linkage.linkage.estimate.training_input import Lesson, beside, gather
from tf_linkage.linkage.tables.encoded import Tables


@dataclass(frozen=True)
class Groundwork:
    """What is known of two tables before training.

    Attributes:
        tables: both tables.
        peel: the matchkeys' links.
        candidates: what blocking and comparing left.
        standing: pairs at one address; see `at_one_address`.
        claims: those of the peeled links.
    """

    tables: Tables
    peel: Peel
    candidates: Candidates
    standing: pl.DataFrame
    claims: Claims

    def lesson(self) -> Lesson:
        """What EM is given, beside the peeled links.

        Raises:
            NothingToLearn: no matchkey links anybody.
        """
        gathered = gather(self.tables, self.candidates, self.peel.seeds, self.standing.height)
        return beside(gathered, self.tables, self.candidates, self.claims)


def groundwork(tables: Tables, most_pairs: int) -> Groundwork:
    """Peel, block and compare.

    Raises:
        LinkageRefused: a rule would make more than `most_pairs` pairs.
    """
    rules = affordable(tables, most_pairs)
    peeled = peel(tables)
    candidates = block_and_compare(tables, rules, peeled)
    standing = at_one_address(tables)
    return Groundwork(tables, peeled, candidates, standing, claims_of_peeled(peeled.links, standing, tables))
