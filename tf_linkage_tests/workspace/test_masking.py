"""What Dagster keeps of a failing run: nothing of anybody, where people are real."""

import datetime as dt
import logging
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import store_manager
from tf_linkage.defs.resources import study_resource
from tf_linkage.errors import InputRefused
from tf_linkage.study import Study
from tf_linkage.workspace.masking import REDACT, REDACTED, masked_errors
from tf_linkage.workspace.store import DEADLINES, Store

CANARY = "Zyxxanthe"


def failing_assets() -> list[dg.AssetsDefinition]:
    """Everything that goes wrong with a name in hand: polars, Python, a chain of both, an output, an input."""

    @dg.asset(key=["ons", "identifiers"])
    def identifiers() -> pl.DataFrame:
        return pl.DataFrame({"forename": [CANARY], "person_id": ["1"]})

    @dg.asset(ins={"people": dg.AssetIn(["ons", "identifiers"])}, key=["ons", "cast"])
    def cast(people: pl.LazyFrame) -> pl.DataFrame:
        return people.select(pl.col("forename").cast(pl.Int64)).collect()

    @dg.asset(ins={"people": dg.AssetIn(["ons", "identifiers"])}, key=["ons", "lazily"])
    def lazily(people: pl.LazyFrame) -> pl.LazyFrame:
        return people.select(pl.col("forename").str.to_date(strict=True))

    @dg.asset(ins={"people": dg.AssetIn(["ons", "identifiers"])}, key=["ons", "chained"])
    def chained(people: pl.LazyFrame) -> pl.DataFrame:
        name = people.collect()["forename"][0]
        try:
            raise KeyError(name)
        except KeyError as missing:
            raise ValueError(f"cannot read {name}") from missing

    @dg.asset(key=["ons", "plain"], ins={"people": dg.AssetIn(["ons", "identifiers"])})
    def plain(people: pl.LazyFrame) -> None:
        del people
        with plainly():
            raise InputRefused("people.csv: line 3: the cell is blank")

    @dg.asset_check(asset=["ons", "identifiers"])
    def check(identifiers: pl.LazyFrame) -> dg.AssetCheckResult:
        raise ValueError(identifiers.collect()["forename"][0])

    return [identifiers, cast, lazily, chained, plain, check]  # type: ignore[list-item]


def kept_after_failing(home: Path, *, rehearsal: bool) -> list[str]:
    """Which files of the Dagster home hold the canary once everything has failed."""
    (home / "dagster.yaml").write_text((Path(__file__).parents[2] / ".dagster_home" / "dagster.yaml").read_text())
    deadlines = Deadlines(DEADLINES.exchange, dt.date(2999, 12, 31))
    store = Store(home.parent / f"data{rehearsal}", simulated=False, rehearsal=rehearsal, deadlines=deadlines)
    resources = {"io_manager": store_manager(lambda _: store), "study": study_resource(Study.of("tiny"))}
    with dg.DagsterInstance.from_config(str(home)) as instance:
        result = dg.materialize(failing_assets(), resources=resources, instance=instance, raise_on_error=False)
        assert len(result.get_step_failure_events()) == 5
        said = {event.step_key: event for event in result.get_step_failure_events()}
        refusal = said["ons__plain"].step_failure_data.user_failure_data
        assert refusal is not None
        assert refusal.description == "people.csv: line 3: the cell is blank"
    return sorted(path.name for path in home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_nothing_of_anybody_is_kept_where_people_are_real(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_LINKAGE_ONS_PASSWORD", "correct horse battery")
    monkeypatch.delenv(REDACT, raising=False)
    assert kept_after_failing(home, rehearsal=False) == []
    told = capfd.readouterr()
    assert CANARY not in told.out + told.err
    assert "builtins.ValueError (what it said is withheld)" in told.err
    assert "test_masking.py" in told.err


def test_a_rehearsal_tells_everything(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: without the mask the same failures are all over Dagster's storage."""
    monkeypatch.delenv(REDACT, raising=False)
    assert kept_after_failing(home, rehearsal=True)


def test_the_mask_is_taken_off_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("TF_LINKAGE_ONS_PASSWORD", "correct horse battery")
    monkeypatch.delenv(REDACT, raising=False)
    kept_after_failing(home, rehearsal=False)
    assert REDACT not in os.environ
    assert not logging.getLogger("dagster.redacted_errors").handlers


def test_a_refusal_is_told_once_and_without_lines_of_code(capsys: pytest.CaptureFixture[str]) -> None:
    """The run says it in its own words; an unforeseen error has nothing but its lines of code."""
    for cause, printed in (
        (InputRefused("people.csv: line 3: the cell is blank"), False),
        (KeyError(CANARY), True),
    ):
        with masked_errors():
            try:
                try:
                    raise cause
                except Exception:
                    raise dg.Failure("people.csv: line 3") from None
            except dg.Failure:
                REDACTED.exception("Error occurred during user code execution")
        said = capsys.readouterr().err
        assert bool(said) == printed
        assert CANARY not in said
