"""What schooling adds to what somebody outside may know of a person: first language, ethnic group, the year itself.

A table of people on which nobody stands out gives them away again once each is joined to more of what is known of
them. The academic year adds to it since, less the years from the start, it is the year of the family's start,
differently cut. So each of these columns is shown only where the pupils who share it, and all that the table of
people shows, are twenty at least: nobody has counted the population by them. Which of the columns may be shown, for
whom not, and the figures for the gate.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.columns import as_declared
from tf_linkage.contracts.ladders import REFERENCES, SHOWN_OR_NOT, STEPS, shown_labels
from tf_linkage.contracts.outputs.research import Schooling
from tf_linkage.disclosure.microdata.classes_on_steps import entropy
from tf_linkage.disclosure.microdata.coarsening_choice import weighed
from tf_linkage.disclosure.microdata.risk import RULE, Rule

COLUMNS = SHOWN_OR_NOT["schooling"]
MOST_HIDDEN = 0.10
"""Largest share of pupils of whom nothing is shown where something is of others: our choice. They are the rare, so
that more would bend what the column says; twice what is withheld of people, as they lose these cells alone."""

PERSON, KNOWN = REFERENCES["people"], list(STEPS["people"])


@dataclass(frozen=True)
class Hidden:
    """Schooling on which nobody stands out.

    Attributes:
        table: the table, as many rows as before.
        shown: the columns that are shown.
        pupils: how many pupils there are.
        withheld: of how many of them these columns are empty because too few are like them.
        lost: bits a pupil that each column lost.
    """

    table: pl.LazyFrame
    shown: tuple[str, ...]
    pupils: int
    withheld: int
    lost: dict[str, float]


def hide_pupils(schooling: pl.LazyFrame, people: pl.LazyFrame, rule: Rule = RULE) -> Hidden:
    """Empties what would make a pupil stand out: of all pupils, or of those who are too few.

    Of all choices of columns that empty no more than `MOST_HIDDEN` of the pupils besides, the one that loses the
    fewest bits; showing none of them always passes.

    Args:
        schooling: `contracts.outputs.research.Schooling` as it is made.
        people: `contracts.outputs.research.People` as released.
        rule: how many must look alike.
    """
    pupils = _pupils(schooling, people)
    best: tuple[tuple[float, float], tuple[str, ...], pl.DataFrame, dict[str, float]] | None = None
    for number in range(len(COLUMNS), -1, -1):
        for shown in itertools.combinations(COLUMNS, number):
            kept = pupils.with_columns(withheld=_too_few(shown, rule.alone))
            lost = {column: _lost(kept, column, shown) for column in COLUMNS}
            beyond = int(kept["withheld"].sum()) - MOST_HIDDEN * pupils.height
            judged = (max(0.0, beyond) if shown else 0.0, round(weighed(lost), 9))
            if best is None or judged < best[0]:
                best = judged, shown, kept, lost
    assert best is not None  # noqa: S101 - showing nothing is a choice
    _, shown, kept, lost = best
    stays = kept.lazy().select(PERSON, "withheld")
    hidden = pl.col("withheld").fill_null(value=True)
    emptied = [
        (pl.when(~hidden).then(pl.col(column)) if column in shown else pl.lit(None)).alias(column)
        for column in COLUMNS
    ]
    hidden_rows = schooling.join(stays, on=PERSON, how="left", maintain_order="left").with_columns(emptied)
    table = as_declared(hidden_rows, Schooling)
    withheld = int(kept["withheld"].sum()) if shown else 0
    return Hidden(table, shown, pupils.height, withheld, lost)


def pupil_risk(schooling: pl.LazyFrame, people: pl.LazyFrame, rule: Rule = RULE) -> dict[str, int]:
    """The gate's own view of the released tables: pupils who stand out by what schooling adds.

    Args:
        schooling: as released.
        people: as released.
        rule: how many must look alike.

    Returns:
        Pupils, classes among whom something is shown, pupils in classes below the rule, the smallest class, and
        pupils of whom nothing is shown.
    """
    pupils = _pupils(schooling, people)
    sizes = pupils.group_by(*KNOWN, *COLUMNS).len().with_columns(blank=_nothing(COLUMNS))
    # Where anything is shown of a class of people, those of whom nothing is are told by that: they are rare.
    tells = (~pl.col("blank")).any().over(KNOWN)
    classes = sizes.filter(tells)
    below = classes.filter(pl.col("len") < rule.alone)
    return {
        "pupils": pupils.height,
        "classes": classes.height,
        "pupils in classes below the rule": int(below["len"].sum()),
        "smallest class": min(classes["len"], default=0),
        "pupils of whom nothing is shown": int(sizes.filter("blank")["len"].sum()),
    }


def _pupils(schooling: pl.LazyFrame, people: pl.LazyFrame) -> pl.DataFrame:
    """One row for each pupil: what is shown of them as a person, and what all their school years add, as text."""
    begins = (pl.col("academic_year") - pl.col("years_from_start")).alias("academic_year")
    added = (
        schooling.with_columns(begins)
        .group_by(PERSON)
        .agg(pl.col(column).cast(pl.String).drop_nulls().unique().sort().str.join("|") for column in COLUMNS)
        .with_columns(pl.when(pl.col(column) != "").then(pl.col(column)) for column in COLUMNS)
    )
    known = people.select(PERSON, *shown_labels("people").values())
    return added.join(known, on=PERSON, how="left").sort(PERSON).collect()


def _nothing(columns: Sequence[str]) -> pl.Expr:
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(column).is_null() for column in columns))


def _too_few(shown: Sequence[str], least: int) -> pl.Expr:
    """Whether a pupil is withheld: too few share what is shown, or too few are withheld to stand among.

    Where those would be too few, all of their class of people are withheld: nothing is told by it then.
    """
    few = pl.len().over([*KNOWN, *shown]) < least
    blank = _nothing(shown) | few
    blanks = blank.sum().over(KNOWN)
    return blank | ((blanks > 0) & (blanks < least))


def _lost(pupils: pl.DataFrame, column: str, shown: Sequence[str]) -> float:
    """Bits a pupil that a column loses."""
    before = entropy(pupils[column].value_counts()["count"].to_list())
    if column not in shown:
        return before
    kept = pupils.filter(~pl.col("withheld"))
    left = entropy(kept[column].value_counts()["count"].to_list())
    return max(0.0, before - left * kept.height / max(1, pupils.height))
