"""One line of plain words for each run that failed, to be read without the web UI."""

import time
from pathlib import Path

import dagster as dg

from tf_linkage.defs.automation.dead_runs import DIED
from tf_linkage.defs.gates import held_back
from tf_linkage.defs.internals import gates_failed_in
from tf_linkage.defs.resources import DATA
from tf_linkage.workspace.store import relative

FILE = Path("reports") / "failed_runs.txt"
"""Below the data folder."""


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes one line into reports/failed_runs.txt of the data folder for each run that failed: when, "
    "which job, which step and why. Only our own words are repeated; what other errors say stays in the run.",
)
def failed_runs(context: dg.RunFailureSensorContext) -> dg.SkipReason:
    """Appends the line of one failed run."""
    run = context.dagster_run
    if DATA not in run.tags:
        return dg.SkipReason("it never said in which data folder it was to work")
    words = line_of(context)
    path = Path(run.tags[DATA]) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(words + "\n")
    context.log.info(words)
    return dg.SkipReason(f"written into {relative(path)}")


def line_of(context: dg.RunFailureSensorContext) -> str:
    """The line: day and time, job, run, and why it failed."""
    run = context.dagster_run
    reasons = [_why(event) for event in context.get_step_failure_events() if not held_back(event)]
    reasons += _gates(context)
    if not reasons:
        # Of a process that it started itself, Dagster notices the end before our own sensor does, in its own words.
        begun = context.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_START)
        reasons = [DIED if begun or context.failure_event.message == DIED else "it ended before any step"]
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime())
    return f"{when}  {run.job_name}, run {run.run_id[:8]}: {'; '.join(reasons)}"


def _gates(context: dg.RunFailureSensorContext) -> list[str]:
    """Each check that blocks and was red, with the words that stand on its page: they hold no data."""
    return [
        f"{one.asset_key.to_user_string()}, check {one.check_name}: {' '.join((one.description or '').split())}"
        for one in gates_failed_in(context.instance, context.dagster_run.run_id)
    ]


def _why(event: dg.DagsterEvent) -> str:
    """A step and our own words for why it failed; an error that is not ours may quote data and is not repeated."""
    failure = event.step_failure_data
    told = failure.user_failure_data.description if failure.user_failure_data else None
    words = " ".join(told.split()) if told else "an error of the program; its page in the web UI says where"
    return f"{event.step_key}: {words}"
