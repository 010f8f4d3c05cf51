"""`link`: two files of anybody's, linked.

Arguments, the order of the steps, and what is said.
"""

from __future__ import annotations

import argparse
import dataclasses
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
from tf_linkage.cli.files.models import read_model, under_its_settings, write_model
from tf_linkage.cli.files.noticing import WhatWasRead, say_what_is_expected, say_what_more
from tf_linkage.cli.files.options import KINDS, add_bounds, add_columns, add_doubt, add_output, reading_of
from tf_linkage.cli.files.reading import STDIN, File, read_file
from tf_linkage.cli.files.reviewing import PAGE, write_page
from tf_linkage.cli.files.writing import SHEETS, check_writable, write_file
from tf_linkage.cli.wording import say, under_way
from tf_linkage.errors import InputRefused, LinkageRefused
from tf_linkage.linkage.cluster import Cluster
from tf_linkage.linkage.engines import ENGINES, refuse_saved_model
from tf_linkage.linkage.model.model import KINDS as LINK_KINDS
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS

if TYPE_CHECKING:
    from tf_linkage.linkage import LinkResult, Model, SavedModel
    from tf_linkage.linkage.standardise.reading import Reading

OUTPUT = ("left_id", "right_id", "match_weight", "match_probability", "status")


def add_link(link: argparse.ArgumentParser) -> None:
    """Adds the arguments of `link`."""
    link.description = (
        f"Links the records of two files. Columns are known by the names\n{', '.join(STANDARD_FIELDS)},\n"
        "and by the usual other spellings of these; family_id is used if the left file has it."
    )
    link.add_argument("left", type=Path, metavar="LEFT", help=KINDS)
    link.add_argument("right", type=Path, metavar="RIGHT", help="the same")
    add_output(link, "LINKS", "links and pairs for review, .csv or .parquet")
    add_columns(link)
    link.add_argument("--left-id", metavar="COL", help="column that names a left record")
    link.add_argument("--right-id", metavar="COL", help="column that names a right record")
    link.add_argument(
        "--engine",
        choices=tuple(ENGINES),
        default="duckdb",
        metavar="ENGINE",
        help=f"linkage engine: {', '.join(ENGINES)} (default: %(default)s)",
    )
    add_bounds(link)
    link.add_argument(
        "--spark",
        metavar="ADDRESS",
        help="cluster of engine spark, sc://HOST:PORT; the only one used",
    )
    link.add_argument(
        "--invented",
        action="store_true",
        help="nobody in the files is real, so that a cluster that cannot prove what it encrypts may have them",
    )
    link.add_argument(
        "--kind",
        choices=LINK_KINDS,
        default=LINK_KINDS[0],
        metavar="KIND",
        help=f"how often a record may be linked: {', '.join(LINK_KINDS)} (default: %(default)s)",
    )
    add_doubt(link)
    learnt = link.add_mutually_exclusive_group()
    learnt.add_argument(
        "--save-model", type=Path, metavar="MODEL", help="also write what was learnt, for the next delivery, .json"
    )
    learnt.add_argument(
        "--model", type=Path, metavar="MODEL", help="apply a model that was saved instead of training one"
    )
    link.set_defaults(run=_link)


def _link(chosen: argparse.Namespace) -> None:
    """Links two files and writes links and review zone."""
    # The engines bring large libraries with them, for which --help need not wait.
    from tf_linkage import linkage  # noqa: PLC0415

    cluster = None if chosen.spark is None else Cluster(chosen.spark, chosen.invented)
    bounds = linkage.Limits(chosen.memory_gb, chosen.threads, chosen.most_pairs, cluster)
    reading = reading_of(chosen)
    paths = [path for path in (chosen.left, chosen.right, chosen.decisions) if path is not None]
    _check_before(chosen, paths)
    learnt = None if chosen.model is None else read_model(chosen.model)
    names, tables, model = _opened(chosen, reading, learnt)
    decisions = None if chosen.decisions is None else read_file(chosen.decisions)
    read = WhatWasRead(names)
    with under_way(f"linking by engine {chosen.engine}", linkage.share_of_query):
        result = linkage.link(
            *tables,
            model,
            engine=chosen.engine,
            bounds=bounds,
            progress=say,
            told=read,
            learnt=learnt,
            asked=tuple(chosen.explain) if chosen.explain else None,
        )
    _hand_out(chosen, result, tables, read, decisions)


