"""How raw values are read: what stands for nothing known, in which order a date is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from tf_linkage.errors import LinkageRefused

ORDERS = ("dmy", "mdy", "ymd")
"""Orders in which a date may be written."""

EXACT = (
    "nan", "NaN", "NAN", "NaT", "None", "NONE", "NULL", "<NA>", "\\N", "#N/A", "#N/D", "N/A", "n/a", "N.A.", "n.a.",
)  # fmt: skip
"""What programs write where nothing is known, in these spellings alone: people are called Null."""

NOBODY = (
    "UNKNOWN", "UNK", "UNKOWN", "NOT KNOWN", "NK", "NOT STATED", "NOT GIVEN", "NOT PROVIDED", "NOT RECORDED",
    "ANON", "ANONYMOUS", "TBC", "TBA", "X", "XX", "XXX", "XXXX", "XXXXX", "XXXXXX",
)  # fmt: skip
"""Names that are none, of whatever case."""

NO_FORENAME = ("NONE", "NULL", "TEST", "BABY", "UNBORN", "INFANT", "CHILD", "BOY", "GIRL", "MALE", "FEMALE")
"""Forenames that are none. People bear each of them as a surname."""


@dataclass(frozen=True)
class Reading:
    """How raw values are read.

    Attributes:
        dates: the order in which days, months and years are written, one of `ORDERS`; empty to decide it for each
            column by its values.
        pivot: two-digit years up to this one are of this century, later ones of the last.
        placeholders: further words that stand for nothing known, in any column and of whatever case.
        kinds: columns beyond the usual fields, each with what its values are, as `kinds.kind_of` finds it.
        of_columns: fields and other columns, each with a word that stands for nothing known in it alone.
        values: words that are values though they are usually placeholders, of whatever case.

    Raises:
        LinkageRefused: an order that is none, or a year of more than two digits.
    """

    dates: str = ""
    pivot: int = 30
    placeholders: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    of_columns: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.dates and self.dates not in ORDERS:
            raise LinkageRefused(f"dates are written {', '.join(ORDERS[:-1])} or {ORDERS[-1]}")
        if not 0 <= self.pivot <= 99:
            raise LinkageRefused("the pivot of two-digit years is from 0 to 99")

    def of(self, column: str) -> Reading:
        """How the values of one column are read."""
        own = tuple(word for name, word in self.of_columns if name == column)
        return replace(self, placeholders=(*self.placeholders, *own)) if own else self

    def known(self, values: pl.Series) -> pl.Series:
        """The values, null where one is a placeholder in any column."""
        if values.dtype != pl.String:
            return values
        bare = pl.col("value").str.strip_chars()
        capital = bare.str.to_uppercase()
        nothing = bare.is_in(list(EXACT)) & ~capital.is_in(self._values)
        nothing |= capital.is_in([word.upper() for word in self.placeholders])
        return pl.DataFrame({"value": values}).select(pl.when(~nothing).then(pl.col("value")))["value"]

    def without(self, sentinels: tuple[str, ...]) -> list[str]:
        """Those of the usual placeholders of a column that are none here."""
        return [word for word in sentinels if word not in self._values]

    @property
    def _values(self) -> list[str]:
        return [word.upper() for word in self.values]


USUAL = Reading()
