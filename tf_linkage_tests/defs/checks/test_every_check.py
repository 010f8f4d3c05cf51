"""Every check of the graph has a case that it passes and one that it fails, and fails as severely as it says."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from check_cases import CASES, At, Case, cases_of, evaluated
from rehearsing import Rehearsed

from tf_linkage.definitions import build_defs
from tf_linkage.study import Study

SOURCES = ("simulation", "files")
Checks = list[tuple[str, dg.AssetCheckKey, dg.AssetChecksDefinition]]


def checks_of(source: str, **choices: object) -> Checks:
    """Every check of a variant of the graph, with its definition."""
    made = build_defs(Study.of("tiny", source=source, **choices)).asset_checks or []
    return [(source, key, check) for check in made for key in sorted(check.check_keys)]


SIMULATED, ON_FILES = checks_of("simulation"), checks_of("files")
OTHERWISE = [
    each for each in ON_FILES if each[1].name.endswith("_stands_out") or each[1].name == "like_the_delivery_before"
]
assert len(OTHERWISE) > 4, "what is another check on files is tried there too"
"""On files nobody has counted the population, so that these checks are others there; deliveries come as files."""


def named(value: object) -> str | None:
    """How a check is called in the name of a test."""
    return f"{value.asset_key.to_user_string()}:{value.name}" if isinstance(value, dg.AssetCheckKey) else None


def test_every_check_has_cases_and_every_case_a_check() -> None:
    keys = [key for source in SOURCES for _, key, _ in checks_of(source)]
    without = [named(key) for key in keys if cases_of(key) is None]
    assert not without, "write what passes and what fails these checks into check_cases.CASES"
    there = {key.name for key in keys} | {f"{key.asset_key.to_user_string()}: {key.name}" for key in keys}
    assert set(CASES) <= there, "cases of checks that are in no graph"


def test_the_walk_covers_the_whole_graph() -> None:
    """A check that reaches the graph by another way than the list of checks, on an asset itself, is seen too."""
    for made in (SIMULATED, ON_FILES):
        graph = build_defs(Study.of("tiny", source=made[0][0])).resolve_asset_graph()
        assert set(graph.asset_check_keys) == {key for _, key, _ in made}


@pytest.mark.parametrize(("source", "key", "check"), [*SIMULATED, *OTHERWISE], ids=named)
def test_it_passes_and_it_fails(
    source: str,
    key: dg.AssetCheckKey,
    check: dg.AssetChecksDefinition,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    def finished() -> tuple[Study, object]:
        run: Rehearsed = request.getfixturevalue("rehearsed")
        return run.study, lambda asset: run.store.read(asset.split("/"))

    write = cases_of(key)
    assert write is not None
    study = Study.of("tiny", source=source, data=tmp_path / "data", incoming=tmp_path)
    cases = write(At(study, key.asset_key.to_user_string(), finished))  # type: ignore[arg-type]
    assert cases.passing, "no case that passes"
    assert cases.failing, "no case that fails"
    assert [at for at, case in enumerate(cases.passing) if not holds(check, key, case)] == [], (
        "cases that should pass"
    )
    assert [at for at, case in enumerate(cases.failing) if holds(check, key, case)] == [], "cases that should fail"


def holds(check: dg.AssetChecksDefinition, key: dg.AssetCheckKey, case: Case) -> bool:
    """Whether a case passes; a failure beyond doubt has to be as severe as the check says it is."""
    result = evaluated(check, key.name, case)
    (spec,) = (spec for spec in check.check_specs if spec.key == key)
    warns = spec.metadata["severity"] == "warning"
    assert result.passed or result.severity.name == ("WARN" if warns else "ERROR")
    return result.passed
