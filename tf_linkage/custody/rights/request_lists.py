"""Rights: what a person's request changes in what the trusted third party works with.

Two lists carry every request: who is not to be processed, as keyed tokens, and what is to be corrected. While
departments can still be asked, the lists are laid over the councils' records before anything else is done with
them, so that a run afterwards is a run on records that never said otherwise. The councils' own registers stay as
they are. The lists, whom a request is about, and the records as the lists leave them.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.bodies import council
from tf_linkage.contracts.bodies.council import LEAST_PROBLEMS, PROBLEMS
from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import schema_of
from tf_linkage.custody.references.people import FAMILY, RECORD
from tf_linkage.custody.references.references import reference
from tf_linkage.custody.refusals import CorrectionRefused, NothingHeld

WITHDRAWN = pl.Schema({"record": pl.String, "person": pl.String, "family": pl.String})
CORRECTIONS = pl.Schema({"la_code": pl.String, "person_ref": pl.String, "column": pl.String, "value": pl.String})
"""One row for each value that was wrong; a null value says that nothing is known."""

OF_FAMILY = ("study_group", "service_received", "identified_date", "service_start_date", "service_end_date")
"""What a council says of a family as a whole, in the record of each member."""

CORRECTABLE = (*IdentityWithNino.columns(), *PROBLEMS, *OF_FAMILY)


@dataclass(frozen=True)
class Requests:
    """What people asked for, as the trusted third party keeps it in its vault until the study ends.

    Attributes:
        withdrawn: the do-not-process list: tokens of each record; who lacks the study key learns nothing from it.
        corrections: what is to be said instead, by record and column.
    """

    withdrawn: pl.DataFrame
    corrections: pl.DataFrame

    @classmethod
    def of(cls, tables: Mapping[str, pl.DataFrame]) -> Requests:
        """The lists from their tables; without tables, empty ones."""
        return cls(
            tables.get("withdrawn", pl.DataFrame(schema=WITHDRAWN)),
            tables.get("corrections", pl.DataFrame(schema=CORRECTIONS)),
        )

    def tables(self) -> dict[str, pl.DataFrame]:
        """The lists as they are stored."""
        return {"withdrawn": self.withdrawn, "corrections": self.corrections}

    def empty(self) -> bool:
        """Whether nobody asked for anything."""
        return self.withdrawn.is_empty() and self.corrections.is_empty()

    def and_withdrawn(self, people: pl.DataFrame) -> Requests:
        """The lists with these people's records (as `whom` gives them) on the do-not-process list."""
        every = pl.concat([self.withdrawn, people.select(WITHDRAWN.names())])
        return Requests(every.unique().sort(WITHDRAWN.names()), self.corrections)

    def and_corrected(self, corrections: pl.DataFrame) -> Requests:
        """The lists with further corrections, the later in place of the earlier.

        Raises:
            CorrectionRefused: a value is none that its column can have.
        """
        typed_corrections(corrections)
        what = ["la_code", "person_ref", "column"]
        every = pl.concat([self.corrections, corrections.select(CORRECTIONS.names()).cast(CORRECTIONS)])
        return Requests(self.withdrawn, every.unique(what, keep="last", maintain_order=True).sort(what))

    def forget(self, people: pl.DataFrame, study_key: bytes) -> Requests:
        """The lists without the corrections of these people: they tell what somebody is called."""
        theirs = record_tokens(self.corrections, study_key).is_in(people["record"].implode())
        return Requests(self.withdrawn, self.corrections.filter(~theirs))


def as_asked(cohort: pl.LazyFrame, requests: Requests, study_key: bytes) -> pl.LazyFrame:
    """The councils' records as people asked: withdrawn ones gone, wrong ones right, the rest as they came.

    A family that is left with fewer than two of the six problems goes as well. The notice allows no others in the
    study, and such a family among the rest would show that one of its members had left, and with which problem.

    Args:
        cohort: `council.Cohort`, all councils.
        requests: the lists.
        study_key: the study's secret.

    Returns:
        The same table in the same order, without rows or with other values.

    Raises:
        CorrectionRefused: a corrected service ends before it starts.
    """
    if requests.empty():
        return cohort
    records = cohort.collect()
    kept = records.filter(~record_tokens(records, study_key).is_in(requests.withdrawn["record"].implode()))
    right = corrected(kept, requests.corrections)
    return in_order(right).filter(eligible(*FAMILY)).lazy()


def record_tokens(records: pl.DataFrame, study_key: bytes) -> pl.Series:
    """What stands for each record (`la_code`, `person_ref`) on the do-not-process list."""
    return _token(study_key, "record", [records["la_code"], records["person_ref"]])


