"""Destruction: in time, late, interrupted; always certified, and never opened again."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.custody.audit.ledger import Ledger
from tf_linkage.custody.refusals import LedgerBroken
from tf_linkage.custody.vault import destruction
from tf_linkage.custody.vault.clock import Clock
from tf_linkage.custody.vault.destruction import Certificate, destroy_due, destroyed_on, verify_certificates
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import KEY, Vault

DEADLINES = Deadlines(dt.date(2020, 4, 6), dt.date(2022, 12, 31))
LAST_DAY = dt.date(2020, 5, 6)


class Custody:
    """Two vaults, a ledger and certificates in a folder."""

    def __init__(self, root: Path) -> None:
        made = Passwords(root / "passwords.json", {})
        self.vaults = [Vault(root / "custody" / name, name, made) for name in ("ons", "dwp")]
        self.ledger = Ledger(root / "ledger.jsonl", root / "head.json")
        self.certificates = root / "certificates"

    def tick(self, day: dt.date) -> list[Certificate]:
        """Destroy what is due on a day."""
        return destroy_due(self.vaults, DEADLINES, day, self.ledger, self.certificates)

    def held(self) -> list[str]:
        """What is held, by vault and dataset."""
        return [f"{vault.custodian}/{name}" for vault in self.vaults for name in vault.datasets()]

    def events(self) -> list[str]:
        """What the ledger tells, in order."""
        return [entry.event for entry in self.ledger.entries()]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("custody")
    for vault in Custody(root).vaults:
        for name in ("link_request", "links"):
            (folder := vault.folder / name).mkdir(parents=True)
            vault.write(name, {"": pl.DataFrame({"a": [1]})}, folder, batch="any", destroy_by=None)
    return root


@pytest.fixture
def custody(written: Path, tmp_path: Path) -> Custody:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return Custody(tmp_path)


def test_the_day_before_everything_is_still_there(custody: Custody) -> None:
    assert custody.tick(LAST_DAY - dt.timedelta(1)) == []
    assert len(custody.held()) == 4
    assert custody.events() == []


def test_on_the_last_day_it_goes_and_nothing_else_does(custody: Custody) -> None:
    (certificate,) = custody.tick(LAST_DAY)
    assert custody.held() == ["ons/link_request", "ons/links"]
    assert not custody.vaults[1].folder.exists()
    assert (certificate.custodian, certificate.in_time, certificate.files_left) == ("dwp", True, 0)
    assert certificate.datasets == ["link_request", "links"]
    assert custody.events() == ["destroying", "destroyed"]
    assert destroyed_on(custody.ledger.entries(), "dwp", "links") == "2020-05-06"
    assert destroyed_on(custody.ledger.entries(), "ons", "links") is None
    assert custody.tick(LAST_DAY) == []


def test_late_it_goes_all_the_same_and_the_breach_is_recorded(custody: Custody) -> None:
    (certificate,) = custody.tick(LAST_DAY + dt.timedelta(9))
    assert not certificate.in_time
    assert custody.held() == ["ons/link_request", "ons/links"]
    breach = [entry for entry in custody.ledger.entries() if entry.event == "breach"]
    assert [(entry.custodian, entry.facts["days"]) for entry in breach] == [("dwp", 9)]


def test_at_the_end_nothing_is_left(custody: Custody) -> None:
    custody.tick(LAST_DAY)
    (certificate,) = custody.tick(DEADLINES.end)
    assert (certificate.custodian, certificate.in_time, certificate.number) == ("ons", True, 2)
    assert custody.held() == []
    assert verify_certificates(custody.ledger, custody.certificates) == 2


@pytest.mark.parametrize("after", ["key", "one dataset", "lock", "all", "certificate"])
def test_killed_while_destroying_it_is_finished_the_next_time(
    custody: Custody, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    class Killed(BaseException):
        pass

    real, done = Vault.destroy, []

    def killed_destroy(vault: Vault, dataset: str) -> None:
        if after == "key":
            (vault.folder / dataset / KEY).unlink()
            raise Killed
        real(vault, dataset)
        done.append(dataset)
        if after == "lock" and len(done) == 2:
            vault.folder.mkdir()  # as it stands when the lock is gone and the folder is not yet
            raise Killed
        if after == "one dataset" or (after == "all" and len(done) == 2):
            raise Killed

    def killed_append(ledger: Ledger, day: dt.date, event: str, *rest: str, **facts: object) -> None:
        if event == "destroyed":
            raise Killed
        real_append(ledger, day, event, *rest, **facts)

    real_append = Ledger.append
    with monkeypatch.context() as patched:
        patched.setattr(Vault, "destroy", killed_destroy)
        if after == "certificate":
            patched.setattr(Ledger, "append", killed_append)
        with pytest.raises(Killed):
            custody.tick(LAST_DAY)
    (certificate,) = custody.tick(LAST_DAY + dt.timedelta(1))
    assert certificate.datasets == ["link_request", "links"]
    assert not certificate.in_time
    assert not custody.vaults[1].folder.exists()
    assert custody.held() == ["ons/link_request", "ons/links"]
    assert custody.events()[-2:] == ["breach", "destroyed"]
    assert verify_certificates(custody.ledger, custody.certificates) == 1


def test_a_changed_or_missing_certificate_is_noticed(custody: Custody) -> None:
    custody.tick(LAST_DAY)
    (path,) = custody.certificates.iterdir()
    sound = path.read_text()
    assert verify_certificates(custody.ledger, custody.certificates) == 1
    path.write_text(sound.replace("2020-05-06", "2020-05-01"))
    with pytest.raises(LedgerBroken, match=path.name):
        verify_certificates(custody.ledger, custody.certificates)
    path.unlink()
    with pytest.raises(LedgerBroken, match=path.name):
        verify_certificates(custody.ledger, custody.certificates)


def test_two_worlds_leave_the_same_trace_at_a_department(tmp_path: Path) -> None:
    """Anyone who was asked about: what the department's folder holds afterwards is the same, namely nothing."""
    for world, people in {"a": ["Ann", "Bob"], "b": ["Cyd"]}.items():
        custody = Custody(tmp_path / world)
        vault = custody.vaults[1]
        (folder := vault.folder / "link_request").mkdir(parents=True)
        vault.write(
            "link_request", {"": pl.DataFrame({"forename": people})}, folder, batch="exchange", destroy_by=LAST_DAY
        )
        assert vault.folder.exists()
        custody.tick(LAST_DAY)
        assert not vault.folder.exists()
    assert (tmp_path / "a" / "certificates" / "0001-dwp.json").exists()


def test_the_certificate_digests_no_plaintext(custody: Custody, monkeypatch: pytest.MonkeyPatch) -> None:
    digested = []
    real = destruction._sha256
    monkeypatch.setattr(
        destruction, "_sha256", lambda path: (digested.append(path.read_bytes()[:4]), real(path))[1]
    )
    custody.tick(LAST_DAY)
    assert set(digested) == {b"PARE", b'{\n "'}


def test_a_rehearsals_clock_moves_forward_only_when_it_is_moved(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "of its own" / "world" / "day.txt", dt.date(2020, 4, 6))
    assert clock.today() == dt.date(2020, 4, 6)
    assert clock.move_to(LAST_DAY) == LAST_DAY == clock.today()
    assert clock.move_to(dt.date(2020, 1, 1)) == LAST_DAY
    calendar = Clock(None, dt.date(2020, 4, 6))
    assert calendar.move_to(dt.date(2999, 1, 1)) == dt.date.today()
