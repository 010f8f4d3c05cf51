"""`request`, `take-answer` and `open-answer`: how people's requests come in, and how an answer is read.

Arguments and what is said. Whose request it is stands in a file or comes on standard input, never among the
arguments, which other users of a machine can read.
"""

from __future__ import annotations

import argparse
import csv
import getpass
import sys
from pathlib import Path

from tf_linkage import intake
from tf_linkage.cli.data_folder import add_data, study_of
from tf_linkage.cli.wording import hushed, say
from tf_linkage.custody.rights.bundle import new_seal, unsealed
from tf_linkage.custody.rights.tickets import KINDS, ROUTES, Ticket
from tf_linkage.errors import InputRefused
from tf_linkage.hints import command
from tf_linkage.study import Source
from tf_linkage.workspace.environment import study_key
from tf_linkage.workspace.folder import store_of
from tf_linkage.workspace.rights_requests import ask, take_answer

RECORD = ("la_code", "person_ref")


def add_request(request: argparse.ArgumentParser) -> None:
    """Adds the arguments of `request`."""
    request.description = (
        "Seals a person's request into ONS's vault, whose password it needs, and prints its ticket: the number\n"
        "that the job of the same name is told. The file has two lines: column names and values. la_code and\n"
        "person_ref name the person as the council did; for a correction further columns hold the right values,\n"
        "blank where nothing is known."
    )
    request.add_argument("kind", choices=KINDS, help="what is asked for")
    request.add_argument("person", metavar="FILE", help="a .csv file, or - for standard input")
    request.add_argument(
        "--family", action="store_true", help="withdraw, erase or object for everybody in that person's family"
    )
    request.add_argument("--through", choices=ROUTES, default=ROUTES[0], help="through whom it comes (%(default)s)")
    add_data(request)
    request.set_defaults(run=_request)


def _request(chosen: argparse.Namespace) -> None:
    """Makes a ticket; prints its number, and for access the password of the answer."""
    if chosen.family and chosen.kind in {"access", "correct"}:
        raise InputRefused(f"--family: a request to {chosen.kind} is of one person; make a ticket for each")
    values = _one_person(chosen.person)
    password, seal = new_seal() if chosen.kind == "access" else ("", None)
    ticket = Ticket(
        kind=chosen.kind,
        scope="family" if chosen.family else "person",
        route=chosen.through,
        la_code=values.pop("la_code") or "",
        person_ref=values.pop("person_ref") or "",
        corrections=values,
        seal=seal,
    )
    study = study_of(chosen)
    data, store = study.data, store_of(study)
    number = ask(
        store,
        ticket,
        study.dates.extract,
        lambda: study_key(study.source is Source.SIMULATION, study.incoming, data),
    )
    print(number)
    if password:
        print(f"password of the answer: {password}")
        say("the password is kept nowhere: hand it over by another way than the answer")
    say(f"next: {command('run', '--job', chosen.kind, '--ticket', number, data=data)}")


def _one_person(path: str) -> dict[str, str | None]:
    """The cells of the one row, blank ones as None."""
    named = "standard input" if path == "-" else path
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
        rows = list(csv.reader(text.splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InputRefused(f"{named}: not a .csv file in UTF-8") from None
    rows = [row for row in rows if row]
    if len(rows) != 2 or len(rows[0]) != len(rows[1]) or len(set(rows[0])) != len(rows[0]):
        raise InputRefused(f"{named}: wants two lines, column names and one person's values, as many of each")
    cells = {name.strip(): cell.strip() or None for name, cell in zip(*rows, strict=True)}
    if missing := [name for name in RECORD if not cells.get(name)]:
        raise InputRefused(f"{named}: {missing[0]} is missing; it names the person as the council did")
    return cells


def add_take(take: argparse.ArgumentParser) -> None:
    """Adds the arguments of `take-answer`."""
    take.description = (
        "Writes the sealed answer to a request for access into a new file, to be handed over. It needs the\n"
        "password of ONS's vault; what is in it opens with the password that `request` printed."
    )
    take.add_argument("ticket", help="the number of the request")
    take.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="a new file")
    add_data(take)
    take.set_defaults(run=_take_answer)


def _take_answer(chosen: argparse.Namespace) -> None:
    """Takes an answer out of the vault."""
    if chosen.output.exists():
        raise InputRefused(f"{chosen.output}: is there already")
    chosen.output.write_bytes(take_answer(store_of(study_of(chosen)), chosen.ticket))
    say(f"{chosen.output}: hand it over by another way than its password")


def add_open_answer(answer: argparse.ArgumentParser) -> None:
    """Adds the arguments of `open-answer`."""
    answer.description = (
        "Writes the files of an answer into a new or empty folder. The password is asked for, or read\n"
        "from standard input."
    )
    answer.add_argument("answer", type=Path, metavar="FILE", help="answer.json, as it was handed over")
    answer.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    answer.set_defaults(run=_open_answer)


def _open_answer(chosen: argparse.Namespace) -> None:
    """Opens an answer."""
    intake.check_folder(chosen.output)
    ask = getpass.getpass if sys.stdin.isatty() else lambda _: sys.stdin.readline()
    with hushed():
        password = ask("password of the answer: ").strip()
    files = unsealed(chosen.answer.read_bytes(), password)
    chosen.output.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(files.items()):
        (chosen.output / Path(name).name).write_bytes(content)
    say(f"{len(files)} files in {chosen.output}; begin with about.txt")
