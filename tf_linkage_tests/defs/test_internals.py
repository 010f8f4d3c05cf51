"""Each of Dagster's internal interfaces that we use does what we use it for."""

import ast
from pathlib import Path

import dagster as dg
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info

import tf_linkage
from tf_linkage.defs import internals
from tf_linkage.defs.failures import ChoicesRefused, PlainFailure, PlainInterruption

PACKAGE = Path(tf_linkage.__file__).parent


class Memory(dg.IOManager):
    """Keeps values, and gives each the version of its text."""

    def __init__(self) -> None:
        self.kept: dict[str, object] = {}
        self.seen: list[tuple[list[dg.AssetKey], object]] = []

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Keep it, and say its version."""
        self.kept[context.asset_key.to_user_string()] = obj
        internals.set_version(context, f"v{obj}")

    def load_input(self, context: dg.InputContext) -> object:
        """Give it back, and note for which step."""
        keys = internals.output_keys(context)
        self.seen.append((keys, [internals.definition_metadata(context, key).get("said") for key in keys]))
        return self.kept[context.asset_key.to_user_string()]


def small(number: int = 1, *, version: str | None = None) -> dg.Definitions:
    @dg.asset(code_version="1")
    def first() -> dg.MaterializeResult[int]:
        tags = {internals.CODE_VERSION_TAG: version} if version else None
        return dg.MaterializeResult(value=number, tags=tags)

    @dg.asset(metadata={"said": "words"}, code_version="1")
    def second(first: int) -> int:
        return first

    @dg.asset_check(asset=second)
    def checked(second: int) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True, metadata={"secret count": 4_264})

    return dg.Definitions(
        assets=[first, second],
        asset_checks=[checked],
        jobs=[dg.define_asset_job("all"), dg.define_asset_job("one", selection=[first])],
        resources={"io_manager": Memory()},
        executor=dg.in_process_executor,
    )


def test_nobody_else_imports_them() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any("._" in name and name.startswith("dagster") for name in named):
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found == {"defs/internals.py"}


@pytest.mark.parametrize(
    ("blocking", "severity", "found"),
    [
        (True, dg.AssetCheckSeverity.ERROR, [("first", "fails")]),
        (True, dg.AssetCheckSeverity.WARN, []),
        (False, dg.AssetCheckSeverity.ERROR, []),
    ],
)
def test_failed_gates_are_the_failed_checks_of_this_run_that_block(
    blocking: bool, severity: dg.AssetCheckSeverity, found: list[tuple[str, str]]
) -> None:
    seen: dict[str, list[tuple[str, str]]] = {}

    class Asking(Memory):
        def handle_output(self, context: dg.OutputContext, obj: object) -> None:
            seen[context.asset_key.to_user_string()] = internals.failed_gates(context)
            super().handle_output(context, obj)

    @dg.asset
    def first() -> int:
        return 1

    @dg.asset_check(asset=first, blocking=blocking)
    def fails() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, severity=severity)

    @dg.asset_check(asset=first, blocking=True)
    def passes() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    @dg.asset
    def before() -> int:
        return 0

    @dg.asset(deps=[before])
    def between() -> int:
        return 0

    @dg.asset(deps=[between])
    def elsewhere() -> int:
        return 2

    job = dg.Definitions(
        assets=[first, before, between, elsewhere],
        asset_checks=[fails, passes],
        jobs=[dg.define_asset_job("all")],
        resources={"io_manager": Asking()},
        executor=dg.in_process_executor,
    ).resolve_job_def("all")
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(instance=instance, raise_on_error=False)
        assert (seen["first"], seen["elsewhere"]) == ([], found)
        seen.clear()
        job.execute_in_process(instance=instance, raise_on_error=False)
        assert seen["first"] == []  # another run's checks are that run's


def test_set_version_and_stale_status_and_the_code_version_of_a_result() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        defs = small()
        ask = internals.stale_status(defs, instance)
        assert ask("second") == "MISSING"
        assert defs.resolve_job_def("all").execute_in_process(instance=instance).success
        event = instance.get_latest_materialization_event(dg.AssetKey("first"))
        assert event is not None
        assert event.asset_materialization is not None
        assert (event.asset_materialization.tags or {})[internals.DATA_VERSION_TAG] == "v1"
        assert internals.stale_status(defs, instance)("second") == "FRESH"
        assert small(2).resolve_job_def("one").execute_in_process(instance=instance).success
        assert internals.stale_status(defs, instance)("second") == "STALE"
        assert small(1).resolve_job_def("one").execute_in_process(instance=instance).success
        assert internals.stale_status(defs, instance)("second") == "FRESH"
        assert small(1, version="2").resolve_job_def("one").execute_in_process(instance=instance).success
        ask = internals.stale_status(defs, instance)
        assert (ask("first"), ask("second")) == ("STALE", "FRESH")


def test_an_input_knows_its_steps_outputs_and_their_metadata() -> None:
    defs = small()
    memory = defs.resources["io_manager"]
    assert isinstance(memory, Memory)
    assert defs.resolve_job_def("all").execute_in_process().success
    assert ([dg.AssetKey("second")], ["words"]) in [
        (keys, [getattr(word, "value", word) for word in words]) for keys, words in memory.seen
    ]


def test_a_run_of_a_command_is_found_by_the_web_ui() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = internals.executed(small().resolve_job_def("all"), instance, tags={"tf/preset": "tiny"})
        assert result.success
        (run,) = instance.get_runs()
        assert run.tags["tf/preset"] == "tiny"
        # How the page of a job asks for its runs.
        there = dg.RunsFilter(job_name="all", tags={".dagster/repository": "__repository__@tf_linkage"})
        assert instance.get_runs_count(there) == 1
        assert run.remote_job_origin is not None


def test_an_interruption_is_an_error_of_dagsters_that_cancels() -> None:
    assert issubclass(internals.DagsterExecutionInterruptedError, BaseException)


def test_forgetting_leaves_no_byte(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert small(76543).resolve_job_def("all").execute_in_process(instance=instance).success
        assert holds(tmp_path, b"76543")
        assert holds(tmp_path, b"4264")
        steps = ["first", "second", "second_checked"]
        internals.forget(instance, [dg.AssetKey("first"), dg.AssetKey("second")], steps)
        assert instance.get_latest_materialization_event(dg.AssetKey("first")) is None
        assert instance.get_runs_count() == 1
    assert not holds(tmp_path, b"76543")
    assert not holds(tmp_path, b"4264")


def holds(home: Path, what: bytes) -> bool:
    return any(what in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_without_a_home_dagster_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with pytest.raises(internals.DagsterHomeNotSetError):
        dg.DagsterInstance.get()


def test_of_a_plain_failure_dagster_keeps_the_words_and_no_stack() -> None:
    @dg.op(retry_policy=dg.RetryPolicy(max_retries=3))
    def refuses() -> None:
        raise PlainFailure("dwp.csv, line 3: no such day", {"bad input": True})

    @dg.op
    def breaks() -> None:
        raise ValueError("a programming mistake")

    @dg.job
    def both() -> None:
        refuses()
        breaks()

    result = both.execute_in_process(raise_on_error=False)
    failed = {event.step_key: event.step_failure_data for event in result.get_step_failure_events()}
    data = failed["refuses"]
    assert (data.error.message, list(data.error.stack)) == ("dwp.csv, line 3: no such day", [])
    assert (data.error.cause, data.error.context) == (None, None)
    assert data.user_failure_data.description == "dwp.csv, line 3: no such day"
    assert data.user_failure_data.metadata["bad input"].value is True
    assert not [event for event in result.all_events if event.is_step_up_for_retry], "not tried again"
    assert "".join(failed["breaks"].error.cause.stack), "a mistake keeps its stack"


def test_of_refused_choices_dagster_keeps_the_words_and_no_stack() -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="seed: too small") as refused:
        raise ChoicesRefused("seed: too small", {"seed": -7})
    told = serializable_error_info_from_exc_info((type(refused.value), refused.value, refused.tb))
    assert (told.message, list(told.stack)) == ("seed: too small", [])


@pytest.mark.parametrize("cancelled", [True, False])
def test_of_a_plain_interruption_dagster_keeps_the_words_and_no_stack_and_nothing_catches_it(
    cancelled: bool,
) -> None:
    with pytest.raises(internals.DagsterExecutionInterruptedError):
        try:
            raise PlainInterruption("busy")
        except Exception:
            pytest.fail("it was caught")

    @dg.resource
    def refusing(context: dg.InitResourceContext) -> None:
        if cancelled:
            context.instance.report_run_canceling(context.run, message="busy")
        raise PlainInterruption("the folder is being written")

    @dg.op(required_resource_keys={"refusing"})
    def work() -> None:
        pytest.fail("it began")

    @dg.job(resource_defs={"refusing": refusing})
    def refused() -> None:
        work()

    with dg.DagsterInstance.ephemeral() as instance:
        result = refused.execute_in_process(instance=instance, raise_on_error=False)
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        wanted = dg.DagsterRunStatus.CANCELED if cancelled else dg.DagsterRunStatus.FAILURE
        assert run.status is wanted
        logs = [entry.dagster_event for entry in instance.all_logs(result.run_id) if entry.dagster_event]
    errors = [error for event in logs if (error := getattr(event.event_specific_data, "error", None))]
    assert errors
    assert {(error.message, tuple(error.stack), error.cause) for error in errors} == {
        ("the folder is being written", (), None)
    }
