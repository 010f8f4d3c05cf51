"""A job of a study run in process: its progress and summary, and an exit code for any failed check.

Dagster leaves the exit code at 0 when a check fails that does not block; here any failed ERROR check makes it 1.
"""

import logging
import sys
import time
from collections.abc import Sequence

import dagster as dg

from tf_linkage.defs.assets.extracts import PASSED_OVER
from tf_linkage.defs.assets.preview import preview_text
from tf_linkage.defs.automation.dead_runs import end_dead_runs
from tf_linkage.defs.build import build_defs, refuse_job
from tf_linkage.defs.failures import BAD_INPUT
from tf_linkage.defs.gates import held_back
from tf_linkage.defs.internals import DagsterHomeNotSetError, SerializableErrorInfo, executed
from tf_linkage.defs.jobs.rights import told
from tf_linkage.defs.progress import JobProgress
from tf_linkage.defs.resources import PROCESS, run_tags
from tf_linkage.hints import command
from tf_linkage.rehearsal.summary import summary, vaults
from tf_linkage.study import Study
from tf_linkage.workspace.catalogue import ASSESSED
from tf_linkage.workspace.choices import as_typed, refuse_unknown
from tf_linkage.workspace.folder import store_of
from tf_linkage.workspace.jobs import (
    DESTROY_DUE,
    END_OF_MONTH,
    END_OF_STUDY,
    PREVIEW,
    REHEARSAL,
    RIGHTS,
    jobs_of,
)
from tf_linkage.workspace.store import relative
from tf_linkage.workspace.storing.holding import this_process
from tf_linkage.workspace.study_record import FILE, record

FAILED, REFUSED = 1, 2
"""Exit codes: the run, or an ERROR check of it, failed; or all that failed in it are files that were refused."""


def run(job: str, study: Study, tickets: Sequence[str] = ()) -> int:
    """Run one job of one study and print what came of it; the data folder keeps the study's choices.

    Args:
        job: its name.
        study: the study.
        tickets: for a job that meets people's requests, whose.

    Returns:
        0 when the run succeeded and no ERROR check failed, 2 when all that failed are refused files, else 1.

    Raises:
        StudyRefused: the study has no such job.
        DataFolderBusy: another run is at work in the data folder.
        CannotSucceed: it lacks what it needs, or comes too late.
    """
    began = time.monotonic()
    known = jobs_of(study)
    refuse_unknown(job, known, as_typed("job", given=True), "no job of this study")
    # Held before there is a run: a refusal leaves none behind. The run itself holds it again, in this process.
    with store_of(study).hold(f"a command, job {job}"), _instance() as instance:
        end_dead_runs(instance)
        progress = JobProgress(job, _told_to_a_person)
        definitions = build_defs(study, loggers={"progress": _logger_of(progress)})
        refuse_job(definitions, study, job)
        if known[job].makes or not (study.data / FILE).exists():
            record(study)
        resolved = definitions.resolve_job_def(job)
        with progress.over(node.name for node in resolved.nodes):
            result = executed(
                resolved,
                instance,
                run_config={"loggers": {"progress": {}}} | told(job, tickets),
                tags=run_tags(study) | {PROCESS: this_process()},
            )
        evaluations = result.get_asset_check_evaluations()
        refused, warned = not_passed(evaluations)
        bad_input = files_alone(result)
        failures = _failures(result)
        failures = failures or never_began(result)
        overlooked = _passed_over(result)
    for failure in failures:
        print(f"\nFAILED  {failure}", file=sys.stderr)
    for said, several in (("WARNED", warned), ("FAILED", refused)):
        for evaluation in several:
            print(
                f"\nCHECK {said}  {evaluation.asset_key.to_user_string()}: {evaluation.check_name}\n"
                f"  {evaluation.description or ''}",
                file=sys.stderr,
            )
    if overlooked:
        print(f"\nPASSED OVER in {relative(study.incoming)}, nothing is made of: {overlooked}", file=sys.stderr)
    if not result.success:
        return REFUSED if bad_input else FAILED
    if job == PREVIEW:
        print(preview_text(result))
    if job == REHEARSAL:
        print(summary(study))
        print(vaults(study))
    judged = f"{tally(evaluations)}. " if evaluations else ""
    print(
        f"{judged}{time.monotonic() - began:.0f} s. "
        f"Tables: {relative(study.data)}/. UI: {command('ui', data=study.data)}, then http://localhost:3000"
    )
    return FAILED if refused else 0


Evaluations = Sequence[dg.AssetCheckEvaluation]


