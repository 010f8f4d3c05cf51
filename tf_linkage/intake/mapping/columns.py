"""The contract's columns made of a sender's cells, each by the verb that the mapping has for it."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.mapping.dates import (
    A_TIME,
    OF_TWO_DIGITS,
    TWO_DIGITS,
    Form,
    form_of,
    read_in,
    said_turned,
    turned,
)
from tf_linkage.intake.mapping.labels import LEADING, TRAILING, against_the_code, labelled, mislabelled
from tf_linkage.intake.mapping.loading import Loaded
from tf_linkage.intake.mapping.meanings import BLANK, codes_of, folded
from tf_linkage.intake.mapping.model import EVERY, USUAL_DATE, Number, Parts
from tf_linkage.intake.mapping.several import flagged, listed
from tf_linkage.intake.mapping.source import Line, Source
from tf_linkage.intake.reading.cells import YES_OR_NO
from tf_linkage.intake.reading.problems import Problems


class Columns:
    """The contract's columns, one after another, as text."""

    def __init__(
        self, cells: pl.DataFrame, loaded: Loaded, source: Source, problems: Problems, line_of: Line
    ) -> None:
        self.cells, self.loaded, self.mapping = cells, loaded, loaded.mapping
        self.source, self.problems, self.line_of = source, problems, line_of
        self.unknown: dict[str, int] = {}
        self.marked: dict[str, int] = {}
        self.turned: dict[str, tuple[int, int]] = {}
        self.blank = {folded(mark) for mark in self.mapping.missing.get(EVERY, [])}

    def all(self) -> pl.DataFrame:
        """Every column of the contract; what is wrong with cells is noted."""
        made = {name: self._column(column) for name, column in self.loaded.columns.items()}
        self._known_to_one()
        return pl.DataFrame(made, schema=dict.fromkeys(made, pl.String))

    def said_unknown(self, text: pl.DataFrame, typed: pl.DataFrame) -> list[str]:
        """Codes that say that nothing is known, with their count: what they become is blank."""
        for name in text.columns:
            said = int((text[name].is_not_null() & typed[name].is_null()).sum())
            self.unknown[name] = self.unknown.get(name, 0) + said
        marked = [f"{name} ({count:,})" for name, count in self.marked.items() if count]
        notes = [
            f"{name}: {_none(name)} by its code ({count:,} rows)" for name, count in self.unknown.items() if count
        ]
        notes += [f"{name}: {said_turned(*counts)}" for name, counts in self.turned.items()]
        return [*notes, *([f"blank by the mapping's marks, in cells: {', '.join(marked)}"] if marked else [])]

    def _column(self, column: ColumnInfo) -> pl.Series:
        mapping, name = self.mapping, column.name
        if name in mapping.absent or name in self.problems.lost:
            return pl.Series([None] * self.cells.height, dtype=pl.String)
        if name in mapping.set_to:
            return pl.Series([_written(mapping.set_to[name])] * self.cells.height, dtype=pl.String)
        if name in mapping.given:
            return self._given(mapping.given[name], name)
        if (several := self._of_several(name)) is not None:
            return several
        if name in mapping.parts:
            return self._date_of_parts(mapping.parts[name], name)
        return self._value(self._gathered(name), column)

    def _of_several(self, name: str) -> pl.Series | None:
        """A code that several columns of theirs flag, or that stands among others in one cell."""
        if flags := self.mapping.flags.get(name):
            return flagged(flags, name, self._known, self.problems, self.line_of)
        for one in self.mapping.listed:
            if name in one.fills:
                cells, ours = self._known(one.column, name), self.loaded.columns[name]
                return listed(one, ours, cells, self.problems, self.line_of, blank=self.blank)
        return None

    def _given(self, theirs: str, name: str) -> pl.Series:
        """Yes where a column of theirs has something, as every column that is made of it sees it."""
        made = [name, *(ours for ours, one in self.mapping.rename.items() if one == theirs)]
        marks = self.blank | {folded(mark) for ours in made for mark in self.mapping.missing.get(ours, [])}
        cells = self.cells.get_column(theirs)
        words = {folded(text) for text in cells.drop_nulls().unique()} - marks
        if words <= set(YES_OR_NO) and not all(YES_OR_NO[word] for word in words):
            self.problems.add(
                f"given.{name}: its column says yes and no itself, and a no is something too; use it under rename",
                lost=[name],
            )
        said = ["false" if text is None or folded(text) in marks else "true" for text in cells]
        return pl.Series(said, dtype=pl.String)

    def _gathered(self, name: str) -> pl.Series:
        """The cells that a column is made of, before their values are mapped."""
        mapping = self.mapping
        if name in mapping.join:
            one = mapping.join[name]
            known = pl.DataFrame([self._known(theirs, name).alias(theirs) for theirs in one.columns])
            return _blank_as_null(
                known.select(pl.concat_str(pl.all(), separator=one.separator, ignore_nulls=True)).to_series()
            )
        if name in mapping.split:
            part = mapping.split[name]
            taken = [_part(words, part.by, part.part) for words in self._known(part.column, name)]
            return self._unmarked(pl.Series(taken, dtype=pl.String), name)
        return self._known(mapping.rename[name], name)

    def _known(self, theirs: str, name: str) -> pl.Series:
        """A column of theirs, null where it says that the value is missing."""
        return self._unmarked(self.cells.get_column(theirs), name)

    def _unmarked(self, cell: pl.Series, name: str) -> pl.Series:
        """Cells without those that say that a value is missing."""
        marks = self.blank | {folded(mark) for mark in self.mapping.missing.get(name, [])}
        if not marks:
            return cell
        kept = [None if text is None or folded(text) in marks else text for text in cell]
        self.marked[name] = self.marked.get(name, 0) + sum(
            text is not None and left is None for text, left in zip(cell, kept, strict=True)
        )
        return pl.Series(kept, dtype=pl.String)

    def _value(self, cells: pl.Series, column: ColumnInfo) -> pl.Series:
        name, mapping = column.name, self.mapping
        if name in mapping.label:
            cells = self._labelled(cells, column)
        if name in mapping.codes:
            return self._coded(cells, column)
        if isinstance(column.dtype, pl.Date):
            return self._dates(cells, name)
        if name in mapping.numbers:
            return self._numbers(cells, column, mapping.numbers[name])
        if name in mapping.pad:
            return self._padded(cells, name, mapping.pad[name])
        return cells

    def _labelled(self, cells: pl.Series, column: ColumnInfo) -> pl.Series:
        name = column.name
        shape = LEADING if self.mapping.label[name] == "leading" else TRAILING
        found = [None if text is None else shape.fullmatch(text) for text in cells]
        wrong = [
            at for at, (text, one) in enumerate(zip(cells, found, strict=True)) if text is not None and one is None
        ]
        self.problems.add_rows("no code with a label", wrong, self.line_of, name)
        pairs = labelled(cells, found)
        other = "another label than the one with which its code mostly stands"
        self.problems.add_rows(other, mislabelled(pairs), self.line_of, name)
        spelled = self.mapping.codes.get(name)
        mapped_to = {folded(spelling): code for spelling, code in spelled.items()} if spelled else None
        for said, rows in against_the_code(pairs, column, mapped_to):
            self.problems.add_rows(said, rows, self.line_of, name)
        return pl.Series([one[1] if one else None for one in found], dtype=pl.String)

    def _coded(self, cells: pl.Series, column: ColumnInfo) -> pl.Series:
        spellings = {folded(spelling): code for spelling, code in self.mapping.codes[column.name].items()}
        known = [None if text is None else spellings.get(folded(text)) for text in cells]
        wrong = [
            at
            for at, (text, code) in enumerate(zip(cells, known, strict=True))
            if text is not None and code is None
        ]
        if column.name not in self._sharing():
            said = "a spelling that the mapping does not have"
            self.problems.add_rows(said, wrong, self.line_of, column.name)
        self.unknown[column.name] = sum(code == BLANK for code in known)
        return pl.Series([code or None for code in known], dtype=pl.String)

    def _sharing(self) -> dict[str, list[str]]:
        """Columns of ours that are filled from one column of theirs, each with all of them."""
        by_theirs: dict[str, list[str]] = {}
        for ours, theirs in self.mapping.rename.items():
            if ours in self.loaded.columns and codes_of(self.loaded.columns[ours]):
                by_theirs.setdefault(theirs, []).append(ours)
        return {ours: several for several in by_theirs.values() if len(several) > 1 for ours in several}

    def _known_to_one(self) -> None:
        """A column that feeds several: each value gives one of them a code, or is said to be nothing to all."""
        for several in {tuple(names) for names in self._sharing().values()}:
            if self.problems.lost & set(several):
                continue
            theirs = self.mapping.rename[several[0]]
            cells = self._known(theirs, several[0])
            unknown, half = [], []
            for at, text in enumerate(cells):
                told = [self._code_of(text, ours) for ours in several]
                if text is None or any(told):
                    continue
                if all(code is None for code in told):
                    unknown.append(at)
                elif any(code is None for code in told):
                    half.append(at)
            neither = f"known to neither {' nor '.join(several)}"
            self.problems.add_rows(neither, unknown, self.line_of, theirs, several)
            said = f"nothing to one of {', '.join(several)}, and unknown to another"
            self.problems.add_rows(said, half, self.line_of, theirs, several)

    def _code_of(self, text: str | None, ours: str) -> str | None:
        """What a spelling is to one of our columns: a code, empty where it is nothing, or None where not known."""
        if text is None:
            return None
        spelled = self.mapping.codes.get(ours) or {code: code for code in codes_of(self.loaded.columns[ours]) or []}
        return {folded(one): code for one, code in spelled.items()}.get(folded(text))

    def _dates(self, cells: pl.Series, name: str) -> pl.Series:
        forms = [form for one in self.mapping.forms(name) if (form := form_of(one))]
        said = " or ".join(form.name for form in forms)
        if self.mapping.rename.get(name) in self.source.days:
            # What the workbook holds as a day is one, and comes as yyyy-mm-dd.
            typed = (Form(USUAL_DATE + time, USUAL_DATE, time) for time in ("", " hh:mm:ss"))
            forms = [*forms, *(form for form in typed if form not in forms)]
        days, timed = read_in(forms, cells)
        if counts := turned(cells, days):
            self.turned[name] = counts
        self.problems.add_rows(A_TIME, timed.arg_true().to_list(), self.line_of, name)
        unread = (cells.is_not_null() & days.is_null() & ~timed).arg_true().to_list()
        two = [at for at in unread if TWO_DIGITS.fullmatch(cells[at])]
        self.problems.add_rows(f"not a date ({said}): {OF_TWO_DIGITS}", two, self.line_of, name)
        others = sorted(set(unread) - set(two))
        self.problems.add_rows(f"not a date ({said})", others, self.line_of, name)
        return days

    def _date_of_parts(self, three: Parts, name: str) -> pl.Series:
        year, month, day = (self._known(theirs, name) for theirs in (three.year, three.month, three.day))
        made: list[str | None] = []
        wrong = []
        for at, parts in enumerate(zip(year, month, day, strict=True)):
            made.append(None)
            if all(part is None for part in parts):
                continue
            try:
                made[-1] = dt.date(*(int(part) for part in parts)).isoformat() if len(parts[0]) == 4 else None
            except (TypeError, ValueError):
                made[-1] = None
            wrong += [at] if made[-1] is None else []
        self.problems.add_rows("not a day of the calendar, in three columns", wrong, self.line_of, name)
        return pl.Series(made, dtype=pl.String)

    def _numbers(self, cells: pl.Series, column: ColumnInfo, how: Number) -> pl.Series:
        grouped = f"[0-9]{{1,3}}(?:{re.escape(how.thousands)}[0-9]{{3}})+|" if how.thousands else ""
        shape = re.compile(
            rf"{re.escape(how.prefix)}\s*([+-]?(?:{grouped}[0-9]+)(?:{re.escape(how.decimal)}[0-9]+)?)\s*{re.escape(how.suffix)}"
        )
        found = [None if text is None else shape.fullmatch(text) for text in cells]
        wrong = [
            at for at, (text, one) in enumerate(zip(cells, found, strict=True)) if text is not None and one is None
        ]
        self.problems.add_rows("not a number as the mapping writes them", wrong, self.line_of, column.name)
        plain = [_plain(one[1], how) if one else None for one in found]
        if column.dtype.is_integer():
            plain = [text.removesuffix(".0").removesuffix(".00") if text else None for text in plain]
        return pl.Series(plain, dtype=pl.String)

    def _padded(self, cells: pl.Series, name: str, width: int) -> pl.Series:
        long = (cells.str.len_chars() > width).fill_null(value=False).arg_true().to_list()
        self.problems.add_rows(
            f"longer than the {width} characters that the mapping pads to", long, self.line_of, name
        )
        return cells.str.pad_start(width, "0")


def _none(name: str) -> str:
    """What a blank says of a column: of a problem, that a person has none."""
    return "no such problem" if name in PROBLEMS else "not known"


def _written(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if value != BLANK else None


def _part(words: str | None, by: str, part: int) -> str | None:
    parts = [] if words is None else [one.strip() for one in words.split(by)]
    if part < 0:
        return (parts[-1] or None) if len(parts) > 1 else None
    return (parts[part - 1] or None) if part <= len(parts) else None


def _plain(number: str, how: Number) -> str:
    bare = number.replace(how.thousands, "") if how.thousands else number
    return bare.replace(how.decimal, ".")


def _blank_as_null(cells: pl.Series) -> pl.Series:
    return pl.select(pl.when(cells != "").then(cells)).to_series()
