"""Clerks' answers: read back strictly, and what they change.

Belongs here: what is wrong with a sheet that comes back, row by row; agreement between reviewers; links and m as
the decisions leave them. Does not belong here: which pairs are asked about (`clerical`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.clerical import DECISIONS, HIGHEST, REVIEW, with_patterns
from tf_linkage.linkage.outcome import training_table
from tf_linkage.linkage.resolve import one_to_one
from tf_linkage.linkage.result import LinkResult
from tf_linkage.linkage.training import Shares, Trained

MOST_TOLD = 10
"""Problems that are told at once."""

DECIDED = pl.Schema({"left_id": pl.String, "right_id": pl.String, "reviewer": pl.Int64, "decision": pl.String})

_ROW, _WORD, _SHEET = "_row", "_word", "_sheet"


def decisions_of(sheets: Mapping[str, pl.DataFrame], asked: pl.DataFrame) -> pl.DataFrame:
    """The decisions of one sheet for each reviewer, once every row of every sheet is sound.

    Args:
        sheets: by the sheet's name, in the reviewers' order, `pair` and `decision` as text; row 1 is the header.
        asked: what was asked: columns of `clerical.REVIEW`.

    Returns:
        Columns of `DECIDED`: reviewer is 1 for the first sheet. Sorted.

    Raises:
        LinkageRefused: a sheet without the columns; a pair that was not asked about, stands twice or is missing; no
            decision, or one that is none of `DECISIONS`. Names sheet and row.
    """
    asked = asked.select(list(REVIEW))
    found, problems = [], []
    for number, (name, sheet) in enumerate(sheets.items(), start=1):
        if missing := [column for column in ("pair", "decision") if column not in sheet.columns]:
            raise LinkageRefused(f"{name} has no column {missing[0]}; hand back the sheet that was exported")
        rows = _rows(sheet, name)
        meant = asked.filter(pl.col("reviewers") >= number)
        problems += _problems(rows, meant, name)
        found.append(rows.join(asked, on="pair", maintain_order="left").with_columns(reviewer=pl.lit(number)))
    answers = pl.concat(found)
    if problems:
        more = len(problems) - MOST_TOLD
        raise LinkageRefused("; ".join(problems[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else ""))
    decided = answers.rename({_WORD: "decision"}).select(pl.col(name).cast(kind) for name, kind in DECIDED.items())
    return decided.sort("left_id", "right_id", "reviewer")


def kappa(decisions: pl.DataFrame) -> float:
    """Cohen's kappa of the pairs that two reviewers answered: 1 agreement throughout, 0 no better than chance.

    Raises:
        LinkageRefused: no pair has two answers.
    """
    first, second = (decisions.filter(pl.col("reviewer") == number) for number in (1, 2))
    both = first.join(second, on=["left_id", "right_id"], suffix="_second")
    if both.is_empty():
        raise LinkageRefused("no pair was reviewed twice, so agreement cannot be measured")
    one, other = both["decision"].to_numpy(), both["decision_second"].to_numpy()
    agree = float(np.mean(one == other))
    chance = float(sum(np.mean(one == word) * np.mean(other == word) for word in DECISIONS))
    return 1.0 if chance == 1 else (agree - chance) / (1 - chance)


def verdicts_of(decisions: pl.DataFrame) -> pl.DataFrame:
    """`left_id`, `right_id`, `decision` of the pairs on which the reviewers agree and are sure."""
    agreed = decisions.group_by("left_id", "right_id", maintain_order=True).agg(
        pl.col("decision").n_unique().alias("answers"), pl.col("decision").first()
    )
    return agreed.filter(pl.col("answers") == 1, pl.col("decision") != "unsure").drop("answers")


def with_decisions(result: LinkResult, decisions: pl.DataFrame, *, highest: float = HIGHEST) -> LinkResult:
    """Links as the reviewers decided, and m learnt anew. Pairs without an answer keep their posterior and status.

    A pair is a link if its reviewers agree that it is, no link if they agree that it is none; where they differ or
    are unsure it stays as it was. A confirmed link takes the place of any other link of its two records; where
    links are one to one and clerks found somebody in two records, the likelier one stands. Decisions about pairs
    that are no longer weighed change nothing.

    Args:
        result: a linkage by engine `duckdb`.
        decisions: from `decisions_of`.
        highest: posterior up to which pairs were sampled.
    """
    verdicts = verdicts_of(decisions)
    links = result.links.join(verdicts, on=["left_id", "right_id"], how="left", maintain_order="left")
    confirmed = every = links.filter(pl.col("decision") == "link")
    if result.model.one_to_one:
        confirmed = _once(every)
    displaced = (pl.col("left_id").is_in(confirmed["left_id"].implode())) | (
        pl.col("right_id").is_in(confirmed["right_id"].implode()) & result.model.one_to_one
    )
    kept = links.filter(pl.col("decision").is_null(), ~displaced)
    counts = dict(result.counts) | {
        "confirmed by clerks": confirmed.height,
        "confirmed beside a likelier one": every.height - confirmed.height,
        "rejected by clerks": links.filter(pl.col("decision") == "non-link").height,
        "displaced by clerks": links.filter(pl.col("decision").is_null(), displaced).height,
    }
    confirmed = confirmed.with_columns(pl.lit("link").alias("status"), pl.lit("clerical review").alias("stage"))
    decided = pl.concat([kept, confirmed]).drop("decision").sort("left_id", "right_id")
    changed = dataclasses.replace(result, links=decided, counts=counts)
    if result.trained is None:
        return changed
    trained = _learnt_anew(result, result.trained, verdicts, highest)
    return dataclasses.replace(changed, trained=trained, training=training_table(trained, result.model))


def _rows(sheet: pl.DataFrame, name: str) -> pl.DataFrame:
    """The sheet's rows with their number in the file, blank ones left out."""
    plain = sheet.with_row_index(_ROW, offset=2).select(
        pl.col(_ROW).cast(pl.Int64),
        pair=pl.col("pair").cast(pl.String).str.strip_chars().cast(pl.Int64, strict=False),
        said=pl.col("pair").cast(pl.String).str.strip_chars().fill_null(""),
    )
    word = sheet.get_column("decision").cast(pl.String).str.strip_chars().str.to_lowercase()
    rows = plain.with_columns(pl.when(word != "").then(word).alias(_WORD), pl.lit(name).alias(_SHEET))
    return rows.filter((pl.col("said") != "") | pl.col(_WORD).is_not_null()).drop("said")


