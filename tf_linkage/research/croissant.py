"""What a set of tables is, for machines: Croissant metadata (MLCommons, version 1.0), a profile of schema.org.

Croissant rather than DCAT, since it describes columns and codes too and an independent reader (`mlcroissant`, in
the tests) can load the tables by it. Files are named by paths next to the metadata, with their SHA-256.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnInfo, columns_of, words_of
from tf_linkage.contracts.outputs.code_labels import label_of

PROFILE = "http://mlcommons.org/croissant/1.0"
OF_THE_PROFILE = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format",
    "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references",
    "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
"""Words that Croissant adds to those of schema.org; its readers ask for all of them, used or not."""

CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{word: f"cr:{word}" for word in OF_THE_PROFILE},
}
TYPES: Mapping[type[pl.DataType], str] = {
    pl.Boolean: "sc:Boolean", pl.Date: "sc:Date", pl.Float64: "sc:Float",
    pl.Int32: "sc:Integer", pl.Int64: "sc:Integer",
}  # fmt: skip
"""By column type, what Croissant calls it; text is everything else."""

MEDIA_TYPES: Mapping[str, str] = {
    ".csv": "text/csv",
    ".duckdb": "application/vnd.duckdb",
    ".md": "text/markdown",
    ".parquet": "application/x-parquet",
}
NOBODY_REAL = "No conditions: simulated, nobody in it is real."
ACCREDITED = "Accredited researchers on the accredited project alone (Digital Economy Act 2017, Part 5, Chapter 5)."
RELEASED = "Released statistics: to be used as the study's publisher says."
CITATION = "tf_linkage: a rehearsal of the linked evaluation of England's Troubled Families programme"


@dataclass(frozen=True)
class DataSet:
    """A set of tables that is described.

    Attributes:
        name: of the set, in letters, digits and hyphens.
        words: what it is.
        conditions: who may use it for what.
        day: on which it was made.
        content: digest of what it holds, by which its version is told from others.
    """

    name: str
    words: str
    conditions: str
    day: dt.date
    content: str

    @property
    def version(self) -> str:
        """Version of the contracts, and of what was made under them."""
        return f"{version('tf_linkage')}+{self.content[:12]}"


def croissant(
    described: DataSet,
    tables: Mapping[str, tuple[type[dy.Schema], Path]],
    besides: Mapping[Path, str],
    folder: Path,
) -> str:
    """The metadata of a set of tables, as JSON.

    Args:
        described: the set.
        tables: by name, contract and file.
        besides: other files that belong to it, and what each is.
        folder: where the metadata will lie: files are named from there.
    """
    lists = _Lists()
    sets = [_record_set(name, contract, path, lists) for name, (contract, path) in tables.items()]
    files = {path: words_of(contract) for contract, path in tables.values()}
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": PROFILE,
        "name": described.name,
        "description": described.words,
        "license": described.conditions,
        "url": "https://github.com/tf-linkage/tf_linkage",
        "citeAs": f"{CITATION}. {described.name}, version {described.version}.",
        "creator": {"@type": "sc:Organization", "name": "The tf_linkage contributors"},
        "datePublished": described.day.isoformat(),
        "version": described.version,
        "isAccessibleForFree": True,
        "distribution": [_file(path, words, folder) for path, words in (files | dict(besides)).items()],
        "recordSet": [*lists.sets, *sets],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _file(path: Path, words: str, folder: Path) -> dict[str, str]:
    return {
        "@type": "cr:FileObject",
        "@id": path.name,
        "name": path.name,
        "description": words,
        "contentUrl": path.relative_to(folder).as_posix(),
        "encodingFormat": MEDIA_TYPES[path.suffix],
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


class _Lists:
    """Code lists, each once for all columns that have the same codes under the same name."""

    def __init__(self) -> None:
        self.sets: list[dict[str, Any]] = []
        self._known: dict[tuple[str, tuple[str, ...]], str] = {}

    def of(self, column: str, codes: Iterable[str]) -> str:
        """Name of the list of a column's codes."""
        codes = tuple(codes)
        if (column, codes) not in self._known:
            others = sum(name == column for name, _ in self._known)
            name = f"codes/{column}" + (f"/{others + 1}" if others else "")
            self._known[column, codes] = name
            self.sets.append(_code_list(name, column, codes))
        return self._known[column, codes]


def _code_list(name: str, column: str, codes: tuple[str, ...]) -> dict[str, Any]:
    code, label = f"{name}/code", f"{name}/label"
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Codes of {column}, in their order, and what they mean",
        "dataType": "sc:Enumeration",
        "key": {"@id": code},
        "field": [_text(code, "The value in the tables"), _text(label, "What it means")],
        "data": [{code: one, label: label_of(column, one)} for one in codes],
    }


def _text(name: str, words: str) -> dict[str, str]:
    return {"@type": "cr:Field", "@id": name, "name": name, "description": words, "dataType": "sc:Text"}


def _record_set(name: str, contract: type[dy.Schema], path: Path, lists: _Lists) -> dict[str, Any]:
    columns = list(columns_of(contract))
    keys = [{"@id": f"{name}/{column.name}"} for column in columns if column.primary_key]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": words_of(contract),
        **({"key": keys} if keys else {}),
        "field": [dict(_field(name, column, path, lists)) for column in columns],
    }


def _field(table: str, column: ColumnInfo, path: Path, lists: _Lists) -> Iterator[tuple[str, Any]]:
    name = f"{table}/{column.name}"
    yield "@type", "cr:Field"
    yield "@id", name
    yield "name", name
    yield "description", column.words
    yield "dataType", TYPES.get(column.dtype.base_type(), "sc:Text")
    yield "source", {"fileObject": {"@id": path.name}, "extract": {"column": column.name}}
    if isinstance(column.dtype, pl.Enum):
        yield "references", {"field": {"@id": f"{lists.of(column.name, column.dtype.categories)}/code"}}
