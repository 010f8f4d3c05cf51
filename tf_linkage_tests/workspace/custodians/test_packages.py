"""Bodies on machines of their own: each with its own folder and password, and files carried between them."""

import json
import os
import secrets
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from shutil import copy, copytree, ignore_patterns

import dagster as dg
import polars as pl
import pytest
from granted import grant
from rehearsing import Rehearsed, digests

from tf_linkage import intake
from tf_linkage.cli import main
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.refusals import LockMissing
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.vault import Vault
from tf_linkage.definitions import build_defs
from tf_linkage.workspace.custodians.linking import VARIABLE
from tf_linkage.workspace.environment import study_from_environment
from tf_linkage.workspace.store import Store

FAR = {"TF_LINKAGE_DATE_EXCHANGE": "2998-01-01", "TF_LINKAGE_DATE_DESTROY_BY": "2999-12-31"}
"""Days that the calendar has not reached: where people count as real, the clock is the calendar's."""


@dataclass(frozen=True)
class Body:
    """One body's machine: its folder, and the environment it works in."""

    name: str
    root: Path
    settings: dict[str, str]

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.root / "data"

    def environment(self) -> dict[str, str]:
        """Nothing of anybody else's: no other password, no other folder."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_LINKAGE_")}
        own = {"TF_LINKAGE_PRESET": "tiny", "TF_LINKAGE_DATA": str(self.data)} | FAR | self.settings
        return {name: value for name, value in (inherited | own).items() if name != "DAGSTER_HOME"}

    def command(self, *words: str) -> int:
        """Run a command as this body."""
        with pytest.MonkeyPatch.context() as patched:
            self._alone(patched)
            return main(list(words))

    def run(self, job: str) -> None:
        """Run a job as this body, with every check it makes."""
        with pytest.MonkeyPatch.context() as patched, dg.DagsterInstance.ephemeral() as instance:
            self._alone(patched)
            job_def = build_defs(study_from_environment()).resolve_job_def(job)
            result = job_def.execute_in_process(instance=instance, raise_on_error=False)
        failures = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
        stopped = [
            event.message for event in result.all_events if event.event_type is dg.DagsterEventType.RUN_CANCELED
        ]
        assert result.success, [*(failure and failure.description for failure in failures), *stopped]
        assert all(check.passed for check in result.get_asset_check_evaluations())

    def _alone(self, patched: pytest.MonkeyPatch) -> None:
        for name in list(os.environ):
            if name.startswith("TF_LINKAGE_"):
                patched.delenv(name)
        for name, value in self.environment().items():
            patched.setenv(name, value)

    def events(self) -> list[tuple[str, str]]:
        """What this body's ledger tells of hand-overs."""
        kinds = ("requested", "handed over", "arrived")
        entries = Store(self.data).ledger().entries()
        return [(entry.event, entry.about) for entry in entries if entry.event in kinds]


@dataclass(frozen=True)
class Carried:
    """Three machines after the files went from one to the next."""

    ons: Body
    dwp: Body
    research: Body
    files: Path