def _opened(
    chosen: argparse.Namespace, reading: Reading, learnt: SavedModel | None
) -> tuple[tuple[str, str], tuple[pl.LazyFrame, pl.LazyFrame], Model]:
    """The names of both files, both tables, and the model; the tables as they were read are let go of here."""
    files, names = mapped([read_file(path) for path in (chosen.left, chosen.right)], chosen.map, chosen.compare)
    extra = extra_of(files, chosen.compare, names)
    left, left_id = with_ids(files[0], names.get(chosen.left_id, chosen.left_id), "--left-id")
    right, right_id = with_ids(files[1], names.get(chosen.right_id, chosen.right_id), "--right-id")
    if learnt is None:
        reading = with_kinds((left, right), extra, reading)
    else:
        reading = dataclasses.replace(reading, kinds=learnt.kinds)
    model = _model(chosen, (left, right), (left_id, right_id), extra, reading)
    if learnt is not None:
        model = under_its_settings(model, learnt)
    compared = [*model.fields, *model.extra]
    refuse_no_evidence((left, right), model.fields, extra, (left_id, right_id), reading)
    refuse_unknown_pair(chosen.explain, (left, right), (left_id, right_id))
    if chosen.left.resolve() == chosen.right.resolve():
        say("both files are the same: deduplicate says which records of one file are one person's")
    say(f"comparing {', '.join(compared)}" + ("; families by family_id" if model.family else ""))
    say(f"links are {chosen.kind.replace('-', ' ')}; --kind says otherwise")
    say_what_is_left((left, right), (*compared, left_id, right_id))
    return (left.name, right.name), (left.lazy(), right.lazy()), model


def _check_before(chosen: argparse.Namespace, paths: list[Path]) -> None:
    """Refuses before any work what could not be read or written after it."""
    if paths.count(STDIN) > 1:
        raise InputRefused("only one of the files can be standard input")
    check_writable(chosen.output, paths)
    for path, suffixes in ((chosen.review, SHEETS), (chosen.report, (".html",)), (chosen.save_model, (".json",))):
        if path is not None:
            check_writable(path, [*paths, chosen.output], suffixes)
    if chosen.save_model or chosen.model:
        refuse_saved_model(chosen.engine)
    if chosen.engine == "spark" and chosen.spark is None:
        raise InputRefused("--engine spark needs a cluster: --spark sc://HOST:PORT")
    if chosen.engine != "spark" and (chosen.spark or chosen.invented):
        raise InputRefused(f"--spark and --invented are for --engine spark, not {chosen.engine}")


def _model(
    chosen: argparse.Namespace,
    files: tuple[File, File],
    ids: tuple[str, str],
    extra: tuple[str, ...],
    reading: Reading,
) -> Model:
    from tf_linkage import linkage  # noqa: PLC0415

    left, right = files
    try:
        model = linkage.general_model(
            left.table.columns,
            right.table.columns,
            extra,
            left_id=ids[0],
            right_id=ids[1],
            link_threshold=chosen.threshold,
            review_threshold=min(0.1, chosen.threshold),
            reading=reading,
        )
    except LinkageRefused as refusal:
        raise LinkageRefused(f"{refusal}; {columns_of(left)}; {columns_of(right)}") from None
    once = chosen.kind == LINK_KINDS[0]
    return dataclasses.replace(model, kind=chosen.kind, family_evidence=model.family_evidence and once)


