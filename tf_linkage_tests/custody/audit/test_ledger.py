"""The ledger: every kind of change to it is noticed."""

import datetime as dt
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.custody.audit.ledger import START, Entry, Ledger
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.refusals import LedgerBroken

DAY = dt.date(2020, 4, 6)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger.jsonl", tmp_path / "elsewhere" / "head.json")
    for at in range(6):
        made.append(DAY, "read", "ons", "identifiers", step=at)
    return made


def lines(ledger: Ledger) -> list[str]:
    return ledger.path.read_text().splitlines()


def test_entries_come_back_in_order(ledger: Ledger) -> None:
    entries = ledger.entries()
    assert [entry.facts["step"] for entry in entries] == list(range(6))
    assert entries[0].previous == START
    assert all(after.previous == before.digest for before, after in pairwise(entries))


def edited(text: list[str]) -> list[str]:
    return [line.replace('"step": 2', '"step": 9') for line in text]


def rechained(text: list[str]) -> list[str]:
    """Somebody who knows how it is done rewrites the whole ledger."""
    from tf_linkage.custody.audit.ledger import Entry

    made, previous = [], START
    for line in edited(text):
        entry = Entry(**{**json.loads(line), "previous": previous})
        entry = Entry(**{**entry.__dict__, "digest": entry.expected()})
        previous = entry.digest
        made.append(json.dumps(entry.__dict__, sort_keys=True))
    return made


@pytest.mark.parametrize(
    "change",
    [
        edited,
        rechained,
        lambda text: text[:2] + text[3:],
        lambda text: [text[1], text[0], *text[2:]],
        lambda text: text[:-1],
        lambda text: text[:1],
        lambda text: [],
        lambda text: [*text, text[-1]],
        lambda text: [*text[:3], "{}", *text[4:]],
    ],
    ids=["edit", "rechained", "delete", "swap", "cut", "nearly all cut", "all cut", "repeat", "no entry"],
)
def test_a_change_is_noticed(ledger: Ledger, change: Callable[[list[str]], list[str]]) -> None:
    ledger.path.write_text("".join(line + "\n" for line in change(lines(ledger))))
    with pytest.raises(LedgerBroken, match="ledger"):
        ledger.entries()


@pytest.mark.parametrize("stray", [b"\0\xff\xfe\n", b"\xc3\xa9\n", b"\0\n", "{\u2028}\n".encode()])
def test_stray_bytes_are_a_change_like_any_other(ledger: Ledger, stray: bytes) -> None:
    ledger.path.write_bytes(ledger.path.read_bytes() + stray)
    for look in (ledger.entries, lambda: ledger.append(DAY, "read", "ons", "identifiers")):
        with pytest.raises(LedgerBroken, match="entry 7 was changed"):
            look()


def test_a_ledger_that_vanished_is_noticed_before_anything_is_added(ledger: Ledger) -> None:
    ledger.path.unlink()
    with pytest.raises(LedgerBroken):
        ledger.append(DAY, "read", "ons", "identifiers")


def test_a_changed_anchor_is_noticed(ledger: Ledger) -> None:
    ledger.anchor.write_text(json.dumps({"entries": 6, "head": START}))
    with pytest.raises(LedgerBroken):
        ledger.entries()
    ledger.anchor.write_text("[]")
    with pytest.raises(LedgerBroken, match="anchor was changed"):
        ledger.entries()


def twice(line: str) -> str:
    """An entry in which a person reads another event than a program does, which takes the last of two."""
    return line.replace("{", '{"about": "research", "event": "destroyed", ', 1)


@pytest.mark.parametrize(
    "change",
    [twice, lambda line: line + "\r", lambda line: " " + line, lambda line: line.replace(": ", ":"),
     lambda line: json.dumps(dict(reversed(json.loads(line).items())))],
    ids=["a key twice", "line ends", "a blank", "no blanks", "another order"],
)  # fmt: skip
def test_an_entry_is_held_to_its_letters(ledger: Ledger, change: Callable[[str], str]) -> None:
    text = lines(ledger)
    ledger.path.write_bytes("".join(line + "\n" for line in [*text[:3], change(text[3]), *text[4:]]).encode())
    with pytest.raises(LedgerBroken, match="entry 4 was changed"):
        ledger.entries()


