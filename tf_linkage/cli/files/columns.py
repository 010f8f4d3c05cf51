"""Which of a file's columns is what: maps in either direction, names that are recognised, ids."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from tf_linkage import intake
from tf_linkage.cli.files.noticing import refuse_repeats
from tf_linkage.cli.files.reading import File
from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused
from tf_linkage.hints import closest
from tf_linkage.linkage.standardise.column_names import FULL_NAME, plain, recognised
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS
from tf_linkage.linkage.standardise.full_names import taken_apart
from tf_linkage.linkage.standardise.kinds import kind_of
from tf_linkage.linkage.standardise.reading import Reading

USUAL_IDS = ("id", "record_id", "unique_id", "rec_id")
FIELDS = (*STANDARD_FIELDS, FULL_NAME, "family_id")
"""What a column may be mapped to."""
ROW = "row number"
"""Id of the records of a file that has no column of ids."""


def columns_of(file: File) -> str:
    """A file's columns, as a refusal may list them.

    Their own words are shown where the first line is plainly a header: at least one of them names a field. A first
    line that is no header may hold somebody's data.
    """
    names = file.table.columns
    if is_header(file):
        return f"{file.name} has {', '.join(names)}"
    known = (*USUAL_IDS, *FIELDS)
    return f"{file.name} has " + ", ".join(
        intake.described(name, at, known) for at, name in enumerate(names, start=1)
    )


def is_header(file: File) -> bool:
    """Whether the first line plainly holds names of columns: one names a field, and none is plainly a value.

    Judged by the line as it stands in the file, whatever its columns were mapped to since.
    """
    names = list(file.header or file.table.columns)
    known = {*FIELDS, *USUAL_IDS} & set(names) or recognised(names)
    return bool(known) and not any(map(intake.is_data, names))


def mapped(
    files: Sequence[File], pairs: Sequence[str], compared: Sequence[str]
) -> tuple[list[File], dict[str, str]]:
    """The files under the names of fields, and which names were mapped: theirs to ours.

    Args:
        files: the files.
        pairs: what was said with --map, `THEIRS=OURS` or the reverse.
        compared: further columns to compare.

    Raises:
        InputRefused: a pair that is none, of no column, or to what is no field.
    """
    there = {column for file in files for column in file.table.columns}
    names: dict[str, str] = {}
    for pair in pairs:
        one, separator, other = (part.strip() for part in pair.partition("="))
        if not (separator and one and other):
            raise InputRefused(f"--map wants THEIRS=OURS, such as given_name=forename; not {pair!r}")
        if one not in there and other in there and (one in FIELDS or other not in FIELDS):
            one, other = other, one
        if one not in there:
            raise InputRefused(
                f"--map {pair}: no file has a column of either name{closest(one, there)}; "
                + "; ".join(map(columns_of, files))
            )
        if other not in (*FIELDS, *compared) and other not in there:
            raise InputRefused(
                f"--map {pair}: {other} is no field{closest(other, FIELDS)}; fields are {', '.join(FIELDS)}"
            )
        names[one] = other
    return [_named(file, names) for file in files], names


def _named(file: File, names: dict[str, str]) -> File:
    columns = file.table.columns
    renamed = {theirs: ours for theirs, ours in names.items() if theirs in columns}
    left = [column for column in columns if column not in renamed]
    found = {theirs: ours for theirs, ours in recognised([*left, *renamed.values()]).items() if theirs in left}
    after = [(renamed | found).get(column, column) for column in columns]
    if twice := sorted({column for column in after if after.count(column) > 1}):
        raise InputRefused(
            f"{file.name}: two columns would be called {twice[0]}; choose one with --map; {columns_of(file)}"
        )
    if found:
        say(f"{file.name}: " + ", ".join(f"{theirs} is taken for {ours}" for theirs, ours in found.items()))
    table = file.table.rename(renamed | found)
    again = None if file.again is None else file.again.rename(renamed | found)
    if FULL_NAME in table.columns and not {"forename", "surname"} & set(table.columns):
        table, again = table.with_columns(taken_apart(table[FULL_NAME])), None
        say(f"{file.name}: full names are taken apart into forename and surname")
    return replace(file, table=table, again=again)


def with_ids(file: File, asked: str | None, option: str) -> tuple[File, str]:
    """The file and the column that names a record: that asked for, a usual one, the first unique one, or the row.

    Raises:
        InputRefused: the column asked for is not there, or its ids repeat.
    """
    columns = file.table.columns
    if asked is not None:
        if asked not in columns:
            raise InputRefused(
                f"{option}: {file.name} has no column {asked}{closest(asked, columns)}; {columns_of(file)}"
            )
        refuse_repeats(file.name, file.table.lazy(), asked)
        return file, asked
    first = [name for name in USUAL_IDS if name in columns]
    others = [name for name in columns if name not in (*FIELDS, *first) and file.table[name].dtype == pl.String]
    for name in (*first, *others):
        if not file.table[name].null_count() and file.table[name].is_unique().all():
            shown = name if is_header(file) else intake.described(name, columns.index(name) + 1, USUAL_IDS)
            say(f"{file.name}: records are named by {shown}")
            return file, name
    say(f"{file.name}: no column names each record once, so the records are named by their row; {option} says")
    name = ROW
    while name in columns:
        name += "_"
    numbers = pl.Series(name, range(1, file.table.height + 1)).cast(pl.String)
    return replace(file, table=file.table.with_columns(numbers), again=None), name


def extra_of(files: Sequence[File], asked: Iterable[str], names: dict[str, str]) -> tuple[str, ...]:
    """Further columns to compare: in every file, and none of those that are compared anyhow.

    Raises:
        InputRefused: a column that is not there, or is compared already.
    """
    wanted = tuple(dict.fromkeys(names.get(column, column) for column in asked))
    for column in wanted:
        if column in STANDARD_FIELDS:
            raise InputRefused(f"{column} is compared already; --compare names further columns")
        for file in files:
            if column not in file.table.columns:
                known = recognised([column])
                if known:
                    raise InputRefused(f"{column} is compared already, as {known[column]}")
                others = [one.name for one in files if column in one.table.columns]
                there = f" ({others[0]} has; both must)" if others else ""
                raise InputRefused(
                    f"--compare: {file.name} has no column {column!r}{closest(column, file.table.columns)}{there}; "
                    + columns_of(file)
                )
    return wanted


def refuse_no_evidence(
    files: Sequence[File], fields: Sequence[str], extra: Sequence[str], ids: Iterable[str], reading: Reading
) -> None:
    """Refuses further columns that say nothing, or say again what another column says.

    A column that repeats another counts the same evidence twice: on whole names beside forename and surname,
    strangers who share a name became one person.

    Args:
        files: with their columns under the names of fields.
        fields: those that are compared.
        extra: the further columns.
        ids: columns that name records.
        reading: what the values of the further columns are.

    Raises:
        InputRefused: the column, and what it repeats.
    """
    if named := sorted({*extra} & {*ids}):
        raise InputRefused(f"--compare {named[0]}: this column names the records, and says nothing of who is who")
    kinds = dict(reading.kinds)
    for at, column in enumerate(extra):
        if kinds.get(column) not in {"name", "text"}:
            continue
        others = [one for one in (*fields, *extra[:at]) if _is_text(files, one, kinds)]
        if again := [one for one in others if all(_repeats(file.table, column, one) for file in files)]:
            raise InputRefused(
                f"--compare {column}: in most rows it says again what {' and '.join(again)} "
                f"say{'' if len(again) > 1 else 's'}, and the same evidence would count twice; leave it out"
            )


def _is_text(files: Sequence[File], column: str, kinds: dict[str, str]) -> bool:
    here = all(column in file.table.columns and file.table[column].dtype == pl.String for file in files)
    return here and (column in _WORDS or kinds.get(column) in {"name", "text"})


def _repeats(table: pl.DataFrame, column: str, other: str) -> bool:
    """Whether, where both are known, one column mostly has every word of the other."""
    known = table.select(one=_words(column), other=_words(other)).drop_nulls().head(REPEATS_LOOKED_AT)
    if known.height < LEAST_KNOWN:
        return False
    common = pl.col("one").list.set_intersection("other").list.len()
    inside = common >= pl.min_horizontal(pl.col("one").list.len(), pl.col("other").list.len())
    return bool(known.select(inside.mean()).item() >= MOSTLY)


def _words(column: str) -> pl.Expr:
    words = pl.col(column).cast(pl.String).str.to_lowercase().str.extract_all(r"[\p{L}\p{N}]+").list.unique()
    return pl.when(words.list.len() > 0).then(words)


_WORDS = ("forename", "surname", "address")
"""Fields of words that another column may repeat."""

MOSTLY, LEAST_KNOWN, REPEATS_LOOKED_AT = 0.8, 10, 100_000
"""Share of rows from which a column repeats another; rows that are needed and that are looked at: our choice."""


def refuse_unknown_pair(pair: Sequence[str] | None, files: Sequence[File], ids: Sequence[str]) -> None:
    """Refuses before the work to explain a pair of which a record is not there.

    Raises:
        InputRefused: which of the two.
    """
    for record, file, column in zip(pair or (), files, ids, strict=False):
        if record not in file.table[column].cast(pl.String):
            raise InputRefused(f"--explain: {file.name} has no record {record}")


def say_what_is_left(files: Sequence[File], used: Sequence[str]) -> None:
    """Says which columns are not compared: of all files, of one alone, and whole names beside their parts."""
    common = [
        column for column in files[0].table.columns if all(column in file.table.columns for file in files[1:])
    ]
    rest = [column for column in common if column not in {*used, FULL_NAME, "family_id"}]
    if rest and all(map(is_header, files)):
        say(f"not compared: {', '.join(rest)}")
        likely = {column: field for column in rest if (field := _may_be(column)) and field not in {*used}}
        others = [column for column in rest if column not in likely and not _again(files, column, used)]
        if likely:
            say("    if they are that, add: --map " + shlex.join(f"{one}={field}" for one, field in likely.items()))
        if others:
            say(f"    if they tell people apart, add: --compare {shlex.join(others)}")
    alone = {file.name: [name for name in file.table.columns if name not in {*common, *used}] for file in files}
    if any(alone.values()) and all(map(is_header, files)):
        said = "; ".join(f"{name} {', '.join(columns)}" for name, columns in alone.items() if columns)
        say(f"in one file alone, and so not compared: {said}")
    if FULL_NAME in common and FULL_NAME not in {*used} and {"forename", "surname"} <= {*used}:
        say(f"{FULL_NAME} is not compared: forename and surname are")


def _may_be(column: str) -> str | None:
    """The field that one word of a column's name names."""
    words = plain(column).split("_")
    return next(
        (field for one in words for field in (one, *recognised([one]).values()) if field in STANDARD_FIELDS), None
    )


def _again(files: Sequence[File], column: str, used: Iterable[str]) -> bool:
    """Whether a column says again what one that is compared says, so that it would be refused."""
    there = [one for one in _WORDS if one in {*used} and _is_text(files, one, {})]
    text = all(file.table[column].dtype == pl.String for file in files)
    return text and any(all(_repeats(file.table, column, one) for file in files) for one in there)


def with_kinds(files: Sequence[File], extra: Sequence[str], reading: Reading) -> Reading:
    """How values are read, with what those of the further columns are; said."""
    if not extra:
        return reading
    kinds = tuple((column, kind_of(pl.concat([file.table[column].cast(pl.String) for file in files]), reading))
                  for column in extra)  # fmt: skip
    say("; ".join(f"{column} holds {_SAID[kind]}" for column, kind in kinds))
    return replace(reading, kinds=kinds)


_SAID = {
    "name": "names or words", "code": "codes", "e-mail": "e-mail addresses", "phone": "phone numbers",
    "date": "dates", "number": "numbers", "text": "free text",
}  # fmt: skip