def not_passed(evaluations: Evaluations) -> tuple[Evaluations, Evaluations]:
    """The checks that failed, and those that only warned: a run with warnings is a good one."""
    others = [one for one in evaluations if not one.passed]
    failed = [one for one in others if one.severity is dg.AssetCheckSeverity.ERROR]
    return failed, [one for one in others if one.severity is not dg.AssetCheckSeverity.ERROR]


def tally(evaluations: Evaluations) -> str:
    """How the checks went, in the words of the web UI: `70 checks: 69 passed, 1 warned, 0 failed`."""
    failed, warned = not_passed(evaluations)
    passed = len(evaluations) - len(failed) - len(warned)
    return f"{len(evaluations)} checks: {passed} passed, {len(warned)} warned, {len(failed)} failed"


def files_alone(result: dg.ExecuteInProcessResult) -> bool:
    """Whether a run failed at refused files and nothing else."""
    failures = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    return bool(failures) and all(failure is not None and BAD_INPUT in failure.metadata for failure in failures)


def _passed_over(result: dg.ExecuteInProcessResult) -> str:
    """Files of the incoming folder that a run took in nothing of."""
    events = [
        event.step_materialization_data.materialization for event in result.get_asset_materialization_events()
    ]
    told = [str(event.metadata[PASSED_OVER].value) for event in events if PASSED_OVER in event.metadata]
    return told[0] if told else ""


def never_began(result: dg.ExecuteInProcessResult) -> list[str]:
    """Why a run failed that reached no step."""
    failed = [event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE"]
    errors = [event.job_failure_data.error for event in failed if event.job_failure_data.error]
    return [] if result.success else [_innermost(error).message.strip() for error in errors]


def _innermost(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """What an error began with."""
    return _innermost(error.cause) if error.cause else error


def _instance() -> dg.DagsterInstance:
    """The instance that the web UI shares, or a passing one where no home is set."""
    try:
        return dg.DagsterInstance.get()
    except DagsterHomeNotSetError:
        return dg.DagsterInstance.ephemeral()


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """Why steps failed, each reason once with the steps that it stopped."""
    stopped: dict[str, list[str]] = {}
    for event in result.get_step_failure_events():
        if reason := _reason(event):
            stopped.setdefault(reason, []).append(str(event.step_key))
    return [f"{', '.join(steps)}: {reason}" for reason, steps in stopped.items()]


def _reason(event: dg.DagsterEvent) -> str | None:
    """A step's failure in its own words where it has some; nothing for a check, which has a line of its own."""
    failure = event.step_failure_data
    if held_back(event):
        return None
    if failure.user_failure_data and failure.user_failure_data.description:
        return str(failure.user_failure_data.description)
    error = failure.error
    return _innermost(error).message.strip() if error else "failed"


def _told_to_a_person(line: str) -> None:
    print(f"    {time.strftime('%H:%M:%S')}  {line}", flush=True)


def _logger_of(progress: JobProgress) -> dg.LoggerDefinition:
    """A logger that shows a run's progress to a person and nothing else."""

    def made(_context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("tf_linkage.progress", logging.DEBUG)  # the level of Dagster's events
        handler = logging.StreamHandler(sys.stdout)
        handler.addFilter(shown)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        return logger

    def shown(record: logging.LogRecord) -> bool:
        progress.heard(record)
        is_shown = _materialised(record) or _longer_study(record)
        if is_shown:
            progress.working.noticed()
        return is_shown

    return dg.LoggerDefinition(made, config_schema={}, description="One line for each asset made")


_LONGER_STEPS = {key.replace("/", "__") for key in ASSESSED} | {
    f"{job}_step" for job in (*RIGHTS, DESTROY_DUE, END_OF_MONTH, END_OF_STUDY)
}


def _longer_study(record: logging.LogRecord) -> bool:
    """What the longer studies say while they run, and the jobs that meet requests or destroy."""
    meta = getattr(record, "dagster_meta", None) or {}
    if record.levelno != logging.INFO or meta.get("step_key") not in _LONGER_STEPS or meta.get("dagster_event"):
        return False
    record.msg = f"    {time.strftime('%H:%M:%S')}  {meta.get('orig_message', '')}"
    record.args = ()
    return True


def _materialised(record: logging.LogRecord) -> bool:
    meta = getattr(record, "dagster_meta", None) or {}
    event = meta.get("dagster_event")
    if event is None or event.event_type is not dg.DagsterEventType.ASSET_MATERIALIZATION:
        return False
    materialization = event.step_materialization_data.materialization
    rows = materialization.metadata.get("dagster/row_count")
    name = materialization.asset_key.to_user_string()
    size = materialization.metadata.get("rows")
    told = f"{rows.value:,} rows" if rows else f"{size.value} rows" if size else ""
    record.msg = f"  {name:<32}{told:>28}".rstrip()
    record.args = ()
    return True
