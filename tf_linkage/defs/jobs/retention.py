"""The jobs that end things: after a month for the departments, at the study's end for everybody.

Jobs, their schedule, and what the web UI is told about what was destroyed. Destroying is custody's.
"""

import datetime as dt
from collections.abc import Callable

import dagster as dg

from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.metadata.description import asset_key
from tf_linkage.workspace.catalogue import TABLES
from tf_linkage.workspace.jobs import DESTROY_DUE, END_OF_MONTH, END_OF_STUDY
from tf_linkage.workspace.store import Store


def retention_jobs() -> list[dg.JobDefinition]:
    """Destroy what is due today; and, in a rehearsal, go to the day on which it will be."""
    return [
        _job(DESTROY_DUE, None, "Destroys what has reached its last day. Runs every night."),
        _job(
            END_OF_MONTH,
            lambda deadlines: deadlines.month,
            "A calendar month after the exchange: requests, links and working files of the departments go. A "
            "rehearsal's clock moves on to that day; the calendar does not.",
        ),
        _job(
            END_OF_STUDY,
            lambda deadlines: deadlines.end,
            "The end of the study: ONS destroys all personal information. A rehearsal's clock moves on to that "
            "day; the calendar does not.",
        ),
    ]


def retention_schedule(*, rehearsal: bool) -> dg.ScheduleDefinition:
    """Every night, by the calendar: running by itself where people are real."""
    return dg.ScheduleDefinition(
        name="nightly_destruction",
        job_name=DESTROY_DUE,
        cron_schedule="0 1 * * *",
        execution_timezone="Europe/London",
        default_status=dg.DefaultScheduleStatus.STOPPED if rehearsal else dg.DefaultScheduleStatus.RUNNING,
        description="Destroys what is due. In a rehearsal it is off: there the jobs move the clock.",
    )


def _job(name: str, until: Callable[[Deadlines], dt.date] | None, description: str) -> dg.JobDefinition:
    @dg.op(name=f"{name}_step", required_resource_keys={"io_manager"}, description=description)
    def destroy(context: dg.OpExecutionContext) -> None:
        store: Store = context.resources.io_manager.store
        with plainly():
            if until is not None:
                store.clock().move_to(until(store.deadlines))
            certificates = store.destroy_due()
        today = store.clock().today()
        gone = {(made.custodian, dataset): made for made in certificates for dataset in made.datasets}
        for key in TABLES:
            kept = store.in_vault(key.split("/"))
            made = gone.get((kept[0].custodian, kept[1])) if kept else None
            if made:
                context.log_event(
                    dg.AssetObservation(
                        asset_key=asset_key(key),
                        description=f"destroyed on {made.destroyed}",
                        metadata={
                            "destroyed on": made.destroyed,
                            "due": made.due,
                            "in time": made.in_time,
                            "certificate": made.number,
                        },
                    )
                )
        late = sum(not made.in_time for made in certificates)
        context.log.info(
            f"{today}: {len(gone)} datasets destroyed, {len(certificates)} certificates in ledger/certificates"
            + (f", {late} of them late: a breach is on record" if late else "")
        )
        head = store.ledger().entries()[-1:]
        context.add_output_metadata(
            {
                "day": today.isoformat(),
                "datasets destroyed": len(gone),
                "certificates": len(certificates),
                "ledger entries": head[0].number if head else 0,
                "ledger head": head[0].digest if head else "none",
            }
        )

    @dg.job(name=name, description=description, executor_def=dg.in_process_executor)
    def made() -> None:
        destroy()

    return made
