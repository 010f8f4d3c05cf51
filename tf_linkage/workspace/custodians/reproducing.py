"""Published figures made again, inside: from the linked set to the row that left, with what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage import disclosure, research
from tf_linkage.contracts.outputs.estimates import ESTIMATE_TABLES
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import closest
from tf_linkage.research.estimates.sample import analysis_sample
from tf_linkage.study import REGIONS, Study
from tf_linkage.workspace.custodians.planned import plan_for, planned_in_time
from tf_linkage.workspace.releases_on_record import told_before
from tf_linkage.workspace.store import Store

LINKED_SET, FINDINGS = ["research", "linked_set"], ["published", "findings"]
BEHIND: Mapping[str, str] = {"outcomes": "outcome_counts"}
"""Tables of estimates that are called otherwise than what is published of them."""


class CannotReproduce(TfLinkageError):
    """No such table, column or row was published."""


@dataclass(frozen=True)
class Reproduced:
    """Rows of a published table, and the same made again.

    Attributes:
        published: as they left.
        again: as they are made from the linked set now.
        exact: the rows of the estimates behind them, unprotected.
        sample: files of the analysis sample, where they were asked for.
    """

    published: pl.DataFrame
    again: pl.DataFrame
    exact: pl.DataFrame
    sample: tuple[Path, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.published.equals(self.again)


def reproduce(
    store: Store, study: Study, table: str, where: Mapping[str, str], *, with_sample: bool = False
) -> Reproduced:
    """Makes published rows again, by the code that made them.

    Args:
        store: the data folder, held.
        study: whose dates the histories keep.
        table: a published table.
        where: column and value, by which rows are chosen.
        with_sample: whether to write the analysis sample next to the estimates.

    Raises:
        CannotReproduce: nothing of the kind was published.
        VaultRefused: the research custodian's vault does not open, or the linked set was destroyed.
    """
    published = _published(store, table)
    for column in where:
        if column not in published.columns:
            there = ", ".join(published.columns)
            raise CannotReproduce(
                f"{table} has no column {column}; there are {there}{closest(column, published.columns)}"
            )
    rows = _chosen(published, where)
    if rows.is_empty():
        raise CannotReproduce(f"no row of {table} is so: {_words(where)}")
    known = study_tables_of(store)
    given = (known.linked_people, known.attributes, known.returns, REGIONS, study.dates.covered)
    plan = plan_for(store)
    estimates = research.estimates(*given, plan=plan, planned_in_time=planned_in_time(store, plan))
    again = disclosure.propose_release(estimates, told_before(store, study))[table].collect()
    key = ESTIMATE_TABLES[BEHIND.get(table, table)].primary_key()
    exact = estimates[BEHIND.get(table, table)].collect()
    shared = [column for column in key if column in rows.columns]
    behind = _as_text(exact).join(
        _as_text(rows).select(shared).unique(maintain_order=True), on=shared, how="semi", maintain_order="left"
    )
    files: tuple[Path, ...] = ()
    if with_sample:
        sample = analysis_sample(*given)
        files = tuple(
            store.write_text(["research", f"sample_{name}"], ".csv", frame.write_csv())
            for name, frame in (("families", sample.families), ("outcomes", sample.outcomes))
        )
    return Reproduced(rows, _chosen(again, where), behind, files)


def study_tables_of(store: Store) -> research.StudyTables:
    """What research is made from, read inside.

    Raises:
        VaultRefused: the research custodian's vault does not open, or the linked set was destroyed.
    """
    linked_set = store.read(LINKED_SET)
    if not isinstance(linked_set, dict):
        raise TypeError("the linked set is a set of tables")
    return research.study_tables(linked_set)


def _published(store: Store, table: str) -> pl.DataFrame:
    if table not in PUBLISHED_TABLES:
        raise CannotReproduce(
            f"{table}: no such table is published; there are {', '.join(PUBLISHED_TABLES)}"
            f"{closest(table, PUBLISHED_TABLES)}"
        )
    findings = store.read(FINDINGS)
    if not isinstance(findings, dict):
        raise TypeError("findings are a set of tables")
    return findings[table].collect()


def _chosen(rows: pl.DataFrame, where: Mapping[str, str]) -> pl.DataFrame:
    return rows.filter(*(pl.col(column).cast(pl.String) == value for column, value in where.items()))


def _as_text(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.selectors.enum().cast(pl.String))


def _words(where: Mapping[str, str]) -> str:
    return ", ".join(f"{column}={value}" for column, value in where.items()) or "it is empty"
