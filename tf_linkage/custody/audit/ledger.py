"""The ledger: what was handed over, read, destroyed, requested and released, in a chain that shows any change.

Each entry carries the digest of the one before it. A copy of the newest digest, the head, stands elsewhere, so that
an ending that was cut off is noticed too. An entry names bodies, datasets and days; never a person, and of how many
rows there are the class alone (`sizes`). Appending and checking.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.refusals import LedgerBroken

EVENTS = (
    "written", "handed over", "read", "destroying", "destroyed", "breach", "requested", "released", "received",
    "arrived", "withdrawn", "answered", "corrected", "erased", "objected", "sealed", "signed off",
)  # fmt: skip
START = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One line of the ledger."""

    number: int
    day: str
    event: str
    custodian: str
    about: str
    facts: dict[str, Any]
    previous: str
    digest: str

    def expected(self) -> str:
        """The digest its words should have."""
        words = [
            self.number, self.day, self.event, self.custodian, self.about, self.facts, self.previous,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Ledger:
    """A ledger and where its head is anchored.

    Attributes:
        path: the file of entries, one JSON object a line.
        anchor: the file that holds number and digest of the newest entry, and while one is being added that entry,
            kept by somebody else.
    """

    path: Path
    anchor: Path

    def append(self, day: dt.date, event: str, custodian: str, about: str, **facts: Any) -> Entry:
        """Adds an entry and moves the anchor on.

        Args:
            day: the study's day.
            event: one of `EVENTS`.
            custodian: the body that acts.
            about: the dataset or ticket.
            facts: what else is to be known, such as a due date; never about a person.

        Raises:
            LedgerBroken: the ledger's end does not fit its anchor.
        """
        if event not in EVENTS:
            raise ValueError(f"unknown event {event!r}; known are {', '.join(EVENTS)}")
        with self._alone():
            last = self._end()
            number, previous = (last.number + 1, last.digest) if last else (1, START)
            entry = Entry(number, day.isoformat(), event, custodian, about, facts, previous, "")
            entry = Entry(**{**entry.__dict__, "digest": entry.expected()})
            # The anchor speaks of the entry before it is there: a line that no anchor spoke of was added by others.
            self._set_anchor(number - 1, previous, next_entry=entry)
            self._add(entry)
            self._set_anchor(number, entry.digest)
        return entry

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A request is put on record while a run does the same: one after the other."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / ".ledger.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _add(self, entry: Entry) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as lines:
            lines.write(_written(entry) + "\n")
            lines.flush()
            os.fsync(lines.fileno())

    def entries(self) -> list[Entry]:
        """Every entry, after checking the whole chain against itself and its anchor.

        Raises:
            LedgerBroken: names the first entry that does not fit.
        """
        found = [_entry(line, at) for at, line in enumerate(self._lines(), start=1)]
        previous = START
        for at, entry in enumerate(found, start=1):
            if entry.number != at or entry.previous != previous:
                raise LedgerBroken(
                    f"ledger: entry {at} does not follow the one before it; some were removed or moved"
                )
            if entry.digest != entry.expected():
                raise LedgerBroken(f"ledger: entry {at} was changed after it was written")
            previous = entry.digest
        self._fits_anchor(found[-1] if found else None)
        return found

    def size(self, about: str, count: int) -> str:
        """The class of a dataset's rows (`sizes.size_class`), given what was told of it before."""
        told = [entry.facts["size"] for entry in self.entries() if entry.about == about and "size" in entry.facts]
        return size_class(count, told[-1] if told else None)

    def _end(self) -> Entry | None:
        """The newest entry; a line that a killed run left half-written is cut off."""
        lines = self._lines()
        if self.path.exists() and not self.path.read_bytes().endswith(b"\n") and self.path.stat().st_size:
            whole = "".join(line + "\n" for line in lines)
            new = self.path.with_name(f".{self.path.name}.new")
            new.write_text(whole, encoding="utf-8")
            new.replace(self.path)
        last = _entry(lines[-1], len(lines)) if lines else None
        if last is not None and last.digest != last.expected():
            raise LedgerBroken(f"ledger: entry {len(lines)} was changed after it was written")
        self._fits_anchor(last)
        return last

    def _lines(self) -> list[str]:
        """The whole lines."""
        if not self.path.exists():
            return []
        data = self.path.read_bytes()
        *lines, half = data.split(b"\n")
        if half and not self._speaks_of_another():
            raise LedgerBroken(f"ledger: something stands behind entry {len(lines)} that no entry began with")
        try:
            return [line.decode("ascii") for line in lines]
        except UnicodeDecodeError:
            at = next(at for at, line in enumerate(lines, start=1) if not line.isascii())
            raise LedgerBroken(f"ledger: entry {at} was changed after it was written (stray bytes)") from None

    def _speaks_of_another(self) -> bool:
        """Whether the anchor speaks of an entry that was being added: a killed run leaves half of its line."""
        try:
            words = json.loads(self.anchor.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return False
        return isinstance(words, dict) and "next" in words

    def _fits_anchor(self, last: Entry | None) -> None:
        """The anchor is the newest entry; or, where a run was killed, the one before, and speaks of the newest."""
        try:
            words = json.loads(self.anchor.read_text(encoding="utf-8"))
            anchored = [(words["entries"], words["head"])]
            if "next" in words:
                anchored.append((words["next"]["number"], words["next"]["digest"]))
        except FileNotFoundError:
            anchored = [(0, START)]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise LedgerBroken("ledger: its anchor was changed; nothing can be proved of the ledger") from None
        newest = (last.number, last.digest) if last else (0, START)
        if newest not in anchored:
            raise LedgerBroken(
                f"ledger: its anchor speaks of {anchored[0][0]} entries and the ledger has {newest[0]} that fit; "
                "entries were cut off, added or rewritten"
            )

    def _set_anchor(self, number: int, head: str, next_entry: Entry | None = None) -> None:
        words: dict[str, Any] = {"entries": number, "head": head}
        if next_entry is not None:
            words["next"] = {"number": next_entry.number, "digest": next_entry.digest}
        self.anchor.parent.mkdir(parents=True, exist_ok=True)
        new = self.anchor.with_name(f".{self.anchor.name}.new")
        new.write_text(json.dumps(words), encoding="utf-8")
        new.replace(self.anchor)


def _entry(line: str, at: int) -> Entry:
    try:
        entry = Entry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        raise LedgerBroken(f"ledger: entry {at} was changed after it was written") from None
    if line != _written(entry):  # a key twice, or words in another form: a person reads what a program does not
        raise LedgerBroken(f"ledger: entry {at} was changed after it was written")
    return entry


def _written(entry: Entry) -> str:
    """An entry's line, letter by letter."""
    return json.dumps(entry.__dict__, sort_keys=True)
