"""Clerks' answers, read back strictly.

What is wrong with a sheet that comes back; agreement between reviewers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.review.sheets import DECISIONS, REVIEW, THIRD

MOST_TOLD = 5
"""Rows or pairs that are named for each kind of problem; the others are counted."""

DECIDED = pl.Schema({"left_id": pl.String, "right_id": pl.String, "reviewer": pl.Int64, "decision": pl.String})

_ROW, _WORD, _SHEET = "_row", "_word", "_sheet"


def answers_of(sheets: Mapping[str, pl.DataFrame], asked: pl.DataFrame, *, first: int = 1) -> pl.DataFrame:
    """The decisions of one sheet for each reviewer, once every row of every sheet is sound.

    Args:
        sheets: by the sheet's name, in the reviewers' order, `pair` and `decision` as text; row 1 is the header.
        asked: what was asked: columns of `sheets.REVIEW`.
        first: number of the first sheet's reviewer.

    Returns:
        Columns of `DECIDED`, sorted.

    Raises:
        LinkageRefused: a sheet without the columns; a pair that was not asked about, stands twice or is missing; no
            decision, or one that is none of `DECISIONS`. Counts the rows of each kind and names the first few.
    """
    asked = asked.select(list(REVIEW))
    found, problems = [], []
    for number, (name, sheet) in enumerate(sheets.items(), start=first):
        if missing := [column for column in ("pair", "decision") if column not in sheet.columns]:
            raise LinkageRefused(f"{name} has no column {missing[0]}; hand back the sheet that was exported")
        rows = _rows(sheet, name)
        meant = asked.filter(pl.col("reviewers") >= number)
        problems += _problems(rows, meant, name)
        found.append(rows.join(asked, on="pair", maintain_order="left").with_columns(reviewer=pl.lit(number)))
    answers = pl.concat(found)
    if problems:
        raise LinkageRefused("; ".join(problems))
    decided = answers.rename({_WORD: "decision"}).select(pl.col(name).cast(kind) for name, kind in DECIDED.items())
    return decided.sort("left_id", "right_id", "reviewer")


@dataclass(frozen=True)
class Agreement:
    """How far two reviewers agree.

    Attributes:
        kappa: Cohen's: 1 agreement throughout, 0 no better than chance.
        pairs: those that both answered, on which it rests.
    """

    kappa: float
    pairs: int


def agreement_of(decisions: pl.DataFrame) -> Agreement:
    """Cohen's kappa of the pairs that two reviewers answered.

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
    return Agreement(1.0 if chance == 1 else (agree - chance) / (1 - chance), both.height)


def verdicts_of(decisions: pl.DataFrame) -> pl.DataFrame:
    """`left_id`, `right_id`, `decision` of the pairs on which the reviewers agree and are sure.

    Where a third has looked at a pair, that decision alone counts.
    """
    agreed = (
        _last_word(decisions)
        .group_by("left_id", "right_id", maintain_order=True)
        .agg(pl.col("decision").n_unique().alias("answers"), pl.col("decision").first())
    )
    return agreed.filter(pl.col("answers") == 1, pl.col("decision") != "unsure").drop("answers")


def differing(decisions: pl.DataFrame) -> pl.DataFrame:
    """Pairs that two reviewers decided differently and no third has settled.

    Returns:
        `left_id`, `right_id`, and `said`, the two decisions in the reviewers' order; sorted by the ids.
    """
    said = (
        decisions.sort("left_id", "right_id", "reviewer")
        .group_by("left_id", "right_id", maintain_order=True)
        .agg(pl.col("decision").alias("said"), pl.col("reviewer").max())
    )
    return said.filter(pl.col("reviewer") < THIRD, pl.col("said").list.n_unique() > 1).drop("reviewer")


def _last_word(decisions: pl.DataFrame) -> pl.DataFrame:
    settled = (pl.col("reviewer") == THIRD).any().over("left_id", "right_id")
    return decisions.filter(~settled | (pl.col("reviewer") == THIRD))


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
    """What is wrong with one sheet, by kind; never a cell's content, which a clerk may have put anywhere."""
    known = pl.col("pair").is_in(meant["pair"].implode()).fill_null(value=False)
    again = pl.col("pair").is_not_null() & pl.col("pair").is_duplicated() & ~pl.col("pair").is_first_distinct()
    strata = (
        (~known, "about a pair that was not asked about on this sheet"),
        (again & known, "about a pair that has a decision in an earlier row"),
        (known & pl.col(_WORD).is_null(), f"without a decision; write one of {', '.join(DECISIONS)}"),
        (known & ~pl.col(_WORD).is_in(DECISIONS), f"whose decision is none of {', '.join(DECISIONS)}"),
    )
    found = [(rows.filter(fault.fill_null(value=False))[_ROW].to_list(), words) for fault, words in strata]
    lost = meant.join(rows, on="pair", how="anti")["pair"].sort().to_list()
    problems = [f"{name}: {_counted('row', at)} {words}" for at, words in found if at]
    return problems + ([f"{name}: {_counted('pair', lost)} missing"] if lost else [])


def _counted(what: str, numbers: Sequence[int]) -> str:
    """How many, and the first few by number: `3 rows (2, 3, 7)`."""
    first = ", ".join(str(number) for number in sorted(numbers)[:MOST_TOLD])
    more = ", ..." if len(numbers) > MOST_TOLD else ""
    return f"{len(numbers):,} {what}{'s' if len(numbers) > 1 else ''} ({first}{more})"
