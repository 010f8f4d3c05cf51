"""The store: whole files or none, one run at a time, nothing left behind."""

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import LedgerBroken, PasswordMissing
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.errors import DataFolderBusy, TfLinkageError
from tf_linkage.workspace.store import Store
from tf_linkage.workspace.storing.holding import is_free

FAR = Deadlines(dt.date(2999, 1, 1), dt.date(2999, 12, 31))
KEY = ("research", "people")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_table_comes_back_as_it_went(store: Store) -> None:
    table = pl.DataFrame({"a": [3, 1, 2], "b": ["x", None, "z"]})
    written = store.write(KEY, table.lazy())
    assert store.read(KEY).collect().equals(table)
    assert written.rows == {"": 3}
    assert files(store.root) == ["research/people.parquet"]


def test_a_set_of_tables_replaces_the_set_before_it(store: Store) -> None:
    store.write(KEY, {"one": pl.DataFrame({"a": [1]}), "two": pl.DataFrame({"a": [2]})})
    store.write(KEY, {"two": pl.DataFrame({"a": [3]})})
    found = store.read(KEY)
    assert list(found) == ["two"]
    assert found["two"].collect()["a"].to_list() == [3]
    assert files(store.root) == ["research/people/two.parquet"]


def test_equal_tables_have_equal_digests_and_others_do_not(store: Store) -> None:
    table = pl.DataFrame({"a": range(1000)})
    first = store.write(KEY, table).digest
    assert store.write(KEY, table.lazy().filter(pl.col("a") >= 0)).digest == first
    assert store.write(KEY, table.reverse()).digest != first


def test_what_was_never_written_is_said_plainly(store: Store) -> None:
    with pytest.raises(TfLinkageError, match="research/people has not been materialised"):
        store.read(KEY)


@pytest.mark.parametrize("key", [("dwp", "people"), ("dfe", "pupils"), ("moj", "offences")])
def test_registers_belong_to_the_world_or_to_their_custodian(tmp_path: Path, key: tuple[str, str]) -> None:
    assert Store(tmp_path, simulated=True).place(key) == tmp_path / "world" / key[0] / key[1]
    assert Store(tmp_path, simulated=False).place(key) == tmp_path / "custody" / key[0] / key[1]


@pytest.mark.parametrize("name", HANDOVERS)
def test_what_is_handed_over_lies_with_its_recipient(tmp_path: Path, name: str) -> None:
    kept = Store(tmp_path, simulated=False).in_vault(name.split("/"))
    assert kept is not None
    assert (kept[0].custodian, kept[1]) == (HANDOVERS[name].recipient, HANDOVERS[name].dataset)


def test_no_two_assets_share_a_place(tmp_path: Path) -> None:
    from tf_linkage.workspace.catalogue import TABLES

    places = [Store(tmp_path).place(key.split("/")) for key in TABLES]
    assert len(set(places)) == len(places)


def test_a_failed_write_leaves_the_old_table(store: Store) -> None:
    store.write(KEY, pl.DataFrame({"a": [1]}))
    with pytest.raises(pl.exceptions.PolarsError):
        store.write(KEY, pl.LazyFrame({"a": ["no number"]}).cast({"a": pl.Int32}))
    assert store.read(KEY).collect()["a"].to_list() == [1]
    store.sweep()
    assert files(store.root) == ["research/people.parquet"]


def test_sweeping_puts_back_a_set_that_was_being_swapped(store: Store) -> None:
    store.write(KEY, {"one": pl.DataFrame({"a": [1]})})
    place = store.place(KEY)
    place.rename(place.with_name(".people.old"))
    place.with_name(".people.new").mkdir()
    store.sweep()
    assert store.read(KEY)["one"].collect()["a"].to_list() == [1]
    assert files(store.root) == ["research/people/one.parquet"]


def test_one_run_at_a_time(store: Store) -> None:
    with store.hold("a test"), store.hold():
        assert not is_free(store.root)
    assert is_free(store.root)
    with store.hold():
        pass


def test_nobody_writes_where_the_ledger_is_broken(store: Store) -> None:
    with store.hold():
        store.ledger().append(dt.date(2020, 3, 31), "written", "ons", "identifiers")
        store.ledger().append(dt.date(2020, 3, 31), "read", "ons", "identifiers", by="a job")
    path = store.ledger().path
    sound = path.read_text(encoding="utf-8")
    first, second = sound.splitlines(keepends=True)
    for broken in (second, first, sound + second, first.replace("ons", "dwp") + second, sound + "\xff\n", ""):
        path.write_text(broken, encoding="utf-8")
        before = files(store.root)
        with pytest.raises(LedgerBroken), store.hold():
            raise AssertionError("held")
        assert files(store.root) == before
        assert path.read_text(encoding="utf-8") == broken
    with store.hold(emptied=True):
        path.write_text(sound, encoding="utf-8")
    with store.hold():
        pass


def test_a_killed_run_holds_nothing(store: Store) -> None:
    program = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from tf_linkage.workspace.store import Store
        with Store(Path({str(store.root)!r})).hold():
            (Path({str(store.root)!r}) / ".people.parquet.new").write_bytes(b"half")
            print("held", flush=True)
            time.sleep(60)
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "held\n"
        said = rf"is being written by a command \(process {run.pid}\) since 20\d\d-.*:\d\d"
        with pytest.raises(DataFolderBusy, match=said), store.hold():
            pass
        store.write(("research", "people"), pl.DataFrame({"a": [1]}))
        assert store.read(("research", "people")).collect().height == 1, "a reader waits for nobody"
        store.place(("research", "people")).with_suffix(".parquet").unlink()
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    with store.hold():
        assert files(store.root) == [".lock"]


def test_what_a_custodian_keeps_is_encrypted_and_the_rest_is_not(store: Store) -> None:
    table = pl.DataFrame({"forename": ["Zyxxanthe"] * 100})
    for key in (("ons", "identifiers"), ("dwp", "link_request"), ("linkage", "dwp_links")):
        written = store.write(key, table)
        assert store.read(key).collect().equals(table)
        assert written.rows == {"": 100}
    store.write(("moj", "return"), {"offences": table})
    assert store.read(("moj", "return"))["offences"].collect().equals(table)
    store.write(KEY, table)
    starts = {
        path.relative_to(store.root).parts[0]: path.read_bytes()[:4] for path in store.root.rglob("*.parquet")
    }
    assert starts == {"custody": b"PARE", "research": b"PAR1"}


def test_the_digest_of_an_encrypted_table_is_of_its_content(store: Store) -> None:
    table = pl.DataFrame({"a": range(1000)})
    first = store.write(("ons", "identifiers"), table)
    before = (first.path / "table.parquet").read_bytes()
    again = store.write(("ons", "identifiers"), table)
    assert (again.path / "table.parquet").read_bytes() != before
    assert again.digest == first.digest
    assert store.write(("ons", "identifiers"), table.reverse()).digest != first.digest


def test_real_people_are_not_written_without_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_LINKAGE_ONS_PASSWORD", raising=False)
    with pytest.raises(PasswordMissing):
        Store(tmp_path, simulated=False, deadlines=FAR).write(("ons", "identifiers"), pl.DataFrame({"a": [1]}))
    assert not files(tmp_path)
