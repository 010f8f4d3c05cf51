"""The job by which somebody sees what is held about them: told a ticket, it leaves a sealed answer in ONS's vault.

Reading every table that could speak of the person, and putting the answer together.
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from tf_linkage import custody
from tf_linkage.contracts.flows import flows
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.rights.access import Person, about, person_of, rows_of, sure_alone, unsure_of, where_it_went
from tf_linkage.custody.rights.bundle import sealed
from tf_linkage.custody.rights.tickets import opened, tickets
from tf_linkage.custody.vault.destruction import destroyed_on
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.jobs.rights import NOWHERE, Tickets
from tf_linkage.defs.resources import StudyKey
from tf_linkage.hints import command
from tf_linkage.pages.spreadsheets import spreadsheet_safe
from tf_linkage.study import Study
from tf_linkage.workspace import rights_requests as requests
from tf_linkage.workspace.catalogue import RESEARCH_SET, TABLES
from tf_linkage.workspace.custodians.linking import request_for
from tf_linkage.workspace.jobs import ACCESS
from tf_linkage.workspace.rights_requests import ONS
from tf_linkage.workspace.store import Store

LINKED = ["linkage", "linked_people"]
HELD = ("ons/identifiers", "ons/attributes", "linkage/linked_people")
DESCRIPTION = (
    "Somebody sees what is held about them: every row of theirs in ONS's vault and in the research tables, who was "
    "handed what and until when, and nothing about anybody else. What a department sent stands there where its "
    "link is sure or was checked by hand; where it is not, that is said. The answer is sealed under the password "
    "that the command `request` printed, and lies in ONS's vault until it is handed over."
)


def access_job(study: Study) -> dg.JobDefinition:
    """Access, for one or more tickets."""

    @dg.op(name=f"{ACCESS}_step", description=DESCRIPTION, out=dg.Out(dg.Nothing, io_manager_key=NOWHERE))
    def answer(
        context: dg.OpExecutionContext,
        config: Tickets,
        study_key: dg.ResourceParam[StudyKey],
        discretion: dg.ResourceParam[bool],
    ) -> None:
        store, key = ParquetStore.of(study).store, study_key.key()
        with plainly(), store.hold():
            requests.stage(store)
            asked = requests.read_tickets(store, config.tickets, ACCESS)
            attributes, people = requests.table(store, requests.ATTRIBUTES, ACCESS), {}
            with requests.refusals() as refused:
                for number, ticket in asked.items():
                    with refused(number):
                        people[number] = person_of(attributes, ticket.record, key)
            requests.take_up(store, asked)
            for number, person in people.items():
                unsure = unsure_of(person, requests.table(store, LINKED, ACCESS))
                told = sure_alone(everything_about(store, study, person, key), unsure)
                files = {name: _csv(table) for name, table in told}
                seal = asked[number].seal
                assert seal is not None  # noqa: S101 - every ticket for access has one
                answered = sealed({"about.txt": about(unsure).encode()} | files, seal)
                requests.keep_answer(store, number, answered)
                requests.note(store, "answered", number)
                how = command("take-answer", number, "-o", "answer.json", data=store.root)
                context.log.info(f"ticket {number}: answered; the answer lies in the vault of ONS: {how}")

    @dg.job(name=ACCESS, description=DESCRIPTION, executor_def=dg.in_process_executor)
    def made() -> None:
        answer()

    return made


def everything_about(store: Store, study: Study, person: Person, key: bytes) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every file of an answer, by name."""
    for held in (*HELD, *(f"{name}/return" for name in DEPARTMENTS)):
        body, kind = held.split("/")
        for part, table in requests.tables(store, held.split("/"), ACCESS).items():
            rows = rows_of(person, table, body)
            if rows is not None:
                yield (f"return_{body}_{part}.csv" if part else f"{kind}.csv"), rows
    identifiers = requests.table(store, requests.IDENTIFIERS, ACCESS).filter(person_id=person.person_id)
    for name in DEPARTMENTS:
        asked = request_for(identifiers.lazy(), study, name, key)
        yield f"sent_to_{name}.csv", asked.drop("request_ref").collect()
    open_tables = [
        asset for asset in TABLES if asset.startswith("research/") and not store.in_vault(asset.split("/"))
    ]
    for asset in open_tables:
        stored = store.read(asset.split("/"))
        for part, lazy in (stored if isinstance(stored, dict) else {"": stored}).items():
            rows = rows_of(person, lazy.collect())
            if rows is not None:
                name = part if asset == RESEARCH_SET else "_".join(filter(None, (asset.split("/")[1], part)))
                yield f"research_{name}.csv", rows
    corrections = rows_of(person, requests.lists(store, ACCESS).corrections)
    yield "corrections.csv", corrections if corrections is not None else pl.DataFrame()
    yield "requests.csv", _requests(store, person)
    yield "where_it_went.csv", where_it_went(list(_hand_overs(store, person, identifiers, study, key)))


def _requests(store: Store, person: Person) -> pl.DataFrame:
    """The person's own requests; a family's stand with the member through whom it came."""
    vault = store.vault(ONS)
    own = [
        ticket for ticket in (opened(vault, n) for n in tickets(vault)) if ticket.record in person.records.rows()
    ]
    rows = [(ticket.kind, ticket.scope, ticket.route) for ticket in own]
    return pl.DataFrame(rows, schema=dict.fromkeys(("asked for", "of", "through"), pl.String), orient="row")


def _hand_overs(
    store: Store, person: Person, identifiers: pl.DataFrame, study: Study, key: bytes
) -> Iterator[tuple[str, str, str, str]]:
    """Each hand-over in which the person was: its key, its day, the last day it may be held, and its end."""
    entries = store.ledger().entries()
    for flow in flows():
        handover = HANDOVERS.get(flow)
        if handover is None or not _was_in(store, flow, person, identifiers, study, key):
            continue
        sent = handover.made(entries)
        until = store.deadlines.of(handover.recipient)[1].isoformat()
        destroyed = destroyed_on(entries, handover.recipient, handover.dataset) or ""
        yield flow, sent[-1].day if sent else "", until, destroyed


def _was_in(store: Store, flow: str, person: Person, identifiers: pl.DataFrame, study: Study, key: bytes) -> bool:
    """Whether a hand-over told of the person."""
    name, kind = flow.split("/")
    if kind == "link_request":
        asked = custody.link_request(
            identifiers.lazy(), DEPARTMENTS[name], custody.recipient_key(key, name), study.dates.extract
        )
        return asked.collect().height > 0
    if kind == "return":
        found = requests.tables(store, [name, kind], ACCESS)["people"]
        return found.filter(request_ref=person.asked_as[name]).height > 0
    return True


def _csv(table: pl.DataFrame) -> bytes:
    """For a spreadsheet: with a byte order mark, so that accents stay, and no cell that it would run."""
    return spreadsheet_safe(table.lazy()).collect().write_csv(include_bom=True).encode()
