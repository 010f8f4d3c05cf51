"""Engine `recordlinkage`: the Python Record Linkage Toolkit, taught by matchkeys.

Its Block indexes make the candidates, its Compare features measure them, its naive Bayes classifier decides. The
toolkit's own EM settles on households where families stand in both files, so matchkeys teach the classifier: once
against pairs of strangers and once against pairs of one home. A link must be likelier than both together.
Does not belong here: anything another engine needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage
from numpy.typing import NDArray
from recordlinkage.index import Block, Random

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.blocking import expected_pairs
from tf_linkage.linkage.comparison import ALIKE, CLOSE, MISSING, Comparison
from tf_linkage.linkage.matchkeys import matchkey_links
from tf_linkage.linkage.model import WIDE, Model
from tf_linkage.linkage.patterns import guarded
from tf_linkage.linkage.records import Records, prepare
from tf_linkage.linkage.resolve import best_per_left, one_to_one
from tf_linkage.linkage.result import LINK_SCHEMA, LinkResult, Progress

ROUNDS = 3
"""Times the classifier is taught anew by its own one-to-one links; links change little after the second."""

MOST_PAIRS = 20_000_000
"""The toolkit holds some hundred bytes for each pair, so this is about 2 GB."""

RANDOM_PAIRS = 200_000
"""Enough to see some equal dates of birth by chance, about one in 25,000."""

SEED = 2015
"""Of the random pairs; the toolkit's only random draw here."""

_SMOOTHING = 1.0
_RARE, _UNCOMMON = 1e-4, 1e-3
"""Bands of a value's share of the right table: agreement on a rare name says more than on a common one."""

Codes = NDArray[np.int64]


def link_by_recordlinkage(left: pl.LazyFrame, right: pl.LazyFrame, model: Model, progress: Progress) -> LinkResult:
    """Link by the toolkit. See `Engine`."""
    records = prepare(left, right, model)
    progress(f"standardised {records.left.height:,} and {records.right.height:,} records")
    return link_prepared(records, model, progress)


def link_prepared(records: Records, model: Model, progress: Progress) -> LinkResult:
    """Link tables that are in standard form already."""
    pairs, blocking = _candidates(records, model)
    progress(f"blocked: {len(pairs):,} candidate pairs")
    levels = _levels(records, model, pairs)
    progress("compared")
    seeds = matchkey_links(records.left, records.right, model.matchkeys)
    labels, is_seed = _seed_labels(records, pairs, seeds)
    strangers = _levels(records, model, _random_pairs(records))
    weight, probability, taught, curve = _teach(levels, strangers, labels, records, model)
    progress(f"trained by {int(is_seed.sum()):,} matchkey links")
    scored = pl.DataFrame(
        {
            "left_row": pairs.codes[0].astype(np.uint32),
            "right_row": pairs.codes[1].astype(np.uint32),
            "match_weight": weight,
            "match_probability": probability,
            "guarded": _doubtful(levels, model) & (probability < model.guard),
        }
    )
    links = _resolve(scored, records, model, seeds, blocking[1])
    progress(f"resolved: {links.filter(pl.col('status') == 'link').height:,} links")
    return LinkResult(
        model=model,
        engine="recordlinkage",
        links=links,
        training=_training(taught.strangers, model),
        blocking=blocking[0],
        counts=_counts(records, len(pairs), links),
        training_curve=curve,
    )


def candidate_pairs(records: Records, model: Model) -> pd.MultiIndex:
    """The pairs that meet a blocking rule, by row numbers, sorted."""
    return _candidates(records, model)[0]


