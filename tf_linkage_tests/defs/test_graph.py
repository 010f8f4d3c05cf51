"""The graph of each variant of the definitions is the tracked one: nothing is added or unplugged unseen.

A change that is meant is accepted by `make snapshots`; the difference of the tracked files is then reviewed.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from graph_as_text import as_text

from tf_linkage.definitions import build_defs
from tf_linkage.study import DepartmentSource, Study

TRACKED = Path(__file__).parent / "graph"

VARIANTS: dict[str, Study] = {
    "simulation": Study.of("tiny"),
    "simulation_at_other_size": Study.of("demo"),
    "simulation_moj_on_its_register": Study.of("tiny", sources={"moj": DepartmentSource.REGISTER}),
    "files": Study.of("tiny", source="files"),
    "files_moj_elsewhere": Study.of("tiny", source="files", sources={"moj": DepartmentSource.RETURN}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_graph_is_the_tracked_one(variant: str, request: pytest.FixtureRequest) -> None:
    found = as_text(build_defs(VARIANTS[variant]))
    path = TRACKED / f"{variant}.txt"
    if request.config.getoption("--accept-snapshots"):
        path.write_text(found, encoding="utf-8")
    assert path.exists(), "no snapshot is tracked; `make snapshots` writes it"
    assert found.splitlines() == path.read_text(encoding="utf-8").splitlines(), (
        "the graph is not the tracked one; if that is meant, accept it with `make snapshots`"
    )


def test_no_tracked_graph_is_left_over() -> None:
    assert {path.stem for path in TRACKED.glob("*.txt")} == set(VARIANTS)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_check_says_how_severe_it_is_and_what_blocks_is_an_error(variant: str) -> None:
    graph = build_defs(VARIANTS[variant]).resolve_asset_graph()
    for key in graph.asset_check_keys:
        spec = graph.get_check_spec(key)
        assert spec.metadata["severity"] == "error" or not spec.blocking, key
        assert spec.metadata["severity"].startswith(("error", "warning")), key


def test_a_check_taken_out_is_seen() -> None:
    """The snapshot can fail: a graph without one check, or with one that no longer blocks, reads otherwise."""

    @dg.asset
    def table() -> None: ...

    def graph(*checks: dg.AssetChecksDefinition) -> str:
        return as_text(dg.Definitions(assets=[table], asset_checks=list(checks)))

    def check(*, blocking: bool) -> dg.AssetChecksDefinition:
        @dg.asset_check(asset="table", blocking=blocking, metadata={"severity": "error"})
        def holds() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=True)

        return holds

    assert "table: holds [blocks; error] <- nothing" in graph(check(blocking=True))
    assert len({graph(), graph(check(blocking=True)), graph(check(blocking=False))}) == 3
