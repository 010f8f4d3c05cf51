"""The quality statement that travels with the data: how it was linked, how well, who signed it off, what it lacks.

Made from what researchers' keepers hold, so without the truth, alike on real records and in a rehearsal. Shares are
told in whole percent and of at least a hundred people, so that hardly a figure moves when a family goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.link_requests import LINKED_WITHOUT_NAMES
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.pages.markdown import markdown_table
from tf_linkage.research.estimates.linkage_error import FLAG_ERROR, WRONG_AT_MOST, known_people, share_found
from tf_linkage.research.estimates.linkage_error.recall import ADULT
from tf_linkage.research.linked_set import StudyTables

STATEMENT: Mapping[str, tuple[type[pl.DataType], str]] = {
    "department": (pl.String, "Department whose records it is about"),
    "topic": (pl.String, "What is told: identifiers, method, sign-off, linked, found, false links, known gap"),
    "group": (pl.String, "Group of people that a figure is of; all: everybody of an age to be in the register"),
    "statement": (pl.String, "What is known of it"),
    "share": (pl.Float64, "The figure, between 0 and 1, in whole percent; empty where the statement has none"),
    "low": (pl.Float64, "Lower end of its 95% interval, families taken as clusters"),
    "high": (pl.Float64, "Upper end of its 95% interval"),
}
"""Columns of the statement: type, and what each tells."""

FEWEST = 100
"""People of whom a share must be told, or it is not told."""

BY_GROUP = ("linked", "found")
"""Topics that have a figure for each group of people."""

LINKED = "of the people whom councils named, the share to whom a record was linked; many are in no register"
FOUND = (
    "of people whom a council's flag puts in the register, the share that was found: recall of people like them. "
    f"Flags that are wrong make it low; the interval allows for {FLAG_ERROR:.0%} of them"
)
NO_FLAG = "recall is not known: councils flag nothing that puts people in this register"
TOO_FEW = f"recall is not told: fewer than {FEWEST} people are known to be in the register"
MATCHKEYS = LINKED_WITHOUT_NAMES[2]
FALSE = "links that may be false, by the probability of each: this share at most, half of it expected"


@dataclass(frozen=True)
class Linking:
    """How the study was linked.

    Attributes:
        engine: the linkage engine.
        link_threshold: posterior probability from which a pair is a link.
        review_threshold: from which a pair is worth a clerk's look.
        signed_off: by whom the thresholds were signed off, in words.
        linkage_on: by department, what it was sent in place of names, if it was.
    """

    engine: str
    link_threshold: float
    review_threshold: float
    signed_off: str
    linkage_on: Mapping[str, str] = field(default_factory=dict)


def quality_statement(known: StudyTables, linking: Linking) -> pl.DataFrame:
    """The statement, one row for each thing that is told, department by department.

    Args:
        known: what researchers' keepers hold of the study.
        linking: how it was linked.

    Returns:
        The columns of `STATEMENT`.
    """
    people, records = known.linked_people.collect(), known.attributes.collect()
    described = _described(people, records)
    rows = [
        row for name, one in DEPARTMENTS.items() for row in _of_department(name, one, described, records, linking)
    ]
    schema = {name: dtype for name, (dtype, _) in STATEMENT.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def statement_page(statement: pl.DataFrame) -> str:
    """The statement as a page of Markdown."""
    parts = [
        "# Quality statement",
        "What the linkage behind these tables can and cannot bear, told without any truth. Recall of groups that "
        "are compared stands next to each published difference.",
        f"Linked: {LINKED}. Found: {FOUND}. Shares of fewer than {FEWEST} people are not told.",
    ]
    for (name,), rows in statement.group_by("department", maintain_order=True):
        parts += [f"## {DEPARTMENTS[str(name)].title}", *_section(rows)]
    return "\n\n".join(parts) + "\n"


def _section(rows: pl.DataFrame) -> Iterator[str]:
    """What is told of a department: in words, and by group of people."""
    told = list(rows.iter_rows(named=True))
    yield "\n".join(f"- {_in_words(row)}" for row in told if row["topic"] not in BY_GROUP or row["group"] is None)
    by_group = {(row["group"], row["topic"]): _percent(row) for row in told if row["group"] is not None}
    groups = list(dict.fromkeys(group for group, topic in by_group if topic in BY_GROUP))
    cells = [[group, *(by_group.get((group, topic), "") for topic in BY_GROUP)] for group in groups]
    if cells:
        yield markdown_table(["people", *BY_GROUP], cells)


def _in_words(row: Mapping[str, Any]) -> str:
    return f"{row['topic']}: {row['statement']}" + (f": {_percent(row)}" if row["share"] is not None else "")


def _described(people: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Everybody once, with age and gender as the first record that has them tells, and what was linked."""
    of_records = records.sort("person_id", "person_ref").group_by("person_id", maintain_order=True)
    told = of_records.agg(pl.col("age", "gender").drop_nulls().first())
    linked = people.select(
        "person_id",
        "family_id",
        *(pl.col(f"{name}_ref").is_not_null().alias(f"{name}_linked") for name in DEPARTMENTS),
        *(pl.col(f"{name}_link").cast(pl.String) for name in DEPARTMENTS),
    )
    return linked.join(told, on="person_id", how="left").sort("person_id")


