"""A trained model apart from the tables it was trained on, to be applied to others.

What it holds: shares of levels, how often links and household members are met, and how many people bear each value
that ten or more bear. What is rarer is counted in the register at hand, so that a saved model names nobody.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.estimate.em import Counted, Trained
from tf_linkage.linkage.model.comparisons import Comparison, Role
from tf_linkage.linkage.model.conditions import plain
from tf_linkage.linkage.model.model import Model, department_model, general_model
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.model.standard_comparisons import comparisons_for
from tf_linkage.linkage.standardise.reading import Reading

BORNE_BY = 10
"""People who bear a value that is saved, at least: fewer are published nowhere else in this project either."""

_COUNTED = (Role.FORENAME, Role.SURNAME, Role.BORN)
"""Comparisons whose frequencies are saved; further columns may hold numbers that are one person's."""


@dataclasses.dataclass(frozen=True)
class SavedModel:
    """What was learnt from two tables, to be applied to others that are compared alike.

    Attributes:
        fields: raw fields that are compared.
        kinds: further columns that are compared, each with what its values are.
        settings: under which it was trained.
        compared: fingerprint of comparisons, rules, matchkeys and settings.
        links: right people that a left record is linked to on average: what stays of the prior when tables grow.
        trained: shares and frequencies; its prior is set for the tables it is applied to.
    """

    fields: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]
    settings: Settings
    compared: str
    links: float
    trained: Trained

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What is compared, each with its levels."""
        return comparisons_for(self.fields, [column for column, _ in self.kinds], dict(self.kinds))

    @classmethod
    def of(cls, model: Model, trained: Trained, right: pl.DataFrame) -> SavedModel:
        """What a linkage has learnt.

        Args:
            model: by which it linked.
            trained: what it learnt.
            right: the right table in standard form, with `entity`.

        Raises:
            LinkageRefused: records of one table were linked among themselves, or by comparisons of somebody's own.
        """
        if model.one_table:
            raise LinkageRefused("a model is saved of two tables that are linked, not of one")
        kinds = dict(model.reading.kinds)
        if model.comparisons != comparisons_for(model.fields, model.extra, kinds):
            raise LinkageRefused("a model is saved whose comparisons are those made here for its columns")
        counted = {
            column: _counted(right, column)
            for comparison in model.comparisons
            # Elsewhere the right table may hold one person ten times.
            if comparison.role in _COUNTED and (column := comparison.frequency) and model.left_once
        }
        return cls(
            model.fields,
            tuple((column, kinds.get(column, "name")) for column in model.extra),
            model.settings,
            compared_alike(model),
            trained.prior * right["entity"].n_unique(),
            dataclasses.replace(trained, counted=counted),
        )

    def model(self) -> Model:
        """A model that compares as it did, of tables that have its columns.

        Raises:
            LinkageRefused: it was trained by rules of somebody's own, or by those of another version.
        """
        extra = [column for column, _ in self.kinds]
        columns = ["id", *self.fields, *extra]
        reading = Reading(kinds=self.kinds)
        for made in (
            general_model(columns, columns, extra, settings=self.settings, reading=reading),
            department_model("register", self.fields, settings=self.settings),
        ):
            if compared_alike(made) == self.compared:
                return made
        raise LinkageRefused("the model was trained by other rules than those made here for its columns")

    def applied(self, model: Model, people: int) -> Trained:
        """The model for another pair of tables.

        Args:
            model: by which they are linked.
            people: in their right table.

        Raises:
            LinkageRefused: the tables are compared otherwise than those that it was trained on.
        """
        if compared_alike(model) != self.compared:
            ours, theirs = (", ".join([*fields, *extra]) for fields, extra in (
                (self.fields, [name for name, _ in self.kinds]), (model.fields, model.extra)))  # fmt: skip
            raise LinkageRefused(
                f"the model was trained to compare {ours}; here {theirs} are compared"
                + (", by other levels, rules or settings" if ours == theirs else "")
                + "; link the same columns the same way, or train anew"
            )
        prior = min(self.links / max(people, 1), model.settings.training.most)
        return dataclasses.replace(self.trained, prior=prior)


def compared_alike(model: Model) -> str:
    """Fingerprint of all that what is learnt depends on; ids, thresholds and kinds of link may differ."""
    rules = (model.blocking_rules, model.resembling, model.matchkeys)
    parts = (model.fields, model.extra, model.comparisons, *rules, model.settings)
    return digest_of([plain(part) for part in parts])


def digest_of(content: object) -> str:
    """Fingerprint of plain lists, texts and numbers, in whatever order their names stand."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _counted(right: pl.DataFrame, column: str) -> Counted:
    """Bearers of each value that enough people bear; who has several rows is one person."""
    known = right.select(column, "entity").drop_nulls()
    every = known.group_by(column).agg(pl.len().alias("rows"), pl.col("entity").n_unique().alias("people"))
    kept = every.filter(pl.col("people") >= BORNE_BY).sort(column)
    return Counted(dict(kept.select(column, "rows").iter_rows()), known.height)
