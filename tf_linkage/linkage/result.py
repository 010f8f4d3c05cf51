"""What a linkage hands back: links, what was learnt, and counts; and what every engine promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from tf_linkage.linkage.estimate.em import Trained
from tf_linkage.linkage.estimate.saved_model import SavedModel
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.records import Told

Progress = Callable[[str], None]
"""Receives a line for people at each step of a long linkage; never a value from the data."""

LINK_SCHEMA = pl.Schema(
    {
        "left_id": pl.String,
        "right_id": pl.String,
        "match_weight": pl.Float64,
        "match_probability": pl.Float64,
        "stage": pl.String,
        "status": pl.String,
    }
)


@dataclass(frozen=True)
class PairAsked:
    """A pair that somebody asked about, weighed though no rule may have compared it.

    Attributes:
        left_id: its left record.
        right_id: its right record.
        explanation: one row, as of `LinkResult.explanations`.
        rules: one row for each blocking rule: `rule`, `used` (a rule that would make too many pairs is not),
            `holds`, and in `differ` and `unknown` the fields that keep it from holding.
    """

    left_id: str
    right_id: str
    explanation: pl.DataFrame
    rules: pl.DataFrame


@dataclass(frozen=True)
class LinkResult:
    """The outcome of one linkage.

    Attributes:
        model: the model it was made by.
        engine: name of the engine.
        links: one row for each link and each pair for review: `left_id`, `right_id`, `match_weight` (bits of
            evidence, prior included), `match_probability`, `stage` (matchkey, blocking rule or family), `status`
            (`link` or `review`); sorted by ids.
        training: m and u probability and weight in bits of each level of each comparison.
        blocking: one row for each blocking rule: `rule`, `pairs` that meet it, `new_pairs` no earlier rule met.
        counts: records on each side, candidate pairs, links and reviews by stage.
        explanations: one row for each pair in `links`: what each comparison contributed; no values.
        training_curve: one row for each round of training: `round`, `log_likelihood`, `expected_links`.
        trained: what an engine that can be trained once and used again has learnt.
        weighed: links, pairs for review and their rivals, which clerks' decisions may make either: the columns of
            `links` and of `explanations`, `left_row`, `entity`, `certain`, `undated`, `apart`. Held in memory and
            written nowhere; empty where an engine keeps no rivals.
        never_compared: estimated share of true pairs that no blocking rule compares (`block.loss`); no recall, and
            None where the links do not tell.
        asked: the pair that was asked about, whatever became of it.
    """

    model: Model
    engine: str
    links: pl.DataFrame
    training: pl.DataFrame
    blocking: pl.DataFrame
    counts: Mapping[str, int]
    explanations: pl.DataFrame = field(default_factory=pl.DataFrame)
    training_curve: pl.DataFrame = field(default_factory=pl.DataFrame)
    trained: Trained | None = None
    weighed: pl.DataFrame = field(default_factory=pl.DataFrame)
    never_compared: float | None = None
    asked: PairAsked | None = None


def silent(_: str) -> None:
    """No progress wanted."""


@dataclass(frozen=True)
class LinkageTask:
    """What an engine is asked to do.

    Attributes:
        left: one row per record; its `model.left_id` is unique.
        right: one row per record, or per name of a person (alias rows).
        model: what is compared and when a pair is a link.
        bounds: memory, threads, pairs and the cluster that may be used.
        progress: receives a line at each step.
        told: learns how each column was read, if anybody wants to know.
        learnt: a model that was trained on another delivery and saved; given to `APPLYING_SAVED_MODELS` alone.
        asked: ids of a left and a right record to explain, whatever becomes of them.
    """

    left: pl.LazyFrame
    right: pl.LazyFrame
    model: Model
    bounds: Limits = field(default_factory=Limits)
    progress: Progress = silent
    told: Told | None = None
    learnt: SavedModel | None = None
    asked: tuple[str, str] | None = None


class Engine(Protocol):
    """Links two tables by a model, within bounds."""

    def __call__(self, task: LinkageTask) -> LinkResult:
        """Link the two tables, and tell how each column was read if somebody wants to know.

        Raises:
            LinkageRefused: the tables cannot be linked as the model asks, or not within the bounds.
        """
        ...
