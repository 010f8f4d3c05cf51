"""What a sender is told of its own file: what fits, what is refused, and what to do; nobody's values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tf_linkage.contracts.in_time import BETWEEN_FILES, Asked
from tf_linkage.contracts.registry import extract_relations, extract_tables
from tf_linkage.contracts.relations import Strength
from tf_linkage.errors import InputRefused
from tf_linkage.intake.mapping.apply import Mapped, mapped
from tf_linkage.intake.mapping.loading import Loaded
from tf_linkage.intake.oddities import oddities
from tf_linkage.intake.reading.extracts import Extract, read_file
from tf_linkage.intake.relations.checking import findings

TO_DO = (
    (
        "neither uses nor ignores",
        "name the columns in the mapping, or put them under ignore: they then stay with you",
    ),
    (
        "lacks what the mapping names",
        "the file's header changed: correct the names in the mapping, or draft a new one",
    ),
    ("spelling that the mapping does not have", "add the spelling under [codes.<column>] with the contract's code"),
    ("known to neither", "add the spelling under one of the two [codes...]"),
    ("nothing to", 'give it a code under one of these [codes...], or "" under each of them'),
    (
        "and its label says",
        "code and label contradict each other; ask those who run your system which is meant, and export it anew, "
        "or map whole spellings under [codes.<column>], without [label]",
    ),
    (
        "another label",
        "a code has several labels: map whole spellings under [codes.<column>], without [label]",
    ),
    ("two digits", "export the column again with years of four digits; nobody can tell 1920 from 2020 by 20"),
    ("not a date", "give the form in which the column is written under [dates], or mend the cell"),
    ("a time of day", "if times are meant, they are more than the contract takes; export the day alone"),
    ("neither yes, no nor blank", "add the mark to yes or no of the flag, or to missing"),
    ("not a number", "say under [numbers] how numbers are written, or mend the cell"),
    ("unknown code", "map the spellings under [codes.<column>]"),
    ("no code with a label", "not every cell is `CODE - label`; map its spellings under [codes.<column>]"),
    ("the cell is blank", "the contract needs a value in every row; look at the rows in your system"),
    ("after the day", "a slip, or what your system writes for an open end: put that under [missing]"),
    ("after the extract", "a slip, or what your system writes for an open end: put that under [missing]"),
    ("before it starts", "look at the two days in your system"),
    ("below the least value", "a placeholder, or a slip; put placeholders under [missing]"),
    (
        "more than one row with the same",
        "the file has several rows for one person: choose one with [choose]; rows that say the same are copies: "
        "take them out of the file",
    ),
    ("say trim = true", "keys must be the same in every file; export them without blanks, or say trim = true"),
    (
        "blanks around a key",
        "keys must be the same in every file; export them without, or name them under trim",
    ),
    ("merged cells", "unmerge the cells in the workbook and fill each of them"),
    ("never calculated", "open the workbook in its own program, let it calculate, and save it"),
    (
        "no such column",
        "remove the column, or map the file: draft-mapping writes the mapping",
    ),
    ("header is missing", "put the names above the data, or map the file: draft-mapping writes the mapping"),
    ("although service_received", "look at the family in your system: was a service received or not?"),
    (
        "fewer fields",
        "a line break stands in a cell that is not quoted, the file was cut off, or titles stand above the header "
        "(say header_row) or totals below the data (say footer); else export the file again",
    ),
    (
        "more fields",
        "a separator stands in a cell that is not quoted; or a title above the header was taken for it: say "
        "header_row under [file]; else export the file again",
    ),
    ("packed by gzip", "give the file the ending .gz, or unpack it"),
    ("is a workbook", "give the file the ending .xlsx and a mapping, or save it from its program as CSV UTF-8"),
    ("UTF-16 text", 'save the file as CSV UTF-8; or map it, with encoding = "utf-16" under [file]'),
    ("has no name", "name the column in the file's header, or take it out; marks at the end of a line add columns"),
    ("power of ten", "format the column as text before you open or export it, and export it again"),
    ("separated by", "say so under [file], as delimiter"),
    ("UTF-8", "save the file as CSV UTF-8; or map it, and say under [file] in which encoding it is written"),
    ("repeat others whole", "export the file again; it holds rows twice"),
    ("in one family", "the family's dates differ between its members; look at the family in your system"),
    (
        "two or more problems",
        "families of the study have two or more of the six problems: look first at codes that the mapping leaves "
        "blank and at problems that it has under absent or ignore; then leave out families that have fewer",
    ),
    ("hidden; show all columns", "show all columns of the sheet, or say hidden = 'read' under [file]"),
    ("columns are hidden", "show all columns of the sheet, or say hidden = 'read' under [file]"),
    ("column is hidden", "show all columns of the sheet, or say hidden = 'read' under [file]"),
    ("hidden", "show all rows of the sheet, or say hidden = 'read' under [file]"),
    ("error cell", "mend the formula in the workbook"),
    ("the mapping looks up", "put the second file next to the first, called as the mapping calls it"),
    ("in three columns", "look at the three cells in your system, or at the columns named under [parts]"),
    ("pads to", "say the right width under [pad]"),
    ("does not begin as UTF-16", "leave encoding out under [file]"),
    ("not windows-1252 text", "say under [file] in which encoding the file is written"),
    ("none of the mapping's columns", "say under [file], as header_row, on which line the columns' names stand"),
    ("there is no row ", "say under [file], as header_row, in which row the columns' names stand"),
    ("no row begins on line", "say under [file], as header_row, on which line the columns' names stand"),
    ("no names of columns", "say under [file], as header_row, in which row the columns' names stand"),
    ("have the same name", "give each column a name of its own, or export the file without the second"),
    ("right of the header", "name the column in the header, or empty the cells next to the table"),
    ("visible; name the sheet", "say under [file] which sheet holds the table"),
    ("no sheet of the name", "correct the sheet under [file]"),
    ("when unpacked", "send the table alone, without other sheets, pictures or formatting"),
    ("file is empty", "export the file again"),
    ("there are no rows", "export the file again, with its rows"),
    (
        "the column is missing",
        "add the column, blank where you have nothing; or map the file, with it under absent",
    ),
    ("not of the form", "compare the column with the contract, which export-contracts writes"),
    ("above the greatest value", "a slip, or another unit; look at the cell in your system"),
    ("against the rule", "look at the rows in your system; the contract's rule holds of every family or spell"),
    (
        "the person's birth",
        "see whether keys slid against their people when the files were made; else mend the days",
    ),
    ("outside the days", "send the families of the study's days; or see whether days and months are turned round"),
    ("no row lies in the years", "draw the file for the years that the study asks about"),
    ("in the two years before", "draw the file again, as of the day of the extract"),
    ("has it", "draw both files from one extract, with the same keys"),
    ("of the rows are blank", "draw the file again, with the days"),
    ("a field of more than", "a quote is missing before it, or a file stands in a cell; look at the line"),
    ("are like others", "export the file again; it holds rows twice, under other keys or with other amounts"),
    ("are blank in every row", "export the file again, with names, births and addresses"),
    ("was cut off", "export the file again, whole; if it is, end its last line"),
    ("what systems write for", "find the keys in your system; leave out rows that have none with [[leave_out]]"),
    ("hold one value", "look at the column in your system, and whether the mapping has the right one"),
    ("which sends the file", "set the code of your own council under [set], or send the file as whose it is"),
    ("in files of several senders", "each sender's mapping sets its own council's code"),
    ("holds ", "write the column in the contract's type, which export-contracts gives, or all of it as text"),
    ("footer", "say under [file] with which words the rows below the data begin"),
)
"""Words of a refusal: what the sender can do about it."""


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

    Args:
        path: the file.
        table: of the contract.
        loaded: its mapping; None where the file keeps the contract already.
        day: of the extract, where the mapping does not say.
        asked: the years that the study asks about, if any.
    """
    try:
        extract, notes, fits = _read(path, table, loaded)
        refused, noted = _against_the_rules(extract, table, loaded, day, asked)
        noted += tuple(oddities(extract.rows, extract_tables()[table]))
    except InputRefused as refusal:
        refused = _problems(str(refusal), path.name)
        return Examined(path.name, table, (), (), refused, _to_do(refused))
    return Examined(path.name, table, () if refused else fits, (*notes, *noted), refused, _to_do(refused))


