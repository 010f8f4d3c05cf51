"""The few commands that are not Dagster's: link files, write the rehearsal's extracts, find leaks, take requests.

Which commands there are, wording, exit codes. What can be mended is told in one line on stderr with exit code 2;
nothing is left half-written.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from tf_linkage.cli.custody import add_leak_scan, add_make_lock
from tf_linkage.cli.extracts import add_export
from tf_linkage.cli.linking import add_link
from tf_linkage.cli.mapping import add_check, add_contracts, add_draft, add_map
from tf_linkage.cli.requesting import add_open_answer, add_request
from tf_linkage.cli.wording import INTERRUPTED, refused, say
from tf_linkage.errors import TfLinkageError

Add = Callable[[Any], None]
"""Adds a command to those of the parser."""


def main(arguments: Sequence[str] | None = None, also: Sequence[Add] = ()) -> int:
    """Runs one command.

    Args:
        arguments: the words after the command's name; the process's own unless given.
        also: further commands, of rooms that stand above this one.

    Returns:
        0 when done, 1 when a scan found somebody, 2 when refused with one line on stderr, 130 when interrupted.
    """
    chosen = _parser(also).parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except TfLinkageError as refusal:
        return refused(str(refusal))
    except OSError as error:
        return refused(f"{error.filename or 'file'}: {(error.strerror or 'cannot be read or written').lower()}")
    except KeyboardInterrupt:
        say("interrupted; nothing was written")
        return INTERRUPTED


def _parser(also: Sequence[Add]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tf_linkage",
        description="Record linkage of any two tables, clerical review, the rehearsal's extracts, leaks, "
        "people's requests.",
    )
    parser.add_argument("--version", action="version", version=f"tf_linkage {version('tf_linkage')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    of_extracts = (add_draft, add_check, add_map, add_contracts, add_export)
    for add in (add_link, *also, *of_extracts, add_leak_scan, add_make_lock, add_request, add_open_answer):
        add(commands)
    return parser
