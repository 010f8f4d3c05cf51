"""`run`, `assess`, `plan`, `ui`, `baseline`, `clean`: what is done with a study and its data folder.

Arguments and what is said. All is refused that can be refused before Dagster is imported, which takes its time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from tf_linkage.cli.data_folder import add_data, study_of
from tf_linkage.cli.overview import choices_in_words, jobs_in_words
from tf_linkage.cli.wording import FOUND, say
from tf_linkage.errors import InputRefused, StudyRefused
from tf_linkage.hints import command
from tf_linkage.study import BOUNDS, LAUNCHPAD, Study, advanced
from tf_linkage.workspace.choices import as_typed, choices, chosen_study, explicit_choices, refuse_unknown
from tf_linkage.workspace.jobs import ASSESS, IRREVERSIBLE, ONS, REHEARSAL, RIGHTS, jobs_of
from tf_linkage.workspace.study_record import FILE, recorded

MADE = ("world", "custody", "deliveries", "ledger", "reports", "research", "published")
"""Folders of a data folder that runs make; `incoming` is whose files they are."""


def add_run(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `run`."""
    parser.add_argument("--job", default=REHEARSAL, metavar="JOB", help="name of the job (default: %(default)s)")
    parser.add_argument(
        "--ticket",
        nargs="+",
        action="extend",
        default=[],
        metavar="TICKET",
        help="for a job that meets requests: whose, as printed by the command request",
    )
    parser.add_argument(
        "--confirm", default="", metavar="JOB", help="for a job that cannot be undone: its name again"
    )
    _add_choices(parser)
    _add_afresh(parser)
    parser.epilog = f"{jobs_in_words()}\n\n{choices_in_words()}"
    parser.set_defaults(run=_run)


