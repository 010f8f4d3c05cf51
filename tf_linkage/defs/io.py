"""The I/O manager: Dagster's door to the store.

What an output's metadata says, and how an input is found. The ready-made managers cannot read with today's polars
and DuckDB, and none of them replaces a set of tables as one.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from pydantic import Field

from tf_linkage import intake
from tf_linkage.contracts.columns import columns_of
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import Vault
from tf_linkage.defs.failures import plainly
from tf_linkage.study import NAME, Study
from tf_linkage.workspace.folder import record_writing, store_of
from tf_linkage.workspace.masking import masked_errors
from tf_linkage.workspace.store import DEADLINES, Store, Value, Written, relative


class ParquetStore(dg.ConfigurableIOManager):  # type: ignore[misc]
    """Parquet files in the data folder, held by one run at a time; encrypted where a custodian keeps them."""

    root: str = Field(default="data", description="Folder in which every table is kept")
    simulated: bool = Field(default=True, description="Whether the bodies' registers are simulated")

    rehearsal: bool = Field(default=False, description="Whether the vaults may make their own passwords")
    exchange: str = Field(
        default=DEADLINES.exchange.isoformat(), description="Day on which requests go to the departments"
    )
    destroy_by: str = Field(
        default=DEADLINES.end.isoformat(), description="Day by which ONS destroys all personal information"
    )

    from_files: list[str] = Field(
        default=[], description="Departments whose registers are files although the rest is simulated"
    )
    elsewhere: list[str] = Field(
        default=[], description="Departments that do their part elsewhere, by TF_LINKAGE_<NAME>_SOURCE=return"
    )
    study: str = Field(default=NAME, description="The study's name, the same at every body")
    incoming: str | None = Field(
        default=None, description="Folder of the files, from which it is judged whether anybody is real"
    )

    @classmethod
    def of(cls, study: Study) -> "ParquetStore":
        """The store of a study."""
        store = store_of(study)
        return cls(
            root=str(store.root),
            simulated=store.simulated,
            rehearsal=store.rehearsal is not False and store.incoming is None,
            incoming=str(store.incoming) if store.incoming else None,
            exchange=store.deadlines.exchange.isoformat(),
            destroy_by=store.deadlines.end.isoformat(),
            study=store.study,
            from_files=sorted(store.from_files),
            elsewhere=sorted(store.elsewhere),
        )

    @property
    def store(self) -> Store:
        """The store itself."""
        deadlines = Deadlines(dt.date.fromisoformat(self.exchange), dt.date.fromisoformat(self.destroy_by))
        return Store(
            Path(self.root),
            self.simulated,
            None if self.incoming else self.rehearsal,
            deadlines,
            self.study,
            frozenset(self.from_files),
            frozenset(self.elsewhere),
            Path(self.incoming) if self.incoming else None,
        )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["ParquetStore"]:
        """Hold the data folder for as long as the run lasts, and let no error tell about real people.

        Files may change while a run lasts, so what is said of errors on files is never open.
        """
        with self.store.hold(), nullcontext() if self.rehearsal else masked_errors():
            yield self

    def handle_output(self, context: dg.OutputContext, obj: Value) -> None:
        """Write a table or a set of tables, and say what was written."""
        store, key = self.store, context.asset_key.path
        with plainly():
            mappings = _told(context, intake.MAPPINGS_DIGEST)
            written = store.write(key, obj, mappings)
            context.add_output_metadata(output_metadata(written))
            if kept := store.in_vault(key):
                context.add_output_metadata(self._held(*kept, written, key, mappings))

    def load_input(self, context: dg.InputContext) -> pl.LazyFrame | dict[str, pl.LazyFrame]:
        """Scan a table, or each table of a set, by name; what came from another body, after checking it."""
        store, key = self.store, context.asset_key.path
        with plainly():
            value = store.read(key)
            if (handover := HANDOVERS.get("/".join(key))) and store.in_vault(key):
                store.delivery().arrive(handover)
            if kept := store.in_vault(key):
                vault, dataset = kept
                store.ledger().append(
                    store.clock().today(), "read", vault.custodian, dataset, by=context.op_def.name
                )
            return value

    def _held(
        self, vault: Vault, dataset: str, written: Written, key: Sequence[str], mappings: str | None
    ) -> dict[str, Any]:
        """Put a writing on record, and say who holds it until when."""
        store = self.store
        _, last_day = store.deadlines.of(vault.custodian)
        held = {"held by": vault.custodian, "destroy by": last_day.isoformat()}
        if handover := HANDOVERS.get("/".join(key)):
            manifest = store.delivery().record(handover)
            return held | {"sent by": manifest.sender, "contract version": manifest.contract}
        record_writing(store, vault, dataset, written, **({"mappings": mappings} if mappings else {}))
        return held


def _told(context: dg.OutputContext, name: str) -> str | None:
    """What an asset said of its output under a name."""
    said = (context.output_metadata or {}).get(name)
    return None if said is None else str(getattr(said, "value", said))


def output_metadata(written: Written) -> dict[str, Any]:
    """What the web UI shows of a written asset: rows, columns, place, size and digest; never a value."""
    described: dict[str, Any] = {
        "dagster/row_count": sum(written.rows.values()),
        "dagster/uri": relative(written.path),
        "digest": written.digest,
        "size (bytes)": written.size,
    }
    if set(written.rows) != {""}:
        described |= {f"rows of {name}": rows for name, rows in written.rows.items()}
    return described


def column_schema(tables: Mapping[str, Any]) -> dg.TableSchema:
    """The UI's column table of an asset, from the contracts of its tables.

    Args:
        tables: contract by table name; a single table has the empty name.
    """
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=f"{table}.{column.name}" if table else column.name,
                type=str(column.dtype) if not isinstance(column.dtype, pl.Enum) else "Enum",
                description=f"{column.description}{f' ({column.unit})' if column.unit else ''}",
                tags={"class": column.column_class.value.replace(" ", "-")},
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    unique=False,
                    other=[f"one of {', '.join(column.dtype.categories.to_list())}"]
                    if isinstance(column.dtype, pl.Enum)
                    else [],
                ),
            )
            for table, contract in tables.items()
            for column in columns_of(contract)
        ]
    )
