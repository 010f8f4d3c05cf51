"""What goes by itself: figures that follow changed data, deadlines that show, failures in plain words."""

import datetime as dt
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import pytest

from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.definitions import build_defs
from tf_linkage.defs.automation import failed_runs as alarm
from tf_linkage.defs.automation.on_change import BY_VERSION, KEPT_A_MONTH, WARNED, with_deadlines
from tf_linkage.defs.internals import freshness_of
from tf_linkage.defs.resources import DATA
from tf_linkage.study import Study

DEADLINES = Deadlines(dt.date(2026, 1, 5), dt.date(2030, 1, 1))


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
    assert dated == KEPT_A_MONTH


@pytest.mark.parametrize(
    ("days", "state"), [(0, "PASS"), (31 - WARNED.days, "WARN"), (31, "FAIL"), (None, "UNKNOWN")]
)
def test_what_is_held_over_its_month_shows_and_what_was_destroyed_does_not(days: int | None, state: str) -> None:
    @dg.asset(key=["dwp", "link_request"])
    def request() -> None:
        pass

    (dated,) = with_deadlines([request], DEADLINES)
    assert isinstance(dated, dg.AssetsDefinition)
    defs = dg.Definitions(assets=[dated])
    with dg.DagsterInstance.ephemeral() as instance:
        if days is not None:
            dg.materialize([dated], instance=instance)
        later = dt.timedelta(days=days or 0).total_seconds()
        with patch("dagster._core.definitions.freshness_evaluator.get_current_timestamp") as now:
            now.return_value = dt.datetime.now().timestamp() + later
            found = freshness_of(defs, instance, dg.AssetKey(["dwp", "link_request"]))
    assert found == state


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
