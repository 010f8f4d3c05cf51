"""What levels are worth: the toolkit's naive Bayes classifier, taught by matchkeys and then by its own links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage
from numpy.typing import NDArray

from tf_linkage.errors import NothingToLearn
from tf_linkage.linkage.engines.recordlinkage.levels import Codes, doubtful_pairs
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.resolve.assignment import one_to_one
from tf_linkage.linkage.tables.records import Records

LEVELS_TO_TELL = 3
"""Levels from which the toolkit gives each level of a comparison a column of its own."""

UNSEEN = -100
"""A code that no level has."""


@dataclass(frozen=True)
class Reestimated:
    """The two classifiers of one round: links against strangers, and links against people who share a home."""

    strangers: Any
    household_members: Any | None

    def odds_against(self, patterns: pd.DataFrame) -> NDArray[np.float64]:
        """Odds that a pair is no link: strangers' and household members' add up."""
        against = _odds_against(self.strangers, patterns)
        return (
            against if self.household_members is None else against + _odds_against(self.household_members, patterns)
        )


def training_labels(
    records: Records, pairs: pd.MultiIndex, training_links: pl.DataFrame
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """1 for a matchkey's pair, 0 for a pair it rules out (one of its two people with somebody else), -1 unknown."""
    entity = records.right["entity"].to_numpy()
    partner = np.full(records.left.height, -1, dtype=np.int64)
    partner[training_links["left_row"].to_numpy()] = entity[training_links["right_row"].to_numpy()]
    owner = np.full(int(entity.max()) + 1, -1, dtype=np.int64)
    owner[entity[training_links["right_row"].to_numpy()]] = training_links["left_row"].to_numpy()
    ours, theirs = pairs.codes[0], entity[pairs.codes[1]]
    is_seed = partner[ours] == theirs
    ruled_out = ((partner[ours] >= 0) | (owner[theirs] >= 0)) & ~is_seed
    return np.where(is_seed, 1, np.where(ruled_out, 0, -1)).astype(np.int8), is_seed


def teach(
    levels: pd.DataFrame, strangers: pd.DataFrame, labels: NDArray[np.int8], records: Records, model: Model
) -> tuple[NDArray[np.float64], NDArray[np.float64], Reestimated, pl.DataFrame]:
    """Fit, link one to one, fit again on those links; weights in bits, probabilities, and the last classifiers."""
    if not (labels == 1).any():
        raise NothingToLearn(
            "no pair agrees uniquely on a matchkey and training without labels finds no link, so there is nothing "
            "to teach the toolkit's classifier; engine duckdb says what is likely"
        )
    settings = model.settings.toolkit
    left_rows, right_rows = levels.index.codes
    entity = records.right["entity"].to_numpy()[right_rows]
    at_home = _household_members(records, left_rows, right_rows)
    numbers = [
        frame.index.codes[0].astype(np.int64) * records.right.height + frame.index.codes[1]
        for frame in (levels, strangers)
    ]
    every_pair = float(records.left.height) * float(records.right.height)
    expected = float((labels == 1).sum())
    doubtful = doubtful_pairs(levels, model)
    curve: list[dict[str, float]] = []
    for turn in range(settings.rounds):
        linked = levels[labels == 1]
        at_random = strangers[~np.isin(numbers[1], numbers[0][labels == 1])]
        by_chance = _fit(linked, at_random, expected / every_pair, settings.smoothing)
        ruled_out = levels[(labels == 0) & at_home]
        in_the_home = None
        if len(ruled_out):
            in_the_home = _fit(linked, ruled_out, expected / (expected + len(ruled_out)), settings.smoothing)
        reestimated = Reestimated(by_chance, in_the_home)
        bits = _bits(reestimated, levels)
        probability = 1 / (1 + np.exp2(-bits))
        kept_back = doubtful & (probability < model.guard)
        chosen = one_to_one(
            pl.DataFrame({"left_row": left_rows, "entity": entity, "gain": bits, "at": np.arange(len(bits))})
            .filter(pl.col("gain") > 0, ~pl.Series(kept_back))
            .sort(["left_row", "entity", "gain", "at"], descending=[False, False, True, False])
            .unique(subset=["left_row", "entity"], keep="first", maintain_order=True)
        )
        expected = float(max(chosen.height, 1))
        decided = float(np.mean(np.abs(2 * probability - 1)))
        curve.append({"round": turn + 1, "expected_links": expected, "decided": decided})
        if chosen.is_empty():
            break
        labels = np.zeros(len(labels), dtype=np.int8)
        labels[chosen["at"].to_numpy()] = 1
    return bits, probability, reestimated, pl.DataFrame(curve)