@pytest.mark.parametrize("left", [b'{"about": "iden', b"a word", b"\xff\xff", b"\0"])
def test_what_stands_behind_the_last_entry_is_noticed_where_none_was_begun(ledger: Ledger, left: bytes) -> None:
    before = ledger.path.read_bytes()
    ledger.path.write_bytes(before + left)
    for look in (ledger.entries, lambda: ledger.append(DAY, "read", "ons", "identifiers")):
        with pytest.raises(LedgerBroken, match="something stands behind entry 6"):
            look()
    assert ledger.path.read_bytes() == before + left, "nothing is cut off that nobody began"


def test_a_run_killed_while_it_wrote_an_entry_is_made_good(ledger: Ledger) -> None:
    head = json.loads(ledger.anchor.read_text())
    ledger.anchor.write_text(json.dumps(head | {"next": {"number": 7, "digest": "0" * 64}}))
    with ledger.path.open("a") as stream:
        stream.write('{"about": "iden')
    assert len(ledger.entries()) == 6
    ledger.append(DAY, "read", "ons", "identifiers", step=6)
    assert [entry.facts["step"] for entry in ledger.entries()] == list(range(7))


class Killed(Exception):
    """Stands for a process that ends at once."""


@pytest.mark.parametrize(("step", "left"), [("before the entry", 6), ("after the entry", 7)])
def test_a_run_killed_while_it_added_an_entry_is_made_good(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, step: str, left: int
) -> None:
    add = Ledger._add

    def killed(self: Ledger, entry: Entry) -> None:
        if step == "after the entry":
            add(self, entry)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "_add", killed)
        with pytest.raises(Killed):
            ledger.append(DAY, "read", "ons", "identifiers", step=6)
    assert len(ledger.entries()) == left
    ledger.append(DAY, "read", "ons", "identifiers", step=7)
    assert len(ledger.entries()) == left + 1


def forged(ledger: Ledger, **facts: object) -> str:
    """A line as the next would be, by somebody who knows how it is done but cannot write the anchor."""
    last = ledger.entries()[-1]
    entry = Entry(last.number + 1, "2020-04-07", "arrived", "ons", "ons/returns/dwp", facts, last.digest, "")
    entry = Entry(**{**entry.__dict__, "digest": entry.expected()})
    return json.dumps(entry.__dict__, sort_keys=True) + "\n"


def test_a_forged_line_at_the_end_is_noticed(ledger: Ledger) -> None:
    line = forged(ledger, manifest="0" * 64)
    with ledger.path.open("a") as stream:
        stream.write(line)
    with pytest.raises(LedgerBroken, match="added"):
        ledger.entries()
    with pytest.raises(LedgerBroken, match="added"):
        ledger.append(DAY, "read", "ons", "identifiers")


def test_a_forged_line_in_place_of_one_that_was_being_added_is_noticed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = forged(ledger, manifest="0" * 64)

    def killed(self: Ledger, entry: Entry) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "_add", killed)
        with pytest.raises(Killed):
            ledger.append(DAY, "read", "ons", "identifiers", step=6)
    with ledger.path.open("a") as stream:
        stream.write(line)
    with pytest.raises(LedgerBroken, match="added"):
        ledger.entries()


def test_a_changed_last_line_is_noticed_before_anything_is_added(ledger: Ledger) -> None:
    ledger.path.write_text(ledger.path.read_text().replace('"step": 5', '"step": 9'))
    with pytest.raises(LedgerBroken, match="changed"):
        ledger.append(DAY, "read", "ons", "identifiers")


def test_an_event_of_another_kind_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="unknown event"):
        ledger.append(DAY, "looked at", "ons", "identifiers")


def test_the_ledger_tells_classes_and_a_class_that_was_told_stays(ledger: Ledger) -> None:
    """A family goes from 1,003 rows to 997: the class is told as before. At 700 rows it is another."""
    assert ledger.size("ons/returns/moj", 1_003) == "1,000 to 9,999"
    ledger.append(DAY, "arrived", "ons", "ons/returns/moj", size=ledger.size("ons/returns/moj", 1_003))
    assert ledger.size("ons/returns/moj", 997) == "1,000 to 9,999"
    assert ledger.size("ons/returns/moj", 700) == "fewer than 1,000"
    assert ledger.size("ons/returns/dfe", 997) == "fewer than 1,000", "each dataset has its own past"


@given(count=st.integers(0, 10**8), left=st.integers(0, 150))
def test_no_family_that_leaves_changes_a_class_that_was_told(count: int, left: int) -> None:
    told = size_class(count + left)
    assert size_class(count, told) == told
    assert size_class(count + left, told) == told
    nearest_five = {5 * round(rows / 5) for rows in (count + left, count)}
    assert len(nearest_five) == 2 or left <= 5, "the control: to the nearest five more than five rows show"
