"""Codes that stand with their label in one cell: where the code is, and labels that do not go with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.mapping.meanings import folded, of_code, of_label, words

LEADING = re.compile(r"\(?\s*([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)\s*[)\]:.]?(?:[\s>:–-].*)?$", re.DOTALL)
TRAILING = re.compile(r"(?:.*[\s(\[:>–-])?([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)\s*[)\]]?$", re.DOTALL)
"""Where in `CODE - label`, `(CODE) label` or `label (CODE)` the code stands."""


@dataclass(frozen=True)
class Labelled:
    """A code that stands with a label, and the rows in which it does."""

    code: str
    label: str
    rows: list[int]


def labelled(cells: Iterable[str | None], found: Iterable[re.Match[str] | None]) -> list[Labelled]:
    """The pairs of code and label in a column, in the order in which they first stand there."""
    pairs: dict[tuple[str, str], Labelled] = {}
    for at, (text, one) in enumerate(zip(cells, found, strict=True)):
        if text is not None and one is not None and (label := words(text[: one.start(1)] + text[one.end(1) :])):
            pairs.setdefault((folded(one[1]), label), Labelled(one[1], label, [])).rows.append(at)
    return list(pairs.values())


def against_the_code(
    pairs: Iterable[Labelled], column: ColumnInfo, mapped: Mapping[str, str] | None
) -> list[tuple[str, list[int]]]:
    """Codes whose label speaks of another of the contract's, each as a rule in words with its rows.

    Args:
        pairs: codes with their labels.
        column: of the contract.
        mapped: what the mapping says of the column's bare codes, if anything, by spelling as it is compared.
    """
    wrong: dict[tuple[str, str, str], list[int]] = {}
    for pair in pairs:
        code, told = of_code(column, pair.code, mapped), of_label(column, pair.label)
        if code is not None and told is not None and code != told:
            wrong.setdefault((folded(pair.code), code, told), []).extend(pair.rows)
    return [
        (f"code {written} stands for {_said(code)}, and its label says {_said(told)}", rows)
        for (written, code, told), rows in wrong.items()
    ]


def _said(code: str) -> str:
    return code or "not known"


def mislabelled(pairs: Sequence[Labelled]) -> list[int]:
    """Rows whose label is not the commonest of their code: one of the two is wrong. A bare code has no label."""
    usual: dict[str, Labelled] = {}
    for pair in pairs:
        code = folded(pair.code)
        usual[code] = min(usual.get(code, pair), pair, key=lambda one: (-len(one.rows), one.label))
    return sorted(at for pair in pairs if usual[folded(pair.code)] != pair for at in pair.rows)
