"""The study's outcomes, computed person by person on any set of links.

Laying histories on people by a set of links and asking `research.outcomes` what happened. Each person stands as a
family of one, so that definitions, ages and windows are the study's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.research import FAMILY_OUTCOMES
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.quality.studies.drawing import LinkSet
from tf_linkage.research.tables.outcomes import family_outcomes

Histories = Mapping[str, Mapping[str, pl.LazyFrame]]
"""By department and table, histories under the register's own key."""

WINDOW = "two_years_after"
ADULT = 18


class Computation:
    """Outcomes of each person for any set of links, on one cohort and its histories."""

    def __init__(self, attributes: pl.DataFrame, histories: Histories) -> None:
        self._attributes = attributes.with_columns(family_id=pl.col("person_id"))
        self._histories = histories
        first = self._attributes.sort("person_id", "identified_date", "la_code", "person_ref")
        self.people = (
            first.with_columns(
                study_group=pl.when((pl.col("study_group").cast(pl.String) == "programme").any().over("person_id"))
                .then(pl.lit("programme"))
                .otherwise(pl.lit("comparison"))
            )
            .unique("person_id", keep="first", maintain_order=True)
            .select("person_id", "age", "study_group", adult=(pl.col("age") >= ADULT).fill_null(True))
        )

    def __call__(self, links: LinkSet) -> pl.DataFrame:
        """One row for each person, sorted: study_group, adult, and each outcome (null where not of an age)."""
        members = self.people.select("person_id", "age", family_id="person_id")
        returns = {}
        for name, department in DEPARTMENTS.items():
            made = links.get(name)
            keys = (
                pl.DataFrame(schema={"person_id": pl.String, "register_key": pl.String}) if made is None else made
            )
            keys = keys.select("person_id", "register_key").unique(maintain_order=True)
            linked = keys.select("person_id", pl.col("person_id").alias(f"{name}_ref")).unique(maintain_order=True)
            members = members.join(linked, on="person_id", how="left")
            returns[name] = {
                table: history.join(
                    keys.lazy().select(request_ref="person_id", register_key="register_key"),
                    left_on=department.key,
                    right_on="register_key",
                )
                for table, history in self._histories.get(name, {}).items()
            }
        outcomes = family_outcomes(members.lazy(), self._attributes.lazy(), returns).collect()
        columns = {f"{outcome}_{WINDOW}": outcome for outcome in FAMILY_OUTCOMES}
        return (
            self.people.join(outcomes.rename({"family_id": "person_id"}), on="person_id", how="left")
            .select("person_id", "study_group", "adult", *columns)
            .rename(columns)
            .sort("person_id")
        )


def reachable(histories: Histories, keyed: Sequence[pl.DataFrame]) -> Histories:
    """The histories of register records that any set of links might reach, in memory."""
    keys = pl.concat([table.select("register_key") for table in keyed]).unique()
    return {
        name: {
            table: history.join(keys.lazy(), left_on=DEPARTMENTS[name].key, right_on="register_key", how="semi")
            .collect()
            .lazy()
            for table, history in tables.items()
        }
        for name, tables in histories.items()
    }
