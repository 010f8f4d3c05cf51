"""The model of one linkage, in words a person can read: what is compared, blocked, keyed and decided.

The description, as plain frozen data, and the two ready-made models.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.model.comparisons import Comparison, unambiguous
from tf_linkage.linkage.model.conditions import Cuts, plain
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.model.standard_comparisons import comparisons_for
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS, extra_column, standard_columns
from tf_linkage.linkage.standardise.reading import Reading

KeyPair = tuple[str, str]
"""A standardised column of the left table and the one of the right table that must equal it."""


_BITS = 62
"""Of the number that holds a pair's rules, its matchkeys, or its levels."""

KINDS = ("one-to-one", "one-to-many", "many-to-one", "many-to-many")
"""Kinds of link: how many left records to how many right-hand people."""


@dataclass(frozen=True)
class BlockingRule:
    """Pairs that agree on every key are candidates.

    Attributes:
        name: what agrees, in words.
        keys: what must be equal.
        wide: a rule for small tables: left out where it would make more than `settings.blocking.wide` pairs and one
            a record.
    """

    name: str
    keys: tuple[KeyPair, ...]
    wide: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """The standardised columns the rule looks at, on either side."""
        return frozenset(column for pair in self.keys for column in pair)


@dataclass(frozen=True)
class ResemblingRule:
    """Pairs of small tables that resemble in two of these columns are candidates too, whatever else differs.

    Attributes:
        columns: standardised columns whose letters are held against each other.
    """

    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """What agrees, in words."""
        return "two columns resemble, though no other rule holds"


Rule = BlockingRule | ResemblingRule
"""What makes two records a candidate pair."""


@dataclass(frozen=True)
class Matchkey:
    """Pairs that agree on every key, and on it with nobody else, are links unless a field contradicts them.

    Attributes:
        name: what agrees, in words.
        columns: standardised columns that must agree.
        deterministic_pass: whether its links are taken at once; the others only teach the classifier.
    """

    name: str
    columns: tuple[str, ...]
    deterministic_pass: bool


