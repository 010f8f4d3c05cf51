"""Which column of a file is which of the contract, by its name and by the shape of its values together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import polars as pl

from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.drafting.days import dated
from tf_linkage.intake.drafting.names import FLAGS, by_words, dangerous, names_of
from tf_linkage.intake.drafting.proposal import MOSTLY, Proposal
from tf_linkage.intake.headers import plain
from tf_linkage.intake.mapping.labels import LEADING, against_the_code, labelled
from tf_linkage.intake.mapping.meanings import codes_of, folded, of_label
from tf_linkage.intake.reading.cells import GENDER_SPELLINGS, YES_OR_NO, is_key

ALSO_CALLED: dict[str, str] = {
    "waiting list": "comparison", "waitlist": "comparison", "comparator": "comparison", "control": "comparison",
    "control group": "comparison", "not on programme": "comparison", "intervention": "programme",
    "treatment": "programme", "on programme": "programme", "attached": "programme", "supported": "programme",
    "cp": "CPP", "cp plan": "CPP", "child protection": "CPP", "lac": "CLA", "in care": "CLA",
    "looked after child": "CLA", "child looked after": "CLA", "cin plan": "CIN", "child in need plan": "CIN",
    "unemployed": "OOW", "workless": "OOW", "debt": "DEBT", "persistent absentee": "PA", "pa": "PA",
    "excluded": "EXC", "permanent exclusion": "EXC", "offender": "OFF", "crime": "OFF",
    "antisocial behaviour": "ASB", "domestic violence": "DA", "dv": "DA", "abuse": "DA",
    "tf": "programme", "troubled families": "programme", "supporting families": "programme",
    "no job": "OOW", "unemployment": "OOW", "worklessness": "OOW", "debts": "DEBT", "low attendance": "PA",
    "poor attendance": "PA", "attendance": "PA", "school attendance": "PA", "truancy": "PA", "exclusions": "EXC",
    "offences": "OFF", "youth offending": "OFF", "cin": "CIN", "cpp": "CPP", "mental ill health": "MH",
    "physical ill health": "PH", "mental": "MH", "physical": "PH", "offence": "OFF",
}  # fmt: skip
"""What systems call a code of the contract, beyond the contract's own words."""

GROUP = "study_group"
"""A column that a yes or no fills as well: of its two codes the first is yes."""

SHAPES = {
    "postcode": re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}"),
    "nino": re.compile(r"[A-Za-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d]?"),
}
MOST_SPELLINGS, LEAST_ROWS = 60, 10
"""Spellings of a column of codes; and rows from which a spelling is written down: a rarer one may be a name that
was typed into the wrong column."""

PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?")
"""Numbers, and numbers as a spreadsheet shows them."""

NAMES = r"^[^0-9]*\p{L}{2}[^0-9]*[ ,][^0-9]*\p{L}[^0-9]*$"
"""Words without a digit, two or more in a cell: names of people, and no key."""

TURNED_ROUND = str.maketrans(",.", ".,")
NO_NUMBER = "".join(map(chr, (*range(32, 43), *range(58, 127), 0xA0, 0xA3, 0x20AC)))
"""Letters and signs that are no part of a number."""

PEOPLES_KEYS = {"person_ref"}
"""Keys of which every row of a file has its own."""


def propose(column: ColumnInfo, theirs: str, cells: pl.Series) -> Proposal | None:
    """What to do with a column of theirs so that it becomes one of ours; None where its values are of another kind.

    A header that is known by its name is never passed over: values that do not fit it are a doubt.

    Args:
        column: of the contract.
        theirs: header.
        cells: its text; null where blank or a placeholder.
    """
    known = cells.drop_nulls()
    of_another = is_key(column) and len(known) and _of_another_kind(column, known)
    made = None if of_another else _proposed(column, theirs, cells)
    if made is None and plain(theirs) in names_of(column):
        made = Proposal(theirs, misfits=True)
        made.doubts.append(f"the column is called so, but its values are not as {column.name} is written: look")
    if made is not None and plain(theirs) not in names_of(column) and by_words(column, theirs):
        made.by = "words"
    return made


def _proposed(column: ColumnInfo, theirs: str, cells: pl.Series) -> Proposal | None:
    known, made = cells.drop_nulls(), Proposal(theirs)
    if dangerous(theirs, column):
        made.doubts.append("the header may mean somebody else or another time")
    if not len(known):
        (made.notes if column.nullable else made.doubts).append("every cell is blank")
        return made
    shape = SHAPES.get(column.name)
    if shape and shaped(shape, known) < 0.5:
        return None
    if isinstance(column.dtype, pl.Date):
        return made if dated(made, cells) else None
    if codes := codes_of(column):
        return _coded(made, cells, column, codes)
    if column.dtype.is_numeric():
        return _numeric(made, known)
    return made


def shaped(shape: re.Pattern[str], known: pl.Series) -> float:
    """Share of a column's known cells that have a shape; 0 where none is known."""
    return sum(bool(shape.fullmatch(cell)) for cell in known) / max(1, len(known))


def _of_another_kind(column: ColumnInfo, known: pl.Series) -> bool:
    """Whether what stands in a column cannot be a key: numbers, codes or days of something else."""
    alike = any(shaped(shape, known) >= MOSTLY for shape in SHAPES.values())
    shared = known.is_duplicated().sum() >= MOSTLY * len(known)
    many = len(known) >= LEAST_ROWS
    names = known.str.contains(NAMES).mean()
    named = isinstance(names, float) and names >= MOSTLY
    return alike or named or bool(many and shared and column.name in PEOPLES_KEYS) or _are_days(known)


