"""`review`: clerical review of a department's links, from the command line.

Arguments and what is said.
"""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tf_linkage.cli.data_folder import add_data, study_of
from tf_linkage.cli.wording import say
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.vault.clerks_desk import Desk
from tf_linkage.hints import command
from tf_linkage.linkage.model.settings import Review
from tf_linkage.linkage.review.sheets import DECISIONS
from tf_linkage.quality.without_truth.search_audit import SEARCHES, SEEDS
from tf_linkage.study import Source
from tf_linkage.workspace.custodians.clerical_review import LaidOut, export_review, import_review, settle_review
from tf_linkage.workspace.custodians.searching import (
    NOBODY,
    is_search,
    lay_out_search,
    read_search,
    simulate_search,
)
from tf_linkage.workspace.custodians.simulated_clerks import simulate_clerks
from tf_linkage.workspace.environment import study_key
from tf_linkage.workspace.folder import store_of
from tf_linkage.workspace.masking import unsaid

MOST = 200
"""Pairs that a clerk decides in some hours."""


def add_review(review: argparse.ArgumentParser) -> None:
    """Adds `review` with its three steps."""
    review.description = (
        "Lays pairs in doubt out for clerks, side by side, in the department's own folder; reads their\n"
        "decisions back. The study is the one that the data folder was made with."
    )
    steps = review.add_subparsers(title="steps", required=True, metavar="STEP")
    export = _step(steps, "export", "lay out the pairs that no clerk has seen yet", _export)
    export.add_argument("--most", type=int, default=MOST, metavar="N", help="pairs at most (default: %(default)s)")
    export.add_argument("--anew", action="store_true", help="clear sheets away that lie there, answers and all")
    settle = _step(steps, "settle", "lay out, for a third reviewer, the pairs on which two differ", _settle)
    for step in (export, settle):
        step.add_argument(
            "--pages", action="store_true", help="encrypted pages for the browser instead of sheets in the clear"
        )
    back = _step(
        steps, "import", f"read the decisions ({', '.join(DECISIONS)}), keep them, clear the sheets away", _import
    )
    back.add_argument(
        "--from",
        dest="given",
        type=Path,
        metavar="FOLDER",
        help="where the decisions lie, if not where the sheets do",
    )
    search = _step(steps, "search", "lay out people without a link, for two clerks to search the register", _search)
    search.add_argument(
        "--most", type=int, metavar="N", help=f"people (usual: {SEARCHES}, twice as many where few have a link)"
    )
    search.add_argument(
        "--hidden", type=int, default=SEEDS, metavar="N", help="linked people among them (default: %(default)s)"
    )
    _step(steps, "searched", "read what two clerks found, say what recall is, clear the sheets away", _searched)
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
    add_data(step)
    step.set_defaults(run=lambda chosen: _guarded(run, chosen))
    return step


def _guarded(run: Any, chosen: argparse.Namespace) -> None:
    """One step, with the data folder held, and with nobody's data in what an unforeseen error says."""
    study = study_of(chosen)
    store = store_of(study)
    with store.hold(), nullcontext() if store.is_rehearsal() else unsaid():
        run(store, study, chosen)


def _export(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    if chosen.anew:
        Desk(store.vault(chosen.department)).clear()
    laid = export_review(store, study, chosen.department, most=chosen.most, pages=chosen.pages)
    say(f"{laid.pairs:,} pairs for the first reviewer: {laid.paths[0]}")
    for path in laid.paths[1:]:
        say(f"every fifth of them for a second reviewer, who must not see the first sheet: {path}")
    _how_to_go_on(laid, study, chosen)


def _settle(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    laid = settle_review(store, study, chosen.department, pages=chosen.pages)
    say(f"{laid.pairs:,} pairs on which two reviewers differ, for a third: {laid.paths[0]}")
    _how_to_go_on(laid, study, chosen)


def _how_to_go_on(laid: LaidOut, study: Any, chosen: argparse.Namespace) -> None:
    back = command("review", "import", chosen.department, data=study.data)
    if not laid.keys:
        say(
            f"Write {', '.join(DECISIONS)} into the column decision, save as CSV (UTF-8) under the same name, "
            f"then: {back}"
        )
        return
    for file, key in laid.keys.items():
        say(f"key of {file}: {key}")
    say(
        "The keys are kept nowhere: give each to its reviewer alone, apart from the page. Where one is lost, lay "
        "the pages out anew."
    )
    say(f"Open each page in a browser and save the decisions; with all of them in one folder: {back} --from FOLDER")


def _import(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    found = import_review(store, chosen.department, chosen.given)
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
    if found.differ:
        word = "pair" if found.differ == 1 else "pairs"
        say(
            f"on {found.differ:,} {word} two reviewers differ; a third may settle them: "
            + command("review", "settle", chosen.department, data=study.data)
        )
    say(
        "the decisions lie in the vault and the sheets are gone; the next run makes its links with them: "
        + command("run", data=study.data)
    )


def _search(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    for path in lay_out_search(store, study, chosen.department, most=chosen.most, seeds=chosen.hidden):
        say(f"whom to search for, for one clerk, who must not see the other's: {path}")
    say(
        f"Write the key of the record found into the column record, or {NOBODY} where nobody was, save as CSV "
        f"(UTF-8) under the same name, then: {command('review', 'searched', chosen.department, data=study.data)}"
    )


def _searched(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    came = read_search(store, study, chosen.department)
    for name, one in came.strata.items():
        say(f"{name}: {one.people:,} people, {one.searched:,} searched for, {one.found:,} found by both clerks")
    if came.figures.is_empty():
        say("no recall can be told: somebody has to be searched for, and some of the linked to be found")
        return
    row = came.figures.row(0, named=True)
    print(f"recall {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})")


def _simulate(store: Any, study: Any, chosen: argparse.Namespace) -> None:
    simulated = study.source is Source.SIMULATION
    key = study_key(simulated, study.incoming)
    simulated_by = simulate_search if is_search(store, chosen.department) else simulate_clerks
    for path in simulated_by(store, key, chosen.department, wrong=chosen.wrong):
        say(f"filled in: {path}")
