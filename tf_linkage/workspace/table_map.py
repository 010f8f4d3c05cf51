"""A page of all tables and their keys, made from the contracts: `python -m tf_linkage.workspace.table_map`."""

import re
import sys
from collections.abc import Iterator

import dataframely as dy

from tf_linkage.contracts.bodies.council import Cohort
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.provenance import in_words, reach_of
from tf_linkage.workspace.catalogue import TABLES

HEAD = """# Tables and keys

Made from the contracts by `python -m tf_linkage.workspace.table_map > docs/tables.md`; a test holds it to them.
A reference stands for a person or a family and is another one at every recipient; two tables with a reference of
the same name, in the hands of one body, can be joined on it. What each column means: the asset's page in the web
UI, and `data_dictionary.md` next to the researchers' database.

```mermaid
flowchart LR
"""

REACH_HEAD = """## How far identifiers go

Each direct identifier that councils send: the tables in which it stands as it is, and the columns worked out of it.
Where each column of each table comes from stands under *Columns* on its asset's page.
Left out here is what is worked out of every identifier that a department is sent: how sure a link is (the links,
`link_confidence`, `*_link`) and who was found (`*_found`, `found_by_*`).
"""

LINK_EVIDENCE = re.compile(r"_links\.|_link$|\.link_confidence$|_found$|\.found_by_")


def table_map() -> str:
    """The page, in Markdown: a diagram of tables by the references they share, and a table of all of them."""
    rows = list(_tables())
    keys: dict[str, list[str]] = {}
    for asset, table, contract in rows:
        for column in columns_of(contract):
            if column.column_class is ColumnClass.REFERENCE:
                keys.setdefault(column.name, []).append(_label(asset, table))
    drawn = [
        f'  {name}(["{name}"]) --- {_node(label)}["{label}"]' for name, labels in keys.items() for label in labels
    ]
    lines = ["| table | what a row is | primary key | references |", "|---|---|---|---|"]
    for asset, table, contract in rows:
        columns = list(columns_of(contract))
        primary = ", ".join(column.name for column in columns if column.primary_key)
        references = ", ".join(c.name for c in columns if c.column_class is ColumnClass.REFERENCE)
        lines.append(f"| {_label(asset, table)} | {_said(contract)} | {primary or '-'} | {references or '-'} |")
    return HEAD + "\n".join(drawn) + "\n```\n\n" + "\n".join(lines) + "\n" + _reach()


def _reach() -> str:
    """How far each direct identifier goes."""
    lines = ["", REACH_HEAD, "| identifier | stands in | what is worked out of it |", "|---|---|---|"]
    for column in columns_of(Cohort):
        if column.column_class is ColumnClass.DIRECT:
            reach = reach_of(column.name)
            # Evidence of links is worked out of every identifier alike; what else is, is what one wants to see.
            told = [source for source in reach.tells if not LINK_EVIDENCE.search(in_words([source]))]
            lines.append(f"| {column.name} | {', '.join(reach.stands_in)} | {in_words(told) or '-'} |")
    return "\n".join(lines) + "\n"


def _tables() -> Iterator[tuple[str, str, type[dy.Schema]]]:
    for asset, tables in TABLES.items():
        for name, contract in tables.items():
            yield asset, name, contract


def _label(asset: str, table: str) -> str:
    return f"{asset}.{table}" if table else asset


def _node(label: str) -> str:
    return label.replace("/", "_").replace(".", "__")


def _said(contract: type[dy.Schema]) -> str:
    return (contract.__doc__ or "").strip().split("\n")[0].rstrip(".")


if __name__ == "__main__":
    sys.stdout.write(table_map())
