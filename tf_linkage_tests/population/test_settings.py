"""Nonsense is refused in plain words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tf_linkage.errors import StudyRefused
from tf_linkage.population import Settings

GOOD: dict[str, Any] = {"seed": 1, "families": 20, "population": 1_000, "councils": ("E09000012",)}


def test_sense_is_accepted() -> None:
    assert Settings(**GOOD).multiplier == 1.0
    assert Settings(**GOOD, noise="clean").multiplier == 0.0
    assert Settings(**GOOD, noise="hard", noise_multiplier=0.5).multiplier == 1.0
    assert Settings(**GOOD, noise_correlation=0.2).correlation == 0.2


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"seed": -1}, "seed"),
        ({"councils": ()}, "at least one council"),
        ({"councils": ("E09000012", "E09000012")}, "named twice"),
        ({"councils": ("W06000015",)}, "unknown council W06000015"),
        ({"families": 60}, "too small"),
        ({"families": 0}, "cannot be spread"),
        ({"population": 14_000_000}, "no more than"),
        ({"noise": "loud"}, "noise must be one of"),
        ({"noise_multiplier": -0.1}, "noise_multiplier"),
        ({"noise_correlation": 1.0}, "noise_correlation"),
        ({"moves_together": 1.1}, "moves_together"),
        ({"extract": dt.date(2016, 1, 1)}, "must not be after"),
    ],
)
def test_nonsense_is_refused(choice: dict[str, Any], words: str) -> None:
    with pytest.raises(StudyRefused, match=words):
        Settings(**GOOD | choice)
