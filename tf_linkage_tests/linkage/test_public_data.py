"""Public data by default settings: FEBRL always, the shared test data where they are there.

Floors are the best peer's F1 as measured before (Splink 5, or recordlinkage's ECM), not ours.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

_PATH = Path(__file__).parents[2] / "benchmarks" / "people.py"
_SPEC = importlib.util.spec_from_file_location("people_benchmark", _PATH)
assert _SPEC
assert _SPEC.loader
people = importlib.util.module_from_spec(_SPEC)
sys.modules["people_benchmark"] = people
_SPEC.loader.exec_module(people)

FLOORS = {"febrl1": 0.991, "febrl2": 0.983, "febrl3": 0.980, "febrl3 1:n": 0.994, "febrl4": 0.993}
SHARED = {"historical 1:1": 0.820, "historical 1:n": 0.810, "fake 1:n": 0.785, "fake": 0.783, "anonlink": 0.754}


@pytest.fixture(scope="module")
def tasks() -> dict[str, Any]:
    return {task.name: task for task in people.tasks()}


@pytest.mark.parametrize("name", FLOORS)
def test_febrl(tasks: dict[str, Any], name: str) -> None:
    assert people.row_of(tasks[name], "ours")["F1"] >= FLOORS[name]


# No skip: where these data are not, there is nothing that a tool is missing for.
if people.SHARED.is_dir():

    @pytest.mark.parametrize("name", SHARED)
    def test_shared_data(tasks: dict[str, Any], name: str) -> None:
        row = people.row_of(tasks[name], "ours")
        assert row["F1"] >= SHARED[name]
        assert row["precision"] >= 0.95

    def test_fifty_thousand_records_within_themselves(tasks: dict[str, Any]) -> None:
        assert people.row_of(tasks["historical"], "ours")["F1"] >= 0.727
