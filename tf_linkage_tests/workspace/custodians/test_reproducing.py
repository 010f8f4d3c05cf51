"""Published rows are made again from the linked set, and a figure follows by hand from the analysis sample."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tf_linkage import research
from tf_linkage.cli import main
from tf_linkage.workspace.custodians import reproducing
from tf_linkage.workspace.custodians.reproducing import CannotReproduce, reproduce
from tf_linkage_tests.rehearsing import Rehearsed

WHERE = {
    "outcome": "out_of_work_benefit",
    "unit": "adult",
    "measure": "difference in share",
    "method": "weighted",
    "window": "24 months after",
}


@pytest.fixture
def made_before(rehearsed: Rehearsed, monkeypatch: pytest.MonkeyPatch) -> dict[str, pl.LazyFrame]:
    """The stored estimates in place of the seconds that it takes to make them."""
    stored = rehearsed.store.read(["research", "estimates"])
    assert isinstance(stored, dict)
    monkeypatch.setattr(research, "estimates", lambda *_, **__: stored)
    return stored


def test_a_published_row_is_made_again_and_follows_from_the_sample_by_hand(
    rehearsed: Rehearsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, str] = {}

    def kept(_store: object, key: list[str], _suffix: str, text: str) -> str:
        written[key[-1]] = text
        return key[-1]

    # The shared rehearsal is read, not changed.
    monkeypatch.setattr(type(rehearsed.store), "write_text", kept)
    found = reproduce(rehearsed.store, rehearsed.study, "differences", WHERE, with_sample=True)
    assert found.published.height == 1
    assert found.same
    families = pl.read_csv(written["sample_families"].encode())
    outcomes = pl.read_csv(written["sample_outcomes"].encode())
    here = outcomes.filter(*(pl.col(name) == WHERE[name] for name in ("outcome", "unit", "window"))).join(
        families.select("family_id", "weight"), on="family_id"
    )
    level: dict[Any, Any] = {
        group: (of["weight"] * of["people_with"]).sum() / (of["weight"] * of["people"]).sum()
        for (group,), of in here.group_by("study_group")
    }
    assert families.filter(study_group="programme")["weight"].unique().to_list() == [1.0]
    assert found.exact.height == 1
    exact = found.exact.row(0, named=True)
    assert exact["estimate"] == pytest.approx(level["programme"] - level["comparison"], abs=1e-9)
    assert exact["programme_people"] == here.filter(study_group="programme")["people"].sum()


@pytest.mark.parametrize("table", ["outcomes", "money", "balance", "service_use", "placebos"])
def test_every_row_of_a_table_is_made_again(
    rehearsed: Rehearsed, made_before: dict[str, pl.LazyFrame], table: str
) -> None:
    found = reproduce(rehearsed.store, rehearsed.study, table, {})
    assert found.published.height > 5
    assert found.same
    assert found.exact.height > 0


def test_a_row_that_was_changed_since_is_not_the_same(
    rehearsed: Rehearsed, made_before: dict[str, pl.LazyFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reproducing._published(rehearsed.store, "differences")
    changed = whole.with_columns(pl.col("estimate") + 0.01)
    monkeypatch.setattr(reproducing, "_published", lambda *_: changed)
    assert not reproduce(rehearsed.store, rehearsed.study, "differences", {}).same


@pytest.mark.parametrize(
    ("table", "where", "words"),
    [
        ("outcome", {}, "no such table is published; there are .* Did you mean outcomes"),
        ("outcomes", {"shoe": "9"}, "outcomes has no column shoe"),
        ("outcomes", {"outcome": "flying"}, "no row of outcomes is so: outcome=flying"),
    ],
)
def test_what_was_never_published_is_refused(
    rehearsed: Rehearsed, table: str, where: dict[str, str], words: str
) -> None:
    with pytest.raises(CannotReproduce, match=words):
        reproduce(rehearsed.store, rehearsed.study, table, where)


def test_a_condition_without_a_value_is_refused(rehearsed: Rehearsed) -> None:
    assert main(["reproduce", "outcomes", "outcome", "--data", str(rehearsed.study.data)]) == 2
