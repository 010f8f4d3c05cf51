"""The command `tf-linkage`: parses, and says in one line on stderr what can be mended, with exit code 2.

Which commands there are stands in `commands`. Nothing is imported before it is known which command is meant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from tf_linkage.cli.commands import COMMANDS
from tf_linkage.cli.parsing import command_parser
from tf_linkage.cli.wording import INTERRUPTED, STOPPED_READING, refused, say, under_way
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import closest, program

__all__ = ["main"]

TELL_THEMSELVES = {"run", "assess", "baseline", "ui"}
"""Commands that say how far the jobs are which they run, or that go on until they are stopped."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: the words after the command's name; the process's own unless given.

    Returns:
        0 when done, 1 when a run, a check or a scan failed, 2 when refused, with the reason on stderr, 130 when
        interrupted, 141 when nobody reads what it prints any longer.
    """
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Who read the output has enough of it, as `head` does. Nothing more is to be written, at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STOPPED_READING


def _run(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help", "--version"}:
        return _about(words)
    name, *rest = words
    if name not in COMMANDS:
        there = ", ".join(COMMANDS)
        return refused(f"{name}: there is no such command; known are {there}{closest(name, COMMANDS)}")
    # What commands write may be records, links, packages or requests: their owner's alone.
    before = os.umask(0o077)
    try:
        chosen = command_parser(name).parse_args(rest)
        with nullcontext() if name in TELL_THEMSELVES else under_way(f"{program()} {name}"):
            return int(chosen.run(chosen) or 0)
    except TfLinkageError as refusal:
        return refused(str(refusal))
    except BrokenPipeError:
        raise
    except OSError as error:
        return refused(f"{error.filename or 'file'}: {(error.strerror or 'cannot be read or written').lower()}")
    except KeyboardInterrupt:
        say("interrupted; nothing was written")
        return INTERRUPTED
    finally:
        os.umask(before)


def _about(words: Sequence[str]) -> int:
    """Version or overview; the overview is a refusal where no command was named."""
    if words and words[0] == "--version":
        from importlib.metadata import version  # noqa: PLC0415

        print(f"tf_linkage {version('tf_linkage')}")
        return 0
    from tf_linkage.cli.overview import overview  # noqa: PLC0415

    if words:
        print(overview())
        return 0
    say(overview())
    return refused(f"which command? {program()} --help lists them")
