"""What one offence adds to what somebody outside may know of a person: its kind, and what came of it.

Who knows of one offence of somebody, from a newspaper or a court, needs no day to find a row by a rare kind or
disposal. So kind and disposal stand on the steps of least loss on which, of every offence that is shown, at
least so many people had one that shows the same and are alike in all that such a reader may know of them
(`READER`); and of the few whose offences would still stand out neither is shown. Whom a lead worker would find
who knows an offence besides is told, not held off: with group, service and problems no offence would be left at
any size. What all offences of a person say together is measured too (`register_attack`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.columns import as_declared
from tf_linkage.contracts.intruders import READER
from tf_linkage.contracts.ladders import (
    EVENT_STEPS,
    LENGTH,
    LENGTH_TOO,
    REFERENCES,
    STEPS,
    Step,
    shown_labels,
)
from tf_linkage.contracts.outputs.research import Offending
from tf_linkage.disclosure.microdata.classes_on_steps import entropy
from tf_linkage.disclosure.microdata.risk import RULE, Rule

LADDERS = EVENT_STEPS["offending"]
MOST_WITHHELD = 0.10
"""Largest share of people with offences of whom kind and disposal are withheld where they are shown of others: our
choice, as for pupils."""

PERSON, EVERYTHING = REFERENCES["people"], tuple(STEPS["people"])
KNOWN = tuple(column for column in EVERYTHING if column in READER.columns)
"""What a reader of newspapers may know of who committed an offence, of what the table of people shows."""

_KIND, _DISPOSAL = LADDERS
_SHOWN = [_KIND, _DISPOSAL, LENGTH]
_EVENT = [*_SHOWN, "guilty"]


@dataclass(frozen=True)
class OnSteps:
    """A table of offences on the steps of least loss on which none finds anybody.

    Attributes:
        table: the table.
        steps: the step of each column of its ladders.
        told: bits an offence that each column tells at the finest, the length of a sentence with its disposal.
        lost: bits an offence that each lost.
    """

    table: pl.LazyFrame
    steps: dict[str, str]
    told: dict[str, float]
    lost: dict[str, float]


@dataclass(frozen=True)
class Coarsened(OnSteps):
    """Offences one by one, as many rows as before, in the same order.

    Attributes:
        people: people with offences.
        withheld: of how many of them neither kind nor disposal is shown although they are of others.
    """

    people: int
    withheld: int


def coarsen_offences(offending: pl.LazyFrame, people: pl.LazyFrame, rule: Rule = RULE) -> Coarsened:
    """Offences on the steps of least loss, those withheld that would stand out on them.

    Of all combinations of steps that withhold no more than `MOST_WITHHELD` of the people besides, the one that
    loses the fewest bits; showing neither always passes.

    Args:
        offending: `contracts.outputs.research.Offending` as it is made.
        people: `contracts.outputs.research.People` as released.
        rule: how many must look alike.
    """
    events = _events(offending, people)
    told = {column: _bits(events, column) for column in LADDERS}
    best: tuple[tuple[float, float], tuple[Step, Step], frozenset[str], dict[str, float]] | None = None
    for kind, disposal in itertools.product(*LADDERS.values()):
        on_steps = events.with_columns(_on_steps(kind, disposal))
        gone = _to_withhold(on_steps, rule.alone) if kind.shows or disposal.shows else frozenset[str]()
        kept = on_steps.filter(~pl.col(PERSON).is_in(sorted(gone)))
        share = kept.height / max(1, events.height)
        lost = {column: max(0.0, told[column] - share * _bits(kept, column)) for column in LADDERS}
        too_many = max(0.0, len(gone) - MOST_WITHHELD * events[PERSON].n_unique())
        judged = too_many, round(sum(lost.values()), 9)
        if best is None or judged < best[0]:
            best = judged, (kind, disposal), gone, lost
    assert best is not None  # noqa: S101 - showing neither is a combination
    _, (kind, disposal), gone, lost = best
    hidden = pl.col(PERSON).is_in(sorted(gone))
    shown = [pl.when(~hidden).then(label).alias(label.meta.output_name()) for label in _on_steps(kind, disposal)]
    table = as_declared(offending.with_columns(shown), Offending)
    steps = dict(zip(LADDERS, (kind.name, disposal.name), strict=True))
    return Coarsened(table, steps, told, lost, events[PERSON].n_unique(), len(gone))


def offence_risk(
    offending: pl.LazyFrame, people: pl.LazyFrame, rule: Rule = RULE, known: Sequence[str] = KNOWN
) -> dict[str, int]:
    """The gate's own view of the released tables: people who stand out by one offence.

    Args:
        offending: as released.
        people: as released.
        rule: how many must look alike.
        known: what is known of who committed an offence, of `STEPS`.

    Returns:
        People with offences, classes of what an offence shows with what is shown of who committed it, people in
        classes below the rule, the smallest class, and people of whom neither kind nor disposal is shown.
    """
    events = _events(offending, people)
    blank = pl.all_horizontal(pl.col(column).is_null() for column in _SHOWN)
    sizes = (
        events.with_columns(blank=blank)
        .with_columns(guilty=pl.when(~pl.col("blank")).then("guilty"))
        .group_by(*known, *_EVENT, "blank", maintain_order=True)
        .agg(alike=pl.col(PERSON).n_unique(), who=pl.col(PERSON).unique())
    )
    # Where anything is shown in a class of people, those of whom nothing is are told by that: they are rare.
    tells = (~pl.col("blank")).any().over(known)
    classes = sizes.filter(tells)
    below = classes.filter(pl.col("alike") < rule.alone)
    return {
        "people with offences": events[PERSON].n_unique(),
        "classes": classes.height,
        "people in classes below the rule": below["who"].explode().drop_nulls().n_unique(),
        "smallest class": min(classes["alike"], default=0),
        "people of whom neither is shown": events.filter(blank)[PERSON].n_unique(),
    }


def steps_of_events(coarse: OnSteps) -> pl.DataFrame:
    """Each column's step, what it tells at the finest and what it lost, in bits an offence."""
    return pl.DataFrame(
        {
            "column": list(coarse.steps),
            "step": list(coarse.steps.values()),
            "bits at the finest": [round(coarse.told[column], 3) for column in coarse.steps],
            "bits lost": [round(coarse.lost[column], 3) for column in coarse.steps],
        }
    )


