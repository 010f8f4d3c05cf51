"""Who signed off the thresholds of the linkage: on record in the ledger, for the thresholds of that day alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tf_linkage.errors import InputRefused
from tf_linkage.study import LINKING, Study
from tf_linkage.workspace.store import Store

SIGNED, ABOUT, BODY = "signed off", "thresholds", "ons"
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{0,39}")
NOBODY = "nobody has signed off the thresholds"


def sign_off(store: Store, study: Study, reference: str) -> None:
    """Puts on record that the study's engine and thresholds were signed off.

    Args:
        store: the data folder.
        study: whose choices they are.
        reference: number under which the decision is kept; nobody's name, since the ledger holds none.

    Raises:
        InputRefused: the reference is no number of letters, digits and `/._-`.
    """
    if not REFERENCE.fullmatch(reference):
        raise InputRefused("a reference has letters, digits and / . _ - only, at most 40 of them, and no name")
    store.ledger().append(store.clock().today(), SIGNED, BODY, ABOUT, reference=reference, **_chosen(study))


def signed_off(store: Store, study: Study) -> str:
    """Whether the study's thresholds were signed off, in words."""
    signed = [one for one in store.ledger().entries() if one.event == SIGNED and one.about == ABOUT]
    for one in reversed(signed):
        if {name: one.facts.get(name) for name in LINKING} == _chosen(study):
            return f"signed off on {one.day} under {one.facts['reference']}"
    return f"{NOBODY} of this run; others were, on {signed[-1].day}" if signed else NOBODY


def _chosen(study: Study) -> Mapping[str, object]:
    return study.chosen(*LINKING)
