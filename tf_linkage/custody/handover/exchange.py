"""What passes between the trusted third party and a department: the request out, the return in.

Who is asked about and what the department may see; what comes back and under which reference; how the returns are
brought together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, as_declared, columns_of, schema_of
from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.handovers import ons
from tf_linkage.contracts.handovers.exchange import CHECKED, CONFIDENCES, public_name, return_tables
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.references.identifiers import drop_identifiers
from tf_linkage.custody.references.references import recipient_key, reference
from tf_linkage.custody.references.split import whole_years
from tf_linkage.custody.refusals import CustodyRefused

CONFIDENCE = pl.Enum(CONFIDENCES)

VERY_HIGH, HIGH = 0.999, 0.99
"""Posterior probability from which a link counts as one or the other (contract `Links`)."""


def link_request(
    identifiers: pl.LazyFrame, department: Department, key: bytes, extract_date: dt.date
) -> pl.LazyFrame:
    """What one department is asked: the people who could be in its register, and only what it may see of them.

    Args:
        identifiers: `ons.Identifiers`.
        department: who is asked.
        key: that department's own key (`references.recipient_key`).
        extract_date: the day the registers draw their extracts. Anyone who is younger or older that day than
            anybody in the register is not asked about; whose age is unknown, is.

    Returns:
        The department's request contract (`department.request`), in the order of its own references, which is
        unrelated to any other order.
    """
    people = identifiers.filter(_could_be_there(department, extract_date)).collect()
    return (
        as_declared(
            people.lazy().with_columns(reference(key, "request", [people["person_id"]]).alias("request_ref")),
            department.request,
        )
        .collect()
        .sort("request_ref")
        .lazy()
    )


def people_to_ask(identifiers: pl.LazyFrame, department: Department, extract_date: dt.date) -> int:
    """How many people a request would ask about; arguments as in `link_request`."""
    asked = identifiers.filter(_could_be_there(department, extract_date))
    return int(asked.select(pl.len()).collect().item())


def _could_be_there(department: Department, extract_date: dt.date) -> pl.Expr:
    age = whole_years(pl.col("date_of_birth"), pl.lit(extract_date))
    return age.is_null() | age.is_between(department.youngest, department.oldest)


def people_asked(request: pl.LazyFrame, attributes: pl.LazyFrame, key: bytes) -> pl.LazyFrame:
    """Who stands behind a request's references: the key to it, which stays with the trusted third party.

    Args:
        request: a department's request; only its references are read.
        attributes: `ons.Attributes`; only its people are read.
        key: that department's own key.

    Returns:
        `person_id` and `request_ref` of everybody asked about, in the order of `person_id`.
    """
    people = attributes.select(pl.col("person_id").unique()).sort("person_id").collect()
    refs = people.with_columns(reference(key, "request", [people["person_id"]]).alias("request_ref"))
    return refs.lazy().join(request.select("request_ref"), on="request_ref", how="semi", maintain_order="left")


def make_return(
    department: Department, links: pl.LazyFrame, histories: Mapping[str, pl.LazyFrame]
) -> dict[str, pl.LazyFrame]:
    """What the department gives back: who was found, how surely, and their histories; no names, no keys of its own.

    Pairs left for review are not used. Where one person was linked to two accounts, both accounts' histories
    come back; where two requests were linked to one account, each gets its history.

    Args:
        department: who answers.
        links: `exchange.Links`.
        histories: the register's histories by table name, keyed by the register's key.

    Returns:
        `people` (`exchange.ReturnedPeople`) and each history, `request_ref` in place of the register's key.
        Other keys of the register (case, offence) become running numbers within the person, `case_number` for
        `case_id`. Rows in the order of `request_ref`.
    """
    used = links.filter(pl.col("status").cast(pl.String) == "link")
    checked = pl.col("stage") == CHECKED
    # Of two accounts both histories come back, so that a person's link is as sure as the less sure of them. A
    # matchkey is met or it is not, with no probability: nothing says that such a link is sure.
    sure = pl.when(checked).then(pl.lit(1.0)).otherwise(pl.col("match_probability").fill_null(0.0)).min()
    people = used.group_by("request_ref").agg(sure.alias("sure"))
    people = people.select("request_ref", link_confidence=_confidence(pl.col("sure")))
    keys = used.select("request_ref", pl.col("register_key").alias(department.key)).unique()
    returned = {"people": people.sort("request_ref")}
    for name, history in histories.items():
        returned[name] = _under_request_ref(history, keys, department, name)
    return returned


def returned_columns(department: Department, history: str) -> list[str]:
    """The columns of one history as a return holds it, in their order."""
    return list(return_tables(department.key, department.histories[1])[history].columns())


def linked_people(
    identifiers: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Mapping[str, pl.LazyFrame],
    study_key: bytes,
) -> pl.LazyFrame:
    """Brings the departments' answers together: for each person, who found them and under which reference.

    Args:
        identifiers: `ons.Identifiers`, of which only the references are read.
        attributes: `ons.Attributes`; must be of the same people.
        returns: `exchange.ReturnedPeople` by department name.
        study_key: the study's secret, from which every recipient's references are made again.

    Returns:
        `ons.LinkedPeople`, in the order of `person_id`. A department's reference stands only where the
        department found the person.

    Raises:
        CustodyRefused: the two tables are not of the same people, or a return names a reference that was never
            asked about.
    """
    people = identifiers.select("person_id", "family_id").sort("person_id").collect()
    others = attributes.select("person_id").unique().collect().join(people, on="person_id", how="anti").height
    without = people.join(attributes.select("person_id").collect(), on="person_id", how="anti").height
    if others or without:
        raise CustodyRefused(
            f"identifiers and attributes are not of the same people: {without} people have no attributes, "
            f"{others} have no identifiers. Make both again from one cohort."
        )
    research = recipient_key(study_key, "research")
    linked = people.with_columns(
        reference(research, "person", [people["person_id"]]).alias("person_study_ref"),
        reference(research, "family", [people["family_id"]]).alias("family_study_ref"),
        reference(research, "family outcomes", [people["family_id"]]).alias("outcome_study_ref"),
    )
    for name in DEPARTMENTS:
        linked = _with_answer(linked, name, returns.get(name), recipient_key(study_key, name))
    return linked.select(list(schema_of(ons.LinkedPeople))).cast(schema_of(ons.LinkedPeople)).lazy()


def _with_answer(people: pl.DataFrame, name: str, answer: pl.LazyFrame | None, key: bytes) -> pl.DataFrame:
    """The people with one department's reference and confidence, null where it did not find them."""
    ref, link = f"{name}_ref", f"{name}_link"
    if answer is None:
        return people.with_columns(pl.lit(None, pl.String).alias(ref), pl.lit(None, CONFIDENCE).alias(link))
    found = answer.select(pl.col("request_ref").alias(ref), pl.col("link_confidence").alias(link)).collect()
    asked = people.select("person_id", reference(key, "request", [people["person_id"]]).alias(ref))
    strangers = found.join(asked, on=ref, how="anti").height
    if strangers:
        raise CustodyRefused(
            f"the return of {name} holds {strangers} references that were never sent to it under this study key; "
            "it belongs to another run, or another key"
        )
    answered = asked.join(found, on=ref, how="inner", validate="1:1")
    return people.join(answered, on="person_id", how="left", maintain_order="left")


