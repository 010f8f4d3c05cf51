"""What a recipient's own ledger remembers of the hand-overs it took in: none comes back unnoticed.

A package that was carried again lies as whole and as well sealed as on its first day. Only the memory of what came
after it tells that it would bring back people who have left since, or figures that were corrected.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tf_linkage.custody.audit.ledger import Entry
from tf_linkage.custody.handover.kinds import Handover
from tf_linkage.custody.handover.manifest import Manifest
from tf_linkage.custody.refusals import Superseded

TAKEN_IN = ("received", "arrived")
"""Events by which a ledger says that something was taken in: carried here, and read for the first time."""


@dataclass(frozen=True)
class TakenIn:
    """One hand-over that was taken in, as the ledger tells.

    Attributes:
        day: on which it was.
        sent: day on which its sender made it.
        number: how often its sender had made it by then.
        content: digest over its tables (`Manifest.content`).
        manifest: digest of its manifest's file.
        less: whether people were taken out of it by its recipient, as they asked.
    """

    day: str
    sent: str
    number: int
    content: str
    manifest: str
    less: bool

    @property
    def order(self) -> tuple[str, int]:
        """Where it stands among those of its name."""
        return self.sent, self.number


def facts_of(manifest: Manifest, digest: str) -> dict[str, str]:
    """What an entry of the ledger says, so that the hand-over is known again; no number in it is one of rows.

    Args:
        manifest: of the hand-over.
        digest: of the manifest's file.
    """
    return {
        "sent": manifest.sent,
        "number": f"{manifest.number}",
        "content": manifest.content,
        "manifest": digest,
    }


def taken_in(handover: Handover, entries: Iterable[Entry]) -> list[TakenIn]:
    """Every time that a hand-over was taken in, in the ledger's order."""
    return [
        TakenIn(
            day=entry.day,
            sent=entry.facts["sent"],
            number=int(entry.facts["number"]),
            content=entry.facts["content"],
            manifest=entry.facts["manifest"],
            less="less" in entry.facts,
        )
        for entry in entries
        if entry.event in TAKEN_IN and entry.about == handover.about and "number" in entry.facts
    ]


def not_before_the_last(manifest: Manifest, handover: Handover, entries: Iterable[Entry]) -> None:
    """Refuses a hand-over that is older than the one that was taken in last.

    Raises:
        Superseded: it is.
    """
    last = next(reversed(taken_in(handover, entries)), None)
    if last is not None and manifest.order < last.order:
        raise Superseded(
            f"{manifest.sender} made it on {manifest.sent} (number {manifest.number}), and a newer one of "
            f"{last.sent} (number {last.number}) was taken in here on {last.day}; nothing was replaced. Have the "
            "latest sent again"
        )


def not_another_of_its_number(manifest: Manifest, handover: Handover, entries: Iterable[Entry]) -> None:
    """Refuses a hand-over that says to be the one taken in last and holds something else: neither is the newer.

    Raises:
        Superseded: so it is.
    """
    last = next(reversed(taken_in(handover, entries)), None)
    if last is not None and not last.less and manifest.order == last.order and manifest.content != last.content:
        raise Superseded(
            f"{manifest.sender} made two of {manifest.sent} that are number {manifest.number}, and the other one "
            f"was taken in here on {last.day}; nothing was replaced. Let {manifest.sender} make it anew and "
            "send that"
        )


def not_what_people_left(manifest: Manifest, digest: str, handover: Handover, entries: Iterable[Entry]) -> None:
    """Refuses a hand-over as it was before its recipient took people out of it, as they asked.

    Raises:
        Superseded: so it is.
    """
    emptied = [one for one in taken_in(handover, entries) if one.less]
    if emptied and manifest.order <= emptied[-1].order and digest != emptied[-1].manifest:
        raise Superseded(
            f"people were taken out of it here on {emptied[-1].day}, as they asked, and it would bring them back; "
            f"nothing was replaced. Let {manifest.sender} make it anew without them"
        )
