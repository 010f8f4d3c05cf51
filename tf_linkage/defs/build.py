"""The assembly: which assets, checks, jobs and resources a study consists of.

The choice between the simulated world and real extracts, and nothing that could be said in the modules it
assembles.
"""

from collections.abc import Mapping
from functools import partial

import dagster as dg

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.assets.departments import clerks_decisions, department_assets, returns_from_elsewhere
from tf_linkage.defs.assets.extracts import Incoming, extract_assets, register_assets
from tf_linkage.defs.assets.ons import ons_assets
from tf_linkage.defs.assets.published import published_assets, published_checks
from tf_linkage.defs.assets.quality import quality_assets
from tf_linkage.defs.assets.report import report_asset
from tf_linkage.defs.assets.research import research_assets
from tf_linkage.defs.automation.arrival import arrival_sensors
from tf_linkage.defs.automation.dead_runs import dead_runs
from tf_linkage.defs.automation.failed_runs import failed_runs
from tf_linkage.defs.automation.on_change import follow_sensor, following, with_deadlines
from tf_linkage.defs.checks.checks import study_checks
from tf_linkage.defs.io import store_manager
from tf_linkage.defs.jobs.access import access_job
from tf_linkage.defs.jobs.beforehand import made_by, refusal_of, seal_before_outcomes
from tf_linkage.defs.jobs.jobs import assess_job, custodian_jobs, rehearsal_job
from tf_linkage.defs.jobs.retention import retention_jobs, retention_schedule, steps_of
from tf_linkage.defs.jobs.rights import NOWHERE, discretion, rebuild_jobs, rights_jobs
from tf_linkage.defs.metadata.flows import with_flows
from tf_linkage.defs.resources import key_resource, study_resource
from tf_linkage.errors import StudyRefused
from tf_linkage.study import DepartmentSource, Source, Study
from tf_linkage.workspace.catalogue import ASSESSED, STUDIES_PAGE
from tf_linkage.workspace.environment import is_rehearsal
from tf_linkage.workspace.folder import store_of
from tf_linkage.workspace.store import Store

Loggers = Mapping[str, dg.LoggerDefinition]


def build_defs(study: Study, loggers: Loggers | None = None) -> dg.Definitions:
    """Everything Dagster needs to run a study.

    Args:
        study: its configuration.
        loggers: for a command that prints its own progress; the web UI uses Dagster's.
    """
    simulated = study.source is Source.SIMULATION
    resources: dict[str, object] = {
        "study": study_resource(study),
        "io_manager": store_manager(before=lambda *run: look_before(*run)),  # noqa: PLW0108 - defined below
        "study_key": key_resource(study),
        NOWHERE: dg.mem_io_manager,
        "discretion": discretion(study),
    }
    calibration: list[dg.AssetChecksDefinition] = []
    longer: list[dg.AssetsDefinition] = []
    jobs = [rehearsal_job()]
    if simulated:
        # Imported here: on real extracts the simulated world need not even be installed.
        from tf_linkage.defs.assets.assess import assess_assets  # noqa: PLC0415
        from tf_linkage.defs.assets.calibration import calibration_checks  # noqa: PLC0415
        from tf_linkage.defs.assets.world import world_assets  # noqa: PLC0415

        bodies = world_assets(study, _departments(study, DepartmentSource.SIMULATION))
        bodies += register_assets(Incoming.of(study), _departments(study, DepartmentSource.REGISTER))
        if study.wholly_simulated:
            calibration, longer = calibration_checks(), assess_assets(study)
            jobs = [rehearsal_job(besides=[*ASSESSED, STUDIES_PAGE]), assess_job()]
    else:
        bodies = extract_assets(Incoming.of(study), _departments(study, DepartmentSource.REGISTER))
    assets = [
        *bodies,
        *ons_assets(),
        *department_assets(study),
        *research_assets(study),
        *published_assets(),
        *quality_assets(study),
        report_asset(study),
        *longer,
    ]
    checks = [*study_checks(study), *published_checks()]
    refuse = refusal_of(assets)

    def look_before(store: Store, chosen: Study, run: dg.DagsterRun) -> None:
        if run.asset_selection or defs.get_repository_def().has_job(run.job_name):
            made = run.asset_selection or made_by(defs, run.job_name)
            refuse(store, chosen, made)
            seal_before_outcomes(store, made)

    described = with_flows([*assets, *clerks_decisions(study), *returns_from_elsewhere(study)], store_of(study))
    if not is_rehearsal(study):
        described = with_deadlines(described, store_of(study))
    custodians = custodian_jobs(assets, study, checks)
    defs = dg.Definitions(
        assets=following(described),
        asset_checks=[*checks, *calibration],
        jobs=[
            *jobs,
            *custodians,
            *retention_jobs(steps_of(assets, [*checks, *calibration])),
            *rebuild_jobs(),
            *rights_jobs(study, partial(_rebuilt, study, loggers)),
            access_job(study),
        ],
        sensors=[dead_runs, failed_runs, follow_sensor(), *arrival_sensors(study, custodians)],
        schedules=[retention_schedule(rehearsal=is_rehearsal(study))],
        resources=resources,
        executor=dg.in_process_executor,
        loggers=dict(loggers) if loggers else None,
    )
    return defs


def refuse_job(defs: dg.Definitions, study: Study, job: str) -> None:
    """Refuse a job that cannot succeed, before there is a run.

    Raises:
        CannotSucceed: all that stands in its way.
    """
    assets = [made for made in defs.assets or [] if isinstance(made, dg.AssetsDefinition)]
    refusal_of(assets)(store_of(study), study, made_by(defs, job))


def _rebuilt(
    study: Study, loggers: Loggers | None, job: str, instance: dg.DagsterInstance
) -> dg.ExecuteInProcessResult:
    """Run a job of the study again, for a right that changed what it is made from."""
    return (
        build_defs(study, loggers)
        .resolve_job_def(job)
        .execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {name: {} for name in loggers}} if loggers else None,
        )
    )


def _departments(study: Study, source: DepartmentSource) -> list[str]:
    """The departments of a source."""
    if unknown := sorted({*study.sources, *study.linkage_on} - set(DEPARTMENTS)):
        raise StudyRefused(f"no department is named {unknown[0]}; known are {', '.join(DEPARTMENTS)}")
    return [name for name in DEPARTMENTS if study.source_of(name) is source]
