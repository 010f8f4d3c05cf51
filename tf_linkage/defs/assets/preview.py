"""What each department would be sent, before anything is: columns and how many rows, no value.

The preview as metadata of `ons/identifiers` and as text.
"""

import dagster as dg
import polars as pl

from tf_linkage import custody
from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.study import Study
from tf_linkage.workspace.catalogue import tables_of

WOULD_BE_SENT = "would be sent"


def would_be_sent(identifiers: pl.LazyFrame, study: Study) -> dg.TableMetadataValue:
    """By department: people asked about, each column and its class."""
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "department": name,
                    "people": size_class(custody.people_to_ask(identifiers, department, study.dates.extract)),
                    "columns": ", ".join(
                        f"{column.name} ({column.column_class.value})"
                        for column in columns_of(tables_of(f"{name}/link_request", study)[""])
                    ),
                }
            )
            for name, department in DEPARTMENTS.items()
        ]
    )


def preview_text(result: dg.ExecuteInProcessResult) -> str:
    """The preview as a person reads it, from what a run materialised."""
    lines = ["", "What would be sent (nothing was): job ons sends it."]
    for event in result.get_asset_materialization_events():
        shown = event.materialization.metadata.get(WOULD_BE_SENT)
        if isinstance(shown, dg.TableMetadataValue):
            for row in shown.records:
                name, people, columns = (str(row.data[part]) for part in ("department", "people", "columns"))
                lines.append(f"{DEPARTMENTS[name].short:<6}{people:>24} people  {columns}")
    return "\n".join(lines)
