"""The data folder of a study: its store, and the record of what custodians write into their vaults."""

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import Vault
from tf_linkage.study import DepartmentSource, Source, Study
from tf_linkage.workspace.environment import from_files
from tf_linkage.workspace.store import Store, Written


def store_of(study: Study) -> Store:
    """The data folder of a study."""
    simulated = study.source is Source.SIMULATION
    return Store(
        root=study.data,
        simulated=simulated,
        rehearsal=None if from_files(study) else True,
        incoming=study.incoming if from_files(study) else None,
        deadlines=Deadlines(study.dates.exchange, study.dates.destroy_by),
        study=study.name,
        from_files=_departments(study, DepartmentSource.REGISTER) if simulated else frozenset(),
        elsewhere=_departments(study, DepartmentSource.RETURN),
    )


def record_writing(store: Store, vault: Vault, dataset: str, written: Written, **facts: str) -> None:
    """Tells the ledger what a custodian wrote into its own vault."""
    ledger, about = store.ledger(), f"{vault.custodian}/{dataset}"
    ledger.append(
        store.clock().today(),
        "written",
        vault.custodian,
        about,
        size=ledger.size(about, sum(written.rows.values())),
        destroy_by=store.deadlines.of(vault.custodian)[1].isoformat(),
        **facts,
    )


def _departments(study: Study, source: DepartmentSource) -> frozenset[str]:
    return frozenset(name for name in DEPARTMENTS if study.source_of(name) is source)
