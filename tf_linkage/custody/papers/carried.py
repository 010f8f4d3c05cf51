"""A flow as one study has it: with its day and its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import dataframely as dy

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.flows import Flow


@dataclass(frozen=True)
class Carried:
    """A hand-over of this study.

    Attributes:
        flow: what it is.
        destroy_by: until when the recipient may hold it, in words.
        columns: the contracts of its tables, by table; empty name for a single one.
    """

    flow: Flow
    destroy_by: str
    columns: Mapping[str, type[dy.Schema]]

    def of_class(self, kind: ColumnClass) -> list[str]:
        """Names of its columns of one class, each once, in the contracts' order."""
        found = (
            column.name
            for table in self.columns.values()
            for column in columns_of(table)
            if column.column_class is kind
        )
        return list(dict.fromkeys(found))


def bullets(sentences: Iterable[str]) -> str:
    """A list, a line each."""
    return "\n".join(f"- {sentence}" for sentence in sentences)
