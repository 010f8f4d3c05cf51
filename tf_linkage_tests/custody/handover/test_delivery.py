"""Hand-overs: the manifest that travels with each, and every way in which an arrival is refused."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts import link_requests
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import exchange
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.ledger import Ledger
from tf_linkage.custody.handover.delivery import Delivery
from tf_linkage.custody.handover.kinds import HANDOVERS, Handover
from tf_linkage.custody.handover.manifest import FILE, contract_version, read_manifest, told
from tf_linkage.custody.refusals import (
    FileChanged,
    LockMissing,
    ManifestChanged,
    ManifestMissing,
    OtherContract,
    OtherRequest,
    OtherStudy,
    Overdue,
    PasswordMissing,
    RowsMissing,
    Tampered,
)
from tf_linkage.custody.vault import locks
from tf_linkage.custody.vault.clock import Clock
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import LOCK, Vault

DAY, END = dt.date(2020, 4, 6), dt.date(2022, 12, 31)
REQUEST, RETURN = HANDOVERS["moj/link_request"], HANDOVERS["moj/return"]
ASKED = pl.DataFrame(
    [
        {**dict.fromkeys(schema_of(link_requests.Request)), "request_ref": f"R{n}", "surname": "Poe"}
        for n in range(40)
    ],
    schema=schema_of(link_requests.Request),
)
ANSWER = {
    "people": pl.DataFrame(
        {"request_ref": ["R1", "R2"], "link_confidence": ["high", "high"]},
        schema=schema_of(exchange.ReturnedPeople),
    ),
    "offences": pl.DataFrame(
        schema=schema_of(exchange.return_tables("moj_key", DEPARTMENTS["moj"].histories[1])["offences"])
    ),
}


def folder_of(
    root: Path, *bodies: str, study: str = "a study", day: dt.date = DAY, start: dt.date = DAY
) -> Delivery:
    """A data folder in which the passwords of some bodies are at hand."""
    words = Passwords(None, {f"TF_LINKAGE_{body.upper()}_PASSWORD": f"the password of {body}" for body in bodies})
    return Delivery(
        study,
        lambda body: Vault(root / "custody" / body, body, words),
        Clock(root / "day.txt", day),
        Deadlines(start, END),
        Ledger(root / "ledger.jsonl", root / "head.json"),
    )


def send(delivery: Delivery, handover: Handover, tables: dict[str, pl.DataFrame]) -> None:
    """Encrypt a dataset for its recipient and hand it over."""
    vault = delivery.vault(handover.recipient)
    place = vault.folder / handover.dataset
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    vault.write(handover.dataset, tables, place, batch="any", destroy_by=END)
    delivery.send(handover, tables, place)
    delivery.record(handover)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ONS asked MoJ and MoJ answered."""
    root = tmp_path_factory.mktemp("delivery")
    for body in ("ons", "moj"):
        (root / "custody" / body).mkdir(parents=True)
        lock = locks.new_lock(body, f"the password of {body}", cost=locks.LEAST_COST)
        (root / "custody" / body / LOCK).write_bytes(lock)
    both = folder_of(root, "ons", "moj")
    send(both, REQUEST, {"": ASKED})
    send(both, RETURN, ANSWER)
    return root


@pytest.fixture
def root(sent: Path, tmp_path: Path) -> Path:
    shutil.copytree(sent, tmp_path, dirs_exist_ok=True)
    return tmp_path


def place(root: Path, handover: Handover) -> Path:
    return root / "custody" / handover.recipient / handover.dataset


def test_the_recipient_alone_checks_what_arrived_and_the_ledger_tells(root: Path) -> None:
    manifest = folder_of(root, "moj").arrive(REQUEST)
    assert (manifest.sender, manifest.recipient, manifest.study) == ("ons", "moj", "a study")
    assert manifest.tables[""][0] == manifest.rows == 40
    assert manifest.destroy_by == "2020-05-06"
    assert manifest.contract == contract_version({"": DEPARTMENTS["moj"].request})
    told_ = [(e.event, e.custodian, e.about) for e in folder_of(root).ledger.entries()]
    assert told_ == [
        ("requested", "ons", "moj/link_request"),
        ("handed over", "moj", "ons/returns/moj"),
        ("arrived", "moj", "moj/link_request"),
    ]


def test_an_arrival_is_told_once(root: Path) -> None:
    for _ in range(2):
        folder_of(root, "moj").arrive(REQUEST)
    assert [entry.event for entry in folder_of(root).ledger.entries()].count("arrived") == 1


