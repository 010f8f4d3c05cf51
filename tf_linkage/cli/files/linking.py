"""`link`: two files of anybody's, linked.

Arguments, names of columns, and what is said.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tf_linkage import intake
from tf_linkage.cli.files.noticing import dates_in_doubt, refuse_repeats, with_unknown_columns
from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused, NothingToLearn
from tf_linkage.linkage.engines import ENGINES
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS
from tf_linkage.pages.spreadsheets import write_csv
from tf_linkage.study import Study

if TYPE_CHECKING:
    from tf_linkage.linkage import LinkResult

OUTPUT = ("left_id", "right_id", "match_weight", "match_probability", "status")
USUAL_IDS = ("id", "record_id")


def add_link(link: argparse.ArgumentParser) -> None:
    """Adds the arguments of `link`."""
    link.description = (
        f"Links the records of two files. Columns are known by the names\n{', '.join(STANDARD_FIELDS)};\n"
        "family_id is used if the left file has it."
    )
    link.add_argument("left", type=Path, metavar="LEFT", help="a .csv or .parquet file")
    link.add_argument("right", type=Path, metavar="RIGHT", help="a .csv or .parquet file")
    link.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="LINKS",
        help="links and pairs for review, .csv or .parquet",
    )
    link.add_argument(
        "--map", nargs="+", default=[], action="extend", metavar="THEIRS=OURS", help="other names for columns"
    )
    link.add_argument(
        "--compare", nargs="+", default=[], action="extend", metavar="COL", help="further columns to compare"
    )
    link.add_argument("--left-id", metavar="COL", help="column that names a left record")
    link.add_argument("--right-id", metavar="COL", help="column that names a right record")
    link.add_argument(
        "--engine",
        choices=tuple(ENGINES),
        default="duckdb",
        metavar="ENGINE",
        help=f"linkage engine: {', '.join(ENGINES)} (default: %(default)s)",
    )
    _add_bounds(link)
    link.add_argument(
        "--threshold",
        type=_share,
        default=0.5,
        metavar="P",
        help="probability of a link, unless a whole matchkey agrees (default: %(default)s)",
    )
    clerk = link.add_mutually_exclusive_group()
    clerk.add_argument(
        "--review", type=Path, metavar="SHEET", help="also write pairs in doubt side by side for a clerk, .csv"
    )
    clerk.add_argument(
        "--decisions", type=Path, metavar="SHEET", help="that sheet with a clerk's decisions: link as decided"
    )
    link.set_defaults(run=_link)


def _add_bounds(link: argparse.ArgumentParser) -> None:
    """What the linkage may use; as a study unless chosen."""
    usual = Study()
    link.add_argument(
        "--memory-gb",
        type=float,
        default=usual.memory_gb,
        metavar="GB",
        help="gigabytes DuckDB may use (default: %(default)g)",
    )
    link.add_argument("--threads", type=int, metavar="N", help="threads DuckDB may use (default: all cores)")
    link.add_argument(
        "--most-pairs",
        type=int,
        default=usual.most_pairs,
        metavar="N",
        help="pairs a blocking rule may make before it is refused (default: %(default)d)",
    )


def _link(chosen: argparse.Namespace) -> None:
    """Links two files and writes links and review zone."""
    # The engines bring large libraries with them, for which --help need not wait.
    from tf_linkage import linkage  # noqa: PLC0415

    bounds = linkage.Limits(chosen.memory_gb, chosen.threads, chosen.most_pairs)
    intake.check_output(chosen.output, inputs=(chosen.left, chosen.right))
    if chosen.review is not None:
        _check_sheet(chosen.review, (chosen.left, chosen.right, chosen.output))
    names, paths = _names(chosen.map), (chosen.left, chosen.right)
    # Read once: each of the steps below would read and strip a lazy file anew.
    tables = [intake.read_table(path).collect().lazy() for path in paths]
    _all_used(names, paths, tables)
    left, right = (_renamed(table, path, names) for table, path in zip(tables, paths, strict=True))
    left_id = _record_id(left, names.get(chosen.left_id, chosen.left_id), chosen.left)
    right_id = _record_id(right, names.get(chosen.right_id, chosen.right_id), chosen.right)
    model = linkage.general_model(
        left.collect_schema().names(),
        right.collect_schema().names(),
        _extra(names.get(column, column) for column in chosen.compare),
        left_id=left_id,
        right_id=right_id,
        link_threshold=chosen.threshold,
        review_threshold=min(0.1, chosen.threshold),
    )
    compared = [*model.fields, *model.extra]
    say(f"comparing {', '.join(compared)}" + ("; families by family_id" if model.family else ""))
    for path, table in zip(paths, (left, right), strict=True):
        for line in dates_in_doubt(path, table):
            say(line)
    try:
        result = linkage.link(left, right, model, engine=chosen.engine, bounds=bounds, progress=say)
    except NothingToLearn as refusal:
        used = {*compared, left_id, right_id, "family_id"}
        raise with_unknown_columns(refusal, dict(zip(paths, (left, right), strict=True)), used) from None
    if chosen.review is not None:
        _write_sheet(result, left, right, chosen.review)
    if chosen.decisions is not None:
        result = _as_decided(result, left, right, chosen.decisions)
    shown = result.links.select(OUTPUT).with_columns(
        pl.col("match_weight").round(4), pl.col("match_probability").round(6)
    )
    intake.write_table(shown, chosen.output)
    found = result.links.filter(pl.col("status") == "link").height
    say(f"{found:,} links and {result.links.height - found:,} pairs for review in {chosen.output}")


def _check_sheet(path: Path, others: Sequence[Path]) -> None:
    intake.check_output(path, inputs=others)
    if path.suffix.lower() != ".csv":
        raise InputRefused(f"{path}: a clerk's sheet is a file that ends in .csv")


def _write_sheet(result: LinkResult, left: pl.LazyFrame, right: pl.LazyFrame, path: Path) -> None:
    from tf_linkage.linkage.review.sheets import clerks_sheet, review_sheet  # noqa: PLC0415

    sheet = clerks_sheet(review_sheet(result, left, right), 1)
    if sheet.is_empty():
        say("no pair is in doubt, so there is no sheet")
        return
    write_csv(sheet.lazy(), path)
    say(f"{sheet.height:,} pairs in doubt in {path}; it holds the records themselves. Fill in decision, then link")
    say(f"again as before, with --decisions {path} in place of --review")


def _as_decided(result: LinkResult, left: pl.LazyFrame, right: pl.LazyFrame, path: Path) -> LinkResult:
    """The links as a clerk decided; the same files linked the same way ask about the same pairs."""
    from tf_linkage.linkage.review.answers import answers_of  # noqa: PLC0415
    from tf_linkage.linkage.review.applied import with_answers  # noqa: PLC0415
    from tf_linkage.linkage.review.sheets import review_sheet  # noqa: PLC0415

    answers = {path.name: intake.read_table(path).collect()}
    decided = with_answers(result, answers_of(answers, review_sheet(result, left, right)))
    say(
        f"{decided.counts['confirmed by clerks']:,} pairs confirmed and {decided.counts['rejected by clerks']:,} "
        f"rejected by {path.name}; of what these kept out, {decided.counts['brought back by clerks']:,} pairs "
        f"became links and {decided.counts['sent to review by clerks']:,} are for review"
    )
    return decided


def _extra(columns: Iterable[str]) -> tuple[str, ...]:
    """Further columns to compare: none of those that are compared anyhow, whose evidence would count twice."""
    wanted = tuple(columns)
    if known := [column for column in wanted if column in STANDARD_FIELDS]:
        raise InputRefused(f"{known[0]} is compared already; --compare names further columns")
    return wanted


def _names(pairs: Sequence[str]) -> dict[str, str]:
    """The names given with --map: theirs to ours."""
    names = {}
    for pair in pairs:
        theirs, separator, ours = pair.partition("=")
        if not (separator and theirs.strip() and ours.strip()):
            raise InputRefused(f"--map wants THEIRS=OURS, such as given_name=forename; not {pair!r}")
        names[theirs.strip()] = ours.strip()
    return names


def _renamed(table: pl.LazyFrame, path: Path, names: dict[str, str]) -> pl.LazyFrame:
    """The table under the contract's names; `sex` is accepted for gender."""
    columns = table.collect_schema().names()
    synonyms = {"sex": "gender"} if "gender" not in columns else {}
    renamed = {theirs: ours for theirs, ours in (synonyms | names).items() if theirs in columns}
    after = [renamed.get(column, column) for column in columns]
    if twice := sorted({column for column in after if after.count(column) > 1}):
        raise InputRefused(f"{path.name}: two columns would be called {twice[0]}; choose one with --map")
    return table.rename(renamed)


