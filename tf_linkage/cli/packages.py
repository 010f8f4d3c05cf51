"""`send`, `receive`, `export-lock`, `import-lock`: what bodies do when they work on machines of their own.

Arguments and what is said.
"""

import argparse
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tf_linkage.cli.data_folder import add_data, study_of
from tf_linkage.cli.wording import say
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import LockMissing
from tf_linkage.custody.vault import locks
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.custody.vault.vault import LOCK
from tf_linkage.errors import InputRefused
from tf_linkage.workspace.custodians.packages import receive, send
from tf_linkage.workspace.folder import store_of

PACKAGE, HALF = ".zip", ".lock"
"""How names of files end that are carried: by these, git and people know them wherever they lie."""

Step = Callable[[Any, argparse.Namespace], None]


def add_send(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `send`."""
    parser.add_argument("name", choices=tuple(HANDOVERS), metavar="HANDOVER", help=", ".join(HANDOVERS))
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write, such as request.zip")
    _in_its_folder(parser, _send)


def add_receive(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `receive`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the file")
    parser.add_argument(
        "--go-back",
        action="store_true",
        help="take it in although a newer one was taken in before, which the ledger then tells",
    )
    _in_its_folder(parser, _receive)


def add_export_lock(give: argparse.ArgumentParser) -> None:
    """Adds the arguments of `export-lock`."""
    give.add_argument("body", choices=CUSTODIANS, metavar="BODY", help=", ".join(CUSTODIANS))
    give.add_argument("file", type=Path, metavar="FILE", help="the file to write, such as council.lock")
    _in_its_folder(give, _export_lock)


def add_import_lock(take: argparse.ArgumentParser) -> None:
    """Adds the arguments of `import-lock`."""
    take.add_argument("file", type=Path, metavar="FILE", help="the file")
    _in_its_folder(take, _import_lock)


def _in_its_folder(parser: argparse.ArgumentParser, run: Step) -> None:
    add_data(parser)
    parser.set_defaults(run=lambda chosen: _in_folder(run, chosen))


def _in_folder(run: Step, chosen: argparse.Namespace) -> None:
    """One command, with the data folder held."""
    store = store_of(study_of(chosen))
    with store.hold():
        run(store, chosen)


def _send(store: Any, chosen: argparse.Namespace) -> None:
    _carried(chosen.file, PACKAGE)
    manifest = send(store, HANDOVERS[chosen.name], chosen.file)
    say(
        f"{chosen.file}: {chosen.name} for {manifest.recipient}, {manifest.rows:,} rows, to be destroyed by "
        f"{manifest.destroy_by}. There, with the same version: tf-linkage receive {chosen.file.name}"
    )


def _receive(store: Any, chosen: argparse.Namespace) -> None:
    if not chosen.file.is_file():
        raise InputRefused(f"{chosen.file}: there is no such file")
    manifest = receive(store, chosen.file, go_back=chosen.go_back)
    say(
        f"{manifest.name} from {manifest.sender} lies in the vault of {manifest.recipient}: {manifest.rows:,} "
        f"rows, to be destroyed by {manifest.destroy_by}. The job that reads it first checks sender and content"
    )


def _export_lock(store: Any, chosen: argparse.Namespace) -> None:
    _carried(chosen.file, HALF)
    half = locks.public_half(store.vault(chosen.body).lock())
    chosen.file.write_bytes(half)
    say(f"{chosen.file}: the public half of {chosen.body}'s lock. {_compare(half)}")


def _import_lock(store: Any, chosen: argparse.Namespace) -> None:
    half = locks.public_half(chosen.file.read_bytes())
    body = locks.owner(half)
    if body not in CUSTODIANS:
        raise LockMissing(f"{chosen.file} is the lock of nobody who takes part")
    path = store.vault(body).folder / LOCK
    if path.exists() and locks.public_half(path.read_bytes()) != half:
        raise LockMissing(f"there is another lock of {body} already: {path}. Ask {body} which one counts")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(half)
    say(f"{path}: the public half of {body}'s lock. {_compare(half)}")


def _carried(file: Path, ending: str) -> None:
    if file.suffix != ending:
        raise InputRefused(
            f"{file}: the name of a file to be carried ends with {ending}; such files stay out of git"
        )
    if not file.parent.is_dir():
        raise InputRefused(f"{file}: there is no folder {file.parent}")


def _compare(half: bytes) -> str:
    """What two bodies read to each other, so that nobody slips a lock of their own between them."""
    digest = hashlib.sha256(half).hexdigest()[:24]
    words = " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
    return f"Read it out to each other over the telephone: {words}"
