"""The I/O manager: Dagster's door to the store.

What an output's metadata says, how an input is found, and that what is joined comes from one world. The ready-made
managers cannot read with today's polars and DuckDB, and none of them replaces a set of tables as one.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, NoReturn

import dagster as dg
import polars as pl

from tf_linkage import intake
from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import LedgerBroken
from tf_linkage.custody.vault.vault import Vault
from tf_linkage.defs import internals
from tf_linkage.defs.failures import PlainInterruption, plainly
from tf_linkage.errors import DataFolderBusy, TfLinkageError
from tf_linkage.study import Study
from tf_linkage.workspace.custodians.review_tables import DECISIONS
from tf_linkage.workspace.folder import record_writing, store_of
from tf_linkage.workspace.masking import masked_errors
from tf_linkage.workspace.store import REGISTERS, Store, Value, Written, relative
from tf_linkage.workspace.storing.stamps import Stamp, joined
from tf_linkage.workspace.study_record import record

PEOPLE = ["population", "people"]
CHOICES = "made under the choices"
"""Metadata of an asset's definition: the names of the choices on which it depends itself."""


def own_choices(metadata: Mapping[str, Any]) -> list[str]:
    """The names of the choices on which an asset depends itself, from the metadata of its definition."""
    names = metadata.get(CHOICES)
    return str(getattr(names, "value", names)).split(", ") if names else []


class ParquetStore(dg.IOManager):  # type: ignore[misc]
    """Parquet files in the data folder; encrypted where a custodian keeps them.

    Attributes:
        store: the store itself.
        study: the run's choices, from which what is made takes its stamp.
    """

    def __init__(self, store: Store, study: Study) -> None:
        """The door to a store, for one run."""
        self.store, self.study = store, study
        self._stamps: dict[str, dict[str, Stamp]] = {}

    @classmethod
    def of(cls, study: Study) -> "ParquetStore":
        """The store of a study."""
        return cls(store_of(study), study)

    def handle_output(self, context: dg.OutputContext, obj: Value) -> None:
        """Write a table or a set of tables, and say what was written."""
        store, key = self.store, context.asset_key.path
        _end_after_failed_gates(context)
        with plainly():
            own = {THIS_RUN: self._own(context.definition_metadata)}
            stamp = joined(self._stamps.get(context.step_key, {}) | own)
            mappings = _told(context, intake.MAPPINGS_DIGEST)
            written = store.write(key, obj, stamp, mappings)
            context.add_output_metadata(output_metadata(written, exact=_tells_of_nobody(key)))
            if kept := store.in_vault(key):
                context.add_output_metadata(self._held(*kept, written, key, mappings))
        if key == PEOPLE:
            record(self.study)  # a world made under other choices is the folder's from now on
        internals.set_version(context, written.digest)

    def load_input(self, context: dg.InputContext) -> pl.LazyFrame | dict[str, pl.LazyFrame]:
        """Scan a table, or each table of a set, by name; what came from another body, after checking it.

        Raises:
            dg.Failure: it cannot be had, or comes from another world than the step's other inputs or its choices.
            TfLinkageError: the same, for a reader outside a run.
        """
        store, key = self.store, context.asset_key.path
        reader = _reader(context)
        with plainly() if reader else nullcontext():
            if reader:
                self._same_world(context)
            value = store.read(key)
            if (handover := HANDOVERS.get("/".join(key))) and store.in_vault(key) and reader:
                store.delivery().arrive(handover)
            if kept := store.in_vault(key):
                vault, dataset = kept
                store.ledger().append(
                    store.clock().today(), "read", vault.custodian, dataset, by=reader or "a reader outside a run"
                )
            return value

    def _same_world(self, context: dg.InputContext) -> None:
        """Refuse an input whose world differs from that of the inputs before it, or from the step's own choices."""
        step = self._stamps.setdefault(context.step_context.step.key, {})
        step["/".join(context.asset_key.path)] = self.store.made_with(context.asset_key.path)
        own = [self._own(internals.definition_metadata(context, key)) for key in internals.output_keys(context)]
        joined(step | {THIS_RUN: {name: value for stamp in own for name, value in stamp.items()}})

    def _own(self, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
        """The choices on which an asset depends itself, with the run's values."""
        return self.study.chosen(*own_choices(metadata or {}))

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


THIS_RUN = "this run"
GIVEN = ("ons", *REGISTERS)
"""Whose tables the rest is made of: first part of their keys."""


def store_manager(
    opened: Callable[[Study], Store] = store_of, before: Callable[[Store, Study, Any], None] | None = None
) -> dg.IOManagerDefinition:
    """The I/O manager: for a run, which holds the data folder as long as it lasts, or for a reader outside one.

    Whether people are real is decided when a run begins, from the files that it reads; then no error tells of them.

    Args:
        opened: the store of a run's choices.
        before: refuses a run that cannot succeed, told the store, the choices and the run.
    """

    @dg.io_manager(required_resource_keys={"study"}, description="The data folder")  # type: ignore[arg-type]
    @contextmanager
    def manager(context: dg.InitResourceContext) -> Iterator[ParquetStore]:
        study: Study = context.resources.study
        found = ParquetStore(opened(study), study)
        if context.run is None or context.instance is None:
            yield found
            return
        # Files may change while a run lasts, so what is said of errors on files is never open.
        simulated = found.store.is_rehearsal() and found.store.incoming is None
        with nullcontext() if simulated else masked_errors(), _held_for(context, found.store):
            if before:
                _or_cancelled(context, lambda: before(found.store, study, context.run))
            _report_arrivals(context.instance, found.store)
            yield found

    return manager


@contextmanager
def _held_for(context: dg.InitResourceContext, store: Store) -> Iterator[None]:
    """Hold the data folder for a run. One that may not is cancelled: it did not fail, nothing was made."""
    run: Any = context.run
    with ExitStack() as stack:
        try:
            stack.enter_context(store.hold(f"job {run.job_name}, run {run.run_id[:8]}"))
        except (DataFolderBusy, LedgerBroken) as refusal:
            _cancel(context, refusal)
        yield


def _or_cancelled(context: dg.InitResourceContext, look: Callable[[], None]) -> None:
    """End a run that may not begin as cancelled."""
    try:
        look()
    except TfLinkageError as refusal:
        _cancel(context, refusal)


def _cancel(context: dg.InitResourceContext, why: TfLinkageError) -> NoReturn:
    """End a run that has made nothing, in one plain line: it did not fail, and no asset shows as failed."""
    instance: Any = context.instance
    if context.log:
        context.log.error(str(why))
    instance.report_run_canceling(context.run, message=str(why))
    raise PlainInterruption(str(why)) from None


def arrivals() -> list[str]:
    """What reaches a vault by command, outside any run: clerks' decisions, and returns made elsewhere."""
    return [f"{name}/{kind}" for name in DEPARTMENTS for kind in (DECISIONS, "return")]


def _report_arrivals(instance: dg.DagsterInstance, store: Store) -> None:
    """Tell the graph what came since, before anything is made of it."""
    for key in arrivals():
        if key.endswith("/return") and key.split("/")[0] not in store.elsewhere:
            continue
        try:
            version = store.version(key.split("/"))
        except TfLinkageError:
            continue  # somebody else's: who holds it reports it
        event = instance.get_latest_materialization_event(dg.AssetKey(key.split("/")))
        known = event.asset_materialization.tags if event and event.asset_materialization else {}
        if version and (known or {}).get(internals.DATA_VERSION_TAG) != version:
            instance.report_runless_asset_event(
                dg.AssetMaterialization(key.split("/"), tags={internals.DATA_VERSION_TAG: version})
            )


def _end_after_failed_gates(context: dg.OutputContext) -> None:
    """End the run before anything more is written once a blocking check of what a body gave has failed in it.

    Dagster itself keeps back only what is made of that table, and goes on with the other branches. The run fails
    at the first table that it would write, so that none but that one shows as not made.

    Raises:
        DagsterExecutionInterruptedError: says which check of which table.
    """
    failed = [f"{key} ({check})" for key, check in internals.failed_gates(context) if key.split("/")[0] in GIVEN]
    if failed:
        raise PlainInterruption(
            f"not written, nor anything after it, because what a body gave was refused: {', '.join(sorted(failed))}"
        )


def _reader(context: dg.InputContext) -> str | None:
    """The step that reads; nothing for a reader outside a run."""
    try:
        return str(context.op_def.name)
    except dg.DagsterInvariantViolationError:
        return None


def text_version(*texts: str) -> dg.DataVersion:
    """The version of what is no table: a digest of its text."""
    return dg.DataVersion(hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16])