def mapped_to_send(path: Path, loaded: Loaded, day: dt.date, asked: Asked | None = None) -> Mapped:
    """Reads a sender's file by its mapping, and refuses what the study would: it does not leave the sender either.

    Args:
        path: the file.
        loaded: its mapping.
        day: of the extract, where the mapping does not say.
        asked: the years that the study asks about, if any.

    Raises:
        InputRefused: as `mapped`, or against a rule between rows.
    """
    made = mapped(path, loaded)
    refused, _ = _against_the_rules(Extract(made.rows, (made.part,)), loaded.mapping.table, loaded, day, asked)
    if refused:
        raise InputRefused(f"{path.name}: {'; '.join(refused)}; nothing was written")
    return made


def _against_the_rules(
    extract: Extract, table: str, loaded: Loaded | None, day: dt.date, asked: Asked | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the rules between a file's rows refuse, and what they note."""
    # The mapped file comes to the study without the day on which its mapping says it was drawn.
    day = min(day, (loaded.mapping.file.extracted if loaded else None) or day)
    alone = [one for one in extract_relations()[table] if not isinstance(one, BETWEEN_FILES)]
    found = findings({table: extract}, {table: alone}, day, asked)
    names = tuple(f"{part.file}: " for part in extract.parts)

    def said(strength: Strength) -> tuple[str, ...]:
        """What was found, without the file's name: who asks has but one."""
        lines = (str(one) for one in found if one.strength is strength)
        return tuple(line.removeprefix(name) for line in lines for name in names)

    return said(Strength.REFUSE), said(Strength.NOTE)


def _read(path: Path, table: str, loaded: Loaded | None) -> tuple[Extract, tuple[str, ...], tuple[str, ...]]:
    if loaded is None:
        rows, part = read_file(path, extract_tables()[table])
        return Extract(rows, (part,)), part.notes, (f"{rows.height:,} rows keep the contract {table}",)
    made = mapped(path, loaded)
    mapping = loaded.mapping
    fits = [f"{made.rows.height:,} rows keep the contract {table}, by the mapping {loaded.name}"]
    if mapping.ignore:
        count = len(mapping.ignore)
        fits.append(f"{count} column{'s' if count > 1 else ''} of the file stay{'' if count > 1 else 's'} with you")
    if mapping.absent:
        fits.append(f"not in the file, and said so: {', '.join(mapping.absent)}")
    return Extract(made.rows, (made.part,)), made.notes, tuple(fits)


def _problems(message: str, name: str) -> tuple[str, ...]:
    lines = [line.strip() for line in message.splitlines()]
    several = len(lines) > 1 and lines[0].endswith("problems")
    return tuple(line.removeprefix(f"{name}: ") for line in (lines[1:] if several else lines))


def _to_do(refused: tuple[str, ...]) -> tuple[str, ...]:
    advice = [next((say for words, say in TO_DO if words in line), "") for line in refused]
    return tuple(dict.fromkeys(say for say in advice if say))