def _are_days(known: pl.Series) -> bool:
    """Whether a column holds days, in a form that no number has."""
    return bool(known.str.contains(r"^[0-9]{1,4}[-/.][0-9A-Za-z]{1,3}[-/.][0-9]{2,4}").all())


def _numeric(made: Proposal, known: pl.Series) -> Proposal | None:
    if not known.str.contains("[0-9]").all():
        return None
    prefix, suffix = _around(known)
    bare = [cell.removeprefix(prefix).removesuffix(suffix).strip() for cell in known]
    written = {name: value for name, value in (("prefix", prefix.strip()), ("suffix", suffix.strip())) if value}
    if all(PLAIN.fullmatch(cell) for cell in bare):
        made.number = written
        made.whole_as_decimal = any(cell.endswith((".0", ".00")) for cell in bare)
    elif all(GROUPED.fullmatch(cell) for cell in bare):
        made.number = {"thousands": ","} | written
    elif all(GROUPED.fullmatch(cell.translate(TURNED_ROUND)) for cell in bare):
        dots = {"thousands": "."} if any("." in cell for cell in bare) else {}
        made.number = dots | {"decimal": ","} | written
    elif all(PLAIN.fullmatch(cell.replace(",", ".")) for cell in bare):
        made.number = {"decimal": ","} | written
    else:
        made.doubts.append("not every cell is a plain number; say under numbers how they are written")
    return made


def _around(known: pl.Series) -> tuple[str, str]:
    """What stands before and behind every number of a column, such as a pound sign."""
    before = {cell[: len(cell) - len(cell.lstrip(NO_NUMBER))] for cell in known}
    behind = {cell[len(cell.rstrip(NO_NUMBER)) :] for cell in known}
    return before.pop() if len(before) == 1 else "", behind.pop() if len(behind) == 1 else ""


def _coded(made: Proposal, cells: pl.Series, column: ColumnInfo, codes: list[str]) -> Proposal | None:
    own = {folded(code) for code in codes}
    if column.name == "gender":
        own |= set(GENDER_SPELLINGS)
    if codes == ["true", "false"]:
        own |= set(YES_OR_NO)
    spelled = cells.drop_nulls().value_counts(name="_count").sort("_count", cells.name, descending=[True, False])
    spellings = {str(one): int(count) for one, count in spelled.iter_rows()}
    exact = {code.casefold(): code for code in codes}
    if all(folded(one) in own for one in spellings):
        if not all(one in codes or column.name == "gender" or len(own) > len(codes) for one in spellings):
            made.spellings = {one: exact[folded(one)] for one in spellings}
        return made
    if column.name == GROUP and all(folded(one) in YES_OR_NO for one in spellings):
        on, off = codes
        made.spellings = {one: on if YES_OR_NO[folded(one)] else off for one in spellings}
        made.doubts.append(f"yes was taken for {on}, and no for {off}. Is it so?")
        return made
    matches = [LEADING.fullmatch(one) for one in spellings]
    if all(match and folded(match[1]) in own for match in matches):
        turned = against_the_code(labelled(spellings, matches), column, None)
        if not turned:
            made.label = "leading"
            return made
        made.doubts += [f"{said}; ask which of the two is meant" for said, _ in turned]
    if len(spellings) > MOST_SPELLINGS:
        return None
    for said, rare in _spelled_out(made, column, spellings, exact):
        made.places.append((said, [at for at, cell in enumerate(cells) if cell in rare]))
    return made


def meant(column: ColumnInfo, label: str) -> str:
    """The code that a label is a usual word for; empty where none."""
    told = of_label(column, label, exactly=True)
    if told is not None:
        return told
    said = plain(label)
    code = ALSO_CALLED.get(" ".join(said.split("_"))) or FLAGS.get(said, ("", ""))[1]
    return code if code in (codes_of(column) or []) else ""


def _spelled_out(
    made: Proposal, column: ColumnInfo, spellings: dict[str, int], exact: dict[str, str]
) -> Iterator[tuple[str, set[str]]]:
    """Gives spellings their codes; what must be said of those that are too rare to be written down."""
    by_label = {one: meant(column, one.partition(" - ")[2] or one) for one in spellings}
    if set(exact) == {"true", "false"}:
        exact = exact | {mark: str(said).lower() for mark, said in YES_OR_NO.items()}
    told = {one: exact.get(folded(one)) or by_label[one] for one in spellings}
    rare = {one: count for one, count in spellings.items() if count < LEAST_ROWS and not told[one]}
    made.spellings = {one: code for one, code in told.items() if one not in rare}
    if any(by_label[one] and folded(one) not in exact for one in made.spellings):
        made.notes.append("some spellings were given their code by the contract's own words or usual ones")
    unknown = [one for one, code in made.spellings.items() if not code]
    made.misfits = bool(made.spellings) and len(unknown) == len(made.spellings)
    codes = codes_of(column) or []
    left = [code for code in codes if code not in made.spellings.values()]
    if len(unknown) == len(left) == 1 and not rare and not column.nullable and len(codes) > 1:
        made.spellings[unknown[0]] = left[0]
        made.doubts.append(
            f"{json.dumps(unknown[0], ensure_ascii=False)} was taken for {left[0]}, as the only one left"
        )
    elif unknown:
        blank = ", or leave it blank where it means none" if column.nullable else ""
        many = f"{len(unknown)} spelling{'s are' if len(unknown) > 1 else ' is'}"
        made.doubts.append(f"{many} not the contract's: write its code behind each ({', '.join(codes)}){blank}")
    if rare:
        many = f"{len(rare)} spelling{'s' if len(rare) > 1 else ''} in {sum(rare.values())} rows"
        yield f"{many} are too rare to be listed here; look them up in the file and add them", set(rare)
