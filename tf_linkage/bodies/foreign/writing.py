"""What foreign forms share: text of cells, files of text, mappings as TOML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from tf_linkage.study import COUNCILS

Files = dict[str, bytes]
"""Content by the path under the exported folder."""

Rows = Iterable[Mapping[str, object]]


def folder_of(la_code: str) -> str:
    """The folder of a council: its name, as a file system likes it."""
    return COUNCILS.get(la_code, la_code).lower().replace(" ", "-")


def days(column: str, how: str) -> pl.Expr:
    """Days written in a strftime form."""
    return pl.col(column).dt.to_string(how)


def text_file(
    table: pl.DataFrame, *, delimiter: str = ",", encoding: str = "utf-8", end: str = "\n", mark: bytes = b""
) -> bytes:
    """A table of text as a delimited file; null is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(table.columns)
    writer.writerows(table.iter_rows())
    return mark + out.getvalue().encode(encoding)


def toml(tables: Mapping[str, Mapping[str, object]], top: Mapping[str, object]) -> bytes:
    """A mapping: first its own keys, then each table of it; values as JSON, which TOML reads alike."""
    lines = [f"{name} = {_value(value)}" for name, value in top.items()]
    for name, entries in tables.items():
        header = f"[[{name[2:]}]]" if name.startswith("[]") else f"[{name.partition('#')[0]}]"
        lines += ["", header, *(f"{_key(key)} = {_value(value)}" for key, value in entries.items())]
    return ("\n".join(lines) + "\n").encode()


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else json.dumps(key, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(name))} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, str | bool | int):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return str(value)


def councils_in(cohort: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """The cohort of each council, in the order of their codes."""
    codes = cohort.get_column("la_code").unique().sort()
    return [(code, cohort.filter(pl.col("la_code") == code)) for code in codes]
