"""The one place through which identifiers are dropped, at ONS and at each return (law 5).

Which columns are direct identifiers, and their removal. The contracts' classes decide, so that a new identifier is
declared once.
"""

from __future__ import annotations

from collections.abc import Iterable

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.handovers.ons import Identifiers
from tf_linkage.contracts.link_requests import RequestWithNino
from tf_linkage.contracts.registry import direct_identifiers, extract_tables

OTHER_WORDS = frozenset(
    {
        "dob", "birth_date", "birthdate", "first_name", "given_name", "middle_name", "last_name", "family_name",
        "full_name", "maiden_name", "nickname", "ni_number", "national_insurance_number", "nhs_number", "upn",
        "street", "house_number", "post_code", "telephone", "phone", "email",
    }
)  # fmt: skip
"""What else such columns are called in extracts, so that a renamed identifier does not slip past."""


def drop_identifiers(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The table without any column that identifies a person directly; all else as it was."""
    return frame.drop(identifiers_in(frame.collect_schema().names()))


def identifiers_in(columns: Iterable[str]) -> list[str]:
    """Those of the column names that are direct identifiers, in their order.

    A column counts when a contract classes it as a direct identifier, when it goes by another usual word for
    one, or when such a word is part of its name (`surname_right`, `council_postcode`).
    """
    words = declared_identifiers() | OTHER_WORDS
    return [column for column in columns if _names_one_of(column, words)]


def declared_identifiers() -> frozenset[str]:
    """Every column that any contract of an extract, a request or the vault classes as a direct identifier."""
    tables: list[type[dy.Schema]] = [*extract_tables().values(), RequestWithNino, Identifiers]
    return direct_identifiers() | {
        column.name for table in tables for column in columns_of(table) if column.column_class is ColumnClass.DIRECT
    }


def _names_one_of(column: str, words: frozenset[str]) -> bool:
    tokens = column.lower().split("_")
    pieces = {
        "_".join(tokens[start:end]) for start in range(len(tokens)) for end in range(start + 1, len(tokens) + 1)
    }
    return not pieces.isdisjoint(words)
