"""What a sender is told of its own file: what fits, what is refused, and what to do; nobody's values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tf_linkage.contracts.in_time import BETWEEN_FILES, Asked
from tf_linkage.contracts.registry import extract_relations, extract_tables
from tf_linkage.contracts.relations import Strength
from tf_linkage.errors import InputRefused
from tf_linkage.intake.advice import to_do
from tf_linkage.intake.mapping.apply import Mapped, mapped_and_problems
from tf_linkage.intake.mapping.loading import Loaded
from tf_linkage.intake.oddities import oddities
from tf_linkage.intake.reading.extracts import Extract, file_and_problems
from tf_linkage.intake.reading.problems import MOST_SHOWN, Problems, Refused
from tf_linkage.intake.relations.checking import findings
from tf_linkage.intake.relations.with_faults import still_tells


@dataclass(frozen=True)
class Examined:
    """What came of a look at one file.

    Attributes:
        file: its name.
        table: what it is to be.
        fits: what is well, in sentences.
        notes: what is taken in and counted.
        refused: what is refused, by place and rule.
        to_do: what the sender can do, in the order of what is refused.
    """

    file: str
    table: str
    fits: tuple[str, ...]
    notes: tuple[str, ...]
    refused: tuple[str, ...]
    to_do: tuple[str, ...]


def examine(path: Path, table: str, loaded: Loaded | None, day: dt.date, asked: Asked | None = None) -> Examined:
    """Looks at one file as the study would when it takes it in, but for the rules between files.

    All that is wrong is told at once, of the mapping, of cells and of rows together; what follows from another
    fault is not told beside it.

    Args:
        path: the file.
        table: of the contract.
        loaded: its mapping, whose own faults are told too; None where the file keeps the contract already.
        day: of the extract, where the mapping does not say.
        asked: the years that the study asks about, if any.
    """
    return _looked_at(path, table, loaded, day, asked)[0]


def mapped_to_send(
    path: Path, loaded: Loaded, day: dt.date, asked: Asked | None = None
) -> tuple[Mapped, tuple[str, ...]]:
    """Reads a sender's file by its mapping, and refuses what the study would: it does not leave the sender either.

    Args:
        path: the file.
        loaded: its mapping.
        day: of the extract, where the mapping does not say.
        asked: the years that the study asks about, if any.

    Returns:
        The mapped rows, and all that `examine` notes of them.

    Raises:
        InputRefused: as `examine` tells it, with what to do.
    """
    found, made = _looked_at(path, loaded.mapping.table, loaded, day, asked)
    if made is None or found.refused:
        raise InputRefused(_refusal(found))
    return made, found.notes


def _refusal(found: Examined) -> str:
    """A refusal in lines: what, and what to do."""
    lines, more = found.refused[:MOST_SHOWN], len(found.refused) - MOST_SHOWN
    said = [f"{found.file}: refused, and nothing was written", *(f"  {line}" for line in lines)]
    if more > 0:
        said.append(f"  and {more} more, which check-extract names")
    if advice := to_do(lines):
        said.append(f"what to do: {'; '.join(advice)}")
    return "\n".join(said)


def _looked_at(
    path: Path, table: str, loaded: Loaded | None, day: dt.date, asked: Asked | None
) -> tuple[Examined, Mapped | None]:
    of_mapping = tuple(f"{loaded.name}: {fault}" for fault in loaded.faults) if loaded else ()
    try:
        extract, fits, made, problems = _read(path, table, loaded, day)
    except Refused as refusal:
        refused = (*of_mapping, *refusal.said)
        return Examined(path.name, table, (), (), refused, to_do(refused)), None
    of_rows, noted = _against_the_rules(extract, table, loaded, day, asked=asked, problems=problems)
    refused = (*of_mapping, *map(str, problems.found), *of_rows)
    notes = (*extract.left_out, *noted, *oddities(extract.rows, extract_tables()[table]))
    return Examined(path.name, table, () if refused else fits, notes, refused, to_do(refused)), made


def _against_the_rules(
    extract: Extract, table: str, loaded: Loaded | None, day: dt.date, *, asked: Asked | None, problems: Problems
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the rules between a file's rows refuse, and what they note."""
    # The mapped file comes to the study without the day on which its mapping says it was drawn.
    day = min(day, (loaded.mapping.file.extracted if loaded else None) or day)
    alone = [
        one
        for one in extract_relations()[table]
        if not isinstance(one, BETWEEN_FILES) and still_tells(one, extract.rows, problems)
    ]
    found = findings({table: extract}, {table: alone}, day, asked)
    names = tuple(f"{part.file}: " for part in extract.parts)

    def said(strength: Strength) -> tuple[str, ...]:
        """What was found, without the file's name: who asks has but one."""
        lines = (str(one) for one in found if one.strength is strength)
        return tuple(line.removeprefix(name) for line in lines for name in names)

    return said(Strength.REFUSE), said(Strength.NOTE)


def _read(
    path: Path, table: str, loaded: Loaded | None, day: dt.date
) -> tuple[Extract, tuple[str, ...], Mapped | None, Problems]:
    if loaded is None:
        rows, part, problems = file_and_problems(path, extract_tables()[table], day)
        fits = (f"{rows.height:,} rows keep the contract {table}",)
        return Extract(rows, (part,), part.notes), fits, None, problems
    made, problems = mapped_and_problems(path, loaded, day=day)
    mapping = loaded.mapping
    told = [f"{made.rows.height:,} rows keep the contract {table}, by the mapping {loaded.name}"]
    if mapping.ignore:
        count = len(mapping.ignore)
        told.append(f"{count} column{'s' if count > 1 else ''} of the file stay{'' if count > 1 else 's'} with you")
    if mapping.absent:
        told.append(f"not in the file, and said so: {', '.join(mapping.absent)}")
    return Extract(made.rows, (made.part,), made.notes), tuple(told), made, problems
