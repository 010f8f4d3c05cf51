"""`table` and `reproduce`: a researcher's own table, and published rows made again, both inside."""

from __future__ import annotations

import argparse
import sys

from tf_linkage.cli.data_folder import add_data, study_of
from tf_linkage.cli.wording import FOUND, say
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.disclosure.requested.asking import UNITS, Asked, TableRefused
from tf_linkage.errors import InputRefused
from tf_linkage.hints import command
from tf_linkage.workspace.custodians.reproducing import reproduce
from tf_linkage.workspace.custodians.requested_tables import approve, ask
from tf_linkage.workspace.folder import store_of


def add_table(table: argparse.ArgumentParser) -> None:
    """Adds the arguments of `table`."""
    table.description = (
        "Counts people or families by up to three columns, finer than the tables that researchers hold. Counts\n"
        "leave under a noise that is the same wherever the same people are counted; means of costs wait for a\n"
        "checker, who approves them by name. Needs the research custodian's password."
    )
    table.add_argument("--of", choices=UNITS, default="families", help="who is counted (default: %(default)s)")
    table.add_argument("--rows", metavar="COLUMN", help="column down the side")
    table.add_argument("--columns", metavar="COLUMN", help="column across")
    table.add_argument(
        "--where", nargs="+", action="extend", default=[], metavar="COLUMN=VALUE", help="only those with this value"
    )
    wanted = table.add_mutually_exclusive_group()
    wanted.add_argument("--share", metavar="COLUMN", help="also the share with a yes in this column")
    wanted.add_argument(
        "--mean", metavar="THEME,WINDOW", help="mean cost of a family, such as 'benefits,24 months after'"
    )
    table.add_argument("--list", action="store_true", help="list the columns that can be asked for")
    table.add_argument("--approve", metavar="NUMBER", help="let a table out that waits for a checker")
    table.add_argument("--checker", default="", metavar="NAME", help="who approves it; goes on record")
    add_data(table)
    table.set_defaults(run=_table)


def _table(chosen: argparse.Namespace) -> None:
    if chosen.list:
        _list(chosen.of)
        return
    study = study_of(chosen)
    store = store_of(study)
    if chosen.approve:
        with store.hold("a command, table"):
            say(f"{approve(store, chosen.approve, chosen.checker)}: left, approved by {chosen.checker.strip()}")
        return
    asked = _asked(chosen)
    with store.hold("a command, table"):
        made = ask(store, study, asked)
    if made.file is None:
        approving = command("table", "--approve", made.number, "--checker", "NAME", data=study.data)
        say(f"table {made.number} waits for a checker, whose page is {made.page}. Then: {approving}")
        return
    made.table.write_csv(sys.stdout)
    before = ", as before" if made.again else ""
    say(f"table {made.number}{before}: {made.file}. What stands behind it, for the checker: {made.page}")


def _asked(chosen: argparse.Namespace) -> Asked:
    if not chosen.rows:
        raise TableRefused("--rows: by which column? --list lists them")
    where = _pairs(chosen.where)
    mean = None
    if chosen.mean:
        theme, mark, window = chosen.mean.partition(",")
        if not mark:
            raise TableRefused("--mean: write THEME,WINDOW, such as 'benefits,24 months after'")
        mean = (theme.strip(), window.strip())
    return Asked(chosen.of, chosen.rows, chosen.columns, tuple(where), chosen.share, mean)


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for one in words:
        column, mark, value = one.partition("=")
        if not mark:
            raise InputRefused(f"{one}: write COLUMN=VALUE")
        pairs.append((column, value))
    return pairs


def add_reproduce(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `reproduce`."""
    parser.description = (
        "Makes rows of a published table again from the linked set, by the code that made them, and says whether\n"
        "they are the same; prints what stands behind them, unprotected, which stays inside. Needs the research\n"
        "custodian's password."
    )
    parser.add_argument("table", metavar="TABLE", help=", ".join(PUBLISHED_TABLES))
    parser.add_argument("where", nargs="*", metavar="COLUMN=VALUE", help="only rows with this value")
    parser.add_argument(
        "--sample",
        action="store_true",
        help="also write the families with their weights and covariates, and what happened in each, as CSV",
    )
    add_data(parser)
    parser.set_defaults(run=_reproduce)


def _reproduce(chosen: argparse.Namespace) -> int:
    study = study_of(chosen)
    store = store_of(study)
    with store.hold("a command, reproduce"):
        found = reproduce(store, study, chosen.table, dict(_pairs(chosen.where)), with_sample=chosen.sample)
    found.exact.write_csv(sys.stdout)
    for file in found.sample:
        say(f"{file}: stays in the researchers' zone")
    if not found.same:
        say(f"{found.published.height} rows as published, {found.again.height} made again: not the same")
        return FOUND
    rows = f"{found.published.height} row{'s' if found.published.height > 1 else ''}"
    say(f"{rows} of {chosen.table} made again, the same as published; above, what stands behind: never to leave")
    return 0


def _list(unit: str) -> None:
    from tf_linkage.research.records_to_ask import columns_to_ask  # noqa: PLC0415

    for column, words in columns_to_ask()[unit].items():
        print(f"{column:<36}{words}")
