"""The page of all commands, from their parsers: `python -m tf_linkage.cli.reference > docs/cli.md`."""

from __future__ import annotations

import argparse

from pydantic import BaseModel

from tf_linkage.cli.commands import COMMANDS
from tf_linkage.cli.parsing import command_parser
from tf_linkage.hints import NAME
from tf_linkage.pages.markdown import markdown_table
from tf_linkage.study import Study

INTRODUCTION = f"""# Commands

Made from the code by `python -m tf_linkage.cli.reference > docs/cli.md`; a test holds it to the code. Within a
clone the command is `.venv/bin/{NAME}`.
"""


CHOICES = """## Choices of a study

For `make` in capitals (`SEED=7`), for the environment with `TF_LINKAGE_` before it, for commands as here. A preset
sets families and population together.
"""


def reference() -> str:
    """The page, in Markdown."""
    parts = [INTRODUCTION]
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        parts.append(f"## {group}\n")
        parts += [_of_command(name) for name, command in COMMANDS.items() if command.group == group]
    return "\n".join([*parts, _choices()])


def _of_command(name: str) -> str:
    parser = command_parser(name)
    about = " ".join((parser.description or "").split())
    return f"### {NAME} {name}\n\n{about}\n\n{_arguments(parser)}"


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows, below, chosen = [], "", False
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                below += f"\n`{parser.prog.split()[-1]} {name}`\n\n{_arguments(one)}"
        elif action.help == argparse.SUPPRESS:
            chosen = True
        elif not isinstance(action, argparse._HelpAction):
            rows.append((f"`{_written(action)}`", _meaning(action)))
    if chosen:
        rows.append(("`--seed` and others", "[choices of a study](#choices-of-a-study)"))
    return (markdown_table(("Argument", "Meaning"), rows) + "\n" if rows else "") + below


def _choices() -> str:
    """Every choice of a study, with its usual value."""
    rows = []
    for name, field in Study.model_fields.items():
        usual = field.get_default(call_default_factory=True)
        if isinstance(usual, BaseModel):
            of_days = type(usual).model_fields
            rows += [(f"`--date-{day.replace('_', '-')}`", str(getattr(usual, day)), of_days[day].description or "")
                     for day in of_days]  # fmt: skip
        else:
            by_department = {"sources": "--DEPARTMENT-source", "linkage_on": "--DEPARTMENT-linkage-on"}
            option = by_department.get(name, f"--{name.replace('_', '-')}")
            rows.append((f"`{option}`", _usual(usual), field.description or ""))
    return f"{CHOICES}\n{markdown_table(('Choice', 'Usual', 'Meaning'), rows)}\n"


def _written(action: argparse.Action) -> str:
    value = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    if isinstance(value, tuple):
        value = " ".join(value)
    if action.choices is not None and action.metavar is None:
        value = "|".join(str(choice) for choice in action.choices)
    if not action.option_strings:
        return str(value)
    return ", ".join(action.option_strings) + ("" if action.nargs == 0 else f" {value}")


def _meaning(action: argparse.Action) -> str:
    said = (action.help or "").replace("%%", "%").replace("<", "&lt;")
    usual = action.default
    if usual is argparse.SUPPRESS or "%(default)" not in said:
        return said
    return said % {"default": usual}


def _usual(value: object) -> str:
    if value is None or value == {}:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    print(reference(), end="")
