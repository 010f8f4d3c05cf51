"""Runs whose process is gone are marked failed, so that they block nothing: by a sensor, and when a command starts.

Dagster's own monitoring cannot tell whether a process of this machine is alive.
"""

import time

import dagster as dg

from tf_linkage.defs.resources import PROCESS
from tf_linkage.workspace.storing.holding import is_alive

AT_WORK = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
DIED = (
    "its process ended without a word, as by a kill or a power cut; what it had made is whole, and the next run "
    "tidies up"
)
UNSAID = 120
"""Seconds after which a run that never said which process it is counts as dead."""


def end_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark every run whose process is gone as failed; what it made stays, and the next run sweeps the rest.

    Returns:
        The runs' ids.
    """
    ended = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=AT_WORK)):
        process = record.dagster_run.tags.get(PROCESS)
        said_nothing = process is None and record.update_timestamp.timestamp() < time.time() - UNSAID
        if said_nothing or (process is not None and not is_alive(process)):
            instance.report_run_failed(record.dagster_run, DIED)
            ended.append(record.dagster_run.run_id)
    return ended


@dg.sensor(
    name="dead_runs",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks runs whose process is gone as failed, so that the queue moves on. Starts nothing.",
)
def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Every half minute."""
    ended = end_dead_runs(context.instance)
    return dg.SkipReason(f"{len(ended)} dead runs ended" if ended else "every run at work is alive")
