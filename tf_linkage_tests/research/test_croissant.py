"""The metadata for machines: an independent reader finds every table by it, and nothing else."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import research
from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.outputs.code_labels import label_of
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.research.croissant import CONTEXT


def written(rehearsed: Rehearsed, folder: str) -> Path:
    return rehearsed.study.data / folder / "croissant.json"


READER = """
import json, sys
import mlcroissant
from mlcroissant._src.core.rdf import make_context

def plain(value):
    return value.decode() if isinstance(value, bytes) else value

data = mlcroissant.Dataset(jsonld=sys.argv[1])
rows = [{name.split("/")[1]: plain(value) for name, value in row.items()} for row in data.records(sys.argv[2])]
print(json.dumps({"context": make_context(), "rows": rows}, default=str))
"""
"""A process of its own: the reader's logging takes over the streams of the one that it is in."""


def read_by_another(path: Path, table: str) -> Any:
    command = [sys.executable, "-c", READER, str(path), table]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "not standard" not in done.stderr, "it warns of what it does not know"
    return json.loads(done.stdout)


@pytest.mark.parametrize("table", ["people", "benefits_and_work"])
def test_another_reader_loads_the_research_tables_by_it(rehearsed: Rehearsed, table: str) -> None:
    told = read_by_another(written(rehearsed, "research"), table)
    assert told["context"] == CONTEXT, "its words are the profile's own"
    stored, read = rehearsed.research(table).collect(), told["rows"]
    assert len(read) == stored.height > 0
    assert list(read[0]) == stored.columns
    for name, dtype in stored.schema.items():
        values = stored[name].cast(pl.String) if isinstance(dtype, pl.Enum) else stored[name]
        assert [row[name] for row in read] == values.to_list(), name


@pytest.mark.parametrize(("folder", "tables"), [("research", RESEARCH_TABLES), ("published", PUBLISHED_TABLES)])
def test_tables_columns_codes_and_files_are_all_told(rehearsed: Rehearsed, folder: str, tables: Any) -> None:
    path = written(rehearsed, folder)
    told = json.loads(path.read_text(encoding="utf-8"))
    sets = {one["@id"]: one for one in told["recordSet"]}
    assert {name for name in sets if not name.startswith("codes/")} == set(tables)
    for name, contract in tables.items():
        fields = {field["@id"]: field for field in sets[name]["field"]}
        assert list(fields) == [f"{name}/{column.name}" for column in columns_of(contract)]
        for column in columns_of(contract):
            field = fields[f"{name}/{column.name}"]
            assert field["description"].startswith(column.description)
            if isinstance(column.dtype, pl.Enum):
                listed = sets[field["references"]["field"]["@id"].removesuffix("/code")]
                codes = [tuple(row.values()) for row in listed["data"]]
                assert codes == [(code, label_of(column.name, code)) for code in column.dtype.categories]
    for file in told["distribution"]:
        content = (path.parent / file["contentUrl"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert told["license"] == research.NOBODY_REAL


def test_the_version_follows_the_content_and_the_contracts() -> None:
    one = research.DataSet("x", "words", research.ACCREDITED, dt.date(2020, 4, 6), "0123456789abcdef")
    assert one.version.endswith("+0123456789ab")
    other = research.DataSet("x", "words", research.ACCREDITED, dt.date(2020, 4, 6), "1123456789abcdef")
    assert one.version != other.version
