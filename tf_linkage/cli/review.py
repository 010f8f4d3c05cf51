"""`review`: clerical review of a department's links, from the command line.

Arguments and what is said.
"""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tf_linkage.cli.wording import say
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.linkage.model.settings import Review
from tf_linkage.linkage.review.sheets import DECISIONS

MOST = 200
"""Pairs that a clerk decides in some hours."""


def add_review(commands: Any) -> None:
    """Adds `review` with its three steps."""
    review = commands.add_parser(
        "review",
        help="clerical review of a department's links",
        description="Lays pairs in doubt out for clerks, side by side, in the department's own folder; reads their "
        "decisions back. The study is the one that the environment names, as for make run.",
    )
    steps = review.add_subparsers(title="steps", required=True, metavar="STEP")
    export = _step(steps, "export", "lay out the pairs that no clerk has seen yet", _export)
    export.add_argument("--most", type=int, default=MOST, metavar="N", help="pairs at most (default: %(default)s)")
    export.add_argument("--anew", action="store_true", help="clear sheets away that lie there, answers and all")
    _step(
        steps, "import", f"read the decisions ({', '.join(DECISIONS)}), keep them, clear the sheets away", _import
    )
    clerks = _step(steps, "simulate", "in a rehearsal: fill the sheets in as imperfect clerks would", _simulate)
    clerks.add_argument(
        "--wrong",
        type=float,
        default=Review.wrong,
        metavar="P",
        help="share of wrong answers (default: %(default)s)",
    )


def _step(steps: Any, name: str, what: str, run: Any) -> argparse.ArgumentParser:
    step: argparse.ArgumentParser = steps.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    step.add_argument("department", choices=tuple(DEPARTMENTS), metavar="DEPARTMENT", help=", ".join(DEPARTMENTS))
    step.add_argument("--data", type=Path, metavar="DIR", help="the data folder, unless TF_LINKAGE_DATA names it")
    step.set_defaults(run=lambda chosen: _guarded(run, chosen))
    return step


def _guarded(run: Any, chosen: argparse.Namespace) -> None:
    """One step, with the data folder held, and with nobody's data in what an unforeseen error says."""
    # Dagster takes its time, and only this command of all needs the study's settings.
    from tf_linkage.workspace.environment import study_from_environment  # noqa: PLC0415
    from tf_linkage.workspace.folder import store_of  # noqa: PLC0415
    from tf_linkage.workspace.masking import unsaid  # noqa: PLC0415

    study = study_from_environment()
    if chosen.data is not None:
        study = study.model_copy(update={"data": chosen.data})
    store = store_of(study)
    with store.hold(), nullcontext() if store.is_rehearsal() else unsaid():
        run(store, study, chosen)


def _export(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    from tf_linkage.custody.vault.clerks_desk import Desk  # noqa: PLC0415
    from tf_linkage.workspace.clerical_review import export_review  # noqa: PLC0415

    if chosen.anew:
        Desk(store.vault(chosen.department)).clear()
    paths, pairs = export_review(store, study, chosen.department, most=chosen.most)
    say(f"{pairs:,} pairs for the first reviewer: {paths[0]}")
    for path in paths[1:]:
        say(f"every fifth of them for a second reviewer, who must not see the first sheet: {path}")
    say(
        f"Write {', '.join(DECISIONS)} into the column decision, save as CSV (UTF-8) under the same name, then: "
        f"python -m tf_linkage review import {chosen.department}"
    )


def _import(store: Any, _study: Any, chosen: argparse.Namespace) -> None:
    from tf_linkage.workspace.clerical_review import import_review  # noqa: PLC0415

    found = import_review(store, chosen.department)
    say(
        f"{found.confirmed:,} pairs confirmed, {found.rejected:,} rejected, {found.open:,} left as they were "
        "because reviewers differ or are unsure"
    )
    if found.agreement is not None:
        kappa, pairs = found.agreement.kappa, found.agreement.pairs
        say(
            f"two reviewers agree with kappa {kappa:.2f} on the {pairs:,} pair{'s' if pairs > 1 else ''} that both "
            "answered (1: throughout, 0: no better than chance)"
        )
    say("the decisions lie in the vault and the sheets are gone; the next run makes its links with them")


def _simulate(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    from tf_linkage.study import Source  # noqa: PLC0415
    from tf_linkage.workspace.clerical_review import simulate_clerks  # noqa: PLC0415
    from tf_linkage.workspace.environment import study_key  # noqa: PLC0415

    simulated = study.source is Source.SIMULATION
    key = study_key(simulated, study.incoming)
    for path in simulate_clerks(store, key, chosen.department, wrong=chosen.wrong):
        say(f"filled in: {path}")
