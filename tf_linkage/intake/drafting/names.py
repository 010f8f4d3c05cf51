"""Which column of a file may be which of the contract, by its name alone."""

from __future__ import annotations

import difflib
import re

from tf_linkage.contracts.columns import ColumnClass, ColumnInfo
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intake.headers import DANGER, NEAR, known_names, plain, words
from tf_linkage.intake.mapping.meanings import codes_of

FLAGS: dict[str, tuple[str, str]] = {
    "unemployed": ("worklessness", "OOW"), "out_of_work": ("worklessness", "OOW"), "oow": ("worklessness", "OOW"),
    "debt": ("worklessness", "DEBT"), "neet": ("worklessness", "NEET"),
    "pa": ("school_absence", "PA"), "persistent_absence": ("school_absence", "PA"),
    "poor_attendance": ("school_absence", "PA"), "low_attendance": ("school_absence", "PA"),
    "excluded": ("school_absence", "EXC"), "exclusion": ("school_absence", "EXC"), "exc": ("school_absence", "EXC"),
    "cin": ("child_need", "CIN"), "child_in_need": ("child_need", "CIN"), "cpp": ("child_need", "CPP"),
    "cp_plan": ("child_need", "CPP"), "child_protection": ("child_need", "CPP"),
    "child_protection_plan": ("child_need", "CPP"),
    "cla": ("child_need", "CLA"), "lac": ("child_need", "CLA"), "looked_after": ("child_need", "CLA"),
    "offending": ("crime", "OFF"), "off": ("crime", "OFF"), "asb": ("crime", "ASB"),
    "dv": ("domestic_abuse", "DA"), "da": ("domestic_abuse", "DA"), "domestic_abuse": ("domestic_abuse", "DA"),
    "domestic_violence": ("domestic_abuse", "DA"),
    "mental_health": ("health", "MH"), "mh": ("health", "MH"), "physical_health": ("health", "PH"),
    "ph": ("health", "PH"),
}  # fmt: skip
"""Headers of yes-or-no columns: the problem that they flag, and its code."""

ADDRESS_PARTS = (
    "house", "house_name", "house_name_or_number",
    "saon", "flat_no", "flat_number", "flat", "building", "building_name", "house_no", "house_number",
    "street_number", "paon", "street", "street_name", "road", "road_name",
    "address_1", "address_line_1", "address_2", "address_line_2",
)  # fmt: skip

TURNED = {"not", "non", "never", "no", "without", "risk", "reason", "details", "notes"}
"""Words next to which a flag's own mean something else."""

ABOUT = {"type", "status", "kind", "source", "flag", "verified", "checked", "from", "to", "start", "end", "id"}
"""Words with which a header speaks of an identifier and does not hold it."""

OF_CODES = ("_issue", "_problem", "_code", "_desc", "_description", "_category", "_indicator", "_status")
"""Endings with which systems call columns of codes and of their words."""

LONGEST_SHORT = 3
"""Letters of an abbreviation, such as `pa`: among other words it may mean anything."""


OF_PLACES = {"school", "home", "placement", "pl", "gp", "worker", "contact", "known"}
"""Words that make another thing of a number, a name or an address, and not of a problem."""

WHOLE_NAMES = ("name", "full_name", "fullname", "person_name", "client_name", "name_of_person", "names")
"""Headers of columns in which forename and surname stand together."""


def candidates(column: ColumnInfo, header: list[str]) -> list[str]:
    """Headers that may be a column of the contract: a known name of it, or one close to its own."""
    header = [theirs for theirs in header if plain(theirs) not in WHOLE_NAMES]
    names = names_of(column)
    exact = [theirs for theirs in header if plain(theirs) in names or (codes_of(column) and _bare(theirs) in names)]
    exact.sort(key=dangerous)
    if exact and not dangerous(exact[0]):
        return exact
    close = difflib.SequenceMatcher
    either = [
        theirs for theirs in header if not dangerous(theirs) and set(map(plain, either_of(theirs))) & {*names}
    ]
    if either:
        return either + exact
    near = [
        theirs
        for theirs in header
        if theirs not in exact
        and not dangerous(theirs)
        and max(close(None, plain(theirs), name).ratio() for name in names) >= NEAR
    ]
    return (near or [theirs for theirs in header if by_words(column, theirs) and theirs not in exact]) + exact


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
    return bool(words(theirs)) and words(theirs) in {words(name) for name in names_of(column)}


def names_of(column: ColumnInfo) -> tuple[str, ...]:
    """What a column is called; a department's key is its number of a person."""
    keys = {department.key for department in DEPARTMENTS.values()}
    return (
        *known_names().get(column.name, ()),
        *(known_names()["person_ref"] if column.name in keys else ()),
        column.name,
    )


def speaks_of(column: ColumnInfo, theirs: str) -> bool:
    """Whether a header is a known name of a column, or has one among its words: `Adult worklessness`."""
    if plain(theirs) in names_of(column):
        return True
    if dangerous(theirs, column) or set(plain(theirs).split("_")) & TURNED:
        return False
    return any(
        words(name) and words(name) <= words(theirs) for name in names_of(column) if len(name) > LONGEST_SHORT
    )


def words_alike(theirs: str, code: str) -> bool:
    """Whether a header's words are those of a known flag of a code, whatever their order."""
    return bool(words(theirs)) and words(theirs) in {words(name) for name, (_, of) in FLAGS.items() if of == code}


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


def dangerous(theirs: str, column: ColumnInfo | None = None) -> bool:
    """Whether a header speaks of somebody else or of another time, where it may be a column of the contract.

    Words such as school speak of somebody else's number or address, and not of somebody else's problem.
    """
    said = set(plain(theirs).split("_"))
    said -= {"home"} if column is not None and column.name == "address" else set()
    own = set(column.name.split("_")) if column is not None else set()
    of_places = OF_PLACES if column is not None and codes_of(column) is not None else set()
    return bool(said & (set(DANGER) - of_places - own))
