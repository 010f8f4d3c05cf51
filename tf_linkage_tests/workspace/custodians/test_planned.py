"""The seal of the plan: what was planned before outcomes were read is told from what was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf_linkage.cli import main
from tf_linkage.research.estimates.planning.plan import DRAFT, FILE, plan_of
from tf_linkage.workspace.beforehand import CannotSucceed, refuse_what_cannot_succeed
from tf_linkage.workspace.custodians.planned import outcomes_read, plan_for, planned_in_time, seal
from tf_linkage.workspace.store import Store

ONE = 'headline = "weighted"\n[[primary]]\noutcome = "custody"\nunit = "family"\n'
OTHER = ONE.replace("custody", "conviction")


def plan(store: Store, text: str) -> None:
    (store.root / FILE).write_text(text, encoding="utf-8")


def read_outcomes(store: Store) -> None:
    store.ledger().append(store.clock().today(), "read", "research", "linked_set", by="a test")


def in_time(store: Store) -> bool:
    return planned_in_time(store, plan_for(store))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_plan_sealed_before_outcomes_is_in_time_and_sealed_once(store: Store) -> None:
    plan(store, ONE)
    assert not in_time(store), "not sealed"
    seal(store)
    seal(store)
    assert len(store.ledger().entries()) == 1
    assert in_time(store)
    assert not outcomes_read(store)
    read_outcomes(store)
    assert in_time(store)
    assert outcomes_read(store)


def test_a_plan_changed_after_outcomes_is_late_and_going_back_is_not(store: Store) -> None:
    plan(store, ONE)
    seal(store)
    read_outcomes(store)
    plan(store, OTHER)
    seal(store)
    assert not in_time(store)
    plan(store, ONE)
    seal(store)
    assert in_time(store), "the one that was planned first"


def test_a_plan_changed_before_outcomes_replaces_the_one_before(store: Store) -> None:
    plan(store, ONE)
    seal(store)
    plan(store, OTHER)
    seal(store)
    read_outcomes(store)
    assert in_time(store)
    plan(store, ONE)
    assert not in_time(store), "of two plans the one sealed last was meant"


def test_without_a_seal_before_outcomes_nothing_is_in_time(store: Store) -> None:
    plan(store, ONE)
    read_outcomes(store)
    seal(store)
    assert not in_time(store)


def test_what_departments_or_others_read_are_no_outcomes(store: Store) -> None:
    store.ledger().append(store.clock().today(), "read", "ons", "linked_set", by="a test")
    store.ledger().append(store.clock().today(), "read", "research", "other", by="a test")
    plan(store, ONE)
    seal(store)
    assert in_time(store)


def test_a_rehearsal_has_a_plan_of_its_own_and_a_real_study_none(tmp_path: Path) -> None:
    assert plan_for(Store(tmp_path)) == plan_of(DRAFT)
    real = Store(tmp_path, rehearsal=False)
    assert plan_for(real) is None
    seal(real)
    assert not real.ledger().entries()
    assert not planned_in_time(real, None)


def test_a_run_is_refused_where_the_plan_cannot_be_read(store: Store) -> None:
    def look(makes: str) -> None:
        refuse_what_cannot_succeed(store, makes=[makes], reads=[], extracts=[], incoming=store.root)

    plan(store, ONE.replace("custody", "prison"))
    with pytest.raises(CannotSucceed, match=r"plan\.toml: primary 1: outcome is none of"):
        look("research/estimates")
    look("ons/attributes")
    plan(store, ONE)
    look("research/estimates")


def test_the_command_drafts_seals_and_says_when(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--data", str(tmp_path / "data"))
    assert main(["plan", "--draft", *at]) == 0
    assert main(["plan", "--draft", *at]) == 2
    assert "never written over" in capsys.readouterr().err
    assert main(["plan", *at]) == 0
    said = capsys.readouterr()
    assert "headline: range over two assumptions" in said.out
    assert said.out.count("primary: ") == 5
    assert "not sealed yet" in said.err
    assert main(["plan", "--seal", *at]) == 0
    assert "nobody has read outcomes" in capsys.readouterr().err
    store = Store(tmp_path / "data")
    read_outcomes(store)
    assert main(["plan", *at]) == 0
    plan(store, ONE)
    assert main(["plan", "--seal", *at]) == 1
    assert "planned late" in capsys.readouterr().err
    plan(store, "headline =")
    assert main(["plan", *at]) == 2