def test_a_return_answers_its_request(root: Path) -> None:
    assert folder_of(root, "ons").arrive(RETURN).answers == read_manifest(place(root, REQUEST)).content


def test_the_same_sent_again_is_answered_still(root: Path) -> None:
    send(folder_of(root, "ons", "moj"), REQUEST, {"": ASKED})
    assert folder_of(root, "ons").arrive(RETURN).rows == 2


def test_a_manifest_names_nobody(root: Path) -> None:
    for handover in (REQUEST, RETURN):
        words = (place(root, handover) / FILE).read_text()
        for value in ("Poe", "R1", "R39", "high"):
            assert f'"{value}"' not in words


def test_a_digest_of_a_table_says_nothing_without_the_key() -> None:
    """Anyone who guesses the table cannot tell that the guess is right."""
    keyed, other = (told({"": ASKED}, key)[""][1] for key in (b"k" * 32, b"l" * 32))
    assert keyed != other
    assert told({"": ASKED}, b"k" * 32)[""] == (40, keyed)


@pytest.mark.parametrize(
    "table", [ASKED.head(39), ASKED.reverse(), ASKED.with_columns(surname=pl.lit("")), ASKED.drop("gender")]
)
def test_another_table_has_another_digest(table: pl.DataFrame) -> None:
    empty = ASKED.with_columns(surname=pl.lit(None, pl.String))
    assert told({"": table}, b"k")[""] not in (told({"": ASKED}, b"k")[""], told({"": empty}, b"k")[""])


def no_manifest(root: Path) -> None:
    (place(root, REQUEST) / FILE).unlink()


def broken_manifest(root: Path) -> None:
    (place(root, REQUEST) / FILE).write_text("{}")


def rewritten(**words: object) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = place(root, REQUEST) / FILE
        path.write_text(json.dumps(json.loads(path.read_text()) | words))

    return change


def another_file(root: Path) -> None:
    """Somebody who has MoJ's public lock encrypts a file of their own for it."""
    vault = folder_of(root, "ons").vault("moj")
    shutil.copy(place(root, REQUEST) / FILE, root / FILE)
    shutil.rmtree(place(root, REQUEST))
    place(root, REQUEST).mkdir()
    vault.write(REQUEST.dataset, {"": ASKED.head(3)}, place(root, REQUEST), batch="any", destroy_by=END)
    shutil.copy(root / FILE, place(root, REQUEST) / FILE)


def a_byte(root: Path) -> None:
    path = place(root, REQUEST) / "table.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def by_somebody_else(root: Path) -> None:
    """The whole hand-over made by somebody who has the public locks and no password of ONS."""
    lock = locks.new_lock("ons", "of somebody else", cost=locks.LEAST_COST)
    before = (root / "custody" / "ons" / LOCK).read_bytes()
    (root / "custody" / "ons" / LOCK).write_bytes(lock)
    words = Passwords(None, {"TF_LINKAGE_ONS_PASSWORD": "of somebody else"})
    forger = replace(folder_of(root), vault=lambda body: Vault(root / "custody" / body, body, words))
    send(forger, REQUEST, {"": ASKED.head(5)})
    (root / "custody" / "ons" / LOCK).write_bytes(before)


def fewer_rows(root: Path) -> None:
    """A sender that loses rows between its table and the file."""
    delivery = folder_of(root, "ons", "moj")
    vault = delivery.vault("moj")
    shutil.rmtree(place(root, REQUEST))
    place(root, REQUEST).mkdir()
    vault.write(REQUEST.dataset, {"": ASKED.head(39)}, place(root, REQUEST), batch="any", destroy_by=END)
    delivery.send(REQUEST, {"": ASKED}, place(root, REQUEST))


def other_columns(root: Path) -> None:
    """A sender whose contract has a column more."""
    changed = replace(REQUEST, tables={"": link_requests.RequestWithNino})
    send(folder_of(root, "ons", "moj"), changed, {"": ASKED})


def other_study(root: Path) -> None:
    send(folder_of(root, "ons", "moj", study="another study"), REQUEST, {"": ASKED})


def other_calendar(root: Path) -> None:
    send(folder_of(root, "ons", "moj", start=dt.date(2020, 5, 6)), REQUEST, {"": ASKED})


def no_lock_of_the_sender(root: Path) -> None:
    (root / "custody" / "ons" / LOCK).unlink()