def _candidates(records: Records, model: Model) -> tuple[pd.MultiIndex, tuple[pl.DataFrame, pl.DataFrame]]:
    """Candidate pairs by row, sorted; pairs by rule; and for each pair the first rule it met."""
    left = _pandas(records.left)
    right = _pandas(records.right)
    parts: list[pl.DataFrame] = []
    used: list[int] = []
    for place, rule in enumerate(model.blocking_rules):
        expected = expected_pairs(records, rule)
        if rule.wide and expected > WIDE + max(records.left.height, records.right.height):
            continue
        if expected > MOST_PAIRS:
            raise LinkageRefused(
                f"blocking rule {rule.name!r} would make {expected:,} pairs, more than the {MOST_PAIRS:,} this "
                "engine can hold; link with engine 'duckdb', or with a stricter rule"
            )
        used.append(place)
        block = Block(left_on=[pair[0] for pair in rule.keys], right_on=[pair[1] for pair in rule.keys])
        index = recordlinkage.Index([block]).index(left, right)
        parts.append(
            pl.DataFrame(
                {
                    "left_row": index.get_level_values(0).to_numpy().astype(np.uint32),
                    "right_row": index.get_level_values(1).to_numpy().astype(np.uint32),
                }
            ).with_columns(pl.lit(place, dtype=pl.Int32).alias("rule"))
        )
    every = pl.concat(parts)
    first = every.group_by("left_row", "right_row").agg(pl.col("rule").min()).sort("left_row", "right_row")
    counts = pl.DataFrame(
        {
            "rule": [model.blocking_rules[place].name for place in used],
            "pairs": [part.height for part in parts],
            "new_pairs": [int((first["rule"] == place).sum()) for place in used],
        }
    )
    pairs = pd.MultiIndex(
        levels=[left.index, right.index],
        codes=[first["left_row"].to_numpy().astype(np.int64), first["right_row"].to_numpy().astype(np.int64)],
        verify_integrity=False,
    )
    return pairs, (counts, first)


def _random_pairs(records: Records) -> pd.MultiIndex:
    """Pairs of strangers, to learn how often two people agree by chance."""
    number = min(RANDOM_PAIRS, 10 * (records.left.height + records.right.height))
    index = Random(number, replace=True, random_state=SEED)
    return recordlinkage.Index([index]).index(_pandas(records.left), _pandas(records.right))


def _pandas(frame: pl.DataFrame) -> pd.DataFrame:
    return frame.drop("record_id").to_pandas().set_index("row")


def _levels(records: Records, model: Model, pairs: pd.MultiIndex) -> pd.DataFrame:
    """The level of each comparison for each pair: its code, with the best level split by rarity."""
    compare = recordlinkage.Compare()
    for label, kind, left_on, right_on in _features(model):
        if kind == "similarity":
            compare.string(left_on, right_on, method="jarowinkler", missing_value=np.nan, label=label)
        elif kind == "distance":
            compare.string(left_on, right_on, method="damerau_levenshtein", missing_value=np.nan, label=label)
        else:
            compare.exact(left_on, right_on, missing_value=MISSING, label=label)
    measured = compare.compute(pairs, _pandas(records.left), _pandas(records.right).drop(columns="entity"))
    columns = {}
    for comparison in model.comparisons:
        codes = _CODERS.get(comparison.name, _code_text)(measured, comparison, records, pairs)
        columns[comparison.name] = codes
    return pd.DataFrame(columns, index=pairs)


_WANTED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "forename": (
        ("same", "forename_first", "forename_second"),
        ("same", "forename_second", "forename_first"),
        ("same", "forename_initial", "forename_initial"),
        ("similarity", "forename_first", "forename_first"),
    ),
    "surname": (
        ("same", "surname_first", "surname_last"),
        ("same", "surname_last", "surname_first"),
        ("similarity", "surname", "surname"),
    ),
    "date of birth": (
        ("same", "dob_year", "dob_year"),
        ("same", "dob_day_month", "dob_day_month"),
        ("distance", "dob", "dob"),
    ),
    "NINO": (("distance", "nino", "nino"),),
}
"""Features beyond the plain equality of a comparison's columns: kind, left column, right column."""

_SWAPPED = (("same", "forename_first", "surname"), ("same", "surname", "forename_first"))


def _features(model: Model) -> list[tuple[str, str, str, str]]:
    """The toolkit's features that the levels are read from: label, kind, left column, right column."""
    wanted: list[tuple[str, str, str]] = []
    for comparison in model.comparisons:
        wanted += [("same", column, column) for column in comparison.columns]
        textual = comparison.name not in _CODERS
        column = comparison.columns[0]
        wanted += (("similarity", column, column),) if textual else _WANTED.get(comparison.name, ())
    if {"forename", "surname"} <= set(model.fields):
        wanted += _SWAPPED
    return [(f"{kind}:{ours}:{theirs}", kind, ours, theirs) for kind, ours, theirs in dict.fromkeys(wanted)]


