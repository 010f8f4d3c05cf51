"""Where every table lies on disk, and how it gets there whole.

Paths, which of them are vaults, atomic writes, the lock of a data folder, and the sweeping of what a killed run
left behind. Plain files and polars: no Dagster (that is `io.py`), no idea of what a table means.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage import intake
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.ledger import Ledger
from tf_linkage.custody.handover.delivery import Delivery
from tf_linkage.custody.handover.kinds import HANDOVERS, Handover
from tf_linkage.custody.refusals import KeyDestroyed, TooLate
from tf_linkage.custody.rights.tickets import sweep_unfinished
from tf_linkage.custody.vault.clock import Clock
from tf_linkage.custody.vault.destruction import Certificate, destroy_due, destroyed_on
from tf_linkage.custody.vault.passwords import CUSTODIANS, Passwords
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import OWNERS_FILE, OWNERS_FOLDER, Vault, content_digest, shred
from tf_linkage.custody.vault.versions import keyed_version
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import command
from tf_linkage.study import NAME, Dates
from tf_linkage.workspace.storing import stamps
from tf_linkage.workspace.storing.holding import held
from tf_linkage.workspace.storing.stamps import Stamp

Value = pl.DataFrame | pl.LazyFrame | Mapping[str, pl.DataFrame | pl.LazyFrame]
"""What an asset may be: one table, or a set of tables by name."""

Companion = Callable[[Mapping[str, pl.DataFrame], Path], object]
"""Puts something next to encrypted tables, before anybody can see them."""

REGISTERS = ("council", *DEPARTMENTS)
WORKING = {"link_request", "return", "review_pairs", "review_decisions", "search_sample"}
NEW, OLD, PARTIAL = ".new", ".old", ".partial"
REAL, DELIVERIES = "real_records", "deliveries"
DEADLINES = Deadlines(exchange=Dates().exchange, end=Dates().destroy_by)


@dataclass(frozen=True)
class Written:
    """What was written: rows and schema by table (the name is empty for a single table), and its version.

    Equal content has an equal version. That of a vault's dataset is made under a key that is destroyed with its
    batch, so that afterwards nobody can tell what it was made of.
    """

    path: Path
    rows: dict[str, int]
    schemas: dict[str, pl.Schema]
    digest: str
    size: int
    in_vault: bool = False


@dataclass(frozen=True)
class Store:
    """The data folder of one study.

    Attributes:
        root: the folder.
        simulated: whether registers are simulated. Then they are part of the world, and otherwise they belong
            to their custodians.
        rehearsal: whether the vaults may make passwords of their own, because nobody in them is real; by default
            where registers are simulated.
        deadlines: until when who may hold what.
        study: the study's name, the same at every body.
        from_files: departments whose registers are files although the rest is simulated.
        elsewhere: departments that do their part elsewhere; no password of theirs is made here.
        incoming: folder of the files, where any body's register is one: whether anybody is real is then judged from
            them each time it is asked, and `rehearsal` is not.
    """

    root: Path
    simulated: bool = True
    rehearsal: bool | None = None
    deadlines: Deadlines = DEADLINES
    study: str = NAME
    from_files: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    incoming: Path | None = None

    def place(self, key: Sequence[str]) -> Path:
        """Path of an asset's table, or folder of its tables, without suffix."""
        group, name = key[0], key[-1]
        if group == "population" or (group in REGISTERS and name not in WORKING and self._simulated(group)):
            return self.root / "world" / group / name
        if handover := HANDOVERS.get("/".join(key)):
            return self.root / "custody" / handover.recipient / handover.dataset
        if group in REGISTERS:
            return self.root / "custody" / group / name
        if group == "ons" or name == "linked_people":
            return self.root / "custody" / "ons" / name
        if group == "linkage":
            return self.root / "custody" / name.removesuffix("_links") / "links"
        return self.root / {"quality": "reports"}.get(group, group) / name

    def _simulated(self, body: str) -> bool:
        return self.simulated and body not in self.from_files

    def is_rehearsal(self) -> bool:
        """Whether nobody in the vaults is real: judged from the files, and never again once real records came."""
        if self.incoming is not None:
            return not self._real().exists() and intake.is_rehearsal(self.incoming)
        return self.simulated if self.rehearsal is None else self.rehearsal

    def admit(self, *, rehearsal: bool) -> None:
        """Says, before records are kept here, whether these were a rehearsal's; real ones are remembered.

        Raises:
            TfLinkageError: a rehearsal was held in this folder, so its vaults' passwords are for all to see.
        """
        if rehearsal:
            return
        if self._own_passwords().exists():
            raise TfLinkageError(
                f"{self.root} holds a rehearsal, whose passwords lie in the clear; real records need a data folder "
                "of their own (DATA=, TF_LINKAGE_DATA)"
            )
        self._real().parent.mkdir(parents=True, exist_ok=True)
        self._real().write_text(
            "Real records were taken in here: nothing here counts as a rehearsal.\n", encoding="utf-8"
        )

    def _real(self) -> Path:
        return self.root / "ledger" / REAL

    def _own_passwords(self) -> Path:
        return self.root / "world" / "passwords.json"

    def passwords(self) -> Passwords:
        """Where the vaults' passwords come from."""
        return Passwords(self._own_passwords() if self.is_rehearsal() else None)

    def clock(self) -> Clock:
        """The study's clock: simulated in a rehearsal."""
        day = self.root / "world" / "day.txt" if self.is_rehearsal() else None
        return Clock(day, self.deadlines.exchange)

    def ledger(self) -> Ledger:
        """The ledger; its head stands among what is published, where nobody can take it back."""
        return Ledger(self.root / "ledger" / "ledger.jsonl", self.root / "published" / "ledger_head.json")

    def destroy_due(self) -> list[Certificate]:
        """Destroy whatever has reached its last day, in every vault."""
        vaults = [self.vault(custodian) for custodian in CUSTODIANS]
        return destroy_due(vaults, self.deadlines, self.clock().today(), self.ledger(), self.certificates())

    def delivery(self) -> Delivery:
        """The hand-overs between the vaults of this folder."""
        return Delivery(self.study, self.vault, self.clock(), self.deadlines, self.ledger())

    def profiles(self, key: str) -> Path:
        """Where the profiles of a register's last deliveries are kept: with the custodian whose files they are."""
        body, name = key.split("/")
        return self.root / DELIVERIES / body / f"{name}.json"

    def certificates(self) -> Path:
        """Folder of the certificates of destruction."""
        return self.root / "ledger" / "certificates"

    def vault(self, custodian: str) -> Vault:
        """One custodian's vault."""
        passwords = Passwords(None) if custodian in self.elsewhere else self.passwords()
        return Vault(self.root / "custody" / custodian, custodian, passwords)

    def in_vault(self, key: Sequence[str]) -> tuple[Vault, str] | None:
        """The vault in which an asset lies and its name there, or None where it lies open."""
        parts = self.place(key).relative_to(self.root).parts
        if parts[0] != "custody":
            return None
        return self.vault(parts[1]), "/".join(parts[2:])

    def write(
        self, key: Sequence[str], value: Value, made_with: Stamp | None = None, mappings: str | None = None
    ) -> Written:
        """Write a table, or a set of tables, so that a reader sees the old or the new and nothing between.

        Args:
            key: the asset's key.
            value: its table or tables.
            made_with: the choices under which it was made.
            mappings: digest over the mappings by which it was made of senders' files, if any.

        Raises:
            TooLate: its custodian may not hold it any longer.
        """
        place, stamp = self.place(key), dict(made_with or {})
        if kept := self.in_vault(key):
            handover = HANDOVERS.get("/".join(key))
            send = partial(self.delivery().send, handover, mappings=mappings) if handover else None
            writer = handover.sender if handover else kept[0].custodian
            return self._write_to_vault(*kept, value, send, writer, stamp)
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, Mapping):
            new = _sibling(place, NEW)
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            for name, table in value.items():
                stamps.write_parquet(table, new / f"{name}.parquet", stamp)
            swap_folder(new, place)
            files = {name: place / f"{name}.parquet" for name in value}
        else:
            path = place.with_name(f"{place.name}.parquet")
            new = _sibling(path, NEW)
            stamps.write_parquet(value, new, stamp)
            new.replace(path)
            files = {"": path}
        return Written(
            path=place if isinstance(value, Mapping) else files[""],
            rows={name: stamps.height(file) for name, file in files.items()},
            schemas={name: pl.Schema(pl.read_parquet_schema(file)) for name, file in files.items()},
            digest=stamps.digest(files),
            size=sum(file.stat().st_size for file in files.values()),
        )

    def take_out(self, handover: Handover, value: Value) -> Written:
        """Write what is left of a hand-over that arrived, after people asked to leave."""
        vault = self.vault(handover.recipient)
        stamp = vault.made_with(handover.dataset)
        take_out = partial(self.delivery().take_out, handover)
        return self._write_to_vault(vault, handover.dataset, value, take_out, handover.recipient, stamp)

    def _write_to_vault(  # noqa: PLR0917 - what, where, with what, by whom, each once
        self,
        vault: Vault,
        dataset: str,
        value: Value,
        companion: Companion | None,
        writer: str,
        stamp: Stamp,
    ) -> Written:
        """Write a dataset and what is put next to it, and swap both in."""
        place = vault.folder / dataset
        batch, last_day = self.deadlines.of(vault.custodian)
        self.must_be_in_time(vault.custodian, dataset)
        place.parent.mkdir(parents=True, exist_ok=True)
        tables = value if isinstance(value, Mapping) else {"": value}
        frames = {name: table.lazy().collect() for name, table in tables.items()}
        new = _sibling(place, NEW)
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        vault.write(dataset, frames, new, batch=batch, destroy_by=last_day, made_with=stamp)
        if companion:
            companion(frames, new)
        swap_folder(new, place)
        return Written(
            path=place,
            rows={name: frame.height for name, frame in frames.items()},
            schemas={name: frame.schema for name, frame in frames.items()},
            digest=keyed_version(self.vault(writer), vault, content_digest(frames)),
            size=sum(file.stat().st_size for file in place.iterdir()),
            in_vault=True,
        )

    def must_be_in_time(self, custodian: str, dataset: str) -> None:
        """Refuse what a custodian may not hold any longer.

        Raises:
            TooLate: its last day has come.
        """
        last_day, today = self.deadlines.of(custodian)[1], self.clock().today()
        if today < last_day:
            return
        raise TooLate(
            f"{custodian} may hold {dataset} for the study until {last_day}, and it is {today}: nothing new can be "
            "made of it. "
            + (
                "To rehearse the study from its beginning, start with an empty data folder: "
                + command("clean", data=self.root)
                if self.is_rehearsal()
                else "The days of the study are set by TF_LINKAGE_DATE_EXCHANGE and TF_LINKAGE_DATE_DESTROY_BY"
            )
        )

    def made_with(self, key: Sequence[str]) -> dict[str, Any]:
        """The choices under which what is stored was made; none where it does not say or is not there."""
        if kept := self.in_vault(key):
            return dict(kept[0].made_with(kept[1]))
        place = self.place(key)
        files = sorted(place.glob("*.parquet")) if place.is_dir() else [place.with_name(f"{place.name}.parquet")]
        if not files or not files[0].exists():
            return {}
        return stamps.of(files[0])

    def version(self, key: Sequence[str]) -> str | None:
        """The version of a vault's dataset as its custodian makes it, who must be able to open it; None of none."""
        kept = self.in_vault(key)
        if kept is None or kept[1] not in kept[0].datasets():
            return None
        vault, dataset = kept
        read = vault.read(dataset)
        frames = {name: part.collect() for name, part in (read if isinstance(read, dict) else {"": read}).items()}
        return keyed_version(vault, vault, content_digest(frames))

    def write_text(self, key: Sequence[str], suffix: str, text: str) -> Path:
        """Write a page or another text file, whole."""
        place = self.place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        path = place.with_name(f"{place.name}{suffix}")
        new = _sibling(path, NEW)
        new.write_text(text, encoding="utf-8")
        new.replace(path)
        return path

    def read(self, key: Sequence[str]) -> pl.LazyFrame | dict[str, pl.LazyFrame]:
        """Read what was written, lazily.

        Raises:
            TfLinkageError: the asset has not been materialised in this data folder.
            VaultRefused: it lies in a vault that does not give it out; the reason is the error's class.
        """
        place = self.place(key)
        if kept := self.in_vault(key):
            vault, dataset = kept
            if dataset not in vault.datasets():
                self._was_not_destroyed(vault, dataset)
            else:
                return vault.read(dataset)
        if place.is_dir():
            return {path.stem: pl.scan_parquet(path) for path in sorted(place.glob("*.parquet"))}
        path = place.with_name(f"{place.name}.parquet")
        if not path.exists():
            if HANDOVERS.get("/".join(key)) and self.in_vault(key):
                raise TfLinkageError(
                    f"{'/'.join(key)} has not arrived in {self.root}: make it, or take in the file that its sender "
                    f"carried here ({command('receive', 'FILE', data=self.root)})"
                )
            raise TfLinkageError(f"{'/'.join(key)} has not been materialised in {self.root}; materialise it first")
        return pl.scan_parquet(path)

    def _was_not_destroyed(self, vault: Vault, dataset: str) -> None:
        """What is not there may have been destroyed; then say so."""
        if day := destroyed_on(self.ledger().entries(), vault.custodian, dataset):
            raise KeyDestroyed(
                f"{vault.custodian}/{dataset} was destroyed on {day}, as the privacy notice promises; what is made "
                "from it cannot be rebuilt. Tables made before that day stay as they are"
            )

    @contextmanager
    def hold(self, what: str = "a command", *, emptied: bool = False) -> Iterator[None]:
        """Hold the data folder for one writer, after sweeping what a killed one left; readers never ask.

        A process that holds it already goes on holding it. What a holder writes it puts on record; so nobody holds
        a folder whose ledger is broken, but to empty it.

        Args:
            what: who holds it, for those who are refused.
            emptied: whether the folder is held to be emptied, ledger and all.

        Raises:
            DataFolderBusy: another process holds it; says which, since when.
            LedgerBroken: the ledger is not as it was written; nothing was written.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with owners_alone(), held(self.root, what) as first:
            if first and not emptied:
                self.ledger().entries()
            if first:
                for room in ("custody", "ledger", DELIVERIES, *(["world"] if self.is_rehearsal() else [])):
                    (self.root / room).mkdir(exist_ok=True)
                    _of_owner(self.root / room)
                self.sweep()
                sweep_unfinished(self.vault("ons"))
            yield

    def sweep(self) -> None:
        """Remove half-written files, and put back a folder that was being swapped."""
        for old in sorted(self.root.rglob(f".*{OLD}")):
            place = old.with_name(old.name[1:].removesuffix(OLD))
            if place.exists():
                shred(old)
            else:
                old.rename(place)
        for new in sorted([*self.root.rglob(f".*{NEW}"), *self.root.rglob(f".*{PARTIAL}*")]):
            if new.is_dir():
                shutil.rmtree(new)
            else:
                new.unlink()


def _of_owner(folder: Path) -> None:
    """Leaves a folder and all below it to its owner, also what came there before this was done."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(OWNERS_FOLDER if path.is_dir() else OWNERS_FILE)


@contextmanager
def owners_alone() -> Iterator[None]:
    """For as long as it lasts, what is written can be read by its owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _sibling(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}{suffix}")


def swap_folder(new: Path, place: Path) -> None:
    """Put a folder in the place of another, so that a reader sees one or the other."""
    if not place.exists():
        new.rename(place)
        return
    old = _sibling(place, OLD)
    shutil.rmtree(old, ignore_errors=True)
    place.rename(old)
    new.rename(place)
    shred(old)


def relative(path: Path) -> str:
    """A path as people and the web UI may see it: from the working folder where possible."""
    return os.path.relpath(path)
