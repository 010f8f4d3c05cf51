"""`deduplicate`: which records of one file are one person's.

Arguments, the order of the steps, and what is said.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tf_linkage.cli.files.columns import (
    columns_of,
    extra_of,
    mapped,
    refuse_no_evidence,
    refuse_unknown_pair,
    say_what_is_left,
    with_ids,
    with_kinds,
)
from tf_linkage.cli.files.explaining import explained
from tf_linkage.cli.files.linking import as_decided, write_links, write_sheet
from tf_linkage.cli.files.noticing import WhatWasRead, say_what_is_expected, say_what_more
from tf_linkage.cli.files.options import KINDS, add_bounds, add_columns, add_doubt, add_output, reading_of
from tf_linkage.cli.files.reading import File, read_file
from tf_linkage.cli.files.writing import SHEETS, TABLES, check_writable, write_file
from tf_linkage.cli.wording import say, under_way
from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS

if TYPE_CHECKING:
    from tf_linkage.linkage import Model, People


def add_deduplicate(command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `deduplicate`."""
    command.description = (
        f"Finds the records of one file that are one person's. Columns are known by the names\n"
        f"{', '.join(STANDARD_FIELDS)}, and by the usual other spellings of these."
    )
    command.add_argument("file", type=Path, metavar="FILE", help=KINDS)
    add_output(command, "PEOPLE", "each record's id, its person's, and how likely, .csv or .parquet")
    add_columns(command)
    command.add_argument("--id", metavar="COL", help="column that names a record")
    command.add_argument(
        "--pairs", type=Path, metavar="PAIRS", help="also write links between records and pairs for review"
    )
    add_bounds(command)
    add_doubt(command)
    command.set_defaults(run=_deduplicate)


def _deduplicate(chosen: argparse.Namespace) -> None:
    """Finds the people of a file and writes who is who."""
    # The engine brings large libraries with it, for which --help need not wait.
    from tf_linkage import linkage  # noqa: PLC0415
    from tf_linkage.linkage.deduplicate.people import deduplicate, people_of  # noqa: PLC0415

    bounds = linkage.Limits(chosen.memory_gb, chosen.threads, chosen.most_pairs)
    file, decisions, model = _opened(chosen)
    read = WhatWasRead((file.name,))
    table = file.table.lazy()
    asked = None if chosen.explain is None else (min(chosen.explain), max(chosen.explain))
    with under_way("looking for duplicates", linkage.share_of_query):
        found = deduplicate(table, model, bounds=bounds, progress=say, told=read, asked=asked)
    if chosen.review is not None:
        write_sheet(found.result, (table, table), chosen.review)
    if decisions is not None:
        found = people_of(as_decided(found.result, (table, table), decisions), table)
    _hand_out(chosen, found, read)


def _opened(chosen: argparse.Namespace) -> tuple[File, File | None, Model]:
    """The file under the names of fields, decisions if there are any, and the model; refuses before any work."""
    from tf_linkage import linkage  # noqa: PLC0415

    reading = reading_of(chosen)
    paths = [path for path in (chosen.file, chosen.decisions) if path is not None]
    check_writable(chosen.output, paths)
    for path, suffixes in ((chosen.review, SHEETS), (chosen.report, (".html",)), (chosen.pairs, TABLES)):
        if path is not None:
            check_writable(path, [*paths, chosen.output], suffixes)
    opened = [read_file(path) for path in paths]
    (file,), names = mapped(opened[:1], chosen.map, chosen.compare)
    extra = extra_of([file], chosen.compare, names)
    file, record_id = with_ids(file, names.get(chosen.id, chosen.id), "--id")
    refuse_unknown_pair(chosen.explain, [file, file], [record_id, record_id])
    columns = file.table.columns
    reading = with_kinds([file], extra, reading)
    try:
        model = linkage.general_model(
            columns,
            columns,
            extra,
            left_id=record_id,
            right_id=record_id,
            link_threshold=chosen.threshold,
            review_threshold=min(0.1, chosen.threshold),
            reading=reading,
        )
    except LinkageRefused as refusal:
        raise LinkageRefused(f"{refusal}; {columns_of(file)}") from None
    compared = [*model.fields, *model.extra]
    refuse_no_evidence([file], model.fields, extra, [record_id], reading)
    say(f"comparing {', '.join(compared)}")
    say_what_is_left([file], (*compared, record_id))
    return file, opened[1] if chosen.decisions is not None else None, model


def _hand_out(chosen: argparse.Namespace, found: People, read: WhatWasRead) -> None:
    """Says and writes all that was asked for."""
    write_file(chosen.output, found.people.with_columns(pl.col("match_probability", "weakest_link").round(6)))
    if chosen.pairs is not None:
        write_links(found.result, chosen.pairs)
    people = found.people["person_id"].n_unique()
    sizes = found.people.group_by("person_id").len().filter(pl.col("len") > 1)
    largest = sizes.sort("len", "person_id", descending=True)["len"].head(3)
    numbers = "nino" in found.result.model.fields
    counts = (
        f"{found.people.height:,} records are {people:,} people, of whom {sizes.height:,} have several records"
        + (f"; the largest hold {', '.join(f'{size:,}' for size in largest)}" if sizes.height else "")
        + f"; {found.kept_apart:,} links were too weak or too few to join two groups of records"
        + (f", {found.contradicted:,} joined none as their NINOs differ" if numbers else "")
    )
    say(counts)
    say(
        f"in {chosen.output} person_id is the least id of a person's records, match_probability that of a record's "
        "likeliest link to its person, weakest_link that of the link that holds the person together"
    )
    expected = say_what_is_expected(found.result)
    if chosen.report is not None:
        from tf_linkage.cli.files.reporting import write_report  # noqa: PLC0415

        write_report(chosen.report, found.result, read.said, [counts, *expected])
    say_what_more(chosen)
    if chosen.explain is not None:
        explained(found.result, min(chosen.explain), max(chosen.explain))