@pytest.fixture(scope="module")
def carried(rehearsed: Rehearsed, tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """ONS asks DWP, which works elsewhere on its own register; MoJ and DfE are rehearsed next to ONS."""
    made = machines(rehearsed, tmp_path_factory.mktemp("bodies"), {}, {})
    ons, dwp, keeper, files = made.ons, made.dwp, made.research, made.files
    ons.run("ons")
    carry(ons, dwp, "dwp/link_request", files / "dwp_request.zip")
    dwp.run("dwp")
    carry(dwp, ons, "dwp/return", files / "dwp_return.zip")
    for job in ("moj", "dfe", "ons_hand_over"):
        ons.run(job)
    carry(ons, keeper, "research/linked_set", files / "linked_set.zip")
    return made


def machines(rehearsed: Rehearsed, root: Path, of_ons: dict[str, str], of_dwp: dict[str, str]) -> Carried:
    """Three machines with their locks exchanged and nothing carried yet.

    Args:
        rehearsed: the rehearsal of which they are made.
        root: an empty folder.
        of_ons: settings of ONS's own.
        of_dwp: settings of DWP's own.
    """
    files = root / "carried"
    files.mkdir()
    real = {"TF_LINKAGE_SOURCE": "files", "TF_LINKAGE_INCOMING": str(root / "dwp" / "incoming")}
    ons = Body("ons", root / "ons", {"TF_LINKAGE_DWP_SOURCE": "return"} | of_ons)
    dwp = Body("dwp", root / "dwp", real | {"TF_LINKAGE_DWP_PASSWORD": "the long password of dwp"} | of_dwp)
    keeper = Body("research", root / "research", {"TF_LINKAGE_RESEARCH_PASSWORD": "a long one, research"})
    copytree(rehearsed.study.data, ons.data, ignore=ignore_patterns("custody", "passwords.json", "ledger*", "dwp"))
    counts = Path("world") / "population" / "population_counts.parquet"
    (keeper.data / counts).parent.mkdir(parents=True)
    copy(rehearsed.study.data / counts, keeper.data / counts)  # aggregates: of families that look alike, how many
    intake.write_extracts(register_of(rehearsed, "dwp"), root / "dwp" / "incoming")

    grant(dwp.data, bodies=["dwp"])
    for body in (dwp, keeper):
        assert body.command("make-lock", body.name, "--data", str(body.data)) == 0
    for body in (ons, dwp, keeper):
        assert body.command("export-lock", body.name, str(files / f"{body.name}.lock")) == 0
    for body, other in ((ons, dwp), (ons, keeper), (dwp, ons), (keeper, ons)):
        assert body.command("import-lock", str(files / f"{other.name}.lock")) == 0
    return Carried(ons, dwp, keeper, files)


def test_a_department_elsewhere_is_sent_hashes_and_links_with_the_key_that_both_hold(
    rehearsed: Rehearsed, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key, other = secrets.token_hex(32), secrets.token_hex(32)
    hashes = {"TF_LINKAGE_DWP_LINKAGE_ON": "hashes"}
    at = machines(rehearsed, tmp_path, hashes | {VARIABLE: key}, hashes)
    at.ons.run("ons")
    carry(at.ons, at.dwp, "dwp/link_request", at.files / "dwp_request.zip")
    with pytest.raises(AssertionError, match=f"set {VARIABLE} at both"):
        at.dwp.run("dwp")
    # Who is to link in the clear is stopped before the run works; who has another key, by the linkage.
    clear = {"TF_LINKAGE_DWP_LINKAGE_ON": "clear"}
    for wrong, words in ((clear, "canceled"), ({VARIABLE: other}, "different keys")):
        with pytest.raises(AssertionError, match=words):
            Body("dwp", at.dwp.root, at.dwp.settings | wrong).run("dwp")
    told = capfd.readouterr()
    assert (
        "linkage on as usual; dwp/link_request: linkage on dwp hashes; they cannot be joined" in told.out + told.err
    )
    Body("dwp", at.dwp.root, at.dwp.settings | {VARIABLE: key}).run("dwp")
    carry(at.dwp, at.ons, "dwp/return", at.files / "dwp_return.zip")
    returned = Store(at.ons.data).read(["dwp", "return"])
    assert isinstance(returned, dict)
    whole = rehearsed.store.read(["dwp", "return"])
    assert isinstance(whole, dict)
    found, known = (people.collect().height for people in (returned["people"], whole["people"]))
    assert 0.95 * known < found <= 1.01 * known


def register_of(rehearsed: Rehearsed, name: str) -> dict[str, pl.LazyFrame]:
    """A department's register, as files would hold it."""
    department = DEPARTMENTS[name]
    people = rehearsed.store.read([name, department.people[0]])
    histories = rehearsed.store.read([name, department.histories[0]])
    assert isinstance(people, pl.LazyFrame)
    assert isinstance(histories, dict)
    return {f"{name}_{department.people[0]}": people} | {
        f"{name}_{table}": rows for table, rows in histories.items()
    }


def carry(sender: Body, recipient: Body, name: str, file: Path) -> None:
    assert sender.command("send", name, str(file)) == 0
    assert recipient.command("receive", str(file)) == 0


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_department_elsewhere_gives_the_same_research_tables(carried: Carried, rehearsed: Rehearsed) -> None:
    """Research alone, in a process of its own, from nothing but what ONS handed over."""
    body = carried.research
    there = below(body.data)
    assert {path for path in there if not path.startswith(("custody/research/", "ledger/", "."))} == {
        "custody/ons/lock.json",
        "published/ledger_head.json",
        "world/population/population_counts.parquet",
    }
    run = subprocess.run(
        [sys.executable, "-m", "tf_linkage.run", "--job", "research"],
        env=body.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert digests(body.data / "research") == digests(rehearsed.study.data / "research")
    assert ("arrived", "research/linked_set") in body.events()


def test_a_department_elsewhere_holds_nothing_of_anybody_else(carried: Carried) -> None:
    """ONS's folder at DWP holds the public half of its lock and the return, which DWP itself cannot open."""
    kept = below(carried.dwp.data / "custody")
    others = {path for path in kept if not path.startswith("dwp/")}
    assert {path for path in others if not path.startswith("ons/returns/dwp/")} == {
        "ons/lock.json",
        "ons/versions.json",  # a random salt of this folder's own making, for data versions
    }
    assert "private" not in json.loads((carried.dwp.data / "custody" / "ons" / "lock.json").read_text())
    with pytest.raises(LockMissing, match="only the public half"):
        guessed = Passwords(None, {"TF_LINKAGE_ONS_PASSWORD": "whatever DWP may guess"})
        Vault(carried.dwp.data / "custody" / "ons", "ons", guessed).read("returns/dwp")


def test_ons_has_no_part_of_a_department_elsewhere(carried: Carried) -> None:
    """No register, no links; the request it cannot open again; and its graph knows none of them."""
    kept = {path.split("/")[1] for path in below(carried.ons.data / "custody") if path.startswith("dwp/")}
    assert kept == {"lock.json", "link_request", "versions.json"}
    with pytest.MonkeyPatch.context() as patched:
        carried.ons._alone(patched)
        graph = build_defs(study_from_environment()).resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert not keys & {"dwp/people", "dwp/spells", "linkage/dwp_links"}
    assert not graph.get(dg.AssetKey(["dwp", "return"])).is_executable
    assert {"moj/people", "linkage/moj_links"} <= keys


def test_every_hand_over_and_arrival_is_told_where_it_happened(carried: Carried) -> None:
    assert carried.dwp.events() == [("arrived", "dwp/link_request"), ("handed over", "ons/returns/dwp")]
    at_ons = carried.ons.events()
    assert ("requested", "dwp/link_request") in at_ons
    assert ("arrived", "ons/returns/dwp") in at_ons
    assert ("handed over", "research/linked_set") in at_ons
    assert ("arrived", "dwp/link_request") not in at_ons


def test_what_is_carried_shows_nothing_but_its_manifest(carried: Carried, rehearsed: Rehearsed) -> None:
    people = rehearsed.store.read(["ons", "identifiers"])
    assert isinstance(people, pl.LazyFrame)
    surnames = people.select(pl.col("surname").drop_nulls().unique()).collect()["surname"].to_list()
    with zipfile.ZipFile(carried.files / "dwp_request.zip") as packed:
        parts = {entry: packed.read(entry) for entry in packed.namelist()}
    assert set(parts) == {"key.json", "manifest.json", "table.parquet"}
    assert parts["table.parquet"][:4] == b"PARE"
    clear = (parts["key.json"] + parts["manifest.json"]).decode()
    assert not [name for name in surnames if f'"{name}"' in clear]


def test_a_file_that_cannot_be_taken_in_changes_nothing(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    data = carried.ons.data / "custody" / "ons" / "returns" / "dwp"
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    short = carried.files / "short.zip"
    short.write_bytes((carried.files / "dwp_return.zip").read_bytes()[:5000])
    assert carried.ons.command("receive", str(short)) == 2
    assert carried.ons.command("receive", str(carried.files / "none.zip")) == 2
    assert carried.ons.command("send", "council/cohort", str(carried.files / "no.zip")) == 2
    said = capsys.readouterr().err
    for words in ("damaged on the way", "no such file", "has not been made in"):
        assert words in said
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


def test_another_lock_is_not_put_in_the_place_of_the_first(carried: Carried, tmp_path: Path) -> None:
    other = Body(
        "dwp", tmp_path, {"TF_LINKAGE_SOURCE": "files", "TF_LINKAGE_DWP_PASSWORD": "another long password"}
    )
    assert other.command("make-lock", "dwp", "--data", str(other.data)) == 0
    assert other.command("export-lock", "dwp", str(tmp_path / "dwp.lock")) == 0
    assert carried.ons.command("import-lock", str(tmp_path / "dwp.lock")) == 2
    assert carried.ons.command("import-lock", str(carried.files / "dwp.lock")) == 0