def whom(
    attributes: pl.DataFrame, requests: Requests, record: tuple[str, str], scope: str, study_key: bytes
) -> pl.DataFrame:
    """Whom a request to leave is about: everybody it takes along, with all their records, whichever council's.

    Who leaves with a family leaves with their records in another family too. Who left before counts as well, so
    that a request can be met again, or go further than an earlier one.

    Args:
        attributes: `ons.Attributes`, which knows which records are one person, and who is of one family.
        requests: the lists as they are.
        record: council and the council's number of a person.
        scope: `person`, or `family` for everybody in that person's family.
        study_key: the study's secret.

    Returns:
        The tokens of each record (`WITHDRAWN`).

    Raises:
        NothingHeld: nobody of that number is or was held.
    """
    held = pl.DataFrame(
        {
            "record": record_tokens(attributes, study_key),
            "person": _token(study_key, "person", [attributes["person_id"]]),
            "family": _token(study_key, "family", [attributes["family_id"]]),
        },
        schema=WITHDRAWN,
    )
    known = pl.concat([held, requests.withdrawn]).unique().sort(WITHDRAWN.names())
    named = known.filter(record=record_tokens(_one(record), study_key).item())
    if named.is_empty():
        raise NothingHeld(NOTHING)
    if scope == "family":
        named = known.filter(pl.col("family").is_in(named["family"].implode()))
    return known.filter(pl.col("person").is_in(named["person"].implode()))


def left_before(people: pl.DataFrame, requests: Requests) -> bool:
    """Whether all of these people's records (as `whom` gives them) are on the do-not-process list already."""
    return people.join(requests.withdrawn, on="record", how="anti").is_empty()


def records_of(attributes: pl.DataFrame, record: tuple[str, str]) -> pl.DataFrame:
    """Every record of the person whom one record names: rows of `ons.Attributes`.

    Raises:
        NothingHeld: nobody of that number is held.
    """
    named = attributes.join(_one(record), on=RECORD, how="semi")
    if named.is_empty():
        raise NothingHeld(NOTHING)
    return attributes.filter(person_id=named["person_id"].item())


def correction_rows(
    attributes: pl.DataFrame, record: tuple[str, str], corrections: Mapping[str, str | None]
) -> pl.DataFrame:
    """What is to be corrected in which records, as `CORRECTIONS`.

    An identifier is right or wrong of the person, and is corrected in all the person's records; what a council says
    of a family, in each of its members' records there; a problem in the record named.

    Raises:
        NothingHeld: nobody of that number is held.
    """
    own = records_of(attributes, record)
    named = own.join(_one(record), on=RECORD, how="semi")
    family = attributes.join(named, on=["la_code", "family_id"], how="semi", maintain_order="left")
    rows = []
    for column, value in corrections.items():
        records = own if column in IdentityWithNino.columns() else family if column in OF_FAMILY else named
        rows += [(*one, column, value) for one in records.select(RECORD).iter_rows()]
    return pl.DataFrame(rows, schema=CORRECTIONS, orient="row")


def corrected(records: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Records (`la_code`, `person_ref` and any columns) with the corrected values, in the same order.

    Corrections of columns that the table does not have are passed over.
    """
    for name, values in typed_corrections(corrections).items():
        if name in records.columns:
            new = values.rename({"value": "_new"}).with_columns(_hit=True)
            records = (
                records.join(new, on=RECORD, how="left", maintain_order="left")
                .with_columns(pl.when("_hit").then("_new").otherwise(name).alias(name))
                .drop("_new", "_hit")
            )
    return records


def typed_corrections(corrections: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """By column: `la_code`, `person_ref` and the value as the contract's type.

    Raises:
        CorrectionRefused: there is no such column to correct, or a value is none of its type.
    """
    schema, found = schema_of(council.Cohort), {}
    for name in corrections["column"].unique().sort():
        if name not in CORRECTABLE:
            raise CorrectionRefused(f"there is no column {name} to correct; there are {', '.join(CORRECTABLE)}")
        rows = corrections.filter(column=name).select(*RECORD, "value")
        typed = rows.with_columns(_as(pl.col("value"), schema[name]))
        if typed["value"].null_count() != rows["value"].null_count():
            raise CorrectionRefused(
                f"the corrected {name} is {_WANTED.get(schema[name].base_type(), 'no such code')}"
            )
        found[str(name)] = typed
    return found


def _one(record: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame([record], schema=dict.fromkeys(RECORD, pl.String), orient="row")


def _token(study_key: bytes, domain: str, parts: Sequence[pl.Series]) -> pl.Series:
    """Under a key that follows from the study key: without that, the list tells nothing and cannot be added to."""
    return reference(hmac.digest(study_key, b"do not process", "sha256"), domain, parts)


NOTHING = (
    "nothing is held under what this ticket names: council and number are of nobody in the study, or of somebody "
    "who has left it"
)
_WANTED = {pl.Date: "no date; write yyyy-mm-dd", pl.Boolean: "neither true nor false"}


def _as(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Date):
        return value.str.to_date("%Y-%m-%d", strict=False)
    if isinstance(dtype, pl.Boolean):
        return value.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    if isinstance(dtype, pl.Enum):
        return pl.when(value.is_in(dtype.categories.to_list())).then(value).cast(dtype)
    return value


def eligible(*family: str) -> pl.Expr:
    """Whether the members who are left have two or more of the six problems between them."""
    found = [pl.col(problem).is_not_null().any().over(family).cast(pl.Int32) for problem in PROBLEMS]
    return pl.sum_horizontal(found) >= LEAST_PROBLEMS


def in_order(records: pl.DataFrame) -> pl.DataFrame:
    """The records, if no service ends before it starts.

    Raises:
        CorrectionRefused: one does.
    """
    if records.filter(pl.col("service_end_date") < pl.col("service_start_date")).height:
        raise CorrectionRefused("the corrected service ends before it starts; correct the other day too")
    return records
