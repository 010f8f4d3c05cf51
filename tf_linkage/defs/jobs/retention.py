"""The jobs that end things: after a month for the departments, at the study's end for everybody.

Jobs, their schedule, and what the web UI is told about what was destroyed. Destroying is custody's.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import dagster as dg

from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import PasswordMissing
from tf_linkage.custody.vault.destruction import Certificate
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.defs import internals
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.jobs.confirmation import TAGS, UNDO, Confirmation, confirmed
from tf_linkage.defs.metadata.description import asset_key
from tf_linkage.workspace.catalogue import TABLES
from tf_linkage.workspace.jobs import DESTROY_DUE, END_OF_MONTH, END_OF_STUDY
from tf_linkage.workspace.store import Store

Steps = Mapping[str, frozenset[str]]
"""By asset, the steps that make or check it."""


def retention_jobs(steps: Steps) -> list[dg.JobDefinition]:
    """Destroy what is due today; and, in a rehearsal, go to the day on which it will be."""
    return [
        _job(steps, DESTROY_DUE, None, "Destroys what has reached its last day. Runs every night."),
        _job(
            steps,
            END_OF_MONTH,
            lambda deadlines: deadlines.month,
            "A calendar month after the exchange: requests, links and working files of the departments go. A "
            "rehearsal's clock moves on to that day; the calendar does not.",
        ),
        _job(
            steps,
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
        run_config=confirmed(DESTROY_DUE),
        default_status=dg.DefaultScheduleStatus.STOPPED if rehearsal else dg.DefaultScheduleStatus.RUNNING,
        description="Destroys what is due. In a rehearsal it is off: there the jobs move the clock.",
    )


def steps_of(assets: Sequence[dg.AssetsDefinition], checks: Sequence[dg.AssetChecksDefinition]) -> Steps:
    """By asset, the steps that make or check it."""
    made = [(key, one.node_def.name) for one in assets for key in one.keys]
    made += [(key.asset_key, one.node_def.name) for one in checks for key in one.check_keys]
    return {key.to_user_string(): frozenset(step for other, step in made if other == key) for key in dict(made)}


def traces(store: Store, certificates: Sequence[Certificate], steps: Steps) -> list[str]:
    """The assets whose history in Dagster goes with what was destroyed.

    Those that lay in a destroyed vault; and what its custodian made for a vault that does not open here: where only
    the department works, nothing is left of what it was asked about.
    """
    gone = {(made.custodian, dataset) for made in certificates for dataset in made.datasets}
    custodians = {made.custodian for made in certificates}
    found = []
    for key in steps:
        kept, handover = store.in_vault(key.split("/")), HANDOVERS.get(key)
        sent = handover is not None and handover.sender in custodians and not _opens(store, handover.recipient)
        if (kept and (kept[0].custodian, kept[1]) in gone) or sent:
            found.append(key)
    return found


def _opens(store: Store, custodian: str) -> bool:
    """Whether a custodian's password is at hand."""
    try:
        return bool(store.passwords().of(custodian))
    except PasswordMissing:
        return False


def _job(
    steps: Steps, name: str, until: Callable[[Deadlines], dt.date] | None, description: str
) -> dg.JobDefinition:
    @dg.op(name=f"{name}_step", required_resource_keys={"io_manager"}, description=description)
    def destroy(context: dg.OpExecutionContext, config: Confirmation) -> None:
        store: Store = context.resources.io_manager.store
        with plainly():
            config.must_name(name)
            if until is not None:
                store.clock().move_to(until(store.deadlines))
            certificates = store.destroy_due()
        today = store.clock().today()
        past = traces(store, certificates, steps)
        internals.forget(context.instance, map(dg.AssetKey, map(asset_key, past)), *(steps[key] for key in past))
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
        context.add_output_metadata(
            {
                "day": today.isoformat(),
                "datasets destroyed": len(gone),
                "certificates": len(certificates),
            }
        )

    @dg.job(name=name, description=f"{UNDO} {description}", tags=TAGS, executor_def=dg.in_process_executor)
    def made() -> None:
        destroy()

    return made
