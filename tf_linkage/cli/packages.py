"""`send`, `receive`, `export-lock`, `import-lock`: what bodies do when they work on machines of their own.

Arguments and what is said.
"""

import argparse
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tf_linkage.cli.wording import say
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import LockMissing
from tf_linkage.custody.vault import locks
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.custody.vault.vault import LOCK
from tf_linkage.errors import InputRefused

Step = Callable[[Any, argparse.Namespace], None]


def add_packages(commands: Any) -> None:
    """Adds the four commands."""
    send = _command(
        commands, "send", "pack a hand-over into one encrypted file, to be carried to its recipient", _send
    )
    send.add_argument("name", choices=tuple(HANDOVERS), metavar="HANDOVER", help=", ".join(HANDOVERS))
    send.add_argument("file", type=Path, metavar="FILE", help="the file to write, such as request.zip")
    receive = _command(commands, "receive", "take in a file that another body carried here", _receive)
    receive.add_argument("file", type=Path, metavar="FILE", help="the file")
    give = _command(
        commands, "export-lock", "write the public half of a body's lock, for other bodies", _export_lock
    )
    give.add_argument("body", choices=CUSTODIANS, metavar="BODY", help=", ".join(CUSTODIANS))
    give.add_argument("file", type=Path, metavar="FILE", help="the file to write, such as council.lock")
    take = _command(commands, "import-lock", "take in the public half of another body's lock", _import_lock)
    take.add_argument("file", type=Path, metavar="FILE", help="the file")


def _command(commands: Any, name: str, what: str, run: Step) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}. The study is the one that the environment names.",
    )
    command.add_argument(
        "--data", type=Path, metavar="DIR", help="the data folder, unless TF_LINKAGE_DATA names it"
    )
    command.set_defaults(run=lambda chosen: _in_folder(run, chosen))
    return command


def _in_folder(run: Step, chosen: argparse.Namespace) -> None:
    """One command, with the data folder held."""
    # Dagster takes its time, and other commands need not wait for it.
    from tf_linkage.workspace.environment import study_from_environment  # noqa: PLC0415
    from tf_linkage.workspace.folder import store_of  # noqa: PLC0415

    study = study_from_environment()
    if chosen.data is not None:
        study = study.model_copy(update={"data": chosen.data})
    store = store_of(study)
    with store.hold():
        run(store, chosen)


def _send(store: Any, chosen: argparse.Namespace) -> None:
    from tf_linkage.workspace.packages import send  # noqa: PLC0415

    manifest = send(store, HANDOVERS[chosen.name], chosen.file)
    say(
        f"{chosen.file}: {chosen.name} for {manifest.recipient}, {manifest.rows:,} rows, to be destroyed by "
        f"{manifest.destroy_by}. There, with the same version: python -m tf_linkage receive {chosen.file.name}"
    )


def _receive(store: Any, chosen: argparse.Namespace) -> None:
    from tf_linkage.workspace.packages import receive  # noqa: PLC0415

    if not chosen.file.is_file():
        raise InputRefused(f"{chosen.file}: there is no such file")
    manifest = receive(store, chosen.file)
    say(
        f"{manifest.name} from {manifest.sender} lies in the vault of {manifest.recipient}: {manifest.rows:,} "
        f"rows, to be destroyed by {manifest.destroy_by}. The job that reads it first checks sender and content"
    )


def _export_lock(store: Any, chosen: argparse.Namespace) -> None:
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


def _compare(half: bytes) -> str:
    """What two bodies read to each other, so that nobody slips a lock of their own between them."""
    digest = hashlib.sha256(half).hexdigest()[:24]
    words = " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
    return f"Read it out to each other over the telephone: {words}"