def _problems(rows: pl.DataFrame, meant: pl.DataFrame, name: str) -> list[str]:
    """What is wrong with one sheet, by row; never a cell's content, which a clerk may have put anywhere."""
    known = pl.col("pair").is_in(meant["pair"].implode()).fill_null(value=False)
    again = pl.col("pair").is_not_null() & pl.col("pair").is_duplicated() & ~pl.col("pair").is_first_distinct()
    kinds = (
        (~known, "its pair was not asked about on this sheet"),
        (again & known, "its pair has a decision in an earlier row"),
        (known & pl.col(_WORD).is_null(), f"no decision; write one of {', '.join(DECISIONS)}"),
        (known & ~pl.col(_WORD).is_in(DECISIONS), f"the decision is none of {', '.join(DECISIONS)}"),
    )
    told = [(row, words) for fault, words in kinds for row in rows.filter(fault.fill_null(value=False))[_ROW]]
    lost = meant.join(rows, on="pair", how="anti")["pair"].sort()
    problems = [f"{name}, row {row}: {words}" for row, words in sorted(told)]
    return problems + [f"{name}: pair {pair} is missing" for pair in lost]


def _once(confirmed: pl.DataFrame) -> pl.DataFrame:
    """Confirmed links with each record once: where clerks found somebody twice, the likelier candidates stand."""
    least = confirmed["match_weight"].min()
    coded = confirmed.with_columns(
        left_row=pl.col("left_id").rank("dense"),
        entity=pl.col("right_id").rank("dense"),
        gain=pl.col("match_weight") - pl.lit(least) + 1,
    )
    return one_to_one(coded).select(confirmed.columns)


def _learnt_anew(result: LinkResult, trained: Trained, verdicts: pl.DataFrame, highest: float) -> Trained:
    """M with each reviewed pattern counted as the clerks found it instead of as the model expected it."""
    zone = with_patterns(result).filter(pl.col("match_probability") < highest)
    answered = zone.join(verdicts, on=["left_id", "right_id"])
    found = answered.group_by("pattern", maintain_order=True).agg(
        (pl.col("decision") == "link").mean().alias("confirmed")
    )
    moved = zone.join(found, on="pattern", maintain_order="left")
    shift = (moved["confirmed"] - moved["match_probability"]).to_numpy()
    expected = float(trained.curve["expected_links"][-1])
    shares: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for place, comparison in enumerate(result.model.comparisons):
        codes = moved[f"{comparison.name} level"].to_numpy()
        seen = codes >= 0
        change = np.bincount(codes[seen], weights=shift[seen], minlength=len(comparison.levels))
        number = np.maximum(trained.m[place] * expected + change, 1 / len(comparison.levels))
        shares.append(number / number.sum())
    m: Shares = tuple(shares)
    return dataclasses.replace(trained, m=m)
