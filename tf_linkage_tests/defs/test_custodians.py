"""Each custodian alone: with its own password, and nobody else's."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed, digests

from tf_linkage.cli import main
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.refusals import PasswordMissing, WrongPassword
from tf_linkage.custody.vault.passwords import CUSTODIANS, Passwords
from tf_linkage.custody.vault.vault import Vault, content_digest
from tf_linkage.definitions import build_defs
from tf_linkage.defs.build import refuse_job
from tf_linkage.study import Study
from tf_linkage.workspace.beforehand import CannotSucceed
from tf_linkage.workspace.store import Store


@dataclass(frozen=True)
class Whole:
    """What the main job made, in which every password is at hand."""

    datasets: set[str]
    dwp_return: str


@pytest.fixture
def whole(rehearsed: Rehearsed) -> Whole:
    found = digests(rehearsed.study.data)
    vaults = {name for name in found if name.startswith("custody/")}
    return Whole(vaults, found["custody/ons/returns/dwp"])


@pytest.fixture
def study(rehearsed: Rehearsed, whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """The finished rehearsal without what the custodians made, its passwords taken away."""
    assert whole.datasets
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    study = Study.of("tiny", data=tmp_path / "data")
    shutil.rmtree(study.data / "custody")
    (study.data / "world" / "passwords.json").unlink()
    monkeypatch.setattr(Store, "passwords", lambda _: Passwords(None))
    for custodian in CUSTODIANS:
        monkeypatch.setenv(variable(custodian), password(custodian))
        assert main(["make-lock", custodian, "--data", str(study.data)]) == 0
    return study


def variable(custodian: str) -> str:
    return f"TF_LINKAGE_{custodian.upper()}_PASSWORD"


def password(custodian: str) -> str:
    return f"the long password of {custodian}"


def alone(study: Study, custodian: str, monkeypatch: pytest.MonkeyPatch) -> dg.ExecuteInProcessResult:
    """Run a custodian's job with its own password and without any other."""
    with monkeypatch.context() as patched, dg.DagsterInstance.ephemeral() as instance:
        for other in CUSTODIANS:
            if other != custodian.removesuffix("_hand_over"):
                patched.delenv(variable(other))
        job = build_defs(study).resolve_job_def(custodian)
        return job.execute_in_process(instance=instance, raise_on_error=False)


def test_each_custodian_does_its_part_with_its_own_password_alone(
    whole: Whole, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    for custodian in ("ons", *DEPARTMENTS):
        assert alone(study, custodian, monkeypatch).success, custodian
    store = Store(study.data)
    assert alone(study, "ons_hand_over", monkeypatch).success
    returned = store.read(["dwp", "return"])
    assert isinstance(returned, dict)
    assert content_digest({name: table.collect() for name, table in returned.items()}) == whole.dwp_return
    held = {f"custody/{body}/{dataset}" for body in CUSTODIANS for dataset in store.vault(body).holds()}
    assert held == whole.datasets


def test_a_department_cannot_open_what_ons_holds(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alone(study, "ons", monkeypatch).success
    held = Store(study.data).vault("ons")
    own = {variable("dwp"): password("dwp")}
    with pytest.raises(PasswordMissing):
        Vault(held.folder, "ons", Passwords(None, own)).read("identifiers")
    with pytest.raises(WrongPassword):
        Vault(held.folder, "ons", Passwords(None, {variable("ons"): password("dwp")})).read("identifiers")
    opened = held.read("identifiers")
    assert isinstance(opened, pl.LazyFrame)
    assert opened.collect().height


def test_a_department_without_its_password_fails_in_words(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alone(study, "ons", monkeypatch).success
    monkeypatch.delenv(variable("dwp"))
    monkeypatch.setenv(variable("dwp"), "")
    assert not alone(study, "dwp", monkeypatch).success, "cancelled before it works"
    with pytest.raises(CannotSucceed, match="set TF_LINKAGE_DWP_PASSWORD"):
        refuse_job(build_defs(study), study, "dwp")


def test_a_department_without_a_lock_can_be_sent_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(study.data / "custody" / "dfe")
    result = alone(study, "ons", monkeypatch)
    said = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    assert any(words and "make-lock dfe" in (words.description or "") for words in said)
    assert not (study.data / "custody" / "dfe" / "link_request").exists()
