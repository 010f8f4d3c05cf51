"""A mapping as it is written down: one TOML file for each sender, table and year, with closed keys.

Every verb is a table of the file; docs/extracts.md explains them. What a mapping may say is checked here and,
against the contract that it leads to, in `loading`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Header = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A column of the sender's file, as its header spells it."""

Marks = list[str]

EVERY, USUAL_DATE = "every", "yyyy-mm-dd"

LEAST_YEAR, MOST_YEAR = 2000, 2100
"""Years that a mapping can be for: no register of the study's kind is older."""


LEFT_OUT = r"^left-out[A-Za-z0-9_-]{0,50}\.txt$"
"""How a file is called that lists the rows to be left out; git ignores such files."""


class Closed(BaseModel):
    """A table of the mapping that has these keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Footer(Closed):
    """The last rows of a file that are no data."""

    begins: list[Header] = Field(min_length=1, description="Words with which a footer's first cell begins")
    count: int | None = Field(
        default=None, ge=2, description="Cell of the first footer that counts the rows, from 1"
    )


class File(Closed):
    """How a file is written."""

    encoding: Literal["utf-8", "utf-16", "windows-1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    sheet: str | None = Field(default=None, description="Sheet of a workbook; needed where several are visible")
    header_row: int = Field(default=1, ge=1, le=200, description="Line, or row of a sheet, of the header")
    footer: Footer | None = None
    hidden: Literal["refuse", "read"] = Field(
        default="refuse", description="What to do with hidden rows of a sheet"
    )
    fill_down: list[Header] = Field(
        default=[], description="Columns written once for several rows; the first says which belong together"
    )
    extracted: dt.date | None = Field(default=None, description="Day on which the file was drawn")


class Join(Closed):
    """Several columns in one, blanks left out."""

    columns: list[Header] = Field(min_length=2)
    separator: str = Field(default=" ", alias="with")


class Split(Closed):
    """One part of a column."""

    column: Header
    by: str = Field(min_length=1)
    part: int = Field(ge=-1, description="Which part, from 1; -1 is the last of several")


class Parts(Closed):
    """A date in three columns."""

    day: Header
    month: Header
    year: Header


class Flags(Closed):
    """One column for each code of a problem."""

    columns: dict[str, Header] = Field(min_length=1, description="Contract's code: the column that flags it")
    order: list[str] = Field(default=[], description="Which code counts when two are flagged: the first of these")
    yes: Marks = ["y", "yes", "true", "1"]
    no: Marks = ["n", "no", "false", "0"]


class Listed(Closed):
    """Several codes in one cell, such as `Debt; Offending`."""

    column: Header
    by: str = Field(min_length=1, description="What stands between them")
    fills: list[str] = Field(min_length=1, description="Columns of the contract of which the codes are")
    order: list[str] = Field(default=[], description="Which code counts where a cell has two of one column")
    codes: dict[str, str] = Field(min_length=1, description="Their word, our code; empty where it is none of them")


class Number(Closed):
    """How numbers are written."""

    thousands: str = Field(default="", max_length=1)
    decimal: Literal[".", ","] = "."
    prefix: str = ""
    suffix: str = ""


class Keep(Closed):
    """Rows by what one column says."""

    column: Header
    values: list[str] = Field(alias="is", min_length=1)


class LeaveOut(Closed):
    """Rows that are not sent on, counted and named in the delivery's notes.

    Which people or families they are stands in a file of its own, which is not passed on with the mapping.
    """

    column: Header
    values: list[str] | None = Field(default=None, alias="is", min_length=1)
    listed: Annotated[str, StringConstraints(pattern=LEFT_OUT)] | None = Field(
        default=None, description="File next to the first with what the column says, one a line"
    )
    why: str = Field(min_length=3)


class First(Closed):
    """What comes first among several rows of one person."""

    column: Header
    values: list[str] | None = Field(default=None, alias="is", description="Rows with one of these values first")
    blank: bool | None = Field(default=None, description="Rows in which it is blank first")
    latest: str | None = Field(default=None, description="The latest day first; the form in which days are written")


class Choose(Closed):
    """One row of several."""

    per: Header = Field(description="Rows with the same value here are of one person")
    first: list[First] = Field(min_length=1)


class Lookup(Closed):
    """Columns from a second file of the same folder."""

    file: Annotated[str, StringConstraints(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,200}$")]
    here: Header = Field(description="Column of the first file")
    there: Header = Field(description="Column of the second that holds the same")
    columns: dict[Header, Header] = Field(min_length=1, description="Name under which it can be used: its column")
    keep: list[Keep] = []
    choose: Choose | None = None
    ignore: list[Header] = []
    layout: File = File()
    trim: bool = Field(default=False, description="Whether blanks around the two columns are taken off")


class Mapping(Closed):
    """A sender's file into one table of the contract."""

    table: str = Field(description="The contract's table, such as council_cohort")
    sender: str = Field(min_length=1, description="Whose file it is")
    year: int = Field(ge=LEAST_YEAR, le=MOST_YEAR, description="Year of the file's codes")
    absent: list[str] = Field(default=[], description="Contract's columns that the file does not have")
    ignore: list[Header] = Field(default=[], description="Columns that stay with the sender")
    file: File = File()
    rename: dict[str, Header] = Field(default={}, description="Contract's column: theirs")
    join: dict[str, Join] = {}
    split: dict[str, Split] = {}
    set_to: dict[str, str | bool | dt.date | int] = Field(default={}, alias="set")
    given: dict[str, Header] = Field(default={}, description="Yes where a column of theirs has something, else no")
    parts: dict[str, Parts] = {}
    flags: dict[str, Flags] = {}
    listed: list[Listed] = Field(default=[], alias="list")
    codes: dict[str, dict[str, str]] = Field(default={}, description="By column: their spelling, our code")
    label: dict[str, Literal["leading", "trailing"]] = Field(
        default={}, description="Where in `CODE - label` it is"
    )
    dates: dict[str, str | Annotated[list[str], Field(min_length=1)]] = Field(
        default={}, description="Form of dates, or its several forms, by column or for `every` date"
    )
    numbers: dict[str, Number] = {}
    trim: list[str] = Field(default=[], description="Keys from which blanks around them are taken off")
    pad: dict[str, Annotated[int, Field(ge=2, le=50)]] = Field(default={}, description="Width; zeros in front")
    missing: dict[str, Marks] = Field(default={}, description="What stands for blank, by column or in `every` one")
    leave_out: list[LeaveOut] = []
    choose: Choose | None = None
    repeat: list[dict[Header, Header]] = Field(
        default=[], description="One row for each: name it is used by: column"
    )
    lookup: list[Lookup] = []

    def forms(self, column: str) -> list[str]:
        """The forms in which a date of the contract is written."""
        said = self.dates.get(column, self.dates.get(EVERY, USUAL_DATE))
        return [said] if isinstance(said, str) else said

    def filled(self) -> dict[str, list[str]]:
        """Verbs that fill each column of the contract."""
        verbs: dict[str, Iterable[str]] = {
            "rename": self.rename, "join": self.join, "split": self.split, "set": self.set_to, "given": self.given,
            "parts": self.parts, "flags": self.flags, "absent": self.absent,
        }  # fmt: skip
        found: dict[str, list[str]] = {}
        for verb, columns in verbs.items():
            for column in columns:
                found.setdefault(column, []).append(verb)
        for one in self.listed:
            for column in one.fills:
                found.setdefault(column, []).append("list")
        return found

    def second_files(self) -> list[str]:
        """Files that lie next to the first and are read with it."""
        return [*(one.file for one in self.lookup), *(one.listed for one in self.leave_out if one.listed)]

    def fed_by(self, theirs: Iterable[str]) -> set[str]:
        """Columns of the contract that are made of any of some columns of the file, or of those looked up."""
        of = set(theirs)
        of |= {name for slot in self.repeat for name, column in slot.items() if column in of}
        of |= {name for one in self.lookup if one.here in of for name in one.columns}
        found = {ours for ours, column in (self.rename | self.given).items() if column in of}
        found |= {ours for ours, one in self.join.items() if of & set(one.columns)}
        found |= {ours for ours, one in self.split.items() if one.column in of}
        found |= {ours for ours, one in self.parts.items() if of & {one.day, one.month, one.year}}
        found |= {ours for one in self.listed if one.column in of for ours in one.fills}
        return found | {ours for ours, one in self.flags.items() if of & set(one.columns.values())}

    def chooses_rows_by(self) -> set[str]:
        """Columns of the file without which nobody can tell which of its rows count."""
        found = {one.column for one in self.leave_out} | {
            column for slot in self.repeat for column in slot.values()
        }
        return found | ({self.choose.per, *(one.column for one in self.choose.first)} if self.choose else set())

    def named(self) -> set[str]:
        """Every column of the file that the mapping names, but for those it ignores and those of other files."""
        found = set(self.rename.values())
        found |= {column for one in self.join.values() for column in one.columns}
        found |= {one.column for one in self.split.values()} | set(self.given.values())
        found |= {column for one in self.parts.values() for column in (one.day, one.month, one.year)}
        found |= {column for one in self.flags.values() for column in one.columns.values()}
        found |= {one.column for one in self.listed} | {one.column for one in self.leave_out}
        if self.choose:
            found |= {self.choose.per, *(one.column for one in self.choose.first)}
        made = {name for slot in self.repeat for name in slot}
        found = (found - made) | {column for slot in self.repeat for column in slot.values()}
        looked_up = {name for one in self.lookup for name in one.columns}
        return (found - looked_up) | {one.here for one in self.lookup}