def _same(measured: pd.DataFrame, left: str, right: str | None = None) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = measured[f"same:{left}:{right or left}"].to_numpy() == 1
    return found


def _known(measured: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = measured[f"same:{column}:{column}"].to_numpy() != MISSING
    return found


def _swapped(measured: pd.DataFrame) -> NDArray[np.bool_]:
    if "same:forename_first:surname" not in measured:
        return np.zeros(len(measured), dtype=bool)
    return (
        _same(measured, "forename_first", "surname")
        & _same(measured, "surname", "forename_first")
        & ~_same(measured, "surname")
    )


def _gathered(records: Records, pairs: pd.MultiIndex, side: int, column: str) -> Any:
    frame = records.left if side == 0 else records.right
    return frame[column].to_numpy()[pairs.codes[side]]


def _code_forename(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    lengths = [
        records_side["forename"].str.len_chars().fill_null(0).to_numpy()[pairs.codes[side]]
        for side, records_side in enumerate((records.left, records.right))
    ]
    initial_only = (np.minimum(lengths[0], lengths[1]) == 1) & _same(measured, "forename_initial")
    second_unknown = ~_known(measured, "forename_second")
    both_single = np.ones(len(measured), dtype=bool)
    for side, frame in enumerate((records.left, records.right)):
        both_single &= frame["forename_second"].is_null().to_numpy()[pairs.codes[side]]
    similar = measured["similarity:forename_first:forename_first"].to_numpy()
    conditions = [
        _same(measured, "forename"),
        _same(measured, "forename_first") & second_unknown,
        (similar >= ALIKE) & both_single,
        _same(measured, "forename_first"),
        _same(measured, "forename_canon"),
        _same(measured, "forename_first", "forename_second")
        | _same(measured, "forename_second", "forename_first")
        | initial_only,
    ]
    if len(comparison.levels) == len(conditions) + 3:
        conditions.append(_swapped(measured))
    conditions.append(similar >= CLOSE)
    codes = _coded(conditions, _known(measured, "forename"))
    return _by_rarity(codes, comparison, records, pairs)


def _code_surname(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    similar = measured["similarity:surname:surname"].to_numpy()
    part = np.zeros(len(measured), dtype=bool)
    for first in ("surname_first", "surname_last"):
        for second in ("surname_first", "surname_last"):
            part |= _same(measured, first, second)
    conditions = [_same(measured, "surname"), similar >= ALIKE, part, similar >= CLOSE]
    codes = _coded(conditions, _known(measured, "surname") & ~_swapped(measured))
    return _by_rarity(codes, comparison, records, pairs)


def _code_date(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    # The toolkit's similarity is one less the distance over the length, which is eight digits.
    distance = np.round((1 - measured["distance:dob:dob"].to_numpy()) * 8)
    ours = records.left["dob_day_month"]
    turned = records.right["dob"].str.slice(6, 2) + records.right["dob"].str.slice(4, 2)
    swapped = (ours.to_numpy()[pairs.codes[0]] == turned.to_numpy()[pairs.codes[1]]) & _same(measured, "dob_year")
    years = [
        frame["dob_year"].cast(pl.Int64).fill_null(0).to_numpy()[pairs.codes[side]]
        for side, frame in enumerate((records.left, records.right))
    ]
    near = np.abs(years[0] - years[1]) <= 10
    conditions = [
        _same(measured, "dob"),
        swapped,
        distance == 1,
        _same(measured, "dob_day_month") & near,
        _same(measured, "dob_year"),
    ]
    return _coded(conditions, _known(measured, "dob"))


def _code_place(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    same_house = _same(measured, "house")
    conditions = [
        _same(measured, "postcode") & same_house,
        same_house & _same(measured, "street"),
        _same(measured, "postcode"),
        _same(measured, "sector"),
        _same(measured, "district"),
    ]
    return _coded(conditions, _known(measured, "postcode") | _known(measured, "address"))


def _code_equal(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    conditions = [_same(measured, column) for level in comparison.levels[:-1] for column in level.equal_on]
    return _coded(conditions, _known(measured, comparison.columns[0]))


def _code_nino(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    distance = np.round((1 - measured["distance:nino:nino"].to_numpy()) * 8)
    return _coded([_same(measured, "nino"), distance == 1], _known(measured, "nino"))


def _code_text(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    column = comparison.columns[0]
    similar = measured[f"similarity:{column}:{column}"].to_numpy()
    codes = _coded([_same(measured, column), similar >= ALIKE, similar >= CLOSE], _known(measured, column))
    return _by_rarity(codes, comparison, records, pairs)


_CODERS = {
    "forename": _code_forename,
    "surname": _code_surname,
    "date of birth": _code_date,
    "gender": _code_equal,
    "postcode": _code_equal,
    "address and postcode": _code_place,
    "NINO": _code_nino,
}


def _coded(conditions: list[NDArray[np.bool_]], known: NDArray[np.bool_]) -> Codes:
    codes = np.select(conditions, list(range(len(conditions))), default=len(conditions))
    return np.where(known, codes, MISSING).astype(np.int64)


_BAND = 100
"""Added to code 0 once for each step of rarity."""


def _by_rarity(codes: Codes, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    """Split the best level by how rare the value is in the right table."""
    column = str(comparison.frequency)
    values = records.right[column]
    share = (
        records.right.select(pl.len().over(column).alias("n"))["n"].to_numpy()
        / max(1, values.len() - values.null_count())
    )[pairs.codes[1]]
    band = np.where(share < _RARE, 2, np.where(share < _UNCOMMON, 1, 0))
    return np.where(codes == 0, band * _BAND, codes)


LEVELS_TO_TELL = 3
UNSEEN = -100
"""A code that no level has."""


def _seed_labels(
    records: Records, pairs: pd.MultiIndex, seeds: pl.DataFrame
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """1 for a matchkey's pair, 0 for a pair it rules out (one of its two people with somebody else), -1 unknown."""
    entity = records.right["entity"].to_numpy()
    partner = np.full(records.left.height, -1, dtype=np.int64)
    partner[seeds["left_row"].to_numpy()] = entity[seeds["right_row"].to_numpy()]
    owner = np.full(int(entity.max()) + 1, -1, dtype=np.int64)
    owner[entity[seeds["right_row"].to_numpy()]] = seeds["left_row"].to_numpy()
    ours, theirs = pairs.codes[0], entity[pairs.codes[1]]
    is_seed = partner[ours] == theirs
    ruled_out = ((partner[ours] >= 0) | (owner[theirs] >= 0)) & ~is_seed
    return np.where(is_seed, 1, np.where(ruled_out, 0, -1)).astype(np.int8), is_seed


@dataclass(frozen=True)
class _Taught:
    """The two classifiers of one round: links against strangers, and links against people who share a home."""

    strangers: Any
    housemates: Any | None

    def odds_against(self, patterns: pd.DataFrame) -> NDArray[np.float64]:
        """Odds that a pair is no link: strangers' and housemates' add up."""
        against = _odds_against(self.strangers, patterns)
        return against if self.housemates is None else against + _odds_against(self.housemates, patterns)


def _odds_against(classifier: Any, patterns: pd.DataFrame) -> NDArray[np.float64]:
    """From the kernel's log probabilities, since 1 - p would be lost to rounding."""
    log = classifier.kernel.predict_log_proba(patterns.to_numpy())
    odds: NDArray[np.float64] = np.exp(np.clip(log[:, 0] - log[:, 1], -200, 200))
    return odds


def _teach(
    levels: pd.DataFrame, strangers: pd.DataFrame, labels: NDArray[np.int8], records: Records, model: Model
) -> tuple[NDArray[np.float64], NDArray[np.float64], _Taught, pl.DataFrame]:
    """Fit, link one to one, fit again on those links; weights in bits, probabilities, and the last classifiers."""
    if not (labels == 1).any():
        raise LinkageRefused(
            "no pair agrees uniquely on a matchkey, so there is nothing to learn from; are these the right tables, "
            "and are their columns named as the contracts name them?"
        )
    left_rows, right_rows = levels.index.codes
    entity = records.right["entity"].to_numpy()[right_rows]
    at_home = _housemates(records, left_rows, right_rows)
    numbers = [
        frame.index.codes[0].astype(np.int64) * records.right.height + frame.index.codes[1]
        for frame in (levels, strangers)
    ]
    every_pair = float(records.left.height) * float(records.right.height)
    expected = float((labels == 1).sum())
    doubtful = _doubtful(levels, model)
    curve: list[dict[str, float]] = []
    for turn in range(ROUNDS):
        linked = levels[labels == 1]
        at_random = strangers[~np.isin(numbers[1], numbers[0][labels == 1])]
        by_chance = _fit(linked, at_random, expected / every_pair)
        ruled_out = levels[(labels == 0) & at_home]
        in_the_home = _fit(linked, ruled_out, expected / (expected + len(ruled_out))) if len(ruled_out) else None
        taught = _Taught(by_chance, in_the_home)
        bits = _bits(taught, levels)
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
    return bits, probability, taught, pl.DataFrame(curve)


def _doubtful(levels: pd.DataFrame, model: Model) -> NDArray[np.bool_]:
    """Pairs with different forenames or dates of birth, and no NINO that says they are one person."""
    codes = np.stack([levels[comparison.name].to_numpy() % _BAND for comparison in model.comparisons], axis=1)
    return guarded(np.where(levels.to_numpy() == MISSING, MISSING, codes), model.comparisons)


def _fit(links: pd.DataFrame, others: pd.DataFrame, prior: float) -> Any:
    """A naive Bayes classifier taught by these links and these pairs that are none."""
    prior = min(0.9, prior)
    classifier = recordlinkage.NaiveBayesClassifier(alpha=_SMOOTHING, class_prior=[1 - prior, prior])
    padding = _padding(pd.concat([links, others]))
    links, others = pd.concat([links, padding]), pd.concat([others, padding])
    both = pd.concat([links, others])
    both.index = pd.MultiIndex.from_arrays([np.arange(len(both)), np.zeros(len(both), dtype=np.int64)])
    classifier.fit(both, both.index[: len(links)])
    return classifier


def _padding(taught: pd.DataFrame) -> pd.DataFrame:
    """Rows that bring every comparison to three levels, when some has fewer; once on each side, they say nothing.

    The toolkit turns a comparison of two levels into one column and one of more into a column each. A level that
    is first met when pairs are weighed would then make a table of another width than the one that was taught.
    """
    if taught.empty or (taught.nunique() >= LEVELS_TO_TELL).all():
        return taught.iloc[:0]
    rows = {
        column: [*values.unique(), *range(UNSEEN, UNSEEN - LEVELS_TO_TELL, -1)][:LEVELS_TO_TELL]
        for column, values in taught.items()
    }
    return pd.DataFrame(rows).astype(taught.dtypes.to_dict())


def _housemates(records: Records, left_rows: Codes, right_rows: Codes) -> NDArray[np.bool_]:
    """Whether a pair shares postcode or address, as people of one household do."""
    same = np.zeros(len(left_rows), dtype=bool)
    for column in ("postcode", "address"):
        if column in records.left.columns:
            codes = pl.concat([records.left[column], records.right[column]]).rank("dense").fill_null(0).to_numpy()
            ours, theirs = codes[left_rows], codes[records.left.height + right_rows]
            same |= (ours == theirs) & (ours > 0)
    return same


def _bits(taught: _Taught, levels: pd.DataFrame) -> NDArray[np.float64]:
    """Evidence for each pair, prior included, worked out once for each distinct pattern of levels."""
    columns = list(levels.columns)
    numbered = pl.from_pandas(levels.reset_index(drop=True)).with_row_index("at")
    patterns = numbered.select(columns).unique(maintain_order=True).sort(columns)
    bits = np.round(-np.log2(taught.odds_against(patterns.to_pandas())), 9)
    joined = numbered.join(
        patterns.with_columns(pl.Series("bits", bits)), on=columns, how="left", maintain_order="left"
    )
    found: NDArray[np.float64] = joined["bits"].to_numpy()
    return found


def _resolve(
    scored: pl.DataFrame, records: Records, model: Model, seeds: pl.DataFrame, first_rule: pl.DataFrame
) -> pl.DataFrame:
    """Peeled matchkeys first, then the assignment among the rest, then what is worth a clerk's look."""
    names = [key.name for key in model.matchkeys]
    peel = [place for place, key in enumerate(model.matchkeys) if key.peel]
    entity = records.right.select(pl.col("row").alias("right_row"), "entity")
    rules = pl.DataFrame(
        {"rule": range(len(model.blocking_rules)), "stage": [f"rule: {r.name}" for r in model.blocking_rules]},
        schema={"rule": pl.Int32, "stage": pl.String},
    )
    scored = (
        scored.join(entity, on="right_row").join(first_rule, on=["left_row", "right_row"]).join(rules, on="rule")
    )
    scored = scored.sort(
        ["left_row", "entity", "match_weight", "right_row"], descending=[False, False, True, False]
    )
    scored = scored.unique(subset=["left_row", "entity"], keep="first", maintain_order=True)
    peeled = seeds.filter(pl.col("matchkey").is_in(peel)).join(entity, on="right_row")
    peeled = scored.join(
        peeled.select("left_row", "entity", pl.col("matchkey").replace_strict(dict(enumerate(names))).alias("key")),
        on=["left_row", "entity"],
    ).with_columns(pl.format("matchkey: {}", pl.col("key")).alias("stage"), pl.lit("link").alias("status"))
    indifferent = math.log2(model.link_threshold / (1 - model.link_threshold))
    rest = scored.join(peeled, on="left_row", how="anti").join(peeled, on="entity", how="anti")
    rest = rest.with_columns((pl.col("match_weight") - indifferent + 1e-9).alias("gain"))
    open_pairs = rest.filter(~pl.col("guarded"))
    chosen = (one_to_one if model.one_to_one else best_per_left)(open_pairs).with_columns(
        pl.lit("link").alias("status")
    )
    linked = pl.concat([peeled.select(_RESOLVED), chosen.select(_RESOLVED)])
    review = (
        rest.filter(pl.col("match_probability") >= model.review_threshold)
        .join(linked, on="left_row", how="anti")
        .join(linked, on="entity", how="anti")
        .with_columns(pl.lit("review").alias("status"))
        .select(_RESOLVED)
    )
    every = pl.concat([linked, review])
    left_ids = records.left.select(pl.col("row").alias("left_row"), pl.col("record_id").alias("left_id"))
    right_ids = records.right.select(pl.col("row").alias("right_row"), pl.col("record_id").alias("right_id"))
    return (
        every.join(left_ids, on="left_row")
        .join(right_ids, on="right_row")
        .select(list(LINK_SCHEMA))
        .cast(LINK_SCHEMA)
        .sort("left_id", "right_id")
    )


_RESOLVED = ["left_row", "right_row", "entity", "match_weight", "match_probability", "stage", "status"]


def _training(classifier: Any, model: Model) -> pl.DataFrame:
    """m, u and weight of each level, from the toolkit's own tables."""
    m, u = classifier.m_probs, classifier.u_probs
    rows = []
    for comparison in model.comparisons:
        for code in sorted(map(int, m[comparison.name])):
            band = (
                (" (common)", " (uncommon)", " (rare)")[code // _BAND]
                if comparison.frequency and code % _BAND == 0
                else ""
            )
            words = "unknown" if code == MISSING else comparison.levels[code % _BAND].words + band
            agree, chance = float(m[comparison.name][code]), float(u[comparison.name][code])
            rows.append((comparison.name, words, agree, chance, math.log2(agree / chance)))
    return pl.DataFrame(rows, schema=["comparison", "level", "m", "u", "weight"], orient="row")


def _counts(records: Records, pairs: int, links: pl.DataFrame) -> dict[str, int]:
    counts = {
        "left records": records.left.height,
        "right records": records.right.height,
        "right people": records.right["entity"].n_unique(),
        "candidate pairs": pairs,
    }
    for status, stage, number in links.group_by("status", "stage").len().sort("status", "stage").iter_rows():
        counts[f"{status}, {stage}"] = number
    return counts
