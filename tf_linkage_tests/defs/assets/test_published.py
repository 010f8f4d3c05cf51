"""The gates of a release, each with a case that passes and one that fails, and the record of releases."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from check_cases import verdicts
from rehearsing import Rehearsed
from tables_of_counts import counts, random_counts
from tables_of_counts import estimates as of_counts

from tf_linkage import disclosure
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.contracts.outputs.release import RELEASE_TABLES
from tf_linkage.defs.assets.published import (
    CHECK_PAGE,
    FINDINGS,
    apart_from_earlier,
    attack_verdict,
    published_assets,
    published_checks,
    withstands_attack_on_all,
)
from tf_linkage.study import Study
from tf_linkage.workspace.releases_on_record import (
    REAL,
    earlier_releases,
    put_on_record,
    refuse_if_near,
    refuse_if_released_together,
    same_study,
)
from tf_linkage.workspace.store import Store

CELLS = random_counts(3, 600)


def estimates(less: int = 0) -> dict[str, pl.LazyFrame]:
    """The estimates, where so many families of every cell have withdrawn."""
    return of_counts(counts({cell: (n - less, having) for cell, (n, having) in CELLS.items()}))


def released(less: int = 0) -> dict[str, pl.LazyFrame]:
    return disclosure.propose_release(estimates(less))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.of("tiny", data=tmp_path)


@pytest.fixture
def store(study: Study) -> Store:
    return Store(study.data, rehearsal=True)


def evaluate(check: dg.AssetChecksDefinition, **stored: dict[str, pl.LazyFrame] | Study) -> dg.AssetCheckResult:
    (found,) = verdicts(check, **stored)
    return found


def test_every_gate_blocks() -> None:
    specs = [spec for check in published_checks() for spec in check.check_specs]
    assert {spec.name for spec in specs} == {
        "withstands_attack",
        "apart_from_earlier_releases",
        "withstands_attack_on_all_releases",
    }
    assert all(spec.blocking for spec in specs)


def test_the_gate_of_the_attack_passes_and_fails() -> None:
    made = released()
    assert attack_verdict(disclosure.prove(made, estimates())).passed
    outcomes = made["outcomes"].with_columns(number_with=pl.col("number_with").fill_null(10))
    found = attack_verdict(disclosure.prove(made | {"outcomes": outcomes}, estimates()))
    assert not found.passed
    assert "can be narrowed down too far" in (found.description or "")


def test_the_gate_of_earlier_releases_passes_and_fails(study: Study, store: Store) -> None:
    gate = apart_from_earlier()
    assert evaluate(gate, study=study, release=released()).passed
    put_on_record(store, study, released(), estimates())
    assert evaluate(gate, study=study, release=released()).passed, "the same again"
    found = evaluate(gate, study=study, release=released(1))
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert "fewer than ten people or families" in (found.description or "")
    assert evaluate(gate, study=study, release=released(12)).passed, "batched"


def convicted(more: int) -> dict[str, pl.LazyFrame]:
    """The estimates of three regions, in one of which so many more families are convicted."""
    of = {"London": (851 + more, 58 + more), "North": (853, 7), "South": (639, 21)}
    return of_counts(
        counts({("family", "conviction", "programme", "year before", name): each for name, each in of.items()})
    )


def test_the_gate_of_all_releases_together_passes_and_fails(study: Study, store: Store) -> None:
    """Twelve more in London: no figure is too near, and each release by itself is safe."""
    gate = withstands_attack_on_all()
    first, second, third = (
        {"release": disclosure.propose_release(made), "estimates": made} for made in map(convicted, (0, 12, 300))
    )
    assert evaluate(gate, study=study, **first).passed, "nothing was released before"
    put_on_record(store, study, first["release"], first["estimates"])
    assert evaluate(gate, study=study, **first).passed, "the same again"
    assert evaluate(apart_from_earlier(), study=study, release=second["release"]).passed
    found = evaluate(gate, study=study, **second)
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert "could be worked out" in (found.description or "")
    assert "could be worked out" in Path(f"{store.place(CHECK_PAGE)}.html").read_text()
    with pytest.raises(disclosure.ReleaseRefused, match="could be worked out"):
        refuse_if_released_together(store, study, second["release"], second["estimates"])
    assert evaluate(gate, study=study, **third).passed


def test_the_checkers_page_lists_what_is_withheld_and_why_it_is_held(study: Study, store: Store) -> None:
    put_on_record(store, study, released(), estimates())
    evaluate(withstands_attack_on_all(), study=study, release=released(1), estimates=estimates(1))
    page = Path(f"{store.place(CHECK_PAGE)}.html").read_text()
    for words in ("Sign-off", "missed", "fewer than ten people or families", *PUBLISHED_TABLES, "withheld figures"):
        assert words in page


def test_a_release_is_on_record_once_and_its_counts_stay_with_the_researchers(study: Study, store: Store) -> None:
    for _ in range(2):
        put_on_record(store, study, released(), estimates())
    (entry,) = earlier_releases(store, study)
    assert entry.facts["content"] == disclosure.content_digest(released())
    kept = [path for path in study.data.rglob("*") if path.is_file() and entry.facts["content"][:16] in str(path)]
    assert kept
    assert all(path.is_relative_to(study.data / "research" / "releases") for path in kept)


def test_a_rewritten_record_is_noticed(study: Study, store: Store) -> None:
    put_on_record(store, study, released(), estimates())
    path = store.ledger().path
    path.write_text(path.read_text().replace("released", "arrived"))
    with pytest.raises(Exception, match="ledger"):
        refuse_if_near(store, study, released(1))


def test_without_the_earlier_counts_nothing_is_released(study: Study, store: Store) -> None:
    put_on_record(store, study, released(), estimates())
    for path in (study.data / "research" / "releases").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(disclosure.ReleaseRefused, match="put it back"):
        refuse_if_near(store, study, released(1))
    with pytest.raises(disclosure.ReleaseRefused, match="put it back"):
        refuse_if_released_together(store, study, released(1), estimates(1))


OTHER_WORLDS = {
    "seed": 7,
    "noise": "hard",
    "noise_multiplier": 1.5,
    "families": 210,
    "population": 9_000,
    "councils": ("E09000012", "E08000003"),
    "moves_together": 0.5,
    "confounding": "severity",
    "confounding_strength": 0.1,
    "dates": {"extract": "2020-03-30"},
}
RENEWALS = {
    "link_threshold": 0.9,
    "review_threshold": 0.3,
    "engine": "recordlinkage",
    "linkage_on": {"moj": "hashes"},
    "clerk_error": 0.2,
    "memory_gb": 1.0,
    "threads": 1,
    "most_pairs": 10**7,
    "spark": "sc://localhost:15002",
    "name": "renewed",
    "preset": "demo",
}


def with_choice(study: Study, name: str, value: object) -> Study:
    return Study(**study.model_dump() | {name: value})


@pytest.mark.parametrize("name", OTHER_WORLDS)
def test_releases_of_another_world_are_of_another_study(study: Study, store: Store, name: str) -> None:
    put_on_record(store, study, released(), estimates())
    other = with_choice(study, name, OTHER_WORLDS[name])
    assert evaluate(apart_from_earlier(), study=other, release=released(1)).passed
    assert evaluate(withstands_attack_on_all(), study=other, release=released(1), estimates=estimates(1)).passed


@pytest.mark.parametrize("name", RENEWALS)
def test_a_renewal_of_one_world_is_held_against_its_earlier_releases(study: Study, store: Store, name: str) -> None:
    put_on_record(store, study, released(), estimates())
    renewed = with_choice(study, name, RENEWALS[name])
    found = evaluate(apart_from_earlier(), study=renewed, release=released(1))
    assert not found.passed
    assert "begin again" in (found.description or ""), "a rehearsal may forget its releases; it is said how"


def test_every_choice_is_of_the_world_or_of_a_renewal() -> None:
    """A new choice has to be put on one side."""
    decided = {*OTHER_WORLDS, *RENEWALS, "data", "incoming", "source", "sources"}
    assert set(Study.model_fields) == decided


def test_clerks_decisions_and_withdrawals_renew_a_study(study: Study, store: Store) -> None:
    before = same_study(store, study)
    store.ledger().append(store.clock().today(), "written", "dwp", "dwp/review_decisions", rows=5)
    store.ledger().append(store.clock().today(), "withdrawn", "ons", "ticket 000000000001")
    assert same_study(store, study) == before


def test_the_gates_judge_by_the_choices_of_the_run(study: Study) -> None:
    """The launchpad may choose another world than the folder's; gates and record take the run's own."""
    judging = [
        made for made in (*published_checks(), *published_assets()) if "study" in made.required_resource_keys
    ]
    assert FINDINGS in {key.to_user_string() for made in judging for key in made.keys}
    named = {spec.name for made in judging for spec in made.check_specs}
    assert named == {"apart_from_earlier_releases", "withstands_attack_on_all_releases"}


def test_with_real_people_a_data_folder_is_one_study(tmp_path: Path) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    one = Study.of("tiny", source="files", incoming=incoming, data=tmp_path / "data")
    other = one.model_copy(update={"link_threshold": 0.9, "engine": "recordlinkage"})
    store = Store(one.data, simulated=False, rehearsal=False)
    assert same_study(store, one) == same_study(store, other) == REAL
    put_on_record(store, one, released(), estimates())
    with pytest.raises(disclosure.ReleaseRefused) as refusal:
        refuse_if_near(store, other, released(1))
    assert "begin again" not in str(refusal.value), "nobody forgets a release about real people"


def test_what_the_rehearsal_published_holds(rehearsed: Rehearsed) -> None:
    store = rehearsed.store
    made, behind = store.read(["research", "release"]), store.read(["research", "estimates"])
    assert isinstance(made, dict)
    assert isinstance(behind, dict)
    assert set(made) == set(RELEASE_TABLES)
    assert disclosure.prove(made, behind).holds
    published = store.read(["published", "findings"])
    assert isinstance(published, dict)
    assert all(published[name].collect().equals(made[name].collect()) for name in PUBLISHED_TABLES)
    for name in PUBLISHED_TABLES:
        assert (rehearsed.study.data / "published" / "csv" / f"{name}.csv").stat().st_size
    page = (rehearsed.study.data / "published" / "findings.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page
    (entry,) = earlier_releases(store, rehearsed.study)
    assert json.dumps(entry.facts)


def test_the_rehearsals_relations_are_true_and_none_is_dropped(rehearsed: Rehearsed) -> None:
    """What the attacker is said to know is so: a claim that the counts do not keep would be left out in silence."""
    from tf_linkage.disclosure.release.release import system_of
    from tf_linkage.disclosure.tables.outcomes import WIDER, WITHIN

    behind = rehearsed.store.read(["research", "estimates"])
    assert isinstance(behind, dict)
    system = system_of({name: table.collect() for name, table in behind.items()})
    assert not system.broken()
    inner = {key[3] for key in system.quantities if key[1] == "beyond"}
    assert inner == {inner for inner, _ in WITHIN}
    assert sum(key[1] == "wider" for key in system.quantities) >= len(WIDER)
    assert any(key[1] == "left" for key in system.quantities)
    assert any(key[1] == "outside" for key in system.quantities)
    used = {key[1] for key in system.quantities if key[0] == "service_use"}
    assert {"other", "apart", "more", "left"} <= used
    went = {key[1] for key in system.quantities if key[0] == "benefit_paths"}
    assert {"other", "apart", "came", "left"} <= went
