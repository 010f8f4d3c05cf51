"""A delivery taken in whole or not at all: every file of a body is read and every relation checked first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tf_linkage.contracts.in_time import Asked
from tf_linkage.contracts.registry import extract_relations, extract_tables
from tf_linkage.contracts.relations import Strength
from tf_linkage.errors import InputRefused
from tf_linkage.intake.export import is_rehearsal
from tf_linkage.intake.reading.extracts import Extract
from tf_linkage.intake.reading.problems import MOST_SHOWN
from tf_linkage.intake.relations.checking import Finding, findings
from tf_linkage.intake.senders import digests_of, extract_of, left_over


@dataclass(frozen=True)
class Delivery:
    """A body's files after all of them passed.

    Attributes:
        body: whose they are.
        digests: SHA-256 of each file as it was read, and of its receipt.
        notes: what was found and is not refused.
        rows: rows of each table, by file stem.
        left_out: what mappings left out, by file stem.
        mappings: SHA-256 of the mapping by which a file was made, by file.
        passed_over: files of the folder that nothing is made of.
        rehearsal: whether the folder held nothing but a rehearsal's files when they were read.
    """

    body: str
    digests: dict[str, str]
    notes: tuple[Finding, ...]
    rows: dict[str, int]
    left_out: Mapping[str, tuple[str, ...]]
    mappings: Mapping[str, str]
    passed_over: tuple[str, ...]
    rehearsal: bool


_passed: dict[tuple[Path, str, dt.date, Asked | None], Delivery] = {}
"""Deliveries that this process has checked; valid as long as the files are byte for byte the same."""


def stems_of(body: str) -> list[str]:
    """The file stems of a body's tables."""
    return [stem for stem in extract_tables() if stem.partition("_")[0] == body]


def check_delivery(folder: Path, body: str, day: dt.date, asked: Asked | None = None) -> Delivery:
    """Reads all files of one body and checks every rule within and between them.

    Args:
        folder: where the files lie.
        body: whose files: council, or a department by its short name.
        day: the day on which the extract was drawn.
        asked: the years that the study asks about, if any.

    Raises:
        InputRefused: file, line, column, rule and count of what was found; the first ten.
    """
    known = (folder.resolve(), body, day, asked)
    if (passed := _passed.get(known)) and passed.digests == _digests(folder, body):
        return replace(passed, passed_over=left_over(folder), rehearsal=is_rehearsal(folder))
    extracts = _read(folder, body, day)
    found = findings(extracts, extract_relations(), day, asked)
    _refuse([finding for finding in found if finding.strength is Strength.REFUSE])
    digests = {name: digest for extract in extracts.values() for name, digest in extract.digests.items()}
    digests = _digests(folder, body) | digests
    _passed[known] = Delivery(
        body=body,
        digests=digests,
        notes=tuple(finding for finding in found if finding.strength is Strength.NOTE),
        rows={stem: extract.rows.height for stem, extract in extracts.items()},
        left_out={stem: extract.left_out for stem, extract in extracts.items()},
        mappings={file: digest for extract in extracts.values() for file, digest in extract.mappings.items()},
        passed_over=left_over(folder),
        rehearsal=is_rehearsal(folder),
    )
    return _passed[known]


def take_in(
    folder: Path, stem: str, bodies: Collection[str], day: dt.date, asked: Asked | None = None
) -> tuple[Extract, Delivery]:
    """Reads one table, once every file of every body that delivers with it has passed.

    Args:
        folder: where the files lie.
        stem: of the table, such as `dwp_people`.
        bodies: all bodies whose files are taken in together.
        day: the day on which the extracts were drawn.
        asked: the years that the study asks about, if any.

    Returns:
        The table, and its body's delivery.

    Raises:
        InputRefused: a file of any of the bodies is refused, or was changed while it was read.
    """
    body = stem.partition("_")[0]
    delivery = check_delivery(folder, body, day, asked)
    for other in sorted({*bodies} - {body}):
        try:
            check_delivery(folder, other, day, asked)
        except InputRefused as refusal:
            file = str(refusal).partition(":")[0]
            raise InputRefused(f"not taken in, because {other}'s files are refused ({file}); see there") from None
    extract = extract_of(folder, stem, day)
    if any(delivery.digests.get(file) != digest for file, digest in extract.digests.items()):
        raise InputRefused(f"{extract.file}: changed while it was read; nothing was taken in. Begin again")
    return extract, delivery


def _read(folder: Path, body: str, day: dt.date) -> dict[str, Extract]:
    """Every table of a body; what is wrong with several is told at once."""
    extracts, refusals = {}, []
    for stem in stems_of(body):
        try:
            extracts[stem] = extract_of(folder, stem, day)
        except InputRefused as refusal:
            refusals.append(str(refusal))
    if refusals:
        # What is wrong with the folder, every table says.
        raise InputRefused("\n".join(dict.fromkeys(refusals)))
    return extracts


def _refuse(broken: list[Finding]) -> None:
    if not broken:
        return
    more = len(broken) - MOST_SHOWN
    lines = [str(finding) for finding in broken[:MOST_SHOWN]] + ([f"and {more} more"] if more > 0 else [])
    raise InputRefused("\n".join(lines))


def _digests(folder: Path, body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for stem in stems_of(body):
        found |= digests_of(folder, stem)
    return found