Row = tuple[str, str, str | None, str, float | None, float | None, float | None]


def _of_department(
    name: str, department: Department, people: pl.DataFrame, records: pl.DataFrame, linking: Linking
) -> Iterator[Row]:
    def told(topic: str, statement: str, group: str | None = None, *figures: float) -> Row:
        share, low, high = (*(round(figure, 2) for figure in figures), None, None, None)[:3]
        return name, topic, group, statement, share, low, high

    sent = linking.linkage_on.get(name)
    of = f"{sent} of " if sent else ""
    yield told("identifiers", f"asked about by {of}{', '.join(department.request_columns)}")
    yield told(
        "method",
        "hashed matchkeys, strictest first, one record to one person; nothing says how sure a link is"
        if sent == MATCHKEYS
        else f"engine {linking.engine}; a pair is a link from a probability of {linking.link_threshold:g}, a clerk "
        f"looks at it from {linking.review_threshold:g}",
    )
    yield told("sign-off", linking.signed_off)
    of_age = people.filter(
        pl.col("age").is_null() | pl.col("age").is_between(department.youngest, department.oldest)
    )
    linked = of_age.with_columns(links=pl.col(f"{name}_linked").cast(pl.Int64))
    for group, members in _groups(linked):
        if members.height >= FEWEST:
            yield told("linked", LINKED, group, float(members["links"].mean() or 0))  # type: ignore[arg-type]
    yield from _found(told, name, department, linked, records)
    if (links := of_age.filter(pl.col(f"{name}_linked"))).height >= FEWEST:
        most = links[f"{name}_link"].replace_strict(WRONG_AT_MOST, return_dtype=pl.Float64)
        yield told("false links", FALSE, "all", _upwards(float(most.mean() or 0)))  # type: ignore[arg-type]
    for note in department.notes:
        yield told("known gap", note)


def _found(
    told: Callable[..., Row], name: str, department: Department, linked: pl.DataFrame, records: pl.DataFrame
) -> Iterator[Row]:
    if not department.known_by:
        yield told("found", NO_FLAG)
        return
    present = known_people(records, name).select("person_id")
    known = linked.join(present, on="person_id", how="semi")
    if known.height < FEWEST:
        yield told("found", TOO_FEW)
        return
    for group, members in _groups(known):
        if members.height >= FEWEST:
            figure = share_found(members).row(0, named=True)
            yield told("found", FOUND, group, figure["value"], figure["low"], figure["high"])


def _groups(people: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Everybody, children and adults, and the genders."""
    yield "all", people
    yield "children", people.filter(pl.col("age") < ADULT)
    yield "adults", people.filter(pl.col("age") >= ADULT)
    for gender in people["gender"].cast(pl.String).drop_nulls().unique().sort():
        yield gender, people.filter(pl.col("gender").cast(pl.String) == gender)


def _upwards(share: float) -> float:
    """To the next hundredth above."""
    return -(-share * 100 // 1) / 100


def _percent(row: Mapping[str, Any]) -> str:
    if row["share"] is None:
        return ""
    ends = f" ({row['low']:.0%} to {row['high']:.0%})" if row["low"] is not None else ""
    return f"{row['share']:.0%}{ends}"
