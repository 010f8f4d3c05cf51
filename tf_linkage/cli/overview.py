"""What `tf-linkage --help` says: commands by group, jobs, and a study's choices."""

from __future__ import annotations

import textwrap

from tf_linkage.cli.commands import COMMANDS
from tf_linkage.hints import program
from tf_linkage.workspace.choices import PREFIX, choices, values_of
from tf_linkage.workspace.jobs import jobs

WIDTH = 116


def overview() -> str:
    """Commands, jobs and choices."""
    lines = [
        f"usage: {program()} COMMAND ...   ({program()} COMMAND --help says more)",
        "",
        "Record linkage of administrative data: a study with known truth, and any two files of your own.",
    ]
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        there = {name: command.about for name, command in COMMANDS.items() if command.group == group}
        lines += ["", f"{group}:", *_listed(there)]
    return "\n".join([*lines, "", jobs_in_words(), "", choices_in_words()])


def jobs_in_words() -> str:
    """Every job, by group."""
    lines = ["Jobs (run --job):"]
    for group in dict.fromkeys(job.group for job in jobs().values()):
        lines += [f" {group}:", *_listed({job.name: job.about for job in jobs().values() if job.group == group})]
    return "\n".join(lines)


def choices_in_words() -> str:
    """Every choice of a study: values or range, what it is, and what it is unless chosen."""
    there = {}
    for choice in choices().values():
        allowed = "|".join(values_of(choice)) or choice.range
        about = choice.about + (f" (usual: {choice.default})" if choice.default else "")
        there[choice.option] = f"{allowed}{': ' if allowed else ''}{about}"
    how = (
        "Choices of a study, as options of run, assess and ui (--seed 7), for make (SEED=7) and in the environment "
        f"({PREFIX}SEED=7). What is given goes before the environment, that before what the data folder was made "
        "with (study.json in it), that before the usual. The study key and vaults' passwords stand in the "
        f"environment alone: {PREFIX}STUDY_KEY, {PREFIX}<BODY>_PASSWORD."
    )
    return "\n".join([*textwrap.wrap(how, WIDTH), *_listed(there)])


def _listed(there: dict[str, str]) -> list[str]:
    room = max(len(name) for name in there) + 2
    return [
        line
        for name, about in there.items()
        for line in textwrap.wrap(
            about, WIDTH, initial_indent=f"  {name:<{room}}", subsequent_indent=" " * (room + 2)
        )
    ]