def _confidence(probability: pl.Expr) -> pl.Expr:
    very_high, high, moderate = CONFIDENCES
    return (
        pl.when(probability >= VERY_HIGH)
        .then(pl.lit(very_high))
        .when(probability >= HIGH)
        .then(pl.lit(high))
        .otherwise(pl.lit(moderate))
        .cast(CONFIDENCE)
    )


def _under_request_ref(
    history: pl.LazyFrame, keys: pl.LazyFrame, department: Department, name: str
) -> pl.LazyFrame:
    """One history of the people found, without the register's keys and in an order that says nothing."""
    other_keys = [key for key in _references_of(department, name) if key != department.key]
    values = [column for column in history.collect_schema().names() if column not in {*other_keys, department.key}]
    rows = history.join(keys, on=department.key, how="inner").sort(
        "request_ref", *values, *other_keys, nulls_last=True
    )
    numbered = _numbered(rows, other_keys)
    return drop_identifiers(numbered.select(returned_columns(department, name)))


def _numbered(rows: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """In place of a register's key, 1, 2, 3 within the person in the order in which its values first appear."""
    for key in keys:
        rows = (
            rows.with_row_index("_row")
            .with_columns(pl.col("_row").min().over("request_ref", key).alias("_first"))
            .with_columns(pl.col("_first").rank("dense").over("request_ref").cast(pl.Int32).alias(public_name(key)))
            .drop("_row", "_first", key)
        )
    return rows


def _references_of(department: Department, history: str) -> list[str]:
    table = department.histories[1][history]
    return [column.name for column in columns_of(table) if column.column_class is ColumnClass.REFERENCE]
