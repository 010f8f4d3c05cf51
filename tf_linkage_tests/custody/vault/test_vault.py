"""The vault: what goes in comes out, only for the right password, and only as it was written."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.custody.refusals import (
    KeyMissing,
    LockMissing,
    PasswordMissing,
    Swapped,
    Tampered,
    Truncated,
    WrongPassword,
)
from tf_linkage.custody.vault import locks
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.vault import KEY, LOCK, Vault, content_digest

CANARY = "Zyxxanthe"
PEOPLE = pl.DataFrame({"forename": [f"{CANARY}{n}" for n in range(3000)], "n": range(3000)})
OTHERS = PEOPLE.with_columns(pl.col("forename") + "q")


def passwords(**given: str) -> Passwords:
    return Passwords(None, {f"TF_LINKAGE_{name.upper()}_PASSWORD": word for name, word in given.items()})


RIGHT = passwords(ons="correct horse battery", dwp="staple of another")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("vaults")
    vault = Vault(root / "ons", "ons", RIGHT)
    for name, tables in {"people": {"": PEOPLE}, "set": {"one": PEOPLE, "two": OTHERS}}.items():
        (folder := root / "ons" / name).mkdir(parents=True)
        made_with = {"noise": "hard", "seed": 7} if name == "people" else None
        vault.write(name, tables, folder, batch="study", destroy_by=dt.date(2022, 12, 31), made_with=made_with)
    return root


@pytest.fixture
def vault(made: Path, tmp_path: Path) -> Vault:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Vault(tmp_path / "ons", "ons", RIGHT)


def test_what_goes_in_comes_out(vault: Vault) -> None:
    people = vault.read("people")
    assert isinstance(people, pl.LazyFrame)
    assert people.collect().equals(PEOPLE)
    tables = vault.read("set")
    assert isinstance(tables, dict)
    assert {name: table.collect().equals(PEOPLE) for name, table in tables.items()} == {"one": True, "two": False}


def test_no_name_stands_in_any_file(vault: Vault) -> None:
    files = [path for path in vault.folder.rglob("*") if path.is_file()]
    assert len(files) == 6
    assert not [path for path in files if CANARY.encode() in path.read_bytes() or b"forename" in path.read_bytes()]
    plain = vault.folder / "plain.parquet"
    PEOPLE.write_parquet(plain, compression="uncompressed")
    assert CANARY.encode() in plain.read_bytes()


def test_the_key_is_not_in_its_slot(vault: Vault) -> None:
    slot = json.loads((vault.folder / "people" / KEY).read_text())
    assert set(slot) == {"custodian", "dataset", "batch", "destroy_by", "files", "sealed", "made_with"}
    assert slot["destroy_by"] == "2022-12-31"


def test_a_wrong_password(vault: Vault) -> None:
    wrong = Vault(vault.folder, "ons", passwords(ons="incorrect horse battery"))
    with pytest.raises(WrongPassword, match="ONS_PASSWORD does not open it") as refusal:
        wrong.read("people")
    assert "horse" not in str(refusal.value)


def test_no_password(vault: Vault) -> None:
    with pytest.raises(PasswordMissing, match="set TF_LINKAGE_ONS_PASSWORD"):
        Vault(vault.folder, "ons", passwords()).read("people")


def test_another_custodians_password_does_not_open_it(vault: Vault) -> None:
    theirs = passwords(ons="staple of another")
    with pytest.raises(WrongPassword):
        Vault(vault.folder, "ons", theirs).read("people")


def test_anybody_may_put_in_what_the_password_alone_takes_out(vault: Vault) -> None:
    sender = Vault(vault.folder, "ons", passwords())
    (folder := vault.folder / "handed").mkdir()
    sender.write("handed", {"": OTHERS}, folder, batch="study", destroy_by=None)
    with pytest.raises(PasswordMissing):
        sender.read("handed")
    handed = vault.read("handed")
    assert isinstance(handed, pl.LazyFrame)
    assert handed.collect().equals(OTHERS)


def test_a_missing_key(vault: Vault) -> None:
    (vault.folder / "people" / KEY).unlink()
    with pytest.raises(KeyMissing, match="key of ons/people is missing"):
        vault.read("people")


def test_a_missing_lock(vault: Vault) -> None:
    (vault.folder / LOCK).unlink()
    with pytest.raises(LockMissing, match="has lost its lock"):
        vault.read("people")


def test_a_damaged_lock_is_not_called_a_wrong_password(vault: Vault) -> None:
    path = vault.folder / LOCK
    words = json.loads(path.read_text())
    words["salt"] = "A" * 22 + "=="
    path.write_text(json.dumps(words))
    with pytest.raises(LockMissing, match="changed or damaged"):
        vault.read("people")


def test_every_changed_byte_of_a_file_is_noticed(vault: Vault) -> None:
    path = vault.folder / "people" / "table.parquet"
    sound = path.read_bytes()
    for at in range(0, len(sound), max(1, len(sound) // 40)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        with pytest.raises(Tampered):
            vault.read("people")


@pytest.mark.parametrize("field", ["batch", "destroy_by", "sealed", "made_with"])
def test_a_changed_slot_is_noticed(vault: Vault, field: str) -> None:
    path = vault.folder / "people" / KEY
    words = json.loads(path.read_text())
    other = {"destroy_by": "2099-12-31", "made_with": words["made_with"] | {"noise": "clean"}}
    words[field] = other[field] if field in other else words[field][:-4] + "AAA="
    path.write_text(json.dumps(words))
    with pytest.raises(Tampered, match="key of ons/people was changed"):
        vault.read("people")


def test_choices_added_to_a_slot_that_had_none_are_noticed(vault: Vault) -> None:
    path = vault.folder / "set" / KEY
    path.write_text(json.dumps(json.loads(path.read_text()) | {"made_with": {"noise": "clean"}}))
    with pytest.raises(Tampered, match="key of ons/set was changed"):
        vault.read("set")


def test_a_slot_that_is_no_slot_is_noticed(vault: Vault) -> None:
    (vault.folder / "people" / KEY).write_text("[]")
    with pytest.raises(Tampered):
        vault.read("people")


def test_a_truncated_file(vault: Vault) -> None:
    path = vault.folder / "people" / "table.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(Truncated, match=r"ons/people/table.parquet has [0-9]+ of [0-9]+ bytes"):
        vault.read("people")


def test_a_table_swapped_within_a_set(vault: Vault) -> None:
    shutil.copy(vault.folder / "set" / "two.parquet", vault.folder / "set" / "one.parquet")
    with pytest.raises(Swapped, match="another dataset's file"):
        vault.read("set")


def test_a_dataset_under_anothers_name(vault: Vault) -> None:
    shutil.rmtree(vault.folder / "people")
    shutil.copytree(vault.folder / "set", vault.folder / "people")
    with pytest.raises(Swapped, match="that of ons/set"):
        vault.read("people")


def test_polars_itself_refuses_a_file_under_another_name(vault: Vault) -> None:
    """The name is bound into the file, not only written next to it."""
    slot, secret = vault._open("people")
    assert slot.dataset == "people"
    path = vault.folder / "people" / "table.parquet"
    right = pl.ParquetDecryptionProperties(footer_key=secret, aad_prefix=b"ons/people/")
    other = pl.ParquetDecryptionProperties(footer_key=secret, aad_prefix=b"ons/others/")
    assert pl.read_parquet(path, decryption=right).equals(PEOPLE)
    with pytest.raises(pl.exceptions.ComputeError):
        pl.read_parquet(path, decryption=other)


def test_what_is_destroyed_leaves_nothing(vault: Vault) -> None:
    kept = (vault.folder / "people" / "table.parquet").read_bytes()
    vault.destroy("people")
    assert not (vault.folder / "people").exists()
    (vault.folder / "people").mkdir()
    (vault.folder / "people" / "table.parquet").write_bytes(kept)
    with pytest.raises(KeyMissing):
        vault.read("people")
    assert set(vault.holds()) == {"set"}
    shutil.rmtree(vault.folder / "people")
    vault.destroy("set")
    assert not vault.folder.exists()


def test_destruction_tidies_the_folders_it_empties_and_no_other(vault: Vault) -> None:
    (folder := vault.folder / "requests" / "dwp" / "first").mkdir(parents=True)
    vault.write("requests/dwp/first", {"": PEOPLE}, folder, batch="study", destroy_by=None)
    (vault.folder / "requests" / "kept").mkdir()
    vault.destroy("requests/dwp/first")
    assert not (vault.folder / "requests" / "dwp").exists()
    assert (vault.folder / "requests" / "kept").is_dir()
    (vault.folder / "requests" / "kept").rmdir()
    (folder := vault.folder / "requests" / "second").mkdir()
    vault.write("requests/second", {"": PEOPLE}, folder, batch="study", destroy_by=None)
    vault.destroy("requests/second")
    assert not (vault.folder / "requests").exists()
    assert set(vault.holds()) == {"people", "set"}


def test_a_key_and_what_is_in_the_clear_are_overwritten_before_they_are_removed(vault: Vault) -> None:
    """A second name of each file shows what stands on the disk after the first is gone."""
    dataset = vault.folder / "people"
    (dataset / "sheet.csv").write_text(CANARY * 100)
    before = {path.name: path.read_bytes() for path in dataset.iterdir()}
    for name in before:
        os.link(dataset / name, vault.folder.parent / name)
    vault.destroy("people")
    after = {name: (vault.folder.parent / name).read_bytes() for name in before}
    for name in (KEY, "sheet.csv"):
        assert len(after[name]) == len(before[name]), name
        same = sum(one == other for one, other in zip(before[name], after[name], strict=True))
        assert same < len(before[name]) / 8, f"{name}: random bytes agree with any others in one of 256"
    assert after["table.parquet"] == before["table.parquet"], "encrypted: nobody can read it without its key"


def test_a_key_goes_before_the_files_that_it_opens(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the two, nothing can be read any more."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        vault.destroy("people")
    assert sorted(path.name for path in (vault.folder / "people").iterdir()) == ["table.parquet"]
    with pytest.raises(KeyMissing):
        vault.read("people")


def test_one_unlock_for_a_process(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    locks._opened.clear()
    stretched = []
    real = locks.stretched
    monkeypatch.setattr(locks, "stretched", lambda *given: (stretched.append(1), real(*given))[1])
    vault.read("people")
    vault.read("set")
    assert stretched == [1]


def test_the_digest_is_of_the_content() -> None:
    assert content_digest({"": PEOPLE}) == content_digest({"": PEOPLE.clone()})
    assert len({content_digest({"": t}) for t in (PEOPLE, OTHERS, PEOPLE.reverse(), PEOPLE.head(2999))}) == 4


def test_a_rehearsal_makes_passwords_once_and_real_people_need_their_own(tmp_path: Path) -> None:
    made = Passwords(tmp_path / "world" / "passwords.json", {})
    first = made.of("ons")
    assert made.of("ons") == first != made.of("dwp")
    assert (tmp_path / "world" / "passwords.json").stat().st_mode & 0o077 == 0
    with pytest.raises(PasswordMissing, match="too short"):
        passwords(ons="short").of("ons")
    assert "correct horse" not in repr(RIGHT)


def test_a_process_that_holds_keys_leaves_no_core_dump() -> None:
    """Its limit is nothing as soon as a lock is made or opened, whatever it was before."""
    script = (
        "import resource\n"
        "from tf_linkage.custody.vault import locks\n"
        "hard = resource.getrlimit(resource.RLIMIT_CORE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE) == (hard, hard))\n"
        "lock = locks.new_lock('ons', 'a password of this test', cost=2**10)\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert made.stdout.splitlines() == ["True", "(0, 0)"]


def test_a_vault_is_made_where_no_folder_is_yet_and_every_file_in_it_is_its_owners(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "of" / "a" / "study" / "ons", "ons", RIGHT)
    vault.lock()
    (folder := vault.folder / "people").mkdir()
    old = os.umask(0o000)
    try:
        vault.write("people", {"": PEOPLE}, folder, batch="study", destroy_by=None)
    finally:
        os.umask(old)
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        path.name: 0o600 for path in folder.iterdir()
    }


def test_without_the_others_lock_nothing_shows_who_sent(tmp_path: Path) -> None:
    ours, other = Vault(tmp_path / "ons", "ons", RIGHT), Vault(tmp_path / "dwp", "dwp", RIGHT)
    ours.lock()
    with pytest.raises(LockMissing, match="export-lock dwp"):
        ours.key_with(other, "seal")


def test_the_first_lock_needs_a_password_and_says_by_which_command_it_is_made(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "data" / "custody" / "moj", "moj", RIGHT)
    with pytest.raises(PasswordMissing, match=r"first makes its lock: .*make-lock moj") as refusal:
        vault.lock()
    assert str(tmp_path / "data") in str(refusal.value)
    assert not (vault.folder / LOCK).exists()
