"""The figures of the benchmark from files to files are those that a person would count."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import polars as pl
import pytest

_SPEC = importlib.util.spec_from_file_location("files", Path(__file__).parents[1] / "benchmarks" / "files.py")
assert _SPEC
assert _SPEC.loader
files = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(files)

TRUE = {"left_id": ["a", "b", "c", "d", "d"], "right_id": ["A", "B", "C", "D", "D2"]}


def quality(folder: Path, pairs: dict[str, list[object]], precision: float = 0.99) -> dict[str, float]:
    pl.DataFrame(pairs).write_parquet(folder / "pairs.parquet")
    pl.DataFrame(TRUE).write_parquet(folder / "truth.parquet")
    found: dict[str, float] = files.quality_of(folder / "pairs.parquet", folder / "truth.parquet", precision)
    return found


def test_pairs_are_made_one_to_one_likeliest_first(tmp_path: Path) -> None:
    """B would have A, whom a has already; d is found once though held twice. Four people are in both tables."""
    pairs = {
        "left_id": ["a", "b", "b", "d", "d"],
        "right_id": ["A", "A", "B", "D", "D2"],
        "match_weight": [9.0, 8.0, 2.0, 1.0, 0.5],
    }
    assert quality(tmp_path, pairs) == {"recall at precision .99": 0.75, "precision": 1.0, "recall": 0.75}


def test_recall_goes_as_far_down_as_pairs_are_right_often_enough(tmp_path: Path) -> None:
    """Right, wrong, right, right: the last stands at three of four, so .75 reaches it and .99 the first alone."""
    pairs = {
        "left_id": ["a", "x", "b", "c"],
        "right_id": ["A", "X", "B", "C"],
        "match_weight": [9.0, 8.0, 2.0, -1.0],
    }
    assert quality(tmp_path, pairs)["recall at precision .99"] == 0.25
    found = quality(tmp_path, pairs, 0.75)
    assert found["recall at precision .99"] == 0.75
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == 0.5


def test_a_link_that_rests_on_more_than_its_weight_comes_first(tmp_path: Path) -> None:
    pairs = {
        "left_id": ["a", "b"],
        "right_id": ["A", "B"],
        "match_weight": [-3.0, 5.0],
        "status": ["link", "review"],
    }
    assert quality(tmp_path, pairs) == {"recall at precision .99": 0.5, "precision": 1.0, "recall": 0.25}


def test_the_peers_are_those_that_the_page_names() -> None:
    page = (Path(__file__).parents[1] / "docs" / "benchmarks.md").read_text()
    section = page.split("## Files to files", 1)[1].split("\n## ", 1)[0]
    assert all(f"| {engine} |" in section for engine in files.ENGINES)
