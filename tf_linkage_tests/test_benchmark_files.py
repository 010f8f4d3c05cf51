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


def test_strangers_are_people_whom_nobody_holds(tmp_path: Path) -> None:
    held = pl.DataFrame(
        {
            "dwp_key": [f"k{n}" for n in range(60)],
            "forename": [f"Ann{n}" for n in range(60)],
            "surname": [f"Ash{n}" for n in range(60)],
            "date_of_birth": [f"19{n + 10}-01-01" for n in range(60)],
            "gender": ["F", "M"] * 30,
            "address": [f"{n} High Street" for n in range(60)],
            "postcode": [f"E1 {n % 9}AA" for n in range(60)],
            "nino": [None if n % 5 == 0 else f"AB1000{n:02}C" for n in range(60)],
        }
    )
    (tmp_path / "one").mkdir()
    held.write_parquet(tmp_path / "one" / "right.parquet")
    for name in ("left", "truth"):
        pl.DataFrame({name: [1]}).write_parquet(tmp_path / "one" / f"{name}.parquet")
    assert files._grow(tmp_path / "one", tmp_path / "three", 3) == 180
    grown = pl.read_parquet(tmp_path / "three" / "right.parquet")
    assert grown["dwp_key"].is_unique().all()
    assert (
        grown.filter(pl.col("dwp_key").is_in(held["dwp_key"].implode()))
        .sort("dwp_key")
        .equals(held.sort("dwp_key"))
    )
    strangers = grown.join(held, on="dwp_key", how="anti")
    assert not set(strangers["nino"].drop_nulls()) & set(held["nino"])
    assert strangers["nino"].drop_nulls().is_unique().all()
    assert strangers["nino"].drop_nulls().str.contains("^[A-Z]{2}[0-9]{6}A$").all()
    names = ["forename", "surname", "date_of_birth"]
    assert strangers.join(held, on=names).height <= 1
    for column in (*names, "postcode"):
        assert set(strangers[column]) == set(held[column])