@pytest.mark.parametrize(
    ("spoil", "refusal", "words"),
    [
        (no_manifest, ManifestMissing, "without its manifest"),
        (broken_manifest, ManifestMissing, "cannot be read"),
        (rewritten(rows=1), ManifestMissing, "cannot be read"),
        (rewritten(destroy_by="2029-01-01"), ManifestChanged, "not as ons sealed it"),
        (rewritten(tables={"": [39, "0"]}), ManifestChanged, "not as ons sealed it"),
        (by_somebody_else, ManifestChanged, "somebody else made it"),
        (another_file, FileChanged, "not those that ons sent"),
        (a_byte, Tampered, "was changed since it was written"),
        (fewer_rows, RowsMissing, "has 39 rows, and 40 were sent"),
        (other_columns, OtherContract, "do not run the same version"),
        (other_study, OtherStudy, "'another study'"),
        (other_calendar, OtherStudy, "TF_LINKAGE_DATE_EXCHANGE"),
        (no_lock_of_the_sender, LockMissing, "the lock of ons is not here"),
    ],
)
def test_every_other_arrival_is_refused_in_words_of_its_own(
    root: Path, spoil: Callable[[Path], None], refusal: type[Exception], words: str
) -> None:
    spoil(root)
    with pytest.raises(refusal, match=words) as refused:
        folder_of(root, "moj").arrive(REQUEST)
    assert "Poe" not in str(refused.value)
    assert "arrived" not in [entry.event for entry in folder_of(root).ledger.entries()]


@pytest.mark.parametrize(("day", "opens"), [("2020-05-05", True), ("2020-05-06", False), ("2020-07-01", False)])
def test_nothing_is_opened_on_its_last_day(root: Path, day: str, opens: bool) -> None:
    late = folder_of(root, "moj", day=dt.date.fromisoformat(day))
    if opens:
        assert late.arrive(REQUEST).rows == 40
    else:
        with pytest.raises(Overdue, match="was to be destroyed by 2020-05-06"):
            late.arrive(REQUEST)


def test_a_file_exchanged_after_its_arrival_is_noticed(root: Path) -> None:
    folder_of(root, "moj").arrive(REQUEST)
    another_file(root)
    with pytest.raises(FileChanged):
        folder_of(root, "moj").arrive(REQUEST)


def test_a_return_to_an_earlier_request_is_refused(root: Path) -> None:
    send(folder_of(root, "ons"), REQUEST, {"": ASKED.head(30)})
    with pytest.raises(OtherRequest, match="the request has changed since"):
        folder_of(root, "ons").arrive(RETURN)


def test_a_return_that_nobody_asked_for_is_refused(root: Path) -> None:
    for name in ("ledger.jsonl", "head.json"):
        (root / name).unlink()
    with pytest.raises(OtherRequest, match="none is on record"):
        folder_of(root, "ons").arrive(RETURN)


def test_once_arrived_it_is_known_without_its_senders_lock(root: Path) -> None:
    folder_of(root, "ons").arrive(RETURN)
    shutil.rmtree(root / "custody" / "moj")
    assert folder_of(root, "ons").arrive(RETURN).rows == 2


def test_a_public_half_lets_in_and_opens_nothing(root: Path) -> None:
    """With it others write and check; the right password opens nothing."""
    path = root / "custody" / "moj" / LOCK
    whole = path.read_bytes()
    half = locks.public_half(whole)
    assert locks.is_public_half(half)
    assert not locks.is_public_half(whole)
    assert locks.owner(half) == "moj"
    assert "private" not in json.loads(half)
    path.write_bytes(half)
    send(folder_of(root, "ons"), REQUEST, {"": ASKED.head(7)})
    with pytest.raises(LockMissing, match="only the public half"):
        folder_of(root, "moj").vault("moj").read("link_request")
    path.write_bytes(whole)
    assert folder_of(root, "moj").arrive(REQUEST).rows == 7


def test_a_sender_needs_its_own_password(root: Path) -> None:
    with pytest.raises(PasswordMissing, match="TF_LINKAGE_ONS_PASSWORD"):
        send(folder_of(root, "moj"), REQUEST, {"": ASKED})


def test_a_key_pair_makes_one_key_for_one_purpose(root: Path) -> None:
    both = folder_of(root, "ons", "moj")
    ons, moj = both.vault("ons"), both.vault("moj")
    assert ons.key_with(moj, "a") == moj.key_with(ons, "a") != ons.key_with(moj, "b")
