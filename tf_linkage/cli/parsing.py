"""How arguments are parsed: refusals in one line, with what there is and what was probably meant."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from tf_linkage.cli.commands import COMMANDS
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import closest, program

WIDTH = 100
"""Characters of a line of help."""


class WordsRefused(TfLinkageError):
    """A command was called with words that it does not know."""


class Parser(argparse.ArgumentParser):
    """Refuses in one line: argparse's own way is its usage and its words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False} | options)

    def error(self, message: str) -> NoReturn:
        """Refuses.

        Raises:
            WordsRefused: says why, and where to look.
        """
        why = message.removeprefix("argument ")
        raise WordsRefused(f"{why}{'' if why.endswith('?') else '.'} See {self.prog} --help")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; an option that is none is refused with those there are."""
        chosen, strange = self.parse_known_args(args, namespace)
        if strange:
            options = [name for name in self._option_string_actions if name.startswith("--")]
            wrong = next((word for word in strange if word.startswith("-")), None)
            if wrong is None:
                self.error(f"{strange[0]}: is one word too many")
            name = wrong.split("=", maxsplit=1)[0]
            self.error(f"{name}: there is no such option; known are {', '.join(options)}{closest(name, options)}")
        return chosen

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            there = [str(one) for one in action.choices]
            raise argparse.ArgumentError(
                action, f"{value!r} is not one of them; choose {', '.join(there)}{closest(str(value), there)}"
            )


def command_parser(name: str) -> Parser:
    """The parser of one command."""
    command = COMMANDS[name]
    parser = Parser(
        prog=f"{program()} {name}",
        description=f"{command.about[0].upper()}{command.about[1:]}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    getattr(import_module(f"tf_linkage.cli.{command.module}"), command.function)(parser)
    parser.description = textwrap.fill(" ".join((parser.description or "").split()), WIDTH)
    return parser


def parse(words: Sequence[str]) -> argparse.Namespace:
    """What a whole command, such as `review import dfe`, means.

    Raises:
        WordsRefused: it means nothing.
    """
    chosen: argparse.Namespace = command_parser(words[0]).parse_args(list(words[1:]))
    return chosen