@dataclass(frozen=True)
class Model:
    """One linkage: two tables, how they are compared, and when a pair counts as a link.

    Attributes:
        left_id: column that names a record of the left table; unique.
        right_id: column that names a person of the right table.
        fields: raw columns found in both tables, of those that are standardised.
        extra: further columns, compared by string similarity.
        comparisons: what is compared, each with its levels from full agreement to disagreement.
        blocking_rules: pairs that meet one of them are candidates.
        matchkeys: deterministic keys; of several that a pair agrees on, the first gives the link its name.
        link_threshold: posterior probability from which a pair may be a link.
        review_threshold: posterior probability from which it is worth a clerk's look.
        right_entity: column whose repeated values are one person (alias rows); the right id unless said.
        family: column of the left table that names families; without it a shared address does.
        kind: how often a record may be linked, one of `KINDS`: `one-to-many` links a left record to all the right
            records that are its person, and each of these to no other.
        second_records: whether the right table may hold one person as two who are not known to be one. Then a
        further
            right-hand person that nobody else is linked to may be linked besides the first (`second_records`).
        guarded: whether a pair with different forenames or dates of birth goes to review below a posterior of
            `settings.resolution.guard`, unless the NINO agrees: twins share all but the forename, a namesake all
            but the date of birth. For engines whose classes know strangers alone or treat comparisons as
            independent; `duckdb` needs none.
        family_evidence: whether links of a family speak for its other members.
        undated_held_back: whether a left record without a date of birth may be a link only from a posterior of
            `settings.resolution.undated`, where that is more than `link_threshold`; below it is for review. For a
            right table that holds people of some ages only: a person whose date is unknown may be of an age that
            it cannot hold, and namesakes are many.
        settings: every number that a person may want to change.
        one_table: whether both tables are one, within which records of one person are looked for: each pair of
            records is then looked at once.
        reading: placeholders, and how dates are written.
        resembling: the rule for small tables that bears an error in every field; None where none is used.

    Raises:
        LinkageRefused: two comparisons of one id or role, or a kind that is none.
    """

    left_id: str
    right_id: str
    fields: tuple[str, ...]
    extra: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    blocking_rules: tuple[BlockingRule, ...]
    matchkeys: tuple[Matchkey, ...]
    link_threshold: float = 0.5
    review_threshold: float = 0.1
    right_entity: str | None = None
    family: str | None = None
    kind: str = "one-to-one"
    second_records: bool = False
    guarded: bool = False
    family_evidence: bool = True
    undated_held_back: bool = False
    settings: Settings = field(default_factory=Settings)
    reading: Reading = field(default_factory=Reading)
    one_table: bool = False
    resembling: ResemblingRule | None = None

    def __post_init__(self) -> None:
        """Refuse comparisons that could not be told apart."""
        unambiguous(self.comparisons)
        if math.prod(len(one.levels) + 1 for one in self.comparisons) > 2**_BITS:
            raise LinkageRefused(
                f"{len(self.comparisons)} columns are too many to compare at once; leave some out that tell "
                "people apart least"
            )
        if self.kind not in KINDS:
            raise LinkageRefused(f"there is no kind of link {self.kind!r}; known are {', '.join(KINDS)}")

    @property
    def left_once(self) -> bool:
        """Whether a left record may be linked only once."""
        return self.kind in {"one-to-one", "many-to-one"}

    @property
    def right_once(self) -> bool:
        """Whether a right-hand person may be linked only once."""
        return self.kind in {"one-to-one", "one-to-many"}

    @property
    def entity(self) -> str:
        """The column that names a person of the right table."""
        return self.right_entity or self.right_id

    @property
    def guard(self) -> float:
        """The posterior below which the guard holds a pair back; zero where the model is not guarded."""
        return self.settings.resolution.guard if self.guarded else 0.0

    @property
    def undated(self) -> float:
        """The posterior from which a left record without a date of birth may be a link; zero where any may be."""
        return self.settings.resolution.undated if self.undated_held_back else 0.0

    @property
    def cuts(self) -> Cuts:
        """Settings that levels name."""
        return dataclasses.asdict(self.settings.similarity)

    def digest(self) -> str:
        """Short fingerprint of everything above, settings included, to stand next to each run's links."""
        text = json.dumps(plain(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def __str__(self) -> str:
        lines = [f"Linkage of {self.left_id} to {self.right_id}", "", "Compared:"]
        for comparison in self.comparisons:
            lines.append(f"  {comparison.name}: " + "; ".join(level.words for level in comparison.levels))
        lines += ["", "Candidates agree on one of:"]
        lines += [f"  {rule.name}" for rule in self.blocking_rules]
        lines += ["", "Matchkeys, unique on both sides and uncontradicted:"]
        lines += [
            f"  {key.name}" + ("" if key.deterministic_pass else " (training only)") for key in self.matchkeys
        ]
        lines += [
            "",
            f"Link from posterior {self.link_threshold}, review from {self.review_threshold}, "
            + self.kind.replace("-", " ")
            + ("; a further record of a person who is held twice if all but certain" if self.second_records else "")
            + (
                f"; with different forenames or dates of birth from {self.guard}, unless the NINO agrees"
                if self.guard
                else ""
            )
            + (f"; without a date of birth from {self.undated}" if self.undated else ""),
        ]
        return "\n".join(lines)


def taken_first(keys: Sequence[Matchkey]) -> list[int]:
    """Places of the matchkeys in the order in which a pair that agrees on several is said to be found.

    Those whose links are taken at once stand before those that only teach, wherever they are listed.
    """
    return sorted(range(len(keys)), key=lambda place: (not keys[place].deterministic_pass, place))


def bits_at(probability: float) -> float:
    """The weight at which the posterior is this; that of a millionth for less."""
    probability = max(probability, 1e-6)
    return math.log2(probability / (1 - probability))


def department_model(
    name: str,
    columns: Iterable[str],
    *,
    link_threshold: float = 0.5,
    review_threshold: float = 0.1,
    settings: Settings | None = None,
) -> Model:
    """The model by which a department links a request to its register.

    Every register holds some people twice: under two NINOs, in records of the PNC that are not yet consolidated,
    under a second pupil number after a change of school. No register holds people of every age, so that a record
    without a date of birth needs more than another to be linked (`Model.undated`).

    Args:
        name: the department's short name; its register's key is `<name>_key`.
        columns: the identifiers the department is sent.
        link_threshold: posterior probability from which a pair may be a link.
        review_threshold: posterior probability from which it is worth a clerk's look.
        settings: every other number; the usual ones unless given.
    """
    fields = tuple(column for column in STANDARD_FIELDS if column in set(columns))
    model = _model(("request_ref", f"{name}_key"), fields, (), (link_threshold, review_threshold))
    return dataclasses.replace(
        model, guarded=True, second_records=True, undated_held_back=True, settings=settings or Settings()
    )


def general_model(
    left_columns: Iterable[str],
    right_columns: Iterable[str],
    extra: Sequence[str] = (),
    *,
    left_id: str | None = None,
    right_id: str | None = None,
    link_threshold: float = 0.5,
    review_threshold: float = 0.1,
    settings: Settings | None = None,
    reading: Reading | None = None,
) -> Model:
    """The model for any two tables whose columns carry the contract's names.

    Args:
        left_columns: columns of the left table.
        right_columns: columns of the right table.
        extra: further columns, in both tables, to compare.
        left_id: column that names a left record; the first column unless given.
        right_id: column that names a right record; the first column unless given.
        link_threshold: posterior probability from which a pair may be a link.
        review_threshold: posterior probability from which it is worth a clerk's look.
        settings: every other number; the usual ones unless given.
        reading: placeholders, how dates are written, and what the values of extra columns are.

    Raises:
        LinkageRefused: the tables share fewer than two fields, or an extra column is missing.
    """
    left, right = list(left_columns), list(right_columns)
    for column in extra:
        for side, present in (("left", left), ("right", right)):
            if column not in present:
                raise LinkageRefused(f"column {column!r} to compare is not in the {side} table")
    fields = tuple(column for column in STANDARD_FIELDS if column in left and column in right)
    if len(fields) + len(extra) < 2:
        raise LinkageRefused(
            "the tables share fewer than two columns to compare; known names are "
            + ", ".join(STANDARD_FIELDS)
            + "; map other names to these, or name extra columns"
        )
    family = "family_id" if "family_id" in left else None
    reading = reading or Reading()
    model = _model(
        (left_id or left[0], right_id or right[0]),
        fields,
        tuple(extra),
        (link_threshold, review_threshold),
        kinds=dict(reading.kinds),
        loose=_LOOSE,
    )
    names = [name for name in ("forename_first", "surname", "dob", "address", "postcode") if name in
             standard_columns(fields)]  # fmt: skip
    kinds = dict(reading.kinds)
    others = [extra_column(name) for name in extra if kinds.get(name, "name") not in {"number", "date"}]
    return dataclasses.replace(
        model,
        family=family,
        guarded=family is not None,
        settings=settings or Settings(),
        reading=reading,
        resembling=ResemblingRule((*names, *others)),
    )


def _model(
    ids: tuple[str, str],
    fields: tuple[str, ...],
    extra: tuple[str, ...],
    thresholds: tuple[float, float],
    *,
    kinds: Mapping[str, str] | None = None,
    loose: Sequence[tuple[str, tuple[KeyPair, ...]]] = (),
) -> Model:
    link_threshold, review_threshold = thresholds
    if not 0 <= review_threshold <= link_threshold < 1:
        raise LinkageRefused("thresholds must satisfy 0 <= review_threshold <= link_threshold < 1")
    columns = frozenset(standard_columns(fields, extra))
    rules = tuple(
        BlockingRule(name, keys, wide)
        for name, keys, wide in _RULES
        if {c for pair in keys for c in pair} <= columns
    )
    rules += tuple(
        BlockingRule(name, keys, wide=True) for name, keys in loose if {c for pair in keys for c in pair} <= columns
    )
    # Alone where it is selective: a wide rule is left out where it makes too many pairs.
    rules += tuple(BlockingRule(column, _same(extra_column(column)), wide=True) for column in extra)
    rules += tuple(
        BlockingRule(
            f"{_IN_WORDS.get(other, other)} and {column}",
            ((other, other), (extra_column(column), extra_column(column))),
            wide=True,
        )
        for other in ("forename_first", "surname", "address", "dob_year", "dob_day_month")
        for column in extra
        if other in columns
    )
    rules = rules[: _BITS - 1]
    if not rules:
        rules = tuple(BlockingRule(column, ((column, column),)) for column in sorted(columns) if column != "gender")
    keys = tuple(
        Matchkey(name, on, deterministic_pass) for name, on, deterministic_pass in _MATCHKEYS if set(on) <= columns
    )
    keys += tuple(
        Matchkey(column, (extra_column(column),), deterministic_pass=False)
        for column in extra
        if (kinds or {}).get(column) in {"code", "e-mail", "phone"}
    )
    return Model(
        left_id=ids[0],
        right_id=ids[1],
        fields=fields,
        extra=extra,
        comparisons=comparisons_for(fields, extra, kinds),
        blocking_rules=rules,
        matchkeys=keys[:_BITS],
        link_threshold=link_threshold,
        review_threshold=review_threshold,
        right_entity=ids[1],
    )


_IN_WORDS = {
    "forename_first": "forename", "dob_year": "year of birth", "dob_day_month": "day and month of birth",
}  # fmt: skip


def _same(*columns: str) -> tuple[KeyPair, ...]:
    return tuple((column, column) for column in columns)


_RULES: tuple[tuple[str, tuple[KeyPair, ...], bool], ...] = (
    ("NINO", _same("nino"), False),
    ("date of birth and initial of forename", _same("dob", "forename_initial"), False),
    ("date of birth and surname's first letters", _same("dob", "surname_start"), False),
    ("date of birth and postcode district", _same("dob", "district"), False),
    ("forename and surname and year of birth", _same("forename_canon", "surname", "dob_year"), False),
    ("forename and surname and day and month of birth", _same("forename_canon", "surname", "dob_day_month"), False),
    ("forename and surname and postcode district", _same("forename_canon", "surname", "district"), False),
    ("forename and postcode", _same("forename_canon", "postcode"), False),
    ("surname and postcode and year of birth", _same("surname", "postcode", "dob_year"), False),
    (
        "names swapped and year of birth",
        (("forename_first", "surname"), ("surname", "forename_first"), ("dob_year", "dob_year")),
        False,
    ),
    ("date of birth", _same("dob"), True),
    ("address", _same("address"), True),
    ("forename and surname", _same("forename_canon", "surname"), True),
    ("surname and initial and district", _same("surname", "forename_initial", "district"), True),
    ("forename and year of birth and district", _same("forename_canon", "dob_year", "district"), True),
    ("address and forename", _same("address", "forename_first"), False),
    ("address and surname", _same("address", "surname"), False),
)
"""Blocking rules, for whichever columns there are. No rule rests on surname or postcode alone: families share
both, and a classifier trained on such blocks learns to find households."""

_LOOSE: tuple[tuple[str, tuple[KeyPair, ...]], ...] = (
    ("surname and initial of forename", _same("surname", "forename_initial")),
    ("forename and surname's first letters", _same("forename_canon", "surname_start")),
    ("postcode and year of birth", _same("postcode", "dob_year")),
    ("initial, surname's first letters and year of birth", _same("forename_initial", "surname_start", "dob_year")),
    ("names swapped", (("forename_first", "surname"), ("surname", "forename_first"))),
    ("postcode", _same("postcode")),
    ("surname", _same("surname")),
    ("forename", _same("forename_canon")),
)
"""Rules for two small tables of anybody's, of which less is known than of a department's. All are wide."""

_MATCHKEYS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("NINO and date of birth", ("nino", "dob"), True),
    (
        "forename, surname, date of birth, postcode",
        ("forename", "surname", "dob", "postcode"),
        True,
    ),
    ("forename, surname, date of birth, address", ("forename", "surname", "dob", "address"), True),
    ("forename, surname, date of birth", ("forename", "surname", "dob"), False),
    ("forename, date of birth, postcode", ("forename_canon", "dob", "postcode"), False),
    ("forename, surname, postcode, year of birth", ("forename", "surname", "postcode", "dob_year"), False),
    ("forename, surname, address", ("forename", "surname", "address"), False),
    ("surname, date of birth, gender, postcode", ("surname", "dob", "gender", "postcode"), False),
)
"""Strictest first, after the order of the ONS matchkeys: each leaves another field free, so that how often that
field disagrees between records of one person can be learnt from its links."""
