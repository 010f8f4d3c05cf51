"""Every asset that crosses a body's boundary says who, to whom, what for, by what right and until when."""

import datetime as dt

import dagster as dg
import pytest

from tf_linkage.contracts.flows import PUBLIC
from tf_linkage.definitions import build_defs
from tf_linkage.defs.metadata.flows import FIELDS, PREFIX
from tf_linkage.study import Dates, Study
from tf_linkage.workspace.catalogue import OF_THE_SIMULATION


def crossing(defs: dg.Definitions) -> set[dg.AssetKey]:
    """Assets read under another custodian than their own, and what is published; the simulated world apart."""
    graph = defs.resolve_asset_graph()
    found = set()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        if key.to_user_string().startswith(OF_THE_SIMULATION):
            continue
        readers = {
            graph.get(child).tags["custodian"]
            for child in node.child_keys
            if not child.to_user_string().startswith(OF_THE_SIMULATION)
        }
        if readers - {node.tags["custodian"]} or key.path[0] == "published":
            found.add(key)
    return found


@pytest.mark.parametrize("source", ["simulation", "files"])
def test_every_crossing_asset_carries_its_flow(source: str) -> None:
    defs = build_defs(Study.of("tiny", source=source))
    graph = defs.resolve_asset_graph()
    found = {key for key in crossing(defs) if source == "files" or not is_register(key)}
    assert {"council/cohort", "dwp/link_request", "moj/return", "research/linked_set", "published/findings"} <= {
        key.to_user_string() for key in found
    }
    for key in found:
        carried = graph.get(key).metadata
        missing = [name for name in FIELDS if not carried.get(f"{PREFIX}{name}")]
        assert not missing, f"{key.to_user_string()} crosses a boundary without {', '.join(missing)}"


def is_register(key: dg.AssetKey) -> bool:
    """A rehearsal's quality reads the registers, since nobody in them is real; on real extracts nothing does."""
    return key.to_user_string() in {"dwp/people", "moj/people", "dfe/pupils"}


def test_a_flow_is_destroyed_on_the_studys_day() -> None:
    dates = Dates(exchange=dt.date(2021, 1, 31), destroy_by=dt.date(2022, 6, 30))
    graph = build_defs(Study.of("tiny", dates=dates)).resolve_asset_graph()

    def day(key: str) -> str:
        return str(graph.get(dg.AssetKey(key.split("/"))).metadata[f"{PREFIX}destroy_by"])

    assert day("dwp/link_request") == "2021-02-28"
    assert day("dwp/return") == day("council/cohort") == "2022-06-30"
    assert day("research/linked_set") == "2022-06-30"
    assert day("published/findings").endswith(PUBLIC)


def test_an_asset_that_stays_with_its_body_carries_none() -> None:
    graph = build_defs(Study.of("tiny")).resolve_asset_graph()
    for key in ("ons/identifiers", "research/tables", "quality/report"):
        assert not [name for name in graph.get(dg.AssetKey(key.split("/"))).metadata if name.startswith(PREFIX)]
