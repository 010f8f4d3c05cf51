"""Which column of a file is which of the contract, by its name and by the shape of its values together."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, ColumnInfo
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intake.headers import DANGER, NEAR, known_names, plain, words
from tf_linkage.intake.mapping.dates import TWO_DIGITS, fitting, most_fitting
from tf_linkage.intake.mapping.labels import LEADING, against_the_code, labelled
from tf_linkage.intake.mapping.meanings import codes_of, folded, of_label
from tf_linkage.intake.reading.cells import GENDER_SPELLINGS, YES_OR_NO, is_key

FLAGS: dict[str, tuple[str, str]] = {
    "unemployed": ("worklessness", "OOW"), "out_of_work": ("worklessness", "OOW"), "oow": ("worklessness", "OOW"),
    "debt": ("worklessness", "DEBT"), "neet": ("worklessness", "NEET"),
    "pa": ("school_absence", "PA"), "persistent_absence": ("school_absence", "PA"),
    "excluded": ("school_absence", "EXC"), "exclusion": ("school_absence", "EXC"), "exc": ("school_absence", "EXC"),
    "cin": ("child_need", "CIN"), "child_in_need": ("child_need", "CIN"), "cpp": ("child_need", "CPP"),
    "cla": ("child_need", "CLA"), "lac": ("child_need", "CLA"), "looked_after": ("child_need", "CLA"),
    "offending": ("crime", "OFF"), "off": ("crime", "OFF"), "asb": ("crime", "ASB"),
    "dv": ("domestic_abuse", "DA"), "da": ("domestic_abuse", "DA"), "domestic_abuse": ("domestic_abuse", "DA"),
    "domestic_violence": ("domestic_abuse", "DA"),
    "mental_health": ("health", "MH"), "mh": ("health", "MH"), "physical_health": ("health", "PH"),
    "ph": ("health", "PH"),
}  # fmt: skip
"""Headers of yes-or-no columns: the problem that they flag, and its code."""

ALSO_CALLED: dict[str, str] = {
    "waiting list": "comparison", "waitlist": "comparison", "comparator": "comparison", "control": "comparison",
    "control group": "comparison", "not on programme": "comparison", "intervention": "programme",
    "treatment": "programme", "on programme": "programme", "attached": "programme", "supported": "programme",
    "cp": "CPP", "cp plan": "CPP", "child protection": "CPP", "lac": "CLA", "in care": "CLA",
    "looked after child": "CLA", "child looked after": "CLA", "cin plan": "CIN", "child in need plan": "CIN",
    "unemployed": "OOW", "workless": "OOW", "debt": "DEBT", "persistent absentee": "PA", "pa": "PA",
    "excluded": "EXC", "permanent exclusion": "EXC", "offender": "OFF", "crime": "OFF",
    "antisocial behaviour": "ASB", "domestic violence": "DA", "dv": "DA",
}  # fmt: skip
"""What systems call a code of the contract, beyond the contract's own words."""

ADDRESS_PARTS = (
    "house", "house_name", "house_name_or_number",
    "saon", "flat_no", "flat_number", "flat", "building", "building_name", "house_no", "house_number",
    "street_number", "paon", "street", "street_name", "road", "road_name",
    "address_1", "address_line_1", "address_2", "address_line_2",
)  # fmt: skip

SHAPES = {
    "postcode": re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}"),
    "nino": re.compile(r"[A-Za-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d]?"),
}
MOST_SPELLINGS, LEAST_ROWS = 60, 10
"""Spellings of a column of codes; and rows from which a spelling is written down: a rarer one may be a name that
was typed into the wrong column."""

GROUPED = re.compile(r"(£?)[+-]?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?")
"""Money as a spreadsheet shows it."""


TURNED = {"not", "non", "never", "no", "without", "risk", "reason", "details", "notes"}
"""Words next to which a flag's own mean something else."""

ABOUT = {"type", "status", "kind", "source", "flag", "verified", "checked", "from", "to", "start", "end", "id"}
"""Words with which a header speaks of an identifier and does not hold it."""

PEOPLES_KEYS = {"person_ref"}
"""Keys of which every row of a file has its own."""

OF_CODES = ("_issue", "_problem", "_code", "_desc", "_description", "_category", "_indicator", "_status")
"""Endings with which systems call columns of codes and of their words."""

LONGEST_SHORT = 3
"""Letters of an abbreviation, such as `pa`: among other words it may mean anything."""

MOSTLY = 0.8
"""Share of the cells from which a form is a column's, and the others are to be looked at."""