def _odds_against(classifier: Any, patterns: pd.DataFrame) -> NDArray[np.float64]:
    """From the kernel's log probabilities, since 1 - p would be lost to rounding."""
    log = classifier.kernel.predict_log_proba(patterns.to_numpy())
    odds: NDArray[np.float64] = np.exp(np.clip(log[:, 0] - log[:, 1], -200, 200))
    return odds


def _fit(links: pd.DataFrame, others: pd.DataFrame, prior: float, smoothing: float) -> Any:
    """A naive Bayes classifier taught by these links and these pairs that are none."""
    prior = min(0.9, prior)
    classifier = recordlinkage.NaiveBayesClassifier(alpha=smoothing, class_prior=[1 - prior, prior])
    padding = _padding(pd.concat([links, others]))
    links, others = pd.concat([links, padding]), pd.concat([others, padding])
    both = pd.concat([links, others])
    both.index = pd.MultiIndex.from_arrays([np.arange(len(both)), np.zeros(len(both), dtype=np.int64)])
    classifier.fit(both, both.index[: len(links)])
    return classifier


def _padding(reestimated: pd.DataFrame) -> pd.DataFrame:
    """Rows that bring every comparison to three levels, when some has fewer; once on each side, they say nothing.

    The toolkit turns a comparison of two levels into one column and one of more into a column each. A level that
    is first met when pairs are weighed would then make a table of another width than the one that was taught.
    """
    if reestimated.empty or (reestimated.nunique() >= LEVELS_TO_TELL).all():
        return reestimated.iloc[:0]
    rows = {
        column: [*values.unique(), *range(UNSEEN, UNSEEN - LEVELS_TO_TELL, -1)][:LEVELS_TO_TELL]
        for column, values in reestimated.items()
    }
    return pd.DataFrame(rows).astype(reestimated.dtypes.to_dict())


def _household_members(records: Records, left_rows: Codes, right_rows: Codes) -> NDArray[np.bool_]:
    """Whether a pair shares postcode or address, as people of one household do."""
    same = np.zeros(len(left_rows), dtype=bool)
    for column in ("postcode", "address"):
        if column in records.left.columns:
            codes = pl.concat([records.left[column], records.right[column]]).rank("dense").fill_null(0).to_numpy()
            ours, theirs = codes[left_rows], codes[records.left.height + right_rows]
            same |= (ours == theirs) & (ours > 0)
    return same


def _bits(reestimated: Reestimated, levels: pd.DataFrame) -> NDArray[np.float64]:
    """Evidence for each pair, prior included, worked out once for each distinct pattern of levels."""
    columns = list(levels.columns)
    numbered = pl.from_pandas(levels.reset_index(drop=True)).with_row_index("at")
    patterns = numbered.select(columns).unique(maintain_order=True).sort(columns)
    bits = np.round(-np.log2(reestimated.odds_against(patterns.to_pandas())), 9)
    joined = numbered.join(
        patterns.with_columns(pl.Series("bits", bits)), on=columns, how="left", maintain_order="left"
    )
    found: NDArray[np.float64] = joined["bits"].to_numpy()
    return found
