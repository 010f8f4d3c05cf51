"""Whether a run can succeed, judged before it works: what it needs is there, and it does not come too late.

Nothing is opened or decrypted; what only reading can tell, reading tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tf_linkage import intake
from tf_linkage.custody.papers.accreditation import FILE, accreditation_of
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import command
from tf_linkage.research.estimates.planning.plan import PlanRefused
from tf_linkage.workspace.custodians.planned import RESEARCH, plan_for
from tf_linkage.workspace.store import REGISTERS, Store


class CannotSucceed(TfLinkageError):
    """A run lacks what it needs, or comes too late. The message says all of it."""


def refuse_what_cannot_succeed(
    store: Store,
    *,
    makes: Iterable[str],
    reads: Iterable[str],
    extracts: Iterable[str],
    incoming: Path,
    mixed: Iterable[str] = (),
) -> None:
    """Refuse a run before it begins.

    Args:
        store: the data folder.
        makes: keys of the assets that it makes.
        reads: keys of those it reads and does not make.
        extracts: stems of the extract files that it takes in.
        incoming: where these lie.
        mixed: which tables of different worlds it would join, each a reason.

    Raises:
        CannotSucceed: all that stands in its way, each once.
    """
    makes = list(makes)
    reasons = [
        *_not_granted(store, makes),
        *_no_plan(store, makes),
        *_too_late(store, makes),
        *_together(_not_there(store, reads)),
        *_missing(incoming, extracts),
        *dict.fromkeys(mixed),
    ]
    if reasons:
        raise CannotSucceed("; ".join(reasons))


def _not_granted(store: Store, makes: Iterable[str]) -> Iterator[str]:
    """What the study lacks of its accreditation, where people are real."""
    if store.is_rehearsal() or not (made := [key.split("/")[0] for key in makes]):
        return
    granted = accreditation_of(store.root)
    if granted is None:
        yield (
            f"there is no {store.root / FILE}, and real records need an accredited project: draft it with "
            + command("accreditation", "--draft", data=store.root)
        )
        return
    bodies = {body for body in made if body in REGISTERS}
    if lacks := granted.lacks(bodies, store.clock().today()):
        yield f"{store.root / FILE}: {', '.join(lacks)}"


def _no_plan(store: Store, makes: Iterable[str]) -> Iterator[str]:
    """What is wrong with the plan of the analysis, where researchers' tables are made."""
    if any(key.split("/")[0] == RESEARCH for key in makes):
        try:
            plan_for(store)
        except PlanRefused as refusal:
            yield str(refusal)


def _too_late(store: Store, makes: Iterable[str]) -> Iterator[str]:
    """The first custodian, by the asset, who may hold nothing any longer; the others stand before the same day."""
    for key in sorted(makes):
        if kept := store.in_vault(key.split("/")):
            try:
                store.must_be_in_time(kept[0].custodian, kept[1])
            except TfLinkageError as refusal:
                yield str(refusal)
                return


def _together(reasons: Iterable[str]) -> Iterator[str]:
    """Reasons that begin with an asset, those of the same words as one."""
    by_words: dict[str, list[str]] = {}
    for reason in reasons:
        asset, _, words = reason.partition(" ")
        by_words.setdefault(words, []).append(asset)
    for words, assets in by_words.items():
        yield f"{assets[0]} {words}" if len(assets) == 1 else f"{', '.join(assets)}: each {words}"


def _not_there(store: Store, reads: Iterable[str]) -> Iterator[str]:
    for key in sorted(reads):
        try:
            if kept := store.in_vault(key.split("/")):
                vault, dataset = kept
                if dataset in vault.datasets():
                    vault.passwords.of(vault.custodian)
                    continue
            store.read(key.split("/"))
        except TfLinkageError as refusal:
            yield str(refusal)


def _missing(incoming: Path, extracts: Iterable[str]) -> Iterator[str]:
    for stem in extracts:
        try:
            intake.must_be_there(incoming, stem)
        except TfLinkageError as refusal:
            yield str(refusal)