@dataclass
class Proposal:
    """What is proposed for one column of the contract; `misfits` where its values are of another kind."""

    theirs: str
    form: str | None = None
    label: str | None = None
    number: dict[str, str] = field(default_factory=dict)
    whole_as_decimal: bool = False
    either_way: bool = False
    spellings: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    misfits: bool = False


def candidates(column: ColumnInfo, header: list[str]) -> list[str]:
    """Headers that may be a column of the contract: a known name of it, or one close to its own."""
    names = _names(column)
    exact = [theirs for theirs in header if plain(theirs) in names or (codes_of(column) and _bare(theirs) in names)]
    if exact:
        return exact
    close = difflib.SequenceMatcher
    either = [
        theirs for theirs in header if not dangerous(theirs) and set(map(plain, either_of(theirs))) & {*names}
    ]
    if either:
        return either
    near = [
        theirs
        for theirs in header
        if not dangerous(theirs) and max(close(None, plain(theirs), name).ratio() for name in names) >= NEAR
    ]
    return near or [theirs for theirs in header if by_words(column, theirs)]


def either_of(theirs: str) -> list[str]:
    """The names that a header gives for one thing, such as `Surname / Family name`; none where it gives one."""
    parts = [part for part in re.split(r"\s*[/|(),;]\s*|\s+(?:or|aka)\s+", theirs) if part.strip()]
    return parts if len(parts) > 1 else []


def _bare(theirs: str) -> str:
    """A header of a column of codes without the word that says that it is one."""
    said = plain(theirs)
    return next((said.removesuffix(ending) for ending in OF_CODES if said.endswith(ending)), said)


def by_words(column: ColumnInfo, theirs: str) -> bool:
    """Whether a header says what a known one does in other words; a type of address is no address."""
    if column.column_class is ColumnClass.DIRECT and set(plain(theirs).split("_")) & ABOUT:
        return False
    return bool(words(theirs)) and words(theirs) in {words(name) for name in _names(column)}


def _names(column: ColumnInfo) -> tuple[str, ...]:
    """What a column is called; a department's key is its number of a person."""
    keys = {department.key for department in DEPARTMENTS.values()}
    return (
        *known_names().get(column.name, ()),
        *(known_names()["person_ref"] if column.name in keys else ()),
        column.name,
    )


def flag_of(theirs: str) -> tuple[str, str] | None:
    """The problem and code that a yes-or-no column flags, by its name or its words."""
    bare = plain(theirs).removesuffix("_flag")
    if bare in FLAGS:
        return FLAGS[bare]
    told = {FLAGS[plain(part)] for part in either_of(theirs) if plain(part) in FLAGS}
    if len({problem for problem, _ in told}) == 1 and not dangerous(theirs):
        return next(flag for flag in FLAGS.values() if flag in told)
    alike = next((FLAGS[name] for name in FLAGS if words(theirs) and words(name) == words(theirs)), None)
    return alike or _flag_within(theirs)


def _flag_within(theirs: str) -> tuple[str, str] | None:
    """The one problem that some of a header's words flag, as in `Adult out of work`."""
    if dangerous(theirs) or set(plain(theirs).split("_")) & TURNED:
        return None
    said = [
        FLAGS[name] for name in FLAGS if len(name) > LONGEST_SHORT and words(name) and words(name) < words(theirs)
    ]
    return said[0] if len(set(said)) == 1 else None


def is_address_part(theirs: str) -> bool:
    """Whether a column holds a part of an address, by its name or its words."""
    return plain(theirs) in ADDRESS_PARTS or any(
        words(name) == words(theirs) != frozenset() for name in ADDRESS_PARTS
    )


def dangerous(theirs: str) -> bool:
    """Whether a header speaks of somebody else or of another time."""
    return bool(set(plain(theirs).split("_")) & set(DANGER))


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
    if made is None and plain(theirs) in _names(column):
        made = Proposal(theirs, misfits=True)
        made.doubts.append(f"the column is called so, but its values are not as {column.name} is written: look")
    if made is not None and plain(theirs) not in _names(column) and by_words(column, theirs):
        made.doubts.insert(0, "taken for it by the words of its name")
    return made


def _proposed(column: ColumnInfo, theirs: str, cells: pl.Series) -> Proposal | None:
    known, made = cells.drop_nulls(), Proposal(theirs)
    if dangerous(theirs) and plain(theirs) != column.name:
        made.doubts.append("the header may mean somebody else or another time")
    if not len(known):
        made.doubts.append("every cell is blank")
        return made
    shape = SHAPES.get(column.name)
    if shape and shaped(shape, known) < 0.5:
        return None
    if isinstance(column.dtype, pl.Date):
        return _dated(made, known)
    if codes := codes_of(column):
        return _coded(made, known, column, codes)
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
    return alike or bool(many and shared and column.name in PEOPLES_KEYS) or _are_days(known)