def _events(offending: pl.LazyFrame, people: pl.LazyFrame) -> pl.DataFrame:
    """One row for each offence: what it shows, and what is shown of who committed it, as text."""
    known = people.select(PERSON, *shown_labels("people").values())
    told = offending.select(PERSON, *(pl.col(column).cast(pl.String) for column in _EVENT))
    return told.join(known, on=PERSON, how="left").sort(PERSON, *_EVENT).collect()


def _on_steps(kind: Step, disposal: Step) -> list[pl.Expr]:
    """What an offence shows on a combination of steps."""
    length = (
        pl.col(LENGTH).cast(pl.String) if disposal.name == LENGTH_TOO else pl.lit(None, pl.String).alias(LENGTH)
    )
    return [kind.of(pl.col(_KIND)), disposal.of(pl.col(_DISPOSAL)), length]


def _to_withhold(events: pl.DataFrame, least: int) -> frozenset[str]:
    """People an offence of whom fewer share; and, where these are too few to stand among, all of their class.

    Who is withheld is no longer there for others to look like, so that it is counted again until nobody is added.
    """
    people = events.select(PERSON, *KNOWN).unique(PERSON, maintain_order=True)
    gone = pl.Series(PERSON, [], pl.String)
    while True:
        left = events.filter(~pl.col(PERSON).is_in(gone.implode()))
        few = left.filter(pl.col(PERSON).n_unique().over([*KNOWN, *_EVENT]) < least)[PERSON].unique()
        out = pl.col(PERSON).is_in(pl.concat([gone, few]).implode())
        withheld = out.sum().over(KNOWN)
        now = people.filter(out | ((withheld > 0) & (withheld < least)))[PERSON]
        if now.len() == gone.len():
            return frozenset(gone)
        gone = now


def _bits(events: pl.DataFrame, column: str) -> float:
    """What a column tells, in bits an offence; a disposal with the length of its sentence."""
    columns = [column, LENGTH] if column == _DISPOSAL else [column]
    return entropy(events.group_by(columns, maintain_order=True).len()["len"].to_list())
