"""A breach drill: incidents staged in a copy of a rehearsal, and whether what should notice each does.

What is staged, what notices it, and what is to be done then. Each watch first looks at the unharmed copy, where it
must see nothing: an alarm that always rings notices nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.leak_scan import scan, sought
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.vault.vault import KEY
from tf_linkage.errors import StudyRefused, TfLinkageError
from tf_linkage.progress import Say, counted
from tf_linkage.workspace.code_words import code_words
from tf_linkage.workspace.custodians.packages import receive, send
from tf_linkage.workspace.store import Store

OPEN = ("published", "research", "reports", "ledger")
"""Folders of a data folder that other people than a custodian may read."""

LATE = 10
"""Days by which the dataset of the drill is held too long."""


@dataclass(frozen=True)
class Incident:
    """One incident.

    Attributes:
        name: what happens.
        stage: makes it happen in a copy.
        watched_by: what should notice it, as a person runs it.
        watch: what is noticed, in words; empty where nothing is.
        affects: who is affected, and how badly it may end for them.
        then: what is to be done first.
    """

    name: str
    stage: Callable[[Store], None]
    watched_by: str
    watch: Callable[[Store], str]
    affects: str
    then: str


@dataclass(frozen=True)
class Outcome:
    """What came of one incident: whether it was noticed, what was said, how long it took, and false alarms."""

    incident: Incident
    said: str
    seconds: float
    false_alarm: str

    @property
    def noticed(self) -> bool:
        """Whether it was noticed, and nothing where nothing had happened."""
        return bool(self.said) and not self.false_alarm


def drill(store: Store, say: Say = lambda _: None) -> list[Outcome]:
    """Stages every incident in a copy of a rehearsal's data folder; the folder itself stays as it is.

    Args:
        store: a data folder after the main job, held.
        say: receives a line every few seconds on how many incidents are staged.

    Raises:
        StudyRefused: real people's records are kept there, or the main job has not run.
    """
    if not store.is_rehearsal():
        raise StudyRefused(f"{store.root}: a drill breaks things on purpose, so it is held on a rehearsal alone")
    if not store.place(IDENTIFIERS).exists() or not all((store.root / name).is_dir() for name in OPEN):
        raise StudyRefused(f"{store.root}: run the main job there first")
    found = []
    for incident in counted(INCIDENTS, "incidents staged", say):
        with tempfile.TemporaryDirectory(prefix="drill-") as place:
            copy = dataclasses.replace(store, root=Path(place) / "data")
            shutil.copytree(store.root, copy.root)
            false_alarm = incident.watch(copy)
            incident.stage(copy)
            began = time.monotonic()
            said = incident.watch(copy)
            found.append(Outcome(incident, said, time.monotonic() - began, false_alarm))
    return found


def drill_page(outcomes: list[Outcome], day: dt.date) -> str:
    """The record of a drill, as Markdown.

    Args:
        outcomes: what came of each incident.
        day: of the drill.
    """
    lines = [
        "# Breach drill",
        "",
        f"Held on {day}, in copies of a rehearsal. {sum(one.noticed for one in outcomes)} of {len(outcomes)} "
        "incidents were noticed by what should notice them; each watch had looked before, and seen nothing.",
        "",
        "| incident | noticed by | noticed | seconds | what it said |",
        "|---|---|---|---|---|",
    ]
    for one in outcomes:
        verdict = "yes" if one.noticed else "FALSE ALARM" if one.false_alarm else "NO"
        said = (one.said or one.false_alarm).replace("|", "/").replace("\n", "; ")
        lines.append(
            f"| {one.incident.name} | `{one.incident.watched_by}` | {verdict} | {one.seconds:.1f} | {said} |"
        )
    lines += ["", "## What is to be done then", "", "| incident | whom it affects | first |", "|---|---|---|"]
    lines += [f"| {one.incident.name} | {one.incident.affects} | {one.incident.then} |" for one in outcomes]
    return "\n".join([*lines, "", *DUTIES]) + "\n"


DUTIES = (
    "## By when",
    "",
    "- **At once**: stop what leaks (take the file down, close the vault), keep what shows what happened, note the "
    "hour at which it was noticed. The ledger is never mended.",
    "- **Within 24 hours**: the body's data protection officer and the other controllers know: councils, ONS, "
    "the departments (to be agreed in the joint arrangement).",
    "- **Within 72 hours of noticing it**: the Information Commissioner, unless a risk to people is unlikely (UK "
    "GDPR, Article 33); what is not known by then follows.",
    "- **Without undue delay**: the people themselves, where the risk to them is high (Article 34): names, "
    "children or offences in the wrong hands are.",
    "- **In any case**: each breach goes on record with its effects and what was done (Article 33(5)).",
    "",
    "| who decides | name | reached by |",
    "|---|---|---|",
    "| data protection officer of the body where it happened | to be filled in | to be filled in |",
    "| senior officer who tells the Commissioner | to be filled in | to be filled in |",
    "| who speaks to families | to be filled in | to be filled in |",
)
"""What the law asks, by when; whose decision it is stays to be filled in by each body."""

IDENTIFIERS = ["ons", "identifiers"]
_ONE, _OTHER = list(DEPARTMENTS)[:2]
REQUEST = [_ONE, "link_request"]


def _people(store: Store) -> pl.DataFrame:
    kept = store.read(IDENTIFIERS)
    if not isinstance(kept, pl.LazyFrame):
        raise TypeError("identifiers are one table")
    return kept.collect()


def _names_published(store: Store) -> None:
    people = _people(store).select("forename", "surname", "postcode").head(20)
    (store.root / "published" / "csv").mkdir(parents=True, exist_ok=True)
    people.write_csv(store.root / "published" / "csv" / "extra.csv")


def _a_copy_left(store: Store) -> None:
    _people(store).select("nino", "date_of_birth").write_parquet(store.root / "reports" / "copy.parquet")


def _leaks(store: Store) -> str:
    found = scan([store.root / name for name in OPEN], sought([_people(store)], known=code_words())).findings
    return "; ".join(f"{one.file}: {one.what}" for one in found[:2])


def _byte_changed(store: Store) -> None:
    path = next(iter(sorted(store.place(REQUEST).glob("*.parquet"))))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def _exchanged(store: Store) -> None:
    """Another department's request, in place of one's own."""
    here, there = store.place(REQUEST), store.place([_OTHER, "link_request"])
    for path in here.iterdir():
        path.unlink()
    for path in there.iterdir():
        shutil.copy(path, here / path.name)


def _refusal(what: Callable[[], object]) -> str:
    """What is said where something is refused; empty where it is not."""
    try:
        what()
    except TfLinkageError as refusal:
        return str(refusal)
    return ""


def _reading(store: Store) -> str:
    def read() -> None:
        held = store.read(REQUEST)
        (held if isinstance(held, pl.LazyFrame) else next(iter(held.values()))).collect()
        store.delivery().arrive(HANDOVERS["/".join(REQUEST)])

    return _refusal(read)


def _another_password(store: Store) -> None:
    path = store.root / "world" / "passwords.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(words | {_ONE: "a password that somebody guessed"}), encoding="utf-8")


def _kept_too_long(store: Store) -> None:
    store.clock().move_to(store.deadlines.of(_ONE)[1] + dt.timedelta(days=LATE))


def _destroying(store: Store) -> str:
    store.destroy_due()
    late = [entry for entry in store.ledger().entries() if entry.event == "breach"]
    return "; ".join(f"{entry.custodian}: {entry.about}, {entry.facts['days']} days" for entry in late)


def _ledger_rewritten(store: Store) -> None:
    path = store.ledger().path
    lines = path.read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[0]) | {"day": "2001-01-01"}
    path.write_text("\n".join([json.dumps(entry, sort_keys=True), *lines[1:]]) + "\n", encoding="utf-8")


def _line_cut_off(store: Store) -> None:
    path = store.ledger().path
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def _ledger(store: Store) -> str:
    return _refusal(store.ledger().entries)


def _package_changed(store: Store) -> None:
    (store.root / "changed").write_text("a byte is changed on the way", encoding="utf-8")


def _carrying(store: Store) -> str:
    """Sends a request and takes it in; on the way a byte changes where the incident says so."""
    file = store.root / "request.zip"
    send(store, HANDOVERS["/".join(REQUEST)], file)
    if (store.root / "changed").exists():
        data = bytearray(file.read_bytes())
        data[data.index(KEY.encode()) + 200] ^= 1
        file.write_bytes(bytes(data))
    return _refusal(lambda: receive(store, file))


_SCAN = "leak-scan"
_READ = "any job that reads the vault"
INCIDENTS = (
    Incident(
        "names in a file that is published", _names_published, _SCAN, _leaks,
        "everybody named: identifiable to all", "take the file down; find who has fetched it",
    ),
    Incident(
        "a copy of numbers and birth dates left among the reports", _a_copy_left, _SCAN, _leaks,
        "everybody in the copy: identifiable to readers of reports", "destroy the copy; find who has read it",
    ),
    Incident(
        "a vault's file is changed", _byte_changed, _READ, _reading,
        "nobody's secrecy; a linkage on changed records may answer for the wrong person",
        "have the sender send it again; find who could write there",
    ),
    Incident(
        "one department's request lies in another's vault", _exchanged, _READ, _reading,
        "nobody: it does not open there", "have the sender send it again; find who carried it",
    ),
    Incident(
        "somebody tries a password", _another_password, _READ, _reading,
        "nobody: the vault does not open", "find who tried; change the password",
    ),
    Incident(
        f"names held {LATE} days too long", _kept_too_long, "job destroy_due", _destroying,
        "everybody a department was asked about", "destroy (done at once); say why the schedule did not",
    ),
    Incident(
        "an entry of the ledger is rewritten", _ledger_rewritten, "any job, or reading the ledger", _ledger,
        "nobody by itself; what it hid is to be found", "compare the anchor and copies held elsewhere",
    ),
    Incident(
        "the ledger's last line is cut off", _line_cut_off, "any job, or reading the ledger", _ledger,
        "nobody by itself; what it hid is to be found", "compare the anchor and copies held elsewhere",
    ),
    Incident(
        "a package is changed on the way", _package_changed, "receive", _carrying,
        "nobody: nothing is replaced", "have it sent again; find who carried it",
    ),
)  # fmt: skip
"""What is staged."""