def add_assess(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `assess`."""
    _add_choices(parser)
    _add_afresh(parser)
    parser.epilog = choices_in_words()
    parser.set_defaults(run=_run, job=ASSESS, ticket=[], confirm="")


def _add_afresh(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--afresh", action="store_true", help="take nothing from what the data folder was made with"
    )


def _add_choices(parser: argparse.ArgumentParser) -> None:
    # Each is explained once, with values and default, in the list at the end of the help.
    for name, choice in choices().items():
        parser.add_argument(choice.option, dest=name, metavar="...", help=argparse.SUPPRESS)
    parser.usage = f"{parser.prog} [options]"


def _study(chosen: argparse.Namespace) -> Study:
    """The study of the options given; says what the data folder adds to them."""
    given = {name: value for name in choices() if (value := getattr(chosen, name))}
    remembered = not getattr(chosen, "afresh", False)
    study = chosen_study(given, remembered=remembered)
    kept = recorded(study.data) if remembered else {}
    # What follows from the size is not said again.
    usual = Study.of(kept.get("preset", Study().preset)).model_dump(mode="json") | {"preset": Study().preset.value}
    taken = [
        f"{name} {' '.join(kept[name]) if isinstance(kept[name], list) else kept[name]}"
        for name in dict.fromkeys(("preset", "seed", "source", "noise", "engine", *LAUNCHPAD, *advanced()))
        if name not in BOUNDS and name not in explicit_choices(given) and kept.get(name, usual[name]) != usual[name]
    ]
    if taken:
        say(f"as {study.data / FILE} says: {', '.join(taken)}")
    return study


def _run(chosen: argparse.Namespace) -> int:
    """Runs a job in process."""
    study = _study(chosen)
    refuse_unknown(chosen.job, jobs_of(study), as_typed("job", given=True), "no job of this study")
    if bool(chosen.ticket) != (chosen.job in RIGHTS):
        raise StudyRefused(
            f"{as_typed('ticket', given=True)}: {', '.join(RIGHTS)} need the tickets they are to meet; no other "
            "job has any"
        )
    if chosen.job in IRREVERSIBLE:
        _must_confirm(chosen.job, chosen.confirm)
    if study.engine == "spark":
        from tf_linkage.workspace.environment import refuse_cluster  # noqa: PLC0415

        refuse_cluster(study)
    if study.linkage_on:
        from tf_linkage.workspace.custodians.linking import in_the_clear, refuse_without_key  # noqa: PLC0415

        if chosen.job in {REHEARSAL, ONS, *study.linkage_on}:  # destruction, for one, needs no key
            refuse_without_key(study)
        if chosen.job == ASSESS:
            in_the_clear(study, f"job {ASSESS}")
    from tf_linkage.cli.dagster_home import home_of  # noqa: PLC0415

    with home_of(study.data):
        from tf_linkage.defs.in_process import run  # noqa: PLC0415

        return run(chosen.job, study, chosen.ticket)


def _must_confirm(job: str, given: str) -> None:
    """Asks, where a person is there to answer and did not confirm already."""
    if not given and sys.stdin.isatty():
        given = input(f"{job} cannot be undone. To go on, type its name: ").strip()
    if given != job:
        raise StudyRefused(
            f"{as_typed('confirm', given=True)}: {job} cannot be undone; confirm it by its name, {job}"
        )


def add_ui(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `ui`."""
    parser.add_argument("--port", type=int, default=3000, help="port on this machine (default: %(default)s)")
    _add_choices(parser)
    parser.epilog = choices_in_words()
    parser.set_defaults(run=_ui)


def _ui(chosen: argparse.Namespace) -> int:
    """Becomes the guarded web server and Dagster's daemon; the study is the environment's and the data folder's."""
    study = _study(chosen)
    given = {name: choice for name, choice in choices().items() if getattr(chosen, name)}
    os.environ.update({choice.variable: str(getattr(chosen, name)) for name, choice in given.items()})
    from tf_linkage.cli.dagster_home import home_of, workspace_file  # noqa: PLC0415

    words = ["--workspace", str(workspace_file()), "--port", str(chosen.port)]
    say(f"the web UI: http://localhost:{chosen.port}")
    with home_of(study.data):
        os.execv(sys.executable, [sys.executable, "-m", "tf_linkage.defs.web.serving", *words])  # noqa: S606 - no shell, our own words


def add_baseline(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `baseline`."""
    parser.add_argument("--preset", choices=["tiny", "demo"], help="one size alone (default: both)")
    parser.set_defaults(run=_baseline)


def _baseline(chosen: argparse.Namespace) -> int:
    """Links twenty seeds of each size and writes the tracked files."""
    from tf_linkage.rehearsal.accepted_baseline import PRESETS, main  # noqa: PLC0415

    return main([each for each in PRESETS if chosen.preset in {None, each}])


def add_clean(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `clean`."""
    parser.description = (
        "Empties the data folder of a rehearsal, but for incoming files. Refused where vaults hold real people."
    )
    parser.add_argument("--data", metavar="DIR", help="the data folder")
    parser.set_defaults(run=_clean)


def _clean(chosen: argparse.Namespace) -> None:
    """Removes what runs made; nothing where anybody is real."""
    from tf_linkage.workspace.folder import store_of  # noqa: PLC0415

    study = chosen_study({"data": chosen.data or ""})
    if not study.data.is_dir():
        raise StudyRefused(f"{study.data}: there is no such folder")
    store = store_of(study)
    passwords = study.data / "world" / "passwords.json"
    if not store.is_rehearsal() or ((study.data / "custody").exists() and not passwords.exists()):
        raise StudyRefused(
            f"{study.data}: its vaults are not a rehearsal's. What they hold ends by its deadlines: "
            f"{command('run', '--job', 'end_of_study', data=study.data)}"
        )
    with store.hold(emptied=True):
        for folder in (study.data / name for name in MADE):
            shutil.rmtree(folder, ignore_errors=True)
        Path(study.data / FILE).unlink(missing_ok=True)
    say(f"{study.data}: emptied")


def add_plan(plan: argparse.ArgumentParser) -> None:
    """Adds the arguments of `plan`."""
    plan.description = (
        "Says what the data folder's plan.toml plans (at most five primary outcomes, one headline estimator), and\n"
        "whether the ledger has it from before outcomes were read. Exit code 1 if outcomes came first."
    )
    ways = plan.add_mutually_exclusive_group()
    ways.add_argument("--draft", action="store_true", help="write the file, to be changed")
    ways.add_argument("--seal", action="store_true", help="put it on record now; a run does so before it reads")
    add_data(plan)
    plan.set_defaults(run=_plan)


def _plan(chosen: argparse.Namespace) -> int:
    """Drafts the plan, seals it, or says what it is and whether it was sealed in time."""
    # Imported here: estimates bring their statistics along, and other commands have no use for them.
    from tf_linkage.research.estimates.planning import plan as plans  # noqa: PLC0415
    from tf_linkage.workspace.custodians import planned  # noqa: PLC0415
    from tf_linkage.workspace.folder import store_of  # noqa: PLC0415

    store = store_of(study_of(chosen))
    path = store.root / plans.FILE
    if chosen.draft:
        if path.exists():
            raise InputRefused(f"{path} is there already; it is never written over")
        store.root.mkdir(parents=True, exist_ok=True)
        path.write_text(plans.DRAFT, encoding="utf-8")
        say(f"{path}: change it, then: {command('plan', '--seal', data=store.root)}")
        return 0
    plan = planned.plan_for(store)
    if plan is None:
        raise InputRefused(f"there is no {path}; draft it with: {command('plan', '--draft', data=store.root)}")
    if chosen.seal:
        with store.hold():
            planned.seal(store)
    print(f"headline: {plan.headline}")
    for outcome, unit, window, measure in plan.primary:
        print(f"primary: {outcome}, {unit}, {window}, {measure}")
    if planned.planned_in_time(store, plan):
        when = "before outcomes were read" if planned.outcomes_read(store) else "and nobody has read outcomes"
        say(f"sealed {when}")
        return 0
    if planned.outcomes_read(store):
        say("outcomes were read before this plan was sealed: its results are reported as planned late")
        return FOUND
    say("not sealed yet; the next run seals it before it reads outcomes")
    return 0
