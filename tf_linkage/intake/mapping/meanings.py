"""What a spelling means before any mapping speaks: the contract's own words for its codes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEM_WORDS
from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.contracts.outputs.code_labels import LABELS
from tf_linkage.intake.reading.cells import GENDER_SPELLINGS, YES_OR_NO

BLANK = ""
"""A code that says that the value is not known."""

NOT_KNOWN = frozenset(
    {
        "not known", "unknown", "not stated", "not specified", "not recorded", "not disclosed", "unspecified",
        "indeterminate", "unborn", "no data", "missing", "refused", "prefer not to say",
    }
)  # fmt: skip
"""Labels that say that nothing is known."""

_SEXES = {
    "male": "male", "males": "male", "man": "male", "boy": "male",
    "female": "female", "females": "female", "woman": "female", "girl": "female",
}  # fmt: skip


def codes_of(column: ColumnInfo) -> list[str] | None:
    """The codes that a column can have; None where it has no closed list."""
    if isinstance(column.dtype, pl.Enum):
        return list(column.dtype.categories)
    return ["true", "false"] if isinstance(column.dtype, pl.Boolean) else None


def folded(spelling: str) -> str:
    """A spelling as it is compared: no case, blanks of any kind as one, none around."""
    return " ".join(spelling.split()).casefold()


def words(label: str) -> str:
    """A label as it is compared: its words in small letters."""
    return " ".join(re.findall(r"[^\W_]+", label.casefold()))


def of_code(column: ColumnInfo, written: str, mapped: Mapping[str, str] | None) -> str | None:
    """The contract's code that a bare code stands for, empty where it says that nothing is known.

    Args:
        column: of the contract.
        written: the code as a file has it.
        mapped: what a mapping says of the column's codes, by spelling as it is compared; it alone counts if there.

    Returns:
        The code, or None where it is none.
    """
    if mapped is not None:
        return mapped.get(folded(written))
    if column.name == "gender" and folded(written) in GENDER_SPELLINGS:
        return GENDER_SPELLINGS[folded(written)] or BLANK
    codes = codes_of(column) or []
    if codes == ["true", "false"] and folded(written) in YES_OR_NO:
        return str(YES_OR_NO[folded(written)]).lower()
    return {folded(code): code for code in codes}.get(folded(written))


def of_label(column: ColumnInfo, label: str, *, exactly: bool = False) -> str | None:
    """The contract's code that a label speaks of, empty where it says that nothing is known; None of any other.

    Args:
        column: of the contract.
        label: what stands next to a code.
        exactly: whether further words make it another label: `Yes, ended` then says nothing.
    """
    said, codes = words(label), codes_of(column) or []
    named = {words(text): code for code, text in (PROBLEM_WORDS | dict(LABELS.get(column.name, {}))).items()}
    named = {text: code for text, code in named.items() if code in codes}
    named |= {words(code): code for code in codes if len(code) > 2}
    if said in named:
        return named[said]
    if said in NOT_KNOWN:
        return BLANK
    if exactly and not (column.name == "gender" and set(said.split()) <= set(_SEXES)):
        said = said if len(said.split()) == 1 else ""
    if column.name == "gender":
        sexes = {_SEXES[word] for word in said.split() if word in _SEXES}
        return sexes.pop() if len(sexes) == 1 else None
    if codes == ["true", "false"]:
        return {"yes": "true", "no": "false"}.get(said.split(" ")[0])
    return None


def known_spellings() -> str:
    """Spellings that need no mapping, as lines of Markdown: what docs/extracts.md holds."""
    sexes: dict[str, list[str]] = {}
    for spelling, code in GENDER_SPELLINGS.items():
        sexes.setdefault(code or "not known (blank)", []).append(spelling)
    flags: dict[str, list[str]] = {}
    for spelling, flag in YES_OR_NO.items():
        flags.setdefault(str(flag).lower(), []).append(spelling)
    lines = ["| Column | Code | Spellings, in any case |", "|---|---|---|"]
    for column, codes in (("gender", sexes), ("flags, such as `service_received`", flags)):
        lines += [
            f"| {column} | {code} | {', '.join(f'`{one}`' for one in said)} |" for code, said in codes.items()
        ]
    return "\n".join([*lines, "| any other | each of the contract's | itself, in its own case |"])