def _hand_out(
    chosen: argparse.Namespace,
    result: LinkResult,
    tables: tuple[pl.LazyFrame, pl.LazyFrame],
    read: WhatWasRead,
    decisions: File | None,
) -> None:
    """Says and writes all that was asked for."""
    from tf_linkage.linkage.resolve.partners import second_partners  # noqa: PLC0415

    partners = [str(side) for side in second_partners(result)]
    for line in partners:
        say(line)
    if chosen.save_model is not None:
        write_model(chosen.save_model, result, tables[1])
    if chosen.review is not None:
        write_sheet(result, tables, chosen.review)
    if decisions is not None:
        result = as_decided(result, tables, decisions)
    write_links(result, chosen.output)
    expected = say_what_is_expected(result)
    if chosen.report is not None:
        from tf_linkage.cli.files.reporting import write_report  # noqa: PLC0415

        write_report(chosen.report, result, read.said, [*partners, *expected])
    say_what_more(chosen)
    if chosen.explain:
        explained(result, *chosen.explain)


def write_links(result: LinkResult, path: Path) -> None:
    """Writes links and pairs for review."""
    shown = result.links.select(OUTPUT).with_columns(
        pl.col("match_weight").round(4), pl.col("match_probability").round(6)
    )
    write_file(path, shown)
    found = result.links.filter(pl.col("status") == "link").height
    say(f"{found:,} links and {result.links.height - found:,} pairs for review in {path}")


def write_sheet(result: LinkResult, tables: tuple[pl.LazyFrame, pl.LazyFrame], path: Path) -> None:
    """Writes the pairs in doubt for a clerk."""
    from tf_linkage.linkage.review.sheets import clerks_sheet, review_sheet  # noqa: PLC0415

    sheet = review_sheet(result, *tables)
    if sheet.is_empty():
        say("no pair is in doubt, so there is no sheet")
        return
    if path.suffix.lower() == PAGE:
        write_page(result, tables, sheet, path)
        return
    ids = sheet.select("pair", "left_id", "right_id")
    shown = clerks_sheet(sheet, 1).join(ids, on="pair", how="left", maintain_order="left")
    order = ["pair", "decision", "left_id", "right_id"]
    write_file(path, shown.select(*order, pl.exclude(order)), spreadsheet=True)
    say(f"{_of_which(result, sheet)} in {path}; it holds the records themselves. Fill in decision ({_words()}),")
    say(f"then give the same command again, with --decisions {path} in place of --review")


def _words() -> str:
    from tf_linkage.linkage.review.sheets import DECISIONS  # noqa: PLC0415

    return ", ".join(DECISIONS)


def _of_which(result: LinkResult, sheet: pl.DataFrame) -> str:
    """How many pairs a sheet holds of those for review, and of the links that are in doubt too."""
    highest = result.model.settings.review.highest
    zone = result.links.filter(pl.col("match_probability") < highest)
    told = []
    for status, words in (("review", "pairs for review"), ("link", f"links less likely than {highest:g}")):
        every = zone.filter(pl.col("status") == status)
        if every.height:
            here = every.join(sheet, on=["left_id", "right_id"], how="semi").height
            told.append(f"{here:,} of the {every.height:,} {words}")
    return " and ".join(told)


def as_decided(result: LinkResult, tables: tuple[pl.LazyFrame, pl.LazyFrame], sheet: File) -> LinkResult:
    """The links as a clerk decided; the same files linked the same way ask about the same pairs."""
    from tf_linkage.linkage.review.answers import answers_of  # noqa: PLC0415
    from tf_linkage.linkage.review.applied import with_answers  # noqa: PLC0415
    from tf_linkage.linkage.review.sheets import review_sheet  # noqa: PLC0415

    decided = with_answers(result, answers_of({sheet.name: sheet.table}, review_sheet(result, *tables)))
    say(
        f"{decided.counts['confirmed by clerks']:,} pairs confirmed and {decided.counts['rejected by clerks']:,} "
        f"rejected by {sheet.name}; of what these kept out, {decided.counts['brought back by clerks']:,} pairs "
        f"became links and {decided.counts['sent to review by clerks']:,} are for review"
    )
    return decided
