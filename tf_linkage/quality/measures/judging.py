"""Whether a link is right: people sent, held against the truth one by one.

Who a study person truly is, and what became of each person sent. Nothing made here is stored: these rows are of
single people.

Decisions:
* A study person whose council records belong to two true people counts as the one with most of those records,
  and on a tie as the one whose record comes first by council and council reference. The other true person was
  never sent; that loss is a fault of de-duplication and counted there.
* A true person under two study references is sent twice. Each reference is judged on its own: with one link to a
  register record, one of the two must miss. That loss is of linkage as the study experienced it.
* A register may hold a person twice; a link to either record is right. It may hold one record for two people; a
  link of either to it is right.
* Precision counts links, recall counts people. They meet where a person has at most one link.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.errors import TfLinkageError


class QualityRefused(TfLinkageError):
    """The tables handed over to be scored do not belong together."""


def owners(attributes: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """The true person behind each study person.

    Args:
        attributes: `ons.Attributes`, of which person_id, la_code and person_ref are read.
        records: `truth.TrueRecords`.

    Returns:
        One row for each person_id, with true_person.

    Raises:
        QualityRefused: the truth does not know a council record.
    """
    council = records.filter(pl.col("body").cast(pl.String) == "council").select("record_key", "true_person")
    named = attributes.select("person_id", record_key=pl.concat_str("la_code", "person_ref", separator="|")).join(
        council, on="record_key", how="left"
    )
    unknown = named.get_column("true_person").null_count()
    if unknown:
        raise QualityRefused(
            f"the truth does not know {unknown:,} of {named.height:,} council records; "
            "attributes and truth come from different runs: materialise both again"
        )
    return (
        named.group_by("person_id", "true_person")
        .agg(times=pl.len(), first=pl.col("record_key").min())
        # A council record may itself be of two people: then nothing but their names is left to tell them apart.
        .sort("person_id", "times", "first", "true_person", descending=[False, True, False, False])
        .unique("person_id", keep="first", maintain_order=True)
        .select("person_id", "true_person")
    )


def made_links(requested: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Pairs of the exchange with the person they are about: every pair, links and review alike.

    Raises:
        QualityRefused: a pair answers to a reference that was never requested.
    """
    pairs = links.join(requested.select("request_ref", "person_id"), on="request_ref", how="left")
    strangers = pairs.get_column("person_id").null_count()
    if strangers:
        raise QualityRefused(
            f"{strangers:,} of {pairs.height:,} pairs answer to a reference that is not in the request; "
            "request and links come from different runs: materialise both again"
        )
    return pairs


def judged_pairs(pairs: pl.DataFrame, owned: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Pairs, each with whether it is right.

    Args:
        pairs: person_id and register_key.
        owned: true_person of each person_id.
        register: record_key and true_person of the register's records.
    """
    truth = register.select(register_key="record_key", true_person="true_person", right=pl.lit(True)).unique(
        maintain_order=True
    )
    return (
        pairs.join(owned, on="person_id", how="left")
        .join(truth, on=["register_key", "true_person"], how="left", maintain_order="left")
        .with_columns(pl.col("right").fill_null(False))
        .drop("true_person")
    )


def judge(
    requested: pl.DataFrame,
    links: pl.DataFrame,
    owned: pl.DataFrame | None = None,
    register: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """What became of each person sent.

    Args:
        requested: person_id and request_ref.
        links: `exchange.Links`; pairs with status `link` are links, others wait for review.
        owned: true_person of each person_id; None where the truth is unknown.
        register: record_key and true_person of the register's records; None likewise.

    Returns:
        One row for each person_id: links, right_links (counts), in_review, present, found; the last two and
        right_links are null where the truth is unknown.
    """
    pairs = made_links(requested, links)
    if owned is None or register is None:
        judged = pairs.with_columns(right=pl.lit(None, dtype=pl.Boolean))
        people = requested.select("person_id", present=pl.lit(None, dtype=pl.Boolean))
    else:
        judged = judged_pairs(pairs, owned, register)
        held = register.select("true_person", present=pl.lit(True)).unique(maintain_order=True)
        people = (
            requested.select("person_id")
            .join(owned, on="person_id", how="left")
            .join(held, on="true_person", how="left")
            .select("person_id", pl.col("present").fill_null(False))
        )
    is_link = pl.col("status").cast(pl.String) == "link"
    by_person = judged.group_by("person_id").agg(
        links=is_link.sum().cast(pl.Int64),
        right_links=(is_link & pl.col("right")).sum().cast(pl.Int64),
        pairs=pl.len(),
    )
    right_links = pl.col("right_links").fill_null(0)
    known = pl.col("present").is_not_null()
    return (
        people.join(by_person, on="person_id", how="left")
        .sort("person_id")
        .select(
            "person_id",
            "present",
            links=pl.col("links").fill_null(0),
            right_links=pl.when(known).then(right_links),
            found=pl.when(known).then(right_links > 0),
            in_review=(pl.col("links").fill_null(0) == 0) & (pl.col("pairs").fill_null(0) > 0),
        )
    )
