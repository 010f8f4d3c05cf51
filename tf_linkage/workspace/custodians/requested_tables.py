"""Tables that researchers ask for: made behind the research custodian's password, put on record, then let out.

Where they lie: what leaves in data/published/tables, what stands behind it, and the checker's page, in
data/research/requested. The ledger has an entry for each table before it leaves.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage.disclosure.release.across_releases import all_releases
from tf_linkage.disclosure.requested import answer, asking, checking
from tf_linkage.disclosure.requested.asking import Asked, TableRefused
from tf_linkage.disclosure.requested.beside_release import Told
from tf_linkage.pages.spreadsheets import spreadsheet_safe
from tf_linkage.research.records_to_ask import COUNCIL, RECORD, Records, columns_to_ask, records_to_ask
from tf_linkage.study import COUNCILS, REGIONS, Study
from tf_linkage.workspace.custodians.reproducing import study_tables_of
from tf_linkage.workspace.releases_on_record import told_before
from tf_linkage.workspace.store import Store

RESEARCH, RELEASED = "research", "released"
RECORD_KEYS = "record keys"

CONSTANT = "the programme"
"""A cost theme that is the same for every family: its mean says nothing."""


@dataclass(frozen=True)
class Made:
    """A table that was asked for.

    Attributes:
        number: under which it is on record.
        table: as it leaves, or would.
        file: where it lies for everybody; None while it waits for a checker.
        page: the checker's page.
        again: whether the same table was on record already.
    """

    number: str
    table: pl.DataFrame
    file: Path | None
    page: Path
    again: bool


def ask(store: Store, study: Study, asked: Asked) -> Made:
    """Makes a table that a researcher asked for, and lets it out where its rules allow that by themselves.

    Args:
        store: the data folder, held.
        study: whose dates the histories keep.
        asked: the question.

    Raises:
        TableRefused: the question makes no sense, or the table cannot leave.
        VaultRefused: the research custodian's vault does not open, or what is asked about was destroyed.
    """
    asking.columns_must_be_there(asked, columns_to_ask())
    records = records_to_ask(study_tables_of(store), REGIONS, study.dates.covered, COUNCILS)
    of_unit = records.people if asked.unit == "people" else records.families
    asking.must_make_sense(asked, of_unit)
    asking.must_be_known_costs(asked, costed(records))
    found = answer.answer(asked, of_unit, records.costs, _secret(store))
    state = _state(records)
    kept = _kept(store)
    new = checking.as_kept(found, state)
    if same := next((number for number, one in kept.items() if _tells(one) == _tells(new)), None):
        return Made(same, found.table, _there(_file(store, same)), _page(store, same), again=True)
    earlier = (checking.system_of(one) for one in kept.values() if one["state"] == state)
    answer.must_keep_all_open(found.system, earlier, _told(store, study))
    number = f"{len(kept) + 1:03d}"
    store.write_text([RESEARCH, f"requested/{number}"], ".html", checking.checking_page(number, found))
    store.write_text([RESEARCH, f"requested/{number}"], ".json", json.dumps(new, indent=1))
    file = None if found.waits else _let_out(store, number, new, checker=None)
    return Made(number, found.table, file, _page(store, number), again=False)


def approve(store: Store, number: str, checker: str) -> Path:
    """Lets out a table that waited for a checker.

    Args:
        store: the data folder, held.
        number: of the table.
        checker: who looked at it, by name; goes on record.

    Raises:
        TableRefused: there is no such table, it does not wait, or nobody is named.
        VaultRefused: the research custodian's vault does not open.
    """
    if not checker.strip() or len(checker) > 100 or not checker.isprintable():
        raise TableRefused("--checker: who looked at it? Give a name; it goes on record")
    kept = _kept(store)
    if number not in kept:
        raise TableRefused(f"{number}: no such table on record; there are {', '.join(kept) or 'none'}")
    if _file(store, number).exists():
        raise TableRefused(f"{number}: it left already: {_file(store, number)}")
    _secret(store)  # who approves has the research custodian's password
    return _let_out(store, number, kept[number], checker=checker.strip())


def costed(records: Records) -> dict[str, list[str]]:
    """Of which costs a mean can be asked for: windows by theme."""
    there = records.costs.select("theme", "window").unique().sort("theme", "window")
    themes: dict[str, list[str]] = {}
    for theme, window in there.with_columns(pl.all().cast(pl.String)).iter_rows():
        if theme != CONSTANT:
            themes.setdefault(theme, []).append(window)
    return themes


def _let_out(store: Store, number: str, kept: dict[str, Any], checker: str | None) -> Path:
    """Puts a table on record, then where everybody may read it."""
    table = pl.DataFrame(kept["table"], infer_schema_length=None)
    text = spreadsheet_safe(table.lazy()).collect().write_csv()
    content = hashlib.sha256(text.encode()).hexdigest()
    store.ledger().append(
        store.clock().today(),
        RELEASED,
        RESEARCH,
        f"published/tables/{number}",
        asked=kept["words"],
        content=content,
        **({"checker": checker} if checker else {}),
    )
    return store.write_text(["published", f"tables/{number}"], ".csv", text)


def _told(store: Store, study: Study) -> Told | None:
    """What this study's releases tell, where there was any."""
    releases = [one.told for one in told_before(store, study)]
    if not releases:
        return None
    made = all_releases(releases)
    return Told(made.system, made.shown)


def _secret(store: Store) -> bytes:
    """The secret of the record keys: of the research custodian and ONS, and of no researcher."""
    return store.vault(RESEARCH).key_with(store.vault("ons"), RECORD_KEYS)


def _state(records: Records) -> str:
    """A digest of the records that can be asked about: tables of other records are not put together."""
    total = hashlib.sha256()
    for frame in (records.people, records.families):
        total.update(frame.sort(RECORD).select(pl.exclude(COUNCIL)).write_csv().encode())
    return total.hexdigest()[:16]


def _tells(kept: dict[str, Any]) -> str:
    return json.dumps([kept["words"], kept["table"]], sort_keys=True)


def _kept(store: Store) -> dict[str, dict[str, Any]]:
    """Tables on record, by number."""
    folder = store.place([RESEARCH, "requested/000"]).parent
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    numbers = [f"{at:03d}" for at in range(1, len(found) + 1)]
    if list(found) != numbers:
        raise TableRefused(
            f"what was kept of earlier tables is not whole ({folder}): nothing can be held against it; put it back"
        )
    return found


def _file(store: Store, number: str) -> Path:
    return store.place(["published", f"tables/{number}"]).with_name(f"{number}.csv")


def _page(store: Store, number: str) -> Path:
    return store.place([RESEARCH, f"requested/{number}"]).with_name(f"{number}.html")


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
