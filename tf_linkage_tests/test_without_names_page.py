"""docs/linkage-without-names.md says what was measured, its controls hold, and its example runs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.outputs.without_names import ARRANGEMENTS
from tf_linkage.contracts.registry import DEPARTMENTS

ROOT = Path(__file__).parents[1]
_SPEC = importlib.util.spec_from_file_location("without_names", ROOT / "benchmarks" / "without_names.py")
assert _SPEC
assert _SPEC.loader
benchmark = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(benchmark)


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    return pl.read_csv(benchmark.KEPT / "figures.csv")


def test_page_and_drawings_are_those_of_what_was_measured() -> None:
    written = benchmark.written()
    assert len(written) == 4
    for file, content in written.items():
        assert file.read_text(encoding="utf-8") == content, f"{file.name}: make without-names writes it"
    page = benchmark.PAGE.read_text(encoding="utf-8")
    assert all(f"(without_names/{file.name})" in page for file in written if file.suffix == ".svg")
    measured = page.split(benchmark.MARKS[0])[1].split(benchmark.MARKS[1])[0]
    assert measured.count("\n| ") == 2 + len(ARRANGEMENTS)


def test_every_department_and_arrangement_was_measured_over_worlds(figures: pl.DataFrame) -> None:
    assert figures["seed"].n_unique() >= 3
    missed = figures.filter(pl.col("measure") == "missed_match_rate", pl.col("breakdown") == "all")
    assert missed.height == figures["seed"].n_unique() * len(DEPARTMENTS) * len(ARRANGEMENTS)


def test_the_controls_hold_in_every_world(figures: pl.DataFrame) -> None:
    """The key reads nearly everybody; another key, or none, nobody: an attack that fails at both proves nothing."""
    read = figures.filter(pl.col("breakdown") == "read", pl.col("level") == "named")
    with_key, without = (
        read.filter(pl.col("measure") == way)["value"] for way in ("read_with_key", "read_without_key")
    )
    assert with_key.len() == without.len() > 0
    assert with_key.min() > 0.9  # type: ignore[operator]
    assert figures.filter(pl.col("measure") == "read_without_key")["numerator"].sum() == 0


def test_the_example_of_the_page_runs() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", benchmark.PAGE.read_text(encoding="utf-8"), re.DOTALL)
    people = pl.DataFrame(
        {
            "id": [f"{i:03}" for i in range(60)],
            "forename": [("ANNA", "CARL", "EMMA", "GREG", "IDA", "MARK")[i % 6] for i in range(60)],
            "surname": [("BELL", "DAY", "FOX", "HILL", "JONES")[i // 6 % 5] for i in range(60)],
            "date_of_birth": [f"{1950 + i}-0{1 + i % 9}-1{i % 9}" for i in range(60)],
        }
    )
    given = {"left": people.lazy(), "right": people.with_columns(pl.lit("r").add(pl.col("id")).alias("id")).lazy()}
    exec(source, given)  # noqa: S102  our own page
    links = given["links"]
    assert isinstance(links, pl.DataFrame)
    found = links.filter(pl.col("status") == "link").select("left_id", "right_id").rows()
    assert found == [(f"{i:03}", f"r{i:03}") for i in range(60)]