def _told(context: dg.OutputContext, name: str) -> str | None:
    """What an asset said of its output under a name."""
    said = (context.output_metadata or {}).get(name)
    return None if said is None else str(getattr(said, "value", said))


def _tells_of_nobody(key: Sequence[str]) -> bool:
    """Whether rows and bytes of an asset are for all to see: it is published, or nobody in it is real."""
    return key[0] in ("published", "population")


def output_metadata(written: Written, *, exact: bool = False) -> dict[str, Any]:
    """What the web UI shows of a written asset: how large, where, its version; never a value.

    Dagster keeps it for good, so that of what is made from people's records it tells the class of its rows alone
    (`sizes`): two numbers of before and after a family left would tell of that family.

    Args:
        written: the asset.
        exact: whether it may be told by the row and the byte.
    """
    described: dict[str, Any] = {"dagster/uri": relative(written.path), "digest": written.digest}
    if not exact:
        return described | {"rows": size_class(sum(written.rows.values()))}
    described |= {"dagster/row_count": sum(written.rows.values()), "size (bytes)": written.size}
    if set(written.rows) != {""}:
        described |= {f"rows of {name}": rows for name, rows in written.rows.items()}
    return described


def column_schema(tables: Mapping[str, Any], origins: Mapping[str, Mapping[str, str]]) -> dg.TableSchema:
    """The UI's column table of an asset, from the contracts of its tables.

    Args:
        tables: contract by table name; a single table has the empty name.
        origins: by table and column, where the column comes from, in words.
    """
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=f"{table}.{column.name}" if table else column.name,
                type=str(column.dtype) if not isinstance(column.dtype, pl.Enum) else "Enum",
                description=column.words
                + (f". From {origin}" if (origin := origins.get(table, {}).get(column.name)) else ""),
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
