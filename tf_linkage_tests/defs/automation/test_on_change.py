"""What goes by itself: figures that follow changed data, deadlines that show, failures in plain words."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.test_utils import freeze_time
from dagster._utils.schedules import get_latest_completed_cron_tick

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.definitions import build_defs
from tf_linkage.defs.automation import failed_runs as alarm
from tf_linkage.defs.automation.dead_runs import DIED
from tf_linkage.defs.automation.on_change import BY_VERSION, over_after, with_deadlines
from tf_linkage.defs.internals import freshness_of
from tf_linkage.defs.resources import DATA
from tf_linkage.study import Study
from tf_linkage.workspace.folder import store_of


@pytest.mark.filterwarnings("ignore::dagster.BetaWarning")  # of the tester itself
def test_only_changed_content_makes_figures_again() -> None:
    versions = iter("aab")

    @dg.asset
    def source() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(data_version=dg.DataVersion(next(versions)))

    @dg.asset(deps=[source], automation_condition=BY_VERSION)
    def figures() -> None:
        pass

    defs = dg.Definitions(assets=[source, figures])
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([source, figures], instance=instance)
        seen = dg.evaluate_automation_conditions(defs=defs, instance=instance)
        requested = []
        for _ in range(2):
            dg.materialize([source], instance=instance)
            seen = dg.evaluate_automation_conditions(defs=defs, instance=instance, cursor=seen.cursor)
            requested.append(seen.total_requested)
    assert requested == [0, 1], "equal content starts nothing"


def test_research_figures_and_findings_follow_and_nothing_else_and_it_is_off() -> None:
    defs = build_defs(Study.of("tiny"))
    follow = {
        spec.key.to_user_string()
        for spec in defs.resolve_all_asset_specs()
        if spec.automation_condition is not None
    }
    assert {"research/tables", "research/release", "published/findings", "quality/linkage_quality"} <= follow
    assert not {key for key in follow if key.startswith(("ons/", "council/", "population/", "linkage/", "dwp/"))}
    assert not follow & {"quality/sweep", "quality/long_studies", "research/linked_set"}
    (sensor,) = [one for one in defs.get_repository_def().sensor_defs if one.name == "follow_the_data"]
    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED


def test_a_rehearsal_has_no_deadline_by_the_calendar_and_a_real_study_has(tmp_path: Path) -> None:
    rehearsal = build_defs(Study.of("tiny")).resolve_all_asset_specs()
    assert not [spec for spec in rehearsal if spec.freshness_policy is not None]
    real = build_defs(Study.of("tiny", source="files", incoming=tmp_path, data=tmp_path / "data"))
    dated = {spec.key.to_user_string() for spec in real.resolve_all_asset_specs() if spec.freshness_policy}
    kinds = {"link_request", "review_decisions", "people", "spells", "offences", "pupils", "school_and_care"}
    assert {key.split("/")[1] for key in dated if not key.startswith("linkage/")} == kinds
    assert {key for key in dated if key.startswith("linkage/")} == {f"linkage/{name}_links" for name in DEPARTMENTS}
    assert not [key for key in dated if key.endswith("/return")], "ONS holds those to the study's end"


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("made", "asked", "state"),
    [
        ("2026-01-05 09:00", "2026-02-05 23:58", "PASS"),  # the last day itself
        ("2026-01-05 09:00", "2026-02-06 00:00", "FAIL"),
        ("2026-02-04 18:00", "2026-02-05 23:58", "PASS"),  # made again late: no day more
        ("2026-02-04 18:00", "2026-02-06 00:00", "FAIL"),
        ("2026-02-04 18:00", "2027-03-01 00:00", "FAIL"),  # a year later it is overdue still
        (None, "2026-02-06 00:00", "UNKNOWN"),  # destroyed: without a history
    ],
)
def test_what_is_held_over_its_month_shows_whenever_it_was_made(
    tmp_path: Path, made: str | None, asked: str, state: str
) -> None:
    @dg.asset(key=["dwp", "link_request"])
    def request() -> None:
        pass

    days = {"exchange": "2026-01-05", "destroy_by": "2030-01-01", "extract": "2026-01-01"}
    store = store_of(Study.of("tiny", data=tmp_path, dates=days))
    assert store.deadlines.month == dt.date(2026, 2, 5)
    (dated,) = with_deadlines([request], store)
    assert isinstance(dated, dg.AssetsDefinition)
    defs = dg.Definitions(assets=[dated])

    def at(moment: str) -> dt.datetime:
        return dt.datetime.fromisoformat(moment).replace(tzinfo=LONDON)

    with dg.DagsterInstance.ephemeral() as instance:
        if made is not None:
            with freeze_time(at(made)):
                dg.materialize([dated], instance=instance)
        with freeze_time(at(asked)):
            found = freshness_of(defs, instance, dg.AssetKey(["dwp", "link_request"]))
    assert found == state


@pytest.mark.parametrize(
    "last", [dt.date(2028, 2, 28), dt.date(2026, 12, 31), dt.date(2026, 3, 28), dt.date(2026, 10, 25)]
)
def test_every_day_of_the_calendar_can_be_a_deadline(last: dt.date) -> None:
    policy = over_after(last)
    ticks = policy.deadline_cron, dt.datetime.combine(last, dt.time(12), LONDON) + dt.timedelta(days=1)
    assert get_latest_completed_cron_tick(*ticks, "Europe/London") == dt.datetime.combine(
        last + dt.timedelta(days=1), dt.time(0), LONDON
    )


def failure(instance: dg.DagsterInstance, data: Path, error: Exception) -> dg.RunFailureSensorContext:
    @dg.op
    def step() -> None:
        raise error

    @dg.job(tags={DATA: str(data)})
    def work() -> None:
        step()

    result = work.execute_in_process(instance=instance, raise_on_error=False)
    return dg.build_run_status_sensor_context(
        sensor_name="failed_runs", dagster_instance=instance, dagster_run=result.dagster_run,
        dagster_event=result.get_run_failure_event(), partition_key=None,
    ).for_run_failure()  # fmt: skip


def test_a_failure_is_one_line_in_our_own_words(tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        ours = failure(instance, tmp_path, dg.Failure("dwp_people.csv: line 3\nis no date", allow_retries=False))
        assert isinstance(alarm.failed_runs(ours), dg.SkipReason)
        theirs = failure(instance, tmp_path, ValueError("Smith is no date"))
        alarm.failed_runs(theirs)
    first, second = (tmp_path / alarm.FILE).read_text(encoding="utf-8").splitlines()
    assert first.endswith("step: dwp_people.csv: line 3 is no date")
    assert "work, run" in first
    assert second.endswith("step: an error of the program; its page in the web UI says where")
    assert "Smith" not in second


def test_a_run_of_no_data_folder_leaves_no_line(tmp_path: Path) -> None:
    @dg.op
    def step() -> None:
        raise ValueError

    @dg.job
    def other() -> None:
        step()

    with dg.DagsterInstance.ephemeral() as instance:
        result = other.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs", dagster_instance=instance, dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()  # fmt: skip
        found = alarm.failed_runs(context)
    assert isinstance(found, dg.SkipReason)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("begun", [True, False])
def test_of_a_run_that_was_killed_the_alarm_says_whether_it_had_begun(begun: bool) -> None:
    @dg.op
    def step() -> None:
        pass

    @dg.job
    def work() -> None:
        step()

    with dg.DagsterInstance.ephemeral() as instance:
        run = work.execute_in_process(instance=instance).dagster_run if begun else instance.create_run_for_job(work)
        instance.report_run_failed(run, "Run execution process unexpectedly exited.")
        (event,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs", dagster_instance=instance, dagster_run=run, dagster_event=event.dagster_event
        ).for_run_failure()
        said = alarm.line_of(context)
    assert said.endswith(DIED if begun else "it ended before any step")
