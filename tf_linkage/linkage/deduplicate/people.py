"""One table resolved into people: its records linked among themselves, and the links joined into people.

Weights are learnt from the table as those of a linkage are. No person hangs on one weak link: records join
strongest pair first; a group joins another by a pair that is all but certain or by several, if a fair share of the
pairs between them are links, and never where verified identifiers of two of its records differ.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.engines.duckdb import link_by_duckdb
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.comparisons import Role
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkageTask, LinkResult, Progress, silent
from tf_linkage.linkage.tables.records import Told

PEOPLE = pl.Schema(
    {"record_id": pl.String, "person_id": pl.String, "match_probability": pl.Float64, "weakest_link": pl.Float64}
)


@dataclass(frozen=True)
class People:
    """The outcome of a de-duplication.

    Attributes:
        people: one row for each record: `record_id`; `person_id`, which is the least record id of the person's;
            `match_probability` of its likeliest link to another record of its person; `weakest_link`, the
            probability of the link without which the person's records would fall apart. The last two are null where
            a person has one record. Sorted by record id. The same records give the same ids.
        result: the linkage of the table with itself: pairs, weights, explanations.
        kept_apart: pairs that are links by themselves but would join groups by one weak link alone, or by too few
            links among all pairs between them.
        contradicted: pairs that are links by themselves but whose groups have different verified identifiers.
    """

    people: pl.DataFrame
    result: LinkResult
    kept_apart: int
    contradicted: int


def one_table_of(model: Model) -> Model:
    """The model for the records of one table among themselves.

    Raises:
        LinkageRefused: the ids of both sides are different columns.
    """
    if model.left_id != model.right_id:
        raise LinkageRefused("within one table records are named by one column")
    return dataclasses.replace(
        model, kind="many-to-many", one_table=True, family=None, family_evidence=False, guarded=False
    )


def deduplicate(
    table: pl.LazyFrame,
    model: Model,
    *,
    bounds: Limits | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
    asked: tuple[str, str] | None = None,
) -> People:
    """Find the people of a table: which of its records are one person's.

    Args:
        table: one row per record; its `model.left_id` is unique.
        model: what is compared, as `general_model` makes it for the table's columns.
        bounds: memory, threads and pairs that it may use; the usual ones unless given.
        progress: receives a line at each step.
        told: learns how each column was read.
        asked: ids of two records that are weighed and explained whatever becomes of them.

    Raises:
        LinkageRefused: missing column, repeated id, empty table; more than the bounds allow.
    """
    model = one_table_of(model)
    usual = bounds or Limits()
    task = LinkageTask(table, table, model, usual, progress or silent, told, asked=asked)
    result = link_by_duckdb(task)
    return people_of(result, table)


def people_of(result: LinkResult, table: pl.LazyFrame) -> People:
    """The people that a table's links make; `result` may be as clerks decided."""
    ids = table.select(pl.col(result.model.left_id).cast(pl.String).alias("record_id")).collect()["record_id"]
    sure = result.model.settings.certain.posterior, result.model.settings.one_table.together
    links = result.links.filter(pl.col("status") == "link").with_columns(
        pl.when(pl.col("stage") == "clerical review").then(1.0).otherwise("match_probability").alias("probability")
    )
    order = ["probability", "match_weight", "left_id", "right_id"]
    links = links.sort(order, descending=[True, True, False, False])
    numbers = _verified(result, table)
    groups = _Groups(numbers)
    edges = list(links.select("left_id", "right_id", "probability").iter_rows())
    partners: dict[str, set[str]] = defaultdict(set)
    for one, other, _ in edges:
        partners[one].add(other)
        partners[other].add(one)
    waiting = edges
    while True:
        # A pair that was too weak alone may stand once its groups have grown.
        left = [edge for edge in waiting if not groups.join(edge, partners, sure)]
        if len(left) == len(waiting):
            break
        waiting = left
    rows = [(record, min(members), groups.weakest(record)) for members in groups.all() for record in members]
    persons = pl.DataFrame(rows, schema=["record_id", "person_id", "weakest_link"], orient="row").cast(
        {"record_id": pl.String, "person_id": pl.String, "weakest_link": pl.Float64}
    )
    people = pl.DataFrame({"record_id": ids.sort()})
    people = people.join(persons, on="record_id", how="left", maintain_order="left")
    people = people.join(_likeliest(links, persons), on="record_id", how="left", maintain_order="left")
    people = people.with_columns(pl.coalesce("person_id", "record_id").alias("person_id")).select(list(PEOPLE))
    against = sum(groups.contradicted(one, other) for one, other, _ in waiting)
    return People(people, result, len(waiting) - against, against)


def _likeliest(links: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """For each record the probability of its likeliest link to another record of its person."""
    person = persons.select("record_id", "person_id")
    both = links.select("left_id", "right_id", "probability")
    both = both.join(person.rename({"record_id": "left_id"}), on="left_id")
    both = both.join(person.rename({"record_id": "right_id", "person_id": "other"}), on="right_id")
    inside = both.filter(pl.col("person_id") == pl.col("other"))
    sides = [inside.select(pl.col(side).alias("record_id"), "probability") for side in ("left_id", "right_id")]
    return pl.concat(sides).group_by("record_id").agg(pl.col("probability").max().alias("match_probability"))


class _Groups:
    """Groups of records; joining looks at all that is known between two of them."""

    def __init__(self, numbers: Mapping[str, str]) -> None:
        self._of: dict[str, list[str]] = {}
        self._numbers = numbers
        self._weakest: dict[str, float] = {}

    def weakest(self, record: str) -> float:
        """The least probability of the links that joined a record's group, each the likeliest that could."""
        return min(self._weakest[each] for each in self.group(record) if each in self._weakest)

    def group(self, record: str) -> list[str]:
        """The records that stand together with one."""
        return self._of.get(record, [record])

    def join(
        self, edge: tuple[str, str, float], partners: Mapping[str, set[str]], sure: tuple[float, float]
    ) -> bool:
        """Joins the groups of a pair, if they may be; whether the pair is settled."""
        one, other, probability = edge
        first, second = self.group(one), self.group(other)
        if one in second:
            return True
        if self.contradicted(one, other):
            return False
        if len(first) + len(second) > 2:
            fewer, more = sorted((first, second), key=len)
            among = set(more)
            links = sum(len(partners[record] & among) for record in fewer)
            certain, share = sure
            if links < share * len(first) * len(second) or (links < 2 and probability < certain):
                return False
        together = first + second
        self._weakest[one] = min(probability, self._weakest.get(one, 1.0))
        for record in together:
            self._of[record] = together
        return True

    def contradicted(self, one: str, other: str) -> bool:
        """Whether two groups have different verified identifiers."""
        mine, theirs = (
            {self._numbers[record] for record in self.group(each) if record in self._numbers}
            for each in (one, other)
        )
        return bool(mine and theirs and mine != theirs)

    def all(self) -> list[list[str]]:
        """The groups of two and more."""
        return list({id(group): group for group in self._of.values()}.values())


def _verified(result: LinkResult, table: pl.LazyFrame) -> dict[str, str]:
    """The verified identifier of each record that has one."""
    from tf_linkage.linkage.standardise.fields import standardise  # noqa: PLC0415

    model = result.model
    if not any(comparison.role is Role.NUMBER for comparison in model.comparisons):
        return {}
    held = (
        standardise(table, model.left_id, ["nino"], reading=model.reading).select("record_id", "nino").drop_nulls()
    )
    return dict(held.iter_rows())
