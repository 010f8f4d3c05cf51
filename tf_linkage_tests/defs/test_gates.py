"""Checks that hold a run back: on record as red, nothing made of the asset, one line of words, no stack."""

import dagster as dg
import pytest

from tf_linkage.defs.build import build_defs
from tf_linkage.defs.gates import gate, held_back, refuse_red
from tf_linkage.study import Study


@dg.asset
def counted() -> int:
    return 3


@dg.asset
def made_of_it(counted: int) -> int:
    return counted + 1


def at_most(most: int) -> dg.AssetChecksDefinition:
    @gate(asset=["counted"], name="at_most", description="Few.")
    def check(counted: int) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=counted <= most, description=f"{counted} of at most {most}")

    return check


def two_verdicts(*, both: bool) -> dg.AssetChecksDefinition:
    names = ("first", "second")

    @dg.multi_asset_check(specs=[dg.AssetCheckSpec(name, asset="counted", blocking=True) for name in names])
    def checks():  # type: ignore[no-untyped-def]
        results = [
            dg.AssetCheckResult(passed=both or name == "first", check_name=name, description=f"said of {name}")
            for name in names
        ]
        yield from results
        refuse_red((result.check_name, result) for result in results)

    return checks


def run_with(check: dg.AssetChecksDefinition) -> dg.ExecuteInProcessResult:
    defs = dg.Definitions(assets=[counted, made_of_it], asset_checks=[check], executor=dg.in_process_executor)
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
    )


@pytest.mark.parametrize("check", [at_most(3), two_verdicts(both=True)], ids=["one", "several"])
def test_a_check_that_passes_holds_nothing_back(check: dg.AssetChecksDefinition) -> None:
    result = run_with(check)
    assert result.success
    assert result.output_for_node("made_of_it") == 4
    assert all(evaluation.passed for evaluation in result.get_asset_check_evaluations())


@pytest.mark.parametrize(
    ("check", "red", "words"),
    [
        (at_most(2), ["at_most"], "at_most of counted: 3 of at most 2. Nothing is made of it."),
        (two_verdicts(both=False), ["second"], "second: said of second. Nothing is made of it."),
    ],
    ids=["one", "several"],
)
def test_a_red_one_is_on_record_and_ends_its_step_in_words(
    check: dg.AssetChecksDefinition, red: list[str], words: str
) -> None:
    result = run_with(check)
    assert not result.success
    evaluations = result.get_asset_check_evaluations()
    assert [one.check_name for one in evaluations if not one.passed] == red
    assert all(one.blocking and one.severity is dg.AssetCheckSeverity.ERROR for one in evaluations)
    (failure,) = result.get_step_failure_events()
    assert failure.step_failure_data.user_failure_data is not None
    assert failure.step_failure_data.user_failure_data.description == words
    assert held_back(failure)
    told = failure.step_failure_data.error
    assert told is not None
    assert (told.stack, told.cause) == ([], None)
    assert not [e for e in result.all_events if e.is_step_success and e.step_key == "made_of_it"]


def test_every_check_that_blocks_is_red_in_words(tmp_path: object) -> None:
    """The step of a check is the declared one: nothing in the study blocks by Dagster's own error."""
    study = Study(data=tmp_path)  # type: ignore[arg-type]
    blocking = [
        check for check in build_defs(study).asset_checks or [] if any(spec.blocking for spec in check.check_specs)
    ]
    assert blocking
    for check in blocking:
        assert "refuse_red" in names_used_by(check), [spec.name for spec in check.check_specs]


def names_used_by(check: dg.AssetsDefinition) -> set[str]:
    """The names that the function of a check looks up."""
    function = check.op.compute_fn.decorated_fn  # type: ignore[union-attr]
    return set(function.__code__.co_names)
