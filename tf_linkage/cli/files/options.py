"""Arguments that `link` and `deduplicate` share: columns, how values are read, and what the work may use."""

from __future__ import annotations

import argparse
from pathlib import Path

from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS
from tf_linkage.linkage.standardise.reading import ORDERS, Reading
from tf_linkage.study import Study

KINDS = "a .csv, .tsv, .txt (.gz too) or .parquet file, or - for standard input"


def add_output(command: argparse.ArgumentParser, metavar: str, words: str) -> None:
    """Adds -o."""
    command.add_argument("-o", "--output", type=Path, required=True, metavar=metavar, help=words)


def add_columns(command: argparse.ArgumentParser) -> None:
    """Adds which columns are what, and how their values are read."""
    command.add_argument(
        "--map", nargs="+", default=[], action="extend", metavar="THEIRS=OURS", help="other names for columns"
    )
    command.add_argument(
        "--compare", nargs="+", default=[], action="extend", metavar="COL", help="further columns to compare"
    )
    add_reading(command)


def add_reading(command: argparse.ArgumentParser) -> None:
    """Adds how values are read."""
    usual = Reading()
    command.add_argument(
        "--dates",
        choices=ORDERS,
        default=usual.dates,
        metavar="ORDER",
        help=f"order of dates: {', '.join(ORDERS)} (default: decided for each column by its values)",
    )
    command.add_argument(
        "--pivot",
        type=int,
        default=usual.pivot,
        metavar="YY",
        help="two-digit years up to it are of this century (default: %(default)s)",
    )
    command.add_argument(
        "--placeholder",
        nargs="+",
        default=[],
        action="extend",
        metavar="WORD",
        help="further words that stand for nothing known; surname=CHILD in one column alone",
    )
    command.add_argument(
        "--value",
        nargs="+",
        default=[],
        action="extend",
        metavar="WORD",
        help="words that are values though usually placeholders, such as NULL",
    )


def add_threshold(command: argparse.ArgumentParser) -> None:
    """Adds from which probability a pair is a link."""
    command.add_argument(
        "--threshold",
        type=share,
        default=0.5,
        metavar="P",
        help="probability of a link, unless a whole matchkey agrees (default: %(default)s)",
    )


def add_doubt(command: argparse.ArgumentParser) -> None:
    """Adds what becomes of pairs in doubt."""
    add_threshold(command)
    command.add_argument(
        "--explain",
        nargs=2,
        metavar=("ID", "ID"),
        help="print why these two records are a link, in doubt, or neither",
    )
    command.add_argument(
        "--report", type=Path, metavar="PAGE", help="also write what was learnt and found as a page, .html"
    )
    clerk = command.add_mutually_exclusive_group()
    clerk.add_argument(
        "--review",
        type=Path,
        metavar="SHEET",
        help="also write pairs in doubt side by side for a clerk, .csv or, encrypted, .html",
    )
    clerk.add_argument(
        "--decisions", type=Path, metavar="SHEET", help="that sheet with a clerk's decisions: link as decided"
    )


def reading_of(chosen: argparse.Namespace) -> Reading:
    """How values are read, as chosen.

    Raises:
        LinkageRefused: it cannot be meant.
    """
    columns = {*STANDARD_FIELDS, *getattr(chosen, "compare", ())}
    words, of_columns = [], []
    for said in chosen.placeholder:
        column, separator, word = said.partition("=")
        if separator and column in columns:
            of_columns.append((column, word))
        else:
            words.append(said)
    return Reading(chosen.dates, chosen.pivot, tuple(words), tuple(chosen.value), of_columns=tuple(of_columns))


def add_bounds(command: argparse.ArgumentParser) -> None:
    """Adds what the work may use; as a study unless chosen."""
    usual = Study()
    command.add_argument(
        "--memory-gb",
        type=float,
        default=usual.memory_gb,
        metavar="GB",
        help="gigabytes DuckDB may use (default: %(default)g)",
    )
    command.add_argument("--threads", type=int, metavar="N", help="threads DuckDB may use (default: all cores)")
    command.add_argument(
        "--most-pairs",
        type=int,
        default=usual.most_pairs,
        metavar="N",
        help="pairs a blocking rule may make before it is refused (default: %(default)d)",
    )


def share(words: str) -> float:
    """A probability that was typed."""
    try:
        found = float(words)
    except ValueError:
        found = -1.0
    if not 0 < found < 1:
        raise argparse.ArgumentTypeError("a probability between 0 and 1, such as 0.5")
    return found