def _all_used(names: dict[str, str], paths: Sequence[Path], tables: Sequence[pl.LazyFrame]) -> None:
    columns = {column for table in tables for column in table.collect_schema().names()}
    if unused := [theirs for theirs in names if theirs not in columns]:
        raise InputRefused(f"--map: neither {paths[0].name} nor {paths[1].name} has a column {unused[0]}")


def _record_id(table: pl.LazyFrame, asked: str | None, path: Path) -> str:
    """The column that names a record: the one asked for, a usual one, or the first that is unique and complete."""
    columns = table.collect_schema().names()
    if asked is not None:
        if asked not in columns:
            known = (*USUAL_IDS, *STANDARD_FIELDS)
            there = ", ".join(intake.described(name, at, known) for at, name in enumerate(columns, start=1))
            raise InputRefused(f"{path.name} has no column {asked}; it has {there}")
        refuse_repeats(path, table, asked)
        return asked
    candidates = [name for name in (*USUAL_IDS, *columns) if name in columns and name not in STANDARD_FIELDS]
    rows = table.collect()
    for name in candidates:
        if not rows[name].null_count() and rows[name].is_unique().all():
            say(f"{path.name}: records are named by {intake.described(name, columns.index(name) + 1, USUAL_IDS)}")
            return name
    raise InputRefused(
        f"{path.name}: no column names each record once; add one, or name it with --left-id or --right-id"
    )


def _share(words: str) -> float:
    try:
        share = float(words)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError("a probability between 0 and 1, such as 0.5")
    return share