def _are_days(known: pl.Series) -> bool:
    """Whether a column holds days, in a form that no number has."""
    return bool(known.str.contains(r"^[0-9]{1,4}[-/.][0-9A-Za-z]{1,3}[-/.][0-9]{2,4}").all())


def _numeric(made: Proposal, known: pl.Series) -> Proposal | None:
    if not known.str.contains("[0-9]").all():
        return None
    grouped = [GROUPED.fullmatch(cell) for cell in known]
    if known.str.contains(r"^[+-]?[0-9]+(\.[0-9]+)?$").all():
        made.whole_as_decimal = bool(known.str.contains(r"\.0+$").any())
    elif all(grouped):
        made.number = {"thousands": ","} | ({"prefix": "£"} if all(one[1] for one in grouped if one) else {})
    else:
        made.doubts.append("not every cell is a plain number; say under numbers how they are written")
    return made


def _dated(made: Proposal, known: pl.Series) -> Proposal | None:
    forms = fitting(known)
    if not forms:
        return _dated_in_part(made, known)
    made.form = forms[0]
    british = [form for form in forms if form.startswith("dd/mm")]
    if british and any(form.startswith("mm/dd") for form in forms):
        made.form = british[0]
        made.either_way = True
    return made


def _dated_in_part(made: Proposal, known: pl.Series) -> Proposal | None:
    """Days of which some are none: the form of most, or why there is none."""
    two = sum(bool(TWO_DIGITS.fullmatch(cell)) for cell in known)
    if two > len(known) / 2:
        made.doubts.append(
            f"{two} cells have years of two digits, which could be of either century: export the column again with "
            "years of four"
        )
        return made
    best, fits = most_fitting(known)
    if fits >= MOSTLY * len(known):
        made.form = best
        made.doubts.append(
            f"{len(known) - fits} of {len(known)} cells are no {best}; put what stands for blank under missing, "
            "and mend the others"
        )
        return made
    if not known.str.contains(r"[0-9]").all():
        return None
    made.doubts.append("not every cell is a date in one form with a year of four digits; give the form under dates")
    return made


def _coded(made: Proposal, known: pl.Series, column: ColumnInfo, codes: list[str]) -> Proposal | None:
    own = {folded(code) for code in codes}
    if column.name == "gender":
        own |= set(GENDER_SPELLINGS)
    if codes == ["true", "false"]:
        own |= set(YES_OR_NO)
    spelled = known.value_counts(sort=True)
    spellings = {str(one): int(count) for one, count in spelled.iter_rows()}
    exact = {code.casefold(): code for code in codes}
    if all(folded(one) in own for one in spellings):
        if not all(one in codes or column.name == "gender" or len(own) > len(codes) for one in spellings):
            made.spellings = {one: exact[folded(one)] for one in spellings}
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
    _spelled_out(made, column, spellings, exact)
    return made


def meant(column: ColumnInfo, label: str) -> str:
    """The code that a label is a usual word for; empty where none."""
    told = of_label(column, label, exactly=True)
    if told is not None:
        return told
    code = ALSO_CALLED.get(" ".join(plain(label).split("_")), "")
    return code if code in (codes_of(column) or []) else ""


def _spelled_out(made: Proposal, column: ColumnInfo, spellings: dict[str, int], exact: dict[str, str]) -> None:
    rare = {one: count for one, count in spellings.items() if count < LEAST_ROWS and folded(one) not in exact}
    by_label = {one: meant(column, one.partition(" - ")[2] or one) for one in spellings}
    made.spellings = {one: exact.get(folded(one)) or by_label[one] for one in spellings if one not in rare}
    if any(by_label[one] and folded(one) not in exact for one in made.spellings):
        made.doubts.append(
            "some spellings were given their code by the contract's own words or usual ones; is it meant?"
        )
    unknown = sum(not code for code in made.spellings.values())
    made.misfits = bool(made.spellings) and unknown == len(made.spellings)
    if unknown:
        made.doubts.append(
            f"{unknown} spellings are not the contract's: write its code behind each "
            f"({', '.join(codes_of(column) or [])}), or leave it blank where it means none"
        )
    if rare:
        many = f"{len(rare)} spelling{'s' if len(rare) > 1 else ''} in {sum(rare.values())} rows"
        made.doubts.append(f"{many} are too rare to be listed here; look them up in the file and add them")
