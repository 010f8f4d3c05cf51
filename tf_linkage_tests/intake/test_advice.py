"""Whatever is refused, a sender is told what to do next: in the refusal itself or below it."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest

import tf_linkage.intake
from tf_linkage.errors import InputRefused
from tf_linkage.intake.advice import TO_DO
from tf_linkage.intake.mapping.loading import mapping_of

ROOMS = ("mapping", "reading", "relations")
SAY_IT_THEMSELVES = (";", "write it again", "give", "codes.", "flags.", "set.", "known", "it has", "say ", "end in")
NOTED_ALONE = {
    "spells of one kind overlap", "begins on a day that no", "days of ", "the same ", "born after", "before ",
    "no row begins in the ", "  fields than the header", "a day although", "a code that is on no list",
    "a quote is opened and never closed",
}  # fmt: skip
"""Rules of which none is refused; and three that are put together of words that have advice, or name their line."""


def text_of(node: ast.expr) -> str:
    """The words of a literal; blank where something is put in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) if isinstance(part, ast.Constant) else " " for part in node.values)
    return ""


def rules() -> list[tuple[str, str]]:
    """Every refusal that stands in the rooms as a literal, with its module."""
    found = []
    root = Path(tf_linkage.intake.__file__).parent
    for path in sorted(path for room in ROOMS for path in (root / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                to_problems = node.func.attr in {"add", "add_rows", "refuse", "refuse_rows"}
                if to_problems and "problems" in ast.unparse(node.func.value):
                    found.append((path.name, text_of(node.args[0])))
            if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
                found.append((path.name, text_of(node.value.elts[2])))
    return [(name, said) for name, said in found if len(said.strip()) > 12]


def test_every_refusal_has_its_advice() -> None:
    every = rules()
    assert len(every) > 60
    without = [
        (name, said)
        for name, said in every
        if not any(words in said for words, _ in TO_DO)
        and not any(word in said for word in SAY_IT_THEMSELVES)
        and not any(words in said for words in NOTED_ALONE)
    ]
    assert not without


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ignored = ['A']", "ignored: no mapping has this key; is ignore meant?"),
        ("[file]\nheader = 3", "file.header: no mapping has this key; is header_row meant?"),
        ("[rename]\nsurnam = 'A'", "rename.surnam: the contract has no such column; it has forename, surname"),
        ("absent = ['la_code']", "absent.la_code: the contract needs it in every row; rename, set or flag it"),
        ("[file]\nextracted = 2999-01-01", "is still to come; say the day on which the file was drawn"),
        ("year = ", "not TOML"),
    ],
)
def test_a_mapping_that_is_refused_says_what_to_do(words: str, said: str) -> None:
    text = f'table = "council_cohort"\nsender = "Brackley"\nyear = {dt.date.today().year}\n{words}\n'
    with pytest.raises(InputRefused) as refusal:
        mapping_of(text.encode(), "in.toml")
    assert said in str(refusal.value)
    assert "docs/extracts.md" in str(refusal.value) or ";" in str(refusal.value)
