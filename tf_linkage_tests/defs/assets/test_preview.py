"""What would be sent, before it is: columns and rows, no value."""

import dagster as dg
import polars as pl
from rehearsing import Rehearsed

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.definitions import build_defs
from tf_linkage.defs.assets.preview import WOULD_BE_SENT, preview_text
from tf_linkage.study import Study
from tf_linkage.workspace.jobs import PREVIEW


def rows_shown(rehearsed: Rehearsed) -> dict[str, dict[str, object]]:
    for event in rehearsed.result.get_asset_materialization_events():
        shown = event.materialization.metadata.get(WOULD_BE_SENT)
        if isinstance(shown, dg.TableMetadataValue):
            return {str(row.data["department"]): dict(row.data) for row in shown.records}
    raise AssertionError("no preview")


def test_the_preview_tells_what_was_then_sent(rehearsed: Rehearsed) -> None:
    shown = rows_shown(rehearsed)
    assert set(shown) == set(DEPARTMENTS)
    for name, row in shown.items():
        sent = rehearsed.store.read([name, "link_request"])
        assert isinstance(sent, pl.LazyFrame)
        # Dagster keeps what it is shown for good: classes, as in the ledger.
        assert row["people"] == size_class(sent.select(pl.len()).collect().item())
        named = [part.split(" ")[0] for part in str(row["columns"]).split(", ")]
        assert named == sent.collect_schema().names()
    assert "nino (direct identifier)" in str(shown["dwp"]["columns"])
    assert "nino" not in str(shown["moj"]["columns"])


def test_the_preview_shows_no_value(rehearsed: Rehearsed) -> None:
    said = preview_text(rehearsed.result)
    people = rehearsed.store.read(["ons", "identifiers"])
    assert isinstance(people, pl.LazyFrame)
    for column in ("forename", "surname", "address", "postcode", "nino"):
        for value in people.select(pl.col(column).drop_nulls().unique()).collect()[column]:
            assert f" {value} " not in said
            assert f"{value}," not in said


def test_the_job_that_previews_sends_nothing() -> None:
    defs = build_defs(Study.of("tiny"))
    steps = {str(name) for name in defs.resolve_job_def(PREVIEW).graph.node_dict}
    assert "ons_split" in steps
    assert not [name for name in steps if "link_request" in name or "linked_set" in name]
